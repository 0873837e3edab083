import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, PAYMENT_METHODS, Refused } from '@orderloom/contracts';
import { IdempotencyKey, Needs, newId } from '@orderloom/platform';
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
import { AsCommand, type CommandRequest, OrderCommand, runCommand } from '../order-commands.js';
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
@Needs('payments:refund', { limited: true })
@Controller('api/orders')
export class RefundsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly policy: MoneyPolicy,
  ) {}

  /** With an `Idempotency-Key` or a `key` of its own the same request again changes nothing. */
  @Post(':id/refunds')
  @OrderCommand('Give money back')
  @ApiHeader({ name: 'Idempotency-Key', required: false })
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
    @Body() body: unknown,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @AsCommand() request: CommandRequest,
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
    return runCommand(this.orders, request, (order) => {
      const route = routeFor(to, order);
      return requestRefund(
        {
          amount,
          reason,
          key,
          now: request.context.now,
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
  @OrderCommand('Ask once more for refunds that failed')
  retryAll(@AsCommand() request: CommandRequest): Promise<object> {
    return runCommand(this.orders, request, retryRefunds);
  }

  @Post(':id/refunds/:refundId/approve')
  @OrderCommand('Agree to a refund that waits for it')
  @ApiBody({ required: false, schema: { type: 'object', properties: { note: { type: 'string' } } } })
  approve(
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @AsCommand() request: CommandRequest,
  ): Promise<object> {
    return this.#step('approve', body, request, (reader) => {
      const note = reader.text('note', 2000);
      const command = { refundId, now: request.context.now, ...(note === undefined ? {} : { note }) };
      return (order) => approveRefund(command, order);
    });
  }

  @Post(':id/refunds/:refundId/reject')
  @OrderCommand('Refuse a refund that waits for approval; the money stays')
  @ApiBody({ schema: { type: 'object', required: ['reason'], properties: { reason: { type: 'string' } } } })
  reject(
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @AsCommand() request: CommandRequest,
  ): Promise<object> {
    return this.#step('reject', body, request, (reader) => {
      const reason = neededText(reader, 'reason');
      return (order) => rejectRefund({ refundId, reason }, order);
    });
  }

  @Post(':id/refunds/:refundId/retry')
  @OrderCommand('Ask once more for a refund that failed, perhaps by another way')
  @ApiBody({ required: false, schema: { type: 'object', properties: { route: routeSchema } } })
  retry(
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @AsCommand() request: CommandRequest,
  ): Promise<object> {
    return this.#step('retry', body, request, (reader) => {
      const to = readRoute(reader);
      return (order) => {
        const route = routeFor(to, order);
        return retryRefund({ refundId, ...(route === undefined ? {} : { route }) }, order);
      };
    });
  }

  @Post(':id/refunds/:refundId/settle')
  @OrderCommand('Record a refund that was paid by hand')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['reference'],
      properties: { reference: { type: 'string' }, occurredAt: { type: 'string', format: 'date-time' } },
    },
  })
  settle(
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @AsCommand() request: CommandRequest,
  ): Promise<object> {
    return this.#step('settle', body, request, (reader) => {
      const reference = neededText(reader, 'reference');
      const occurredAt = reader.time('occurredAt') ?? request.context.now;
      return (order) => settleRefund({ refundId, reference, occurredAt }, order);
    });
  }

  @Post(':id/refunds/:refundId/abandon')
  @OrderCommand('Give a refund up that could not be paid')
  @ApiBody({ schema: { type: 'object', required: ['reason'], properties: { reason: { type: 'string' } } } })
  abandon(
    @Param('refundId') refundId: string,
    @Body() body: unknown,
    @AsCommand() request: CommandRequest,
  ): Promise<object> {
    return this.#step('abandon', body, request, (reader) => {
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
