import { Refused } from '@orderloom/contracts';
import { settleAmendments } from './amend-apply.js';
import { mustNotHaveEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { isBlocked } from './holds.js';
import { outstanding } from './money.js';
import type { PaymentAction } from './money-events.js';
import { captureRequests, paymentIdOf, paymentRequest, type RefundPolicy } from './money-follow-up.js';
import { evolve, type Order, type Payment } from './order.js';
import { DEFAULT_PROVIDER, unasked } from './payment-plan.js';
import { isOpen, PAYMENT_EXPIRED } from './payments.js';
import { about, mustExist } from './refusals.js';

/** How often the platform asks by itself before a person has to decide. */
export const MAX_AUTOMATIC_ATTEMPTS = 3;

const paymentOf = (order: Order, paymentId: string): Payment => {
  mustExist(order);
  const payment = order.payments.find((candidate) => candidate.paymentId === paymentId);
  if (payment === undefined) throw new Refused('PAYMENT_NOT_FOUND', { ...about(order), paymentId });
  return payment;
};

/** What is needed to ask for the same once more. */
const again = (payment: Payment, amount: number) => ({
  method: payment.method,
  provider: payment.provider,
  amount,
  ...(payment.part === null ? {} : { part: payment.part }),
  ...(payment.purpose === null ? {} : { purpose: payment.purpose }),
  ...(payment.account === null ? {} : { account: payment.account }),
  ...(payment.manualCapture ? { capture: 'manual' as const } : {}),
});

/** Asks for payment once every line has its stock; does nothing where no payment is to be asked for. */
export const requestPayment = (command: { now: string }, order: Order): OrderEvent[] => {
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
  /** which capture, where a payment may come in parts; absent: all of it, at once */
  captureId?: string;
  refunds?: RefundPolicy;
}

/**
 * Records money that came in, each capture once, whatever the order's state: money that moved is never ignored. It
 * releases an order that waited for it, and goes back where it is not owed (any more).
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, PAYMENT_AMOUNT_MISMATCH
 */
export const capturePayment = (command: CapturePayment, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  const { paymentId, amount, currency, providerReference, occurredAt, captureId } = command;
  // One that says nothing of parts is about the whole payment, or about what is left of it.
  if (captureId === undefined && payment.status === 'CAPTURED') return [];
  if (payment.captures.some((capture) => capture.captureId === (captureId ?? paymentId))) return [];
  const wanted = captureId === undefined ? payment.amount - payment.captured : amount;
  if (amount !== wanted || amount <= 0 || currency !== order.currency) {
    throw new Refused('PAYMENT_AMOUNT_MISMATCH', {
      ...about(order),
      paymentId,
      requested: wanted,
      captured: amount,
      currency,
    });
  }
  const captured: OrderEvent = {
    type: 'PaymentCaptured',
    data: {
      paymentId,
      amount,
      currency,
      providerReference,
      occurredAt,
      ...(captureId === undefined ? {} : { captureId }),
    },
  };
  return withFollowUps(order, [captured], command);
};

export interface AuthorizePayment {
  paymentId: string;
  amount: number;
  currency: string;
  providerReference: string;
  /** until when it can be taken */
  expiresAt?: string;
  occurredAt: string;
  now: string;
}

/**
 * Records money set aside, once per payment; heard of after the money was taken it says nothing new.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, PAYMENT_AMOUNT_MISMATCH
 */
export const authorizePayment = (command: AuthorizePayment, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  if (!isOpen(payment) && payment.status !== 'FAILED' && payment.status !== 'EXPIRED') return [];
  const { paymentId, amount, currency, providerReference, expiresAt, occurredAt } = command;
  if (amount !== payment.amount || currency !== order.currency) {
    const details = { ...about(order), paymentId, requested: payment.amount, captured: amount, currency };
    throw new Refused('PAYMENT_AMOUNT_MISMATCH', details);
  }
  const authorized: OrderEvent = {
    type: 'PaymentAuthorized',
    data: {
      paymentId,
      amount,
      currency,
      providerReference,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      occurredAt,
    },
  };
  return withFollowUps(order, [authorized], command);
};

/** Records that the customer has to do something: once, and only while the payment waits. */
export const requireAction = (
  command: { paymentId: string; action: PaymentAction; providerReference?: string; expiresAt?: string },
  order: Order,
): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  return payment.status === 'CREATED' ? [{ type: 'PaymentActionRequired', data: command }] : [];
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
 * A late "failed" never undoes an authorisation or a capture.
 */
export const failPayment = (command: FailPayment, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  const waits = isOpen(payment) || (payment.status === 'PARTIALLY_CAPTURED' && payment.authorized === 0);
  if (!waits) return [];
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
  const after = evolve(order, failed);
  const amount = amountOfRetry(after, payment);
  return amount === 0 ? [failed] : [failed, paymentRequest(after, again(payment, amount), command.now)];
};

/** As much of a failed payment as is still owed and asked for by no other. */
const amountOfRetry = (order: Order, failed: Payment): number => {
  const open = unasked(order);
  return order.payment === null && order.payments.every(({ part }) => part === null)
    ? open
    : Math.min(open, failed.amount - failed.captured);
};

/**
 * Asks once more for what failed. While that is under way nothing happens.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED, ORDER_EXPIRED, PAYMENT_NOT_DUE, ORDER_ON_HOLD, PAYMENT_NOT_FAILED
 */
export const retryPayment = (command: { now: string }, order: Order): OrderEvent[] => {
  mustExist(order);
  mustNotHaveEnded(order);
  if (outstanding(order.ledger) === 0 || order.paymentTerms !== 'prepaid') {
    throw new Refused('PAYMENT_NOT_DUE', about(order));
  }
  if (unasked(order) === 0) return [];
  if (isBlocked(order, 'CAPTURE')) throw new Refused('ORDER_ON_HOLD', { ...about(order), step: 'CAPTURE' });
  const failed = order.payments.findLast((payment) => payment.status === 'FAILED' || payment.status === 'EXPIRED');
  if (failed === undefined) throw new Refused('PAYMENT_NOT_FAILED', about(order));
  return [paymentRequest(order, again(failed, amountOfRetry(order, failed)), command.now)];
};

export interface AddPayment {
  method: string;
  provider?: string;
  /** minor units; absent: all that is owed and not asked for */
  amount?: number;
  account?: string;
  capture?: 'manual';
  now: string;
}

/**
 * Asks for what is owed in a further way, e.g. after a card failed or when an invoice is to be paid online. Said twice
 * it is done once: then nothing is left to ask for.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED, PAYMENT_NOT_DUE, ORDER_ON_HOLD,
 * PAYMENT_EXCEEDS_DUE
 */
export const addPayment = (command: AddPayment, order: Order): OrderEvent[] => {
  mustExist(order);
  mustNotHaveEnded(order);
  if (order.mode === 'history') throw new Refused('ORDER_IS_HISTORY', about(order));
  if (outstanding(order.ledger) === 0) throw new Refused('PAYMENT_NOT_DUE', about(order));
  if (isBlocked(order, 'CAPTURE')) throw new Refused('ORDER_ON_HOLD', { ...about(order), step: 'CAPTURE' });
  const open = unasked(order);
  if (open === 0) return [];
  const amount = command.amount ?? open;
  if (amount > open) throw new Refused('PAYMENT_EXCEEDS_DUE', { ...about(order), available: open });
  const { method, provider = DEFAULT_PROVIDER, account, capture, now } = command;
  const what = {
    method,
    provider,
    amount,
    ...(account === undefined ? {} : { account }),
    ...(capture === undefined ? {} : { capture }),
  };
  return [paymentRequest(order, what, now)];
};

/**
 * Takes a request back that nobody has paid yet; the provider is told by the worker.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, PAYMENT_ALREADY_CAPTURED
 */
export const withdrawPayment = (command: { paymentId: string; now: string }, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  if (payment.status === 'FAILED' || payment.status === 'EXPIRED' || payment.status === 'VOIDED') return [];
  if (!isOpen(payment)) throw new Refused('PAYMENT_ALREADY_CAPTURED', { ...about(order), ...command });
  const reason = 'The request was taken back.';
  return failPayment({ ...command, code: 'PAYMENT_WITHDRAWN', reason, retriable: false }, order);
};

export interface RecordPayment {
  /** open payment it belongs to; absent: a new one */
  paymentId?: string;
  method: string;
  /** minor units */
  amount: number;
  currency: string;
  /** of the bank or cashier; one reference is recorded once */
  reference: string;
  occurredAt: string;
  now: string;
  refunds?: RefundPolicy;
}

/**
 * Records money that came outside any provider: a bank transfer, cash. All that came is recorded, also more or less
 * than was asked for; what is too much goes back.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, CURRENCY_MISMATCH
 */
export const recordPayment = (command: RecordPayment, order: Order): OrderEvent[] => {
  mustExist(order);
  const { paymentId, method, amount, currency, reference, occurredAt, now } = command;
  if (order.payments.some((one) => one.captures.some((capture) => capture.captureId === reference))) return [];
  if (currency !== order.currency) {
    throw new Refused('PAYMENT_CURRENCY_MISMATCH', { ...about(order), found: currency, expected: order.currency });
  }
  const captured = (id: string): Omit<CapturePayment, 'paymentId'> & { paymentId: string } => ({
    ...command,
    paymentId: id,
    captureId: reference,
    providerReference: reference,
  });
  const open = order.payments.find((one) => one.provider === 'manual' && one.status !== 'CAPTURED' && isWaiting(one));
  const known = paymentId ?? open?.paymentId;
  if (known !== undefined) return capturePayment(captured(known), order);
  const asked = paymentRequest(order, { method, provider: 'manual', amount }, now);
  const data = { ...captured(paymentIdOf(order)), amount, currency, occurredAt };
  return [asked, ...capturePayment(data, evolve(order, asked))];
};

const isWaiting = (payment: Payment): boolean =>
  isOpen(payment) || (payment.status === 'PARTIALLY_CAPTURED' && payment.authorized === 0);

/**
 * Takes authorised money, all of it or a part. Done already, or under way, it does nothing.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, PAYMENT_NOT_AUTHORIZED, PAYMENT_EXCEEDS_DUE
 */
export const requestCapture = (command: { paymentId: string; amount?: number }, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  if (payment.status === 'CAPTURED') return [];
  if (payment.authorized === 0 || payment.voiding) {
    throw new Refused('PAYMENT_NOT_AUTHORIZED', { ...about(order), paymentId: payment.paymentId });
  }
  const failed = payment.capturing.filter((one) => one.failed);
  if (failed.length > 0 && payment.providerReference !== null) {
    // Under its old id, so that it can never be taken twice.
    const { paymentId, provider, providerReference } = payment;
    return failed.map(({ captureId, amount }) => ({
      type: 'PaymentCaptureRequested',
      data: { paymentId, captureId, amount, currency: order.currency, provider, providerReference },
    }));
  }
  const open = payment.authorized - payment.capturing.reduce((sum, one) => sum + one.amount, 0);
  const amount = command.amount ?? open;
  if (amount > open) throw new Refused('PAYMENT_EXCEEDS_DUE', { ...about(order), available: open });
  return captureRequests({ ...order, payments: [payment] }, amount);
};

/** Records that authorised money could not be taken; a person can ask again. */
export const failCapture = (
  command: { paymentId: string; captureId: string; code: string; reason: string },
  order: Order,
): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  const asked = payment.capturing.find((one) => one.captureId === command.captureId);
  return asked === undefined || asked.failed ? [] : [{ type: 'PaymentCaptureFailed', data: command }];
};

/**
 * Lets authorised money go.
 * @throws Refused ORDER_NOT_FOUND, PAYMENT_NOT_FOUND, PAYMENT_NOT_AUTHORIZED
 */
export const requestVoid = (command: { paymentId: string; reason: string }, order: Order): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  if (payment.status === 'VOIDED' || payment.voiding) return [];
  const { paymentId, provider, providerReference } = payment;
  if (payment.authorized === 0 || providerReference === null) {
    throw new Refused('PAYMENT_NOT_AUTHORIZED', { ...about(order), paymentId });
  }
  return [{ type: 'PaymentVoidRequested', data: { paymentId, provider, providerReference, reason: command.reason } }];
};

/** Records that authorised money is gone: let go by us, or lapsed. */
export const voidPayment = (
  command: { paymentId: string; reason: string; occurredAt: string },
  order: Order,
): OrderEvent[] => {
  const payment = paymentOf(order, command.paymentId);
  if (payment.authorized === 0) return [];
  const { paymentId, reason, occurredAt } = command;
  const data = { paymentId, amount: payment.authorized, currency: order.currency, reason, occurredAt };
  return [{ type: 'PaymentVoided', data }];
};

/** A payment that nobody made in time. */
export const expiry = { code: PAYMENT_EXPIRED, reason: 'The payment did not come in time.', retriable: false } as const;
