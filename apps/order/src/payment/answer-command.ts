import {
  authorizePayment,
  capturePayment,
  failCapture,
  failPayment,
  requireAction,
  voidPayment,
} from '../order/decide-payment.js';
import { failRefund, submitRefund, succeedRefund } from '../order/decide-refund.js';
import type { OrderEvent } from '../order/events.js';
import type { RefundPolicy } from '../order/money-follow-up.js';
import type { Order } from '../order/order.js';
import type { FinalAnswer, Underway } from './provider.js';

/** What an answer is about. */
export interface Asked {
  kind: 'payment' | 'refund' | 'capture' | 'void';
  /** payment or refund id */
  id: string;
  captureId?: string;
  /** minor units */
  amount: number;
  currency: string;
}

/** Records what a provider answered: the command that an answer, direct or by callback, means for the order. */
export const answerCommand = (
  asked: Asked,
  answer: FinalAnswer,
  order: Order,
  now: string,
  refunds: RefundPolicy = {},
): OrderEvent[] =>
  asked.kind === 'refund'
    ? refundAnswer(asked.id, answer, order)
    : paymentAnswer(asked, answer, order, { now, refunds });

const refundAnswer = (refundId: string, answer: FinalAnswer, order: Order): OrderEvent[] => {
  switch (answer.outcome) {
    case 'succeeded':
      return succeedRefund(
        { refundId, providerReference: answer.providerReference, occurredAt: answer.occurredAt },
        order,
      );
    case 'failed':
      return failRefund({ refundId, code: answer.code, reason: answer.reason }, order);
    case 'voided':
      return failRefund({ refundId, code: 'REFUND_CANCELLED', reason: answer.reason }, order);
    case 'authorized':
      return [];
    default:
      return answer satisfies never;
  }
};

const paymentAnswer = (
  { kind, id: paymentId, captureId, amount, currency }: Asked,
  answer: FinalAnswer,
  order: Order,
  context: { now: string; refunds: RefundPolicy },
): OrderEvent[] => {
  switch (answer.outcome) {
    case 'succeeded': {
      const { providerReference, occurredAt } = answer;
      const capture = answer.captureId ?? captureId;
      return capturePayment(
        {
          paymentId,
          amount: answer.amount ?? amount,
          currency,
          providerReference,
          occurredAt,
          ...context,
          ...(capture === undefined ? {} : { captureId: capture }),
        },
        order,
      );
    }
    case 'authorized': {
      const { providerReference, occurredAt, expiresAt } = answer;
      const until = expiresAt === undefined ? {} : { expiresAt };
      const { now } = context;
      return authorizePayment({ paymentId, amount, currency, providerReference, occurredAt, ...until, now }, order);
    }
    case 'voided': {
      const { reason, occurredAt } = answer;
      const voided = voidPayment({ paymentId, reason, occurredAt }, order);
      // What was never set aside is no longer expected.
      return voided.length > 0
        ? voided
        : failPayment({ paymentId, code: 'PAYMENT_CANCELLED', reason, retriable: false, now: context.now }, order);
    }
    case 'failed': {
      const { code, reason, retriable } = answer;
      if (kind === 'capture') return failCapture({ paymentId, captureId: captureId ?? '', code, reason }, order);
      // Money that could not be let go lapses by itself.
      if (kind === 'void') return [];
      return failPayment({ paymentId, code, reason, retriable, now: context.now }, order);
    }
    default:
      return answer satisfies never;
  }
};

/** What is recorded while a request is under way: that the customer has to act, or that a refund is on its way. */
export const underwayCommand = (asked: Asked, provider: string, answer: Underway, order: Order): OrderEvent[] => {
  const { action, providerReference, accepted } = answer;
  const reference = providerReference === undefined ? {} : { providerReference };
  if (asked.kind === 'payment' && action !== undefined) {
    // Asked of a person the reference is the number the customer knows.
    const known = action.kind === 'bank_transfer' ? { ...action, reference: order.number } : action;
    return requireAction({ paymentId: asked.id, action: known, ...reference }, order);
  }
  return asked.kind === 'refund' && accepted === true
    ? submitRefund({ refundId: asked.id, provider, ...reference }, order)
    : [];
};
