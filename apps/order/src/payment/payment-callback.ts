import { type FieldProblem, Refused } from '@orderloom/contracts';
import { deterministicId, type Handled, type Preview, type Repository } from '@orderloom/event-sourcing';
import type { RequestContext } from '@orderloom/platform';
import { FieldReader } from '../intake/field-reader.js';
import type { OrderEvent } from '../order/events.js';
import type { RefundPolicy } from '../order/money-follow-up.js';
import type { Order } from '../order/order.js';
import { answerCommand } from './answer-command.js';
import type { FinalAnswer, ProviderReport } from './provider.js';

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
  'captureId',
  'expiresAt',
]);
const OUTCOMES = ['succeeded', 'failed', 'authorized', 'voided'] as const;
const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;

/** `<order id>-P1` is the first payment of an order, `-R1` its first refund. */
const CHILD_ID = /^(.+)-([PR])\d+$/;

/** The order that one of our payment or refund ids belongs to; null when it is none. */
export const orderOfChild = (id: string): { orderId: string; kind: 'payment' | 'refund' } | null => {
  const [, orderId, kind] = CHILD_ID.exec(id) ?? [];
  return orderId === undefined ? null : { orderId, kind: kind === 'R' ? 'refund' : 'payment' };
};

/**
 * Reads what a provider reports of its own accord about a payment or refund we asked for.
 * @throws Refused VALIDATION_FAILED with every problem
 */
export const parseCallback = (body: unknown, now: string): ProviderReport => {
  const problems: FieldProblem[] = [];
  const reader = FieldReader.of(body, problems);
  reader.onlyFields(FIELDS);
  const needed = <T>(name: string, value: T | undefined): T | undefined => {
    if (value === undefined && !reader.has(name)) reader.problem(name, 'REQUIRED');
    return value;
  };
  const id = needed('id', reader.id('id'));
  const outcome = needed('outcome', reader.oneOf('outcome', OUTCOMES));
  const amount = reader.integer('amount', 0, MAX_AMOUNT);
  const currency = reader.text('currency', 3);
  const providerReference = reader.id('providerReference');
  if (outcome === 'succeeded' || outcome === 'authorized') {
    needed('amount', amount);
    needed('currency', currency);
    needed('providerReference', providerReference);
  }
  const occurredAt = reader.time('occurredAt') ?? now;
  const expiresAt = reader.time('expiresAt');
  const captureId = reader.id('captureId');
  const code = reader.id('code') ?? 'PAYMENT_DECLINED';
  const reason = reader.text('reason', 500) ?? '';
  const retriable = reader.boolean('retriable') ?? false;
  const owner = id === undefined ? null : orderOfChild(id);
  if (id !== undefined && owner === null) reader.problem('id', 'PATTERN_MISMATCH');
  if (problems.length > 0 || id === undefined || owner === null || outcome === undefined) {
    throw new Refused('VALIDATION_FAILED', {}, problems);
  }
  const reference = providerReference ?? '';
  const answers: Record<(typeof OUTCOMES)[number], FinalAnswer> = {
    succeeded: { outcome: 'succeeded', providerReference: reference, occurredAt },
    authorized: {
      outcome: 'authorized',
      providerReference: reference,
      occurredAt,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    voided: { outcome: 'voided', occurredAt, reason: reason === '' ? 'VOIDED_BY_PROVIDER' : reason },
    failed: { outcome: 'failed', code, reason, retriable },
  };
  return {
    id,
    kind: captureId !== undefined && owner.kind === 'payment' ? 'capture' : owner.kind,
    orderId: owner.orderId,
    ...(captureId === undefined ? {} : { captureId }),
    amount: amount ?? 0,
    currency: currency ?? '',
    answer: answers[outcome],
    eventId: [outcome, reference, captureId ?? ''].join(':'),
  };
};

/** What a report would record. @throws Refused as `applyReport` */
export const previewReport = (
  orders: Repository<Order, OrderEvent>,
  report: ProviderReport,
  { now }: Pick<RequestContext, 'now'>,
  refunds: RefundPolicy,
): Promise<Preview<Order, OrderEvent>> =>
  orders.preview(report.orderId, (order) => answerCommand(report, report.answer, order, now, refunds));

/**
 * Records a provider's report. The event ids are made of what it says, so however often it is delivered, there is one
 * event.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, REFUND_NOT_FOUND, PAYMENT_AMOUNT_MISMATCH
 */
export const applyReport = (
  orders: Repository<Order, OrderEvent>,
  report: ProviderReport,
  context: Pick<RequestContext, 'actor' | 'correlationId' | 'now' | 'traceparent'>,
  refunds: RefundPolicy,
): Promise<Handled<Order, OrderEvent>> =>
  orders.handle(report.orderId, (order) => answerCommand(report, report.answer, order, context.now, refunds), {
    actor: context.actor,
    correlationId: context.correlationId,
    causationId: deterministicId('payment-callback', report.id, report.eventId),
    handler: 'order.payment-callback',
    now: context.now,
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  });
