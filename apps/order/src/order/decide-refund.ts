import { Refused } from '@orderloom/contracts';
import { childId } from './child-ids.js';
import type { OrderEvent } from './events.js';
import { isBlocked } from './holds.js';
import type { RefundRoute } from './money-events.js';
import { excessOf, isAutomatic, type RefundPolicy, refundRequest, spreadRefund } from './money-follow-up.js';
import type { Order, Refund } from './order.js';
import { isRefused, isUnderWay, refundableOf } from './refunds.js';
import { about, mustExist } from './refusals.js';

const refundOf = (order: Order, refundId: string): Refund => {
  mustExist(order);
  const refund = order.refunds.find((candidate) => candidate.refundId === refundId);
  if (refund === undefined) throw new Refused('REFUND_NOT_FOUND', { ...about(order), refundId });
  return refund;
};

/** @throws Refused ORDER_ON_HOLD while a hold keeps money from going back */
const mustMayRefund = (order: Order): void => {
  if (isBlocked(order, 'REFUND')) throw new Refused('ORDER_ON_HOLD', { ...about(order), step: 'REFUND' });
};

/** @throws Refused REFUND_STATE where a step does not fit where the refund stands */
const mustBe = (order: Order, refund: Refund, states: readonly Refund['status'][]): void => {
  if (states.includes(refund.status)) return;
  throw new Refused('REFUND_STATE', { ...about(order), refundId: refund.refundId, status: refund.status });
};

/** A refund as it is asked of a provider, with all that needs. */
const requestOf = (order: Order, refund: Refund, route?: RefundRoute) => {
  const payment = order.payments.find(({ paymentId }) => paymentId === refund.paymentId);
  if (payment === undefined) throw new Refused('PAYMENT_NOT_FOUND', { ...about(order), paymentId: refund.paymentId });
  return refundRequest(order, payment, { ...refund, route: route ?? refund.route });
};

export interface RequestRefund {
  /** minor units */
  amount: number;
  reason: string;
  note?: string;
  /** only from this payment; absent: the latest first */
  paymentId?: string;
  /** another way than the money came */
  route?: RefundRoute;
  /** what asks for it, e.g. a return's id: asked twice, done once */
  key: string;
  refunds?: RefundPolicy;
  now: string;
}

const credited = (
  order: Order,
  refund: { refundId: string; credit: number; reason: string },
  now: string,
): OrderEvent => ({
  type: 'OrderCredited',
  data: {
    credits: [],
    amount: refund.credit,
    currency: order.currency,
    reason: refund.reason,
    occurredAt: now,
    refundId: refund.refundId,
  },
});

/**
 * Gives money back: for a return, a complaint, as goodwill. What the customer owes shrinks by what was not paid too
 * much anyway, as soon as the refund is approved; the policy says whether a person has to do that.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, REFUND_EXCEEDS_CAPTURED
 */
export const requestRefund = (command: RequestRefund, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.refunds.some((refund) => refund.key === command.key)) return [];
  const { amount, reason, note, paymentId, route, key, now } = command;
  if (paymentId !== undefined && !order.payments.some((payment) => payment.paymentId === paymentId)) {
    throw new Refused('PAYMENT_NOT_FOUND', { ...about(order), paymentId });
  }
  const available = order.payments
    .filter((payment) => paymentId === undefined || payment.paymentId === paymentId)
    .reduce((sum, payment) => sum + refundableOf(order, payment), 0);
  if (amount > available) throw new Refused('REFUND_EXCEEDS_CAPTURED', { ...about(order), available });
  mustMayRefund(order);
  const automatic = isAutomatic(amount, command.refunds);
  let free = Math.max(0, excessOf(order));
  return spreadRefund(order, amount, paymentId).flatMap(({ payment, amount: part }, index): OrderEvent[] => {
    const refundId = childId(order, 'R', order.refunds.length + index + 1);
    const credit = Math.max(0, part - free);
    free = Math.max(0, free - part);
    const requested: OrderEvent = {
      type: 'RefundRequested',
      data: {
        ...refundRequest(order, payment, { refundId, amount: part, reason, ...(route === undefined ? {} : { route }) }),
        key,
        ...(credit === 0 ? {} : { credit }),
        ...(note === undefined ? {} : { note }),
        ...(automatic ? {} : { approval: 'required' as const }),
      },
    };
    return automatic && credit > 0 ? [requested, credited(order, { refundId, credit, reason }, now)] : [requested];
  });
};

/**
 * Agrees to a refund that waits for it.
 * @throws Refused ORDER_NOT_FOUND, REFUND_NOT_FOUND, REFUND_STATE
 */
export const approveRefund = (
  command: { refundId: string; note?: string; now: string },
  order: Order,
): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (refund.status === 'APPROVED' || refund.status === 'SUBMITTED' || refund.status === 'SUCCEEDED') return [];
  mustBe(order, refund, ['REQUESTED']);
  mustMayRefund(order);
  const { refundId, credit, reason } = refund;
  const { reason: _reason, ...data } = requestOf(order, refund);
  const note = command.note === undefined ? {} : { note: command.note };
  const approved: OrderEvent = { type: 'RefundApproved', data: { ...data, ...note } };
  return credit > 0 ? [approved, credited(order, { refundId, credit, reason }, command.now)] : [approved];
};

/**
 * Refuses a refund that waits for approval; the money stays.
 * @throws Refused ORDER_NOT_FOUND, REFUND_NOT_FOUND, REFUND_STATE
 */
export const rejectRefund = (command: { refundId: string; reason: string }, order: Order): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (refund.status === 'REJECTED') return [];
  mustBe(order, refund, ['REQUESTED']);
  const { refundId, amount } = refund;
  return [{ type: 'RefundRejected', data: { refundId, amount, currency: order.currency, reason: command.reason } }];
};

/** Records that the provider has a refund in hand. Heard of after its end it says nothing new. */
export const submitRefund = (
  command: { refundId: string; provider: string; providerReference?: string },
  order: Order,
): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (refund.status !== 'APPROVED') return [];
  return [{ type: 'RefundSubmitted', data: { ...command, amount: refund.amount, currency: order.currency } }];
};

export interface SucceedRefund {
  refundId: string;
  providerReference: string;
  occurredAt: string;
}

/** Records that money went back. Only this moves the ledger; a success after a failure counts too. */
export const succeedRefund = (command: SucceedRefund, order: Order): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (refund.status === 'SUCCEEDED') return [];
  const { refundId, providerReference, occurredAt } = command;
  return [
    {
      type: 'RefundSucceeded',
      data: { refundId, amount: refund.amount, currency: order.currency, providerReference, occurredAt },
    },
  ];
};

/**
 * Settles by hand what no provider could give back: paid by bank transfer, in cash.
 * @throws Refused ORDER_NOT_FOUND, REFUND_NOT_FOUND, REFUND_STATE
 */
export const settleRefund = (
  command: { refundId: string; reference: string; occurredAt: string },
  order: Order,
): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (refund.status === 'SUCCEEDED') return [];
  mustBe(order, refund, ['APPROVED', 'SUBMITTED', 'FAILED']);
  const { refundId, reference: providerReference, occurredAt } = command;
  return succeedRefund({ refundId, providerReference, occurredAt }, order);
};

export interface FailRefund {
  refundId: string;
  code: string;
  reason: string;
  /** which attempt failed, from 1; an answer to an attempt already counted is ignored */
  attempt?: number;
}

/** Records that the provider did not give the money back. */
export const failRefund = (command: FailRefund, order: Order): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (refund.status !== 'APPROVED' && refund.status !== 'SUBMITTED') return [];
  if (command.attempt !== undefined && command.attempt <= refund.failures) return [];
  const { refundId, code, reason } = command;
  return [{ type: 'RefundFailed', data: { refundId, code, reason, attempt: refund.failures + 1 } }];
};

/**
 * Asks again for a refund that failed, under its old id so that it can never be paid twice; by another way if one is
 * given.
 * @throws Refused ORDER_NOT_FOUND, REFUND_NOT_FOUND, REFUND_STATE, ORDER_ON_HOLD
 */
export const retryRefund = (command: { refundId: string; route?: RefundRoute }, order: Order): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (refund.status === 'APPROVED' || refund.status === 'SUBMITTED' || refund.status === 'SUCCEEDED') return [];
  mustBe(order, refund, ['FAILED']);
  mustMayRefund(order);
  return [{ type: 'RefundRequested', data: requestOf(order, refund, command.route) }];
};

/**
 * Asks again for every refund that failed.
 * @throws Refused ORDER_NOT_FOUND, ORDER_ON_HOLD, REFUND_NOT_FAILED
 */
export const retryRefunds = (order: Order): OrderEvent[] => {
  mustExist(order);
  mustMayRefund(order);
  const failed = order.refunds.filter((refund) => refund.status === 'FAILED');
  if (failed.length === 0) {
    if (order.refunds.some(isUnderWay)) return [];
    throw new Refused('REFUND_NOT_FAILED', about(order));
  }
  return failed.map((refund) => ({ type: 'RefundRequested', data: requestOf(order, refund) }));
};

/**
 * Gives a refund up that could not be paid; the money stays.
 * @throws Refused ORDER_NOT_FOUND, REFUND_NOT_FOUND, REFUND_STATE
 */
export const abandonRefund = (command: { refundId: string; reason: string }, order: Order): OrderEvent[] => {
  const refund = refundOf(order, command.refundId);
  if (isRefused(refund)) return [];
  // One the provider has in hand may still arrive: only what failed, or was never sent, is given up.
  mustBe(order, refund, ['FAILED']);
  const { refundId, amount } = refund;
  return [{ type: 'RefundAbandoned', data: { refundId, amount, currency: order.currency, reason: command.reason } }];
};
