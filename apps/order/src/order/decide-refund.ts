import { Refused } from '@orderloom/contracts';
import type { OrderEvent } from './events.js';
import { isBlocked } from './holds.js';
import type { Order, Refund } from './order.js';
import { about, mustExist } from './refusals.js';

const refundOf = (order: Order, refundId: string): Refund => {
  mustExist(order);
  const refund = order.refunds.find((candidate) => candidate.refundId === refundId);
  if (refund === undefined) throw new Refused('REFUND_NOT_FOUND', { ...about(order), refundId });
  return refund;
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
  if (refund.status !== 'REQUESTED') return [];
  if (command.attempt !== undefined && command.attempt <= refund.failures) return [];
  const { refundId, code, reason } = command;
  return [{ type: 'RefundFailed', data: { refundId, code, reason, attempt: refund.failures + 1 } }];
};

/**
 * Asks again for every refund that failed, under its old id so that it can never be paid twice.
 * @throws Refused ORDER_NOT_FOUND, ORDER_ON_HOLD, REFUND_NOT_FAILED
 */
export const retryRefunds = (order: Order): OrderEvent[] => {
  mustExist(order);
  if (isBlocked(order, 'REFUND')) throw new Refused('ORDER_ON_HOLD', { ...about(order), step: 'REFUND' });
  const failed = order.refunds.filter((refund) => refund.status === 'FAILED');
  if (failed.length === 0) {
    if (order.refunds.some((refund) => refund.status === 'REQUESTED')) return [];
    throw new Refused('REFUND_NOT_FAILED', about(order));
  }
  return failed.map(({ refundId, paymentId, amount, reason }) => ({
    type: 'RefundRequested',
    data: { refundId, paymentId, amount, currency: order.currency, reason },
  }));
};
