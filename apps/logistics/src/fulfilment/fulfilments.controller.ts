import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Address, type Contact, Refused } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  etagOf,
  IfMatch,
  Needs,
  openAll,
  type Page,
  personalFor,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import { newestFirst } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { FulfilmentRepository } from '../repositories.js';
import { listed, Views } from '../views.js';
import { DispatchBody, FulfilmentQuery, ManyBody, PackBody, PickBody, RejectBody } from './fulfilment.dto.js';
import type { FulfilmentDocument } from './fulfilments.projection.js';
import { type Action, actions } from './steps.js';
import { showFulfilment, WorkOnFulfilments } from './work-on-fulfilments.js';

const newest = newestFirst<FulfilmentDocument>('createdAt');
const isAction = (text: string): text is Action => (actions as readonly string[]).includes(text);

@ApiTags('fulfilments')
@Needs('fulfilments:read')
@Controller('api/fulfilments')
export class FulfilmentsController {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly work: WorkOnFulfilments,
    private readonly views: Views,
    private readonly vault: Vault,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Fulfilment orders, newest first' })
  async list(
    @Query() { status, location, orderId, country, overdue, cursor, limit }: FulfilmentQuery,
  ): Promise<Page<object>> {
    const filter: Filter<FulfilmentDocument> = {
      ...(status === undefined ? {} : { status: { $in: status as FulfilmentDocument['status'][] } }),
      ...(location === undefined ? {} : { location }),
      ...(orderId === undefined ? {} : { orderId }),
      ...(country === undefined ? {} : { country }),
      ...(overdue === undefined ? {} : { overdue: overdue === 'true' }),
      ...newest.after(cursor),
    };
    const found = await this.views.fulfilments
      .collection()
      .find(filter)
      .sort(newest.sort)
      .limit(limit + 1)
      .toArray();
    const page = newest.page(found, limit);
    return { ...page, items: page.items.map(listed) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One fulfilment order, with the address while it may be read' })
  async one(
    @Param('id') id: string,
    @Ctx() { access }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state, revision } = await this.fulfilments.load(id);
    if (!state.facts) throw new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId: id });
    const { shipTo, customer } = state.facts;
    const [address, contact] = await Promise.all([
      shipTo.address === undefined ? null : this.vault.unseal<Address>(shipTo.address),
      customer === undefined ? null : this.vault.unseal<Contact>(customer),
    ]);
    void reply.header('etag', etagOf(revision));
    return {
      ...(showFulfilment(state) as object),
      address: personalFor(access, address),
      contact: personalFor(access, contact),
      deliveryWish: await openAll(this.vault, state.facts.deliveryWish ?? null, access),
      revision: revision.toString(),
    };
  }

  @Needs('fulfilments:work')
  @Post(':id/accept')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take the work on' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  accept(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    return this.work.runOne('accept', id, {}, { context, ifMatch, dryRun });
  }

  @Needs('fulfilments:work')
  @Post(':id/reject')
  @HttpCode(200)
  @ApiOperation({ summary: 'Refuse the work, with a reason; the units get another source' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Packing has begun.' })
  reject(
    @Param('id') id: string,
    @Body() body: RejectBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    return this.work.runOne('reject', id, body, { context, ifMatch, dryRun });
  }

  @Needs('fulfilments:work')
  @Post(':id/label')
  @HttpCode(200)
  @ApiOperation({ summary: 'Book a carrier: the choice is explained, labels can be printed' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 422, description: 'No such carrier, or none that goes there.' })
  @ApiResponse({ status: 503, description: 'The carrier does not answer.' })
  label(
    @Param('id') id: string,
    @Body() body: DispatchBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    return this.work.runOne('label', id, body, { context, ifMatch, dryRun });
  }

  @Needs('fulfilments:work')
  @Post(':id/pick')
  @HttpCode(200)
  @ApiOperation({ summary: 'Collect the units: start, complete, or both at once' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Not the step that is due.' })
  pick(
    @Param('id') id: string,
    @Body() body: PickBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    return this.work.runOne('pick', id, body, { context, ifMatch, dryRun });
  }

  @Needs('fulfilments:work')
  @Post(':id/pack')
  @HttpCode(200)
  @ApiOperation({ summary: 'Put the units into parcels: start, complete, or both at once' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Not the step that is due.' })
  pack(
    @Param('id') id: string,
    @Body() body: PackBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    return this.work.runOne('pack', id, body, { context, ifMatch, dryRun });
  }

  @Needs('fulfilments:work')
  @Post(':id/dispatch')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hand the parcels to a carrier' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Not packed yet.' })
  @ApiResponse({ status: 422, description: 'No such carrier.' })
  dispatch(
    @Param('id') id: string,
    @Body() body: DispatchBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    return this.work.runOne('dispatch', id, body, { context, ifMatch, dryRun });
  }

  @Needs('fulfilments:work')
  @Post(':action')
  @HttpCode(200)
  @ApiOperation({ summary: 'The same action on many; one result per id' })
  @ApiParam({ name: 'action', enum: [...actions] })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async many(
    @Param('action') action: string,
    @Body() { ids, carrier, reason }: ManyBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<{ items: object[] }> {
    if (!isAction(action)) throw new Refused('NOT_FOUND');
    return {
      items: await this.work.run(
        action,
        ids,
        { carrier, ...(action === 'reject' ? { reason } : {}) },
        { context, dryRun },
      ),
    };
  }
}
