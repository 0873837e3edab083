import { type FieldProblem, Refused } from '@orderloom/contracts';
import { deterministicId, type Handled, type Repository } from '@orderloom/event-sourcing';
import type { RequestContext } from '@orderloom/platform';
import { FieldReader } from '../intake/field-reader.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { answerCommand } from './payment-worker.js';

const FIELDS = new Set([
  'id',
  'outcome',
  'amount',
  'currency',
  'providerReference',
  'occurredAt',
  'code',
  'reason',
  'retriable',
]);
const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;

/** What a provider reports of its own accord about a payment or refund we asked for. */
export interface PaymentCallback {
  /** our payment or refund id */
  id: string;
  outcome: 'succeeded' | 'failed';
  amount: number;
  currency: string;
  providerReference: string;
  occurredAt?: string;
  code: string;
  reason: string;
  retriable: boolean;
}

/** @throws Refused VALIDATION_FAILED with every problem */
export const parseCallback = (body: unknown): PaymentCallback => {
  const problems: FieldProblem[] = [];
  const reader = FieldReader.of(body, problems);
  reader.onlyFields(FIELDS);
  const needed = <T>(name: string, value: T | undefined): T | undefined => {
    if (value === undefined && !reader.has(name)) reader.problem(name, 'REQUIRED');
    return value;
  };
  const id = needed('id', reader.id('id'));
  const outcome = needed<'succeeded' | 'failed'>('outcome', reader.oneOf('outcome', ['succeeded', 'failed']));
  const succeeded = outcome === 'succeeded';
  const amount = reader.integer('amount', 0, MAX_AMOUNT);
  const currency = reader.text('currency', 3);
  const providerReference = reader.id('providerReference');
  if (succeeded) {
    needed('amount', amount);
    needed('currency', currency);
    needed('providerReference', providerReference);
  }
  const occurredAt = reader.time('occurredAt');
  const code = reader.id('code') ?? 'PAYMENT_DECLINED';
  const reason = reader.text('reason', 500) ?? '';
  const retriable = reader.boolean('retriable') ?? false;
  if (id !== undefined && !CHILD_ID.test(id)) reader.problem('id', 'PATTERN_MISMATCH');
  if (problems.length > 0 || id === undefined || outcome === undefined) {
    throw new Refused('VALIDATION_FAILED', {}, problems);
  }
  return {
    id,
    outcome,
    amount: amount ?? 0,
    currency: currency ?? '',
    providerReference: providerReference ?? '',
    ...(occurredAt === undefined ? {} : { occurredAt }),
    code,
    reason,
    retriable,
  };
};

/** `<order id>-P1` is the first payment of an order, `-R1` its first refund. */
const CHILD_ID = /^(.+)-([PR])\d+$/;

/**
 * Records a provider's callback. The event ids are made of what it says, so however often it is delivered, there is
 * one event.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, REFUND_NOT_FOUND, PAYMENT_AMOUNT_MISMATCH
 */
export const applyCallback = (
  orders: Repository<Order, OrderEvent>,
  callback: PaymentCallback,
  context: RequestContext,
): Promise<Handled<Order, OrderEvent>> => {
  const [, orderId = '', kind] = CHILD_ID.exec(callback.id) ?? [];
  const { id, outcome, amount, currency, providerReference, code, reason, retriable } = callback;
  const task = { kind: kind === 'R' ? ('refund' as const) : ('payment' as const), id, amount, currency };
  const occurredAt = callback.occurredAt ?? context.now;
  const answer =
    outcome === 'succeeded'
      ? ({ outcome, providerReference, occurredAt } as const)
      : ({ outcome, code, reason, retriable } as const);
  return orders.handle(orderId, (order) => answerCommand(task, answer, order, context.now), {
    actor: context.actor,
    correlationId: context.correlationId,
    causationId: deterministicId('payment-callback', id, outcome, providerReference),
    handler: 'order.payment-callback',
    now: context.now,
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  });
};
