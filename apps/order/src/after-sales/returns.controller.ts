import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import {
  Clock,
  Ctx,
  DryRun,
  etagOf,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  MinRevision,
  Needs,
  newId,
  openAll,
  type Page,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { type CommandAnswer, newestFirst, untilShown } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { approve, decline, dispatch, inspect, receive, resolve } from './decide-return.js';
import { sendBack } from './decide-send-back.js';
import { Exchanges, exchangeOrderIdOf } from './exchanges.js';
import { labelPage } from './label.js';
import { ReturnRepository } from './return.repository.js';
import { returnActions, returnView } from './return-view.js';
import {
  ApproveBody,
  DeclineBody,
  DispatchBody,
  InspectBody,
  ReceiveBody,
  RequestReturnBody,
  ResolveBody,
  ReturnsQuery,
  SendBackBody,
} from './returns.dto.js';
import { Returns } from './returns.js';
import type { ReturnDocument } from './returns.projection.js';

/** The read model of returns. */
export const RETURNS_VIEW = Symbol('orderloom.order.returns');

const order = newestFirst<ReturnDocument>('requestedAt');
const isLink = (url: string): boolean => URL.canParse(url) && new URL(url).protocol === 'https:';

const mustBeLinks = (links: readonly (readonly [path: string, url: string | undefined])[]): void => {
  const problems: FieldProblem[] = links
    .filter(([, url]) => url !== undefined && !isLink(url))
    .map(([path]) => ({ path, code: 'NOT_A_LINK' }));
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
};

/** Goods that come back: from the request to what the customer gets for them. */
@ApiTags('returns')
@ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the return as last read' })
@Needs('returns:read')
@Controller('api')
export class ReturnsController {
  constructor(
    private readonly returns: Returns,
    private readonly repository: ReturnRepository,
    private readonly exchanges: Exchanges,
    @Inject(RETURNS_VIEW) private readonly view: ProjectionRunner<ReturnDocument>,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Get('returns')
  @ApiOperation({ summary: 'Returns, newest first' })
  async list(@Query() query: ReturnsQuery): Promise<Page<object>> {
    const { status, orderId, customerId, owner, overdue, cursor, limit } = query;
    const filter: Filter<ReturnDocument> = {
      ...(status === undefined ? {} : { status: { $in: status } }),
      ...(orderId === undefined ? {} : { orderId }),
      ...(customerId === undefined ? {} : { customerId }),
      ...(owner === undefined ? {} : { owner: { $in: owner } }),
      ...(overdue === true ? { dueAt: { $lt: this.clock.now() } } : {}),
      ...order.after(cursor),
    };
    const rows = await this.view
      .collection()
      .find(filter, { projection: { state: 0 } })
      .sort(order.sort)
      .limit(limit + 1)
      .toArray();
    const page = order.page(
      rows.map((row) => ({ ...row, _id: String(row._id) })),
      limit,
    );
    return { ...page, items: page.items.map(listed) };
  }

  @Get('returns/:id')
  @ApiOperation({ summary: 'One return' })
  @ApiQuery({ name: 'minRevision', required: false })
  async one(
    @Param('id') id: string,
    @MinRevision() minRevision: bigint | undefined,
    @Ctx() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (minRevision !== undefined) await untilShown(this.view, `return-${id}`, minRevision);
    const { state, revision } = await this.returns.load(id);
    reply.header('etag', etagOf(revision));
    return {
      id,
      revision: revision.toString(),
      ...(await openAll(this.vault, { ...returnView(state), comment: state.comment }, context.access)),
      actions: returnActions(state, context.now, context.locale),
    };
  }

  @Get('returns/:id/history')
  @ApiOperation({ summary: 'Everything that happened to a return' })
  async history(@Param('id') id: string, @Ctx() { access }: RequestContext): Promise<object> {
    await this.returns.load(id);
    const events = await this.repository.history(id);
    const told = events.map(({ id: eventId, type, data, revision, recordedAt, metadata }) => ({
      revision: revision.toString(),
      eventId,
      type,
      recordedAt,
      who: metadata.actor,
      data,
    }));
    return { id, events: await openAll(this.vault, told, access) };
  }

  @Get('returns/:id/label')
  @ApiOperation({ summary: 'The label of a return, as a page to print' })
  @Header('content-type', 'text/html; charset=utf-8')
  async label(@Param('id') id: string): Promise<string> {
    const { state } = await this.returns.load(id);
    if (state.label === null) throw new Refused('RETURN_NOT_APPROVED', { returnId: id });
    return labelPage({ ...state, label: state.label });
  }

  @Needs('returns:work', { limited: true })
  @Post('orders/:id/returns')
  @HttpCode(201)
  @ApiOperation({ summary: 'Ask for goods of an order to be taken back' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Not delivered, asked for already, or not allowed by the policy.' })
  request(
    @Param('id') id: string,
    @Body() body: RequestReturnBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    mustBeLinks(
      body.lines.flatMap(({ photos }, i) => (photos ?? []).map((url, n) => [`lines.${i}.photos.${n}`, url] as const)),
    );
    return this.returns.request(id, body, key, { context, dryRun, reply });
  }

  @Needs('returns:decide')
  @Post('returns/:id/approve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Accept a return; with `advance` the replacement leaves now' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async approve(
    @Param('id') id: string,
    @Body() body: ApproveBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    mustBeLinks([['labelUrl', body.labelUrl]]);
    const { state } = await this.returns.load(id);
    const { order: sold } = await this.returns.orderOf(state);
    const { note, address, carrier, labelUrl, advance } = body;
    const exchange = body.exchange === undefined ? undefined : await this.exchanges.price(sold, body.exchange);
    const command = {
      ...(note === undefined ? {} : { note }),
      label: {
        labelId: state.number,
        address: address ?? '',
        ...(carrier === undefined ? {} : { carrier }),
        ...(labelUrl === undefined ? {} : { url: labelUrl }),
      },
      ...(advance === undefined ? {} : { advance }),
      ...(exchange === undefined ? {} : { exchange }),
      dueAt: this.returns.dueOf(state, state.goodsBack ? 'arrive' : 'resolve', context.now),
      now: context.now,
    };
    return this.returns.run(id, (current) => approve(command, current), { context, ifMatch, dryRun, reply });
  }

  @Needs('returns:decide')
  @Post('returns/:id/decline')
  @HttpCode(200)
  @ApiOperation({ summary: 'Decline a return, or take it back' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  decline(
    @Param('id') id: string,
    @Body() body: DeclineBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { ...body, now: context.now };
    return this.returns.run(id, (state) => decline(command, state), { context, ifMatch, dryRun, reply });
  }

  @Needs('returns:work')
  @Post('returns/:id/dispatch')
  @HttpCode(200)
  @ApiOperation({ summary: 'The customer has sent the goods' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async dispatch(
    @Param('id') id: string,
    @Body() body: DispatchBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { state } = await this.returns.load(id);
    const command = { ...body, dueAt: this.returns.dueOf(state, 'arrive', context.now), now: context.now };
    return this.returns.run(id, (current) => dispatch(command, current), { context, ifMatch, dryRun, reply });
  }

  @Needs('returns:work')
  @Post('returns/:id/receipts')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take goods in, in as many parts as they come' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async receive(
    @Param('id') id: string,
    @Body() body: ReceiveBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { state } = await this.returns.load(id);
    const command = {
      ...body,
      receiptId: key === undefined ? newId() : idFromKey(`return-receipt:${id}`, key),
      dueAt: this.returns.dueOf(state, 'inspect', context.now),
      now: context.now,
    };
    return this.returns.run(id, (current) => receive(command, current), { context, ifMatch, dryRun, reply });
  }

  @Needs('returns:work')
  @Post('returns/:id/inspections')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say what becomes of units that arrived' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async inspect(
    @Param('id') id: string,
    @Body() body: InspectBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { state } = await this.returns.load(id);
    const { startedAt, ...inspection } = body;
    const command = {
      ...inspection,
      units: inspection.units.map((unit) => ({ ...unit, accepted: unit.accepted ?? true })),
      ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
      inspectionId: key === undefined ? newId() : idFromKey(`return-inspection:${id}`, key),
      dueAt: this.returns.dueOf(state, 'resolve', context.now),
      now: context.now,
    };
    return this.returns.run(id, (current) => inspect(command, current), { context, ifMatch, dryRun, reply });
  }

  @Needs('returns:work')
  @Post('returns/:id/send-back')
  @HttpCode(200)
  @ApiOperation({ summary: 'Goods went back to the customer: repaired, or not accepted' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  sendBack(
    @Param('id') id: string,
    @Body() body: SendBackBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const sendingId = key === undefined ? newId() : idFromKey(`return-sending:${id}`, key);
    const command = { ...body, sendingId, now: context.now };
    return this.returns.run(id, (state) => sendBack(command, state), { context, ifMatch, dryRun, reply });
  }

  @Needs('returns:decide')
  @Post('returns/:id/resolve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Settle what the customer gets' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async resolve(
    @Param('id') id: string,
    @Body() body: ResolveBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { state } = await this.returns.load(id);
    const { order: sold, shipping } = await this.returns.orderOf(state);
    if ((body.shipping ?? 0) > shipping) throw new Refused('RETURN_SHIPPING_TOO_HIGH', { available: shipping });
    const exchange = body.exchange === undefined ? undefined : await this.exchanges.price(sold, body.exchange);
    const { exchange: _given, ...given } = body;
    const command = {
      ...given,
      ...(exchange === undefined ? {} : { exchange }),
      exchangeOrderId: exchangeOrderIdOf(id),
      dueAt: this.returns.dueOf(state, 'close', context.now),
      now: context.now,
    };
    return this.returns.run(id, (current) => resolve(command, current), { context, ifMatch, dryRun, reply });
  }
}

const listed = ({ _id, state: _state, ...row }: ReturnDocument): object => ({
  id: _id,
  ...Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_'))),
  revision: String(row.revision),
});
