import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, PAYMENT_METHODS, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, IdempotencyKey, IfMatch, newId, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { FieldReader } from '../intake/field-reader.js';
import {
  abandonRefund,
  approveRefund,
  rejectRefund,
  requestRefund,
  retryRefund,
  retryRefunds,
  settleRefund,
} from '../order/decide-refund.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';
import { type CommandRequest, runCommand } from '../order-commands.js';
import { MoneyPolicy } from './money-policy.js';
import { readGiftCard, routeFor } from './payment-accounts.js';

const REQUEST_FIELDS = new Set(['amount', 'reason', 'note', 'paymentId', 'route', 'key']);
const ROUTE_FIELDS = new Set(['method', 'giftCard']);
const STEPS = ['approve', 'reject', 'retry', 'settle', 'abandon'] as const;
const STEP_FIELDS: Readonly<Record<(typeof STEPS)[number], ReadonlySet<string>>> = {
  approve: new Set(['note']),
  reject: new Set(['reason']),
  retry: new Set(['route']),
  settle: new Set(['reference', 'occurredAt']),
  abandon: new Set(['reason']),
};
const routeSchema = {
  type: 'object' as const,
  required: ['method'],
  description: 'Another way than the money came: store credit, a gift card, or any other method settled by hand.',
  properties: {
    method: { type: 'string' as const, enum: [...PAYMENT_METHODS] },
    giftCard: { type: 'string' as const },
  },
};

const readRoute = (reader: FieldReader): { method: string; giftCard?: string } | undefined => {
  const route = reader.object('route');
  if (route === undefined) return undefined;
  route.onlyFields(ROUTE_FIELDS);
  const method = route.oneOf('method', PAYMENT_METHODS);
  if (method === undefined && !route.has('method')) route.problem('method', 'REQUIRED');
  const giftCard = readGiftCard(route);
  return { method: method ?? '', ...(giftCard === undefined ? {} : { giftCard }) };
};

@ApiTags('payments')
@Controller('api/orders')
export class RefundsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly policy: MoneyPolicy,
  ) {}

  /** With an `Idempotency-Key` or a `key` of its own the same request again changes nothing. */
  @Post(':id/refunds')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give money back' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['amount', 'reason'],
      properties: {
        amount: { type: 'integer', minimum: 1, description: 'Minor units.' },
        reason: { type: 'string', maxLength: 200 },
        note: { type: 'string', maxLength: 2000 },
        paymentId: { type: 'string', description: 'Only from this payment; else the latest first.' },
        route: routeSchema,
        key: { type: 'string', description: 'What asks for it, e.g. the id of a return: asked twice, done once.' },
      },
    },
  })
  request(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(REQUEST_FIELDS);
    for (const name of ['amount', 'reason']) if (!reader.has(name)) reader.problem(name, 'REQUIRED');
    const amount = reader.integer('amount', 1, 1_000_000_000_000) ?? 0;
    const reason = reader.text('reason', 200) ?? '';
    const note = reader.text('note', 2000);
    const paymentId = reader.id('paymentId');
    const to = readRoute(reader);
    const key = reader.id('key') ?? idempotencyKey ?? newId();
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => {
      const route = routeFor(to, order);
      return requestRefund(
        {
          amount,
          reason,
          key,
          now: context.now,
          refunds: this.policy,
          ...(note === undefined ? {} : { note }),
          ...(paymentId === undefined ? {} : { paymentId }),
          ...(route === undefined ? {} : { route }),
        },
        order,
      );
    });
  }

  @Post(':id/refunds/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask once more for refunds that failed' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  retryAll(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, retryRefunds);
  }

  @Post(':id/refunds/:refundId/approve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Agree to a refund that waits for it' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({ required: false, schema: { type: 'object', properties: { note: { type: 'string' } } } })
  approve(
    @Param('id') id: string,
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#step('approve', body, { id, context, ifMatch, dryRun, reply }, (reader) => {
      const note = reader.text('note', 2000);
      const command = { refundId, now: context.now, ...(note === undefined ? {} : { note }) };
      return (order) => approveRefund(command, order);
    });
  }

  @Post(':id/refunds/:refundId/reject')
  @HttpCode(200)
  @ApiOperation({ summary: 'Refuse a refund that waits for approval; the money stays' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({ schema: { type: 'object', required: ['reason'], properties: { reason: { type: 'string' } } } })
  reject(
    @Param('id') id: string,
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#step('reject', body, { id, context, ifMatch, dryRun, reply }, (reader) => {
      const reason = neededText(reader, 'reason');
      return (order) => rejectRefund({ refundId, reason }, order);
    });
  }

  @Post(':id/refunds/:refundId/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask once more for a refund that failed, perhaps by another way' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({ required: false, schema: { type: 'object', properties: { route: routeSchema } } })
  retry(
    @Param('id') id: string,
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#step('retry', body, { id, context, ifMatch, dryRun, reply }, (reader) => {
      const to = readRoute(reader);
      return (order) => {
        const route = routeFor(to, order);
        return retryRefund({ refundId, ...(route === undefined ? {} : { route }) }, order);
      };
    });
  }

  @Post(':id/refunds/:refundId/settle')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record a refund that was paid by hand' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['reference'],
      properties: { reference: { type: 'string' }, occurredAt: { type: 'string', format: 'date-time' } },
    },
  })
  settle(
    @Param('id') id: string,
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#step('settle', body, { id, context, ifMatch, dryRun, reply }, (reader) => {
      const reference = neededText(reader, 'reference');
      const occurredAt = reader.time('occurredAt') ?? context.now;
      return (order) => settleRefund({ refundId, reference, occurredAt }, order);
    });
  }

  @Post(':id/refunds/:refundId/abandon')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a refund up that could not be paid' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({ schema: { type: 'object', required: ['reason'], properties: { reason: { type: 'string' } } } })
  abandon(
    @Param('id') id: string,
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#step('abandon', body, { id, context, ifMatch, dryRun, reply }, (reader) => {
      const reason = neededText(reader, 'reason');
      return (order) => abandonRefund({ refundId, reason }, order);
    });
  }

  /** Reads what a step takes, then runs it. */
  #step(
    step: (typeof STEPS)[number],
    body: unknown,
    request: CommandRequest,
    read: (reader: FieldReader) => (order: Order) => OrderEvent[],
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body ?? {}, problems);
    reader.onlyFields(STEP_FIELDS[step]);
    const decide = read(reader);
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    return runCommand(this.orders, request, decide);
  }
}

const neededText = (reader: FieldReader, name: string): string => {
  if (!reader.has(name)) reader.problem(name, 'REQUIRED');
  return reader.text(name, 200) ?? '';
};
