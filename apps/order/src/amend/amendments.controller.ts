import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  etagOf,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  Needs,
  openAll,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { parseReason, reasonProperties } from '../cancel/ending-request.js';
import { acceptAmendment, approveAmendment, declineAmendment, withdrawAmendment } from '../order/decide-amend.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';
import { runCommand } from '../order-commands.js';
import { amendmentBody } from './propose-amendment.api.js';
import { ProposeAmendmentHandler, parseAmendment } from './propose-amendment.js';

const noteBody = { required: false, schema: { type: 'object', properties: { note: reasonProperties.note } } } as const;

/** Changes of an order, from asking for one to its end. */
@ApiTags('amendments')
@Needs('orders:edit', { limited: true })
@Controller('api/orders/:id/amendments')
export class AmendmentsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly proposals: ProposeAmendmentHandler,
    private readonly vault: Vault,
  ) {}

  @Needs('orders:read', { limited: true })
  @Get()
  @ApiOperation({ summary: 'Every change that was asked for, oldest first' })
  async list(
    @Param('id') id: string,
    @Ctx() { access }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state, revision } = await this.orders.load(id);
    if (state.status === 'NONE') throw new Refused('ORDER_NOT_FOUND', { orderId: id });
    reply.header('etag', etagOf(revision));
    return { items: await openAll(this.vault, state.amendments, access) };
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask for a change; with dryRun: what it would cost and who would have to agree' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the order as last read' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'One change per key.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(amendmentBody)
  @ApiResponse({ status: 409, description: 'The order is over, or the part is released.' })
  @ApiResponse({ status: 422, description: 'Not a change that can be made; every problem is listed.' })
  async propose(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { now, correlationId } = context;
    const amendmentId = idFromKey('amendment', id, key ?? correlationId);
    const decide = await this.proposals.decider(id, parseAmendment(body), { amendmentId, now, seal: !dryRun });
    const answer = await runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, decide);
    return { amendmentId, ...answer };
  }

  @Needs('orders:review', { limited: true })
  @Post(':amendmentId/approve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Approve a change that waits for it' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(noteBody)
  approve(
    @Param('id') id: string,
    @Param('amendmentId') amendmentId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#run({ id, context, ifMatch, dryRun, reply }, amendmentId, body, approveAmendment);
  }

  @Post(':amendmentId/accept')
  @HttpCode(200)
  @ApiOperation({ summary: "Record the customer's consent" })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(noteBody)
  accept(
    @Param('id') id: string,
    @Param('amendmentId') amendmentId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#run({ id, context, ifMatch, dryRun, reply }, amendmentId, body, acceptAmendment);
  }

  @Post(':amendmentId/decline')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record that the approver, or the customer, does not want it' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        by: { type: 'string', enum: ['APPROVER', 'CUSTOMER'], default: 'APPROVER' },
        note: reasonProperties.note,
      },
    },
  })
  decline(
    @Param('id') id: string,
    @Param('amendmentId') amendmentId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { by = 'APPROVER' } = parseReason(body, ['by'], (reader) => ({
      by: reader.oneOf('by', ['APPROVER', 'CUSTOMER'] as const) ?? ('APPROVER' as const),
    }));
    const decide = (command: { amendmentId: string; note?: string; now: string }, order: Order) =>
      declineAmendment({ ...command, by }, order);
    return this.#run({ id, context, ifMatch, dryRun, reply }, amendmentId, body, decide);
  }

  @Post(':amendmentId/withdraw')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a change back that is not applied yet' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody(noteBody)
  withdraw(
    @Param('id') id: string,
    @Param('amendmentId') amendmentId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#run({ id, context, ifMatch, dryRun, reply }, amendmentId, body, withdrawAmendment);
  }

  #run(
    request: Parameters<typeof runCommand>[1],
    amendmentId: string,
    body: unknown,
    decide: (command: { amendmentId: string; note?: string; now: string }, order: Order) => OrderEvent[],
  ): Promise<object> {
    const { note } = parseReason(body, ['by']);
    const command = { amendmentId, ...(note === undefined ? {} : { note }), now: request.context.now };
    return runCommand(this.orders, request, (order) => decide(command, order));
  }
}
