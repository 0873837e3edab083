import { Refused } from '@orderloom/contracts';
import { settleAmendments } from './amend-apply.js';
import { mustNotHaveEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { DEFAULT_PROVIDER, paymentRequest, withFollowUps } from './follow-up.js';
import { isBlocked } from './holds.js';
import { outstanding } from './money.js';
import { evolve, type Order, type Payment } from './order.js';
import { about, mustExist } from './refusals.js';

/** How often the platform asks by itself before a person has to decide. */
export const MAX_AUTOMATIC_ATTEMPTS = 3;

const paymentOf = (order: Order, paymentId: string): Payment => {
  mustExist(order);
  const payment = order.payments.find((candidate) => candidate.paymentId === paymentId);
  if (payment === undefined) throw new Refused('PAYMENT_NOT_FOUND', { ...about(order), paymentId });
  return payment;
};

/** Asks for payment once every line has its stock; does nothing where no payment is to be asked for. */
export const requestPayment = (command: { now: string; provider?: string }, order: Order): OrderEvent[] => {
  mustExist(order);
  return withFollowUps(order, [], command);
};

export interface CapturePayment {
  paymentId: string;
  /** minor units */
  amount: number;
  currency: string;
  providerReference: string;
  occurredAt: string;
  now: string;
}

/**
 * Records money the provider has collected, once per payment, whatever the order's state: money that moved is never
 * ignored. It releases an order that waited for it, and goes back where it is not owed (any more).
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, PAYMENT_AMOUNT_MISMATCH
 */
export const capturePayment = (command: CapturePayment, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  if (payment.status === 'CAPTURED') return [];
  if (command.amount !== payment.amount || command.currency !== order.currency) {
    throw new Refused('PAYMENT_AMOUNT_MISMATCH', {
      ...about(order),
      paymentId: payment.paymentId,
      requested: payment.amount,
      captured: command.amount,
      currency: command.currency,
    });
  }
  const { paymentId, amount, currency, providerReference, occurredAt } = command;
  const captured: OrderEvent = {
    type: 'PaymentCaptured',
    data: { paymentId, amount, currency, providerReference, occurredAt },
  };
  return withFollowUps(order, [captured], command);
};

export interface FailPayment {
  paymentId: string;
  code: string;
  reason: string;
  /** whether asking again may help, e.g. after a provider's outage but not after a stolen card */
  retriable: boolean;
  now: string;
}

/**
 * Records that a payment did not come. Where asking again may help the next attempt follows in the same append.
 * A late "failed" never undoes a capture.
 */
export const failPayment = (command: FailPayment, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  if (payment.status !== 'REQUESTED') return [];
  const final =
    !command.retriable ||
    payment.attempt >= MAX_AUTOMATIC_ATTEMPTS ||
    order.status !== 'CONFIRMED' ||
    isBlocked(order, 'CAPTURE') ||
    outstanding(order.ledger) === 0;
  const failed: OrderEvent = {
    type: 'PaymentFailed',
    data: { paymentId: payment.paymentId, attempt: payment.attempt, code: command.code, reason: command.reason, final },
  };
  if (final) return [failed, ...settleAmendments(evolve(order, failed), command.now)];
  return [failed, paymentRequest(evolve(order, failed), payment.provider, command.now)];
};

/**
 * Asks once more after the last attempt failed. While one is under way nothing happens.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED, PAYMENT_NOT_DUE, ORDER_ON_HOLD, PAYMENT_NOT_FAILED
 */
export const retryPayment = (command: { now: string }, order: Order): OrderEvent[] => {
  mustExist(order);
  mustNotHaveEnded(order);
  if (outstanding(order.ledger) === 0 || order.paymentTerms !== 'prepaid') {
    throw new Refused('PAYMENT_NOT_DUE', about(order));
  }
  if (order.payments.some((payment) => payment.status === 'REQUESTED')) return [];
  const last = order.payments.at(-1);
  if (isBlocked(order, 'CAPTURE')) throw new Refused('ORDER_ON_HOLD', { ...about(order), step: 'CAPTURE' });
  if (last?.status !== 'FAILED') throw new Refused('PAYMENT_NOT_FAILED', about(order));
  return [paymentRequest(order, last.provider ?? DEFAULT_PROVIDER, command.now)];
};
