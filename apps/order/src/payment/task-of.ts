import type { EventEnvelope, OrderEventData } from '@orderloom/contracts';
import {
  PaymentAuthorizedV1,
  PaymentCaptureRequestedV1,
  PaymentRequestedV1,
  PaymentVoidRequestedV1,
  RefundApprovedV1,
  RefundRequestedV1,
} from '@orderloom/contracts';
import { DEFAULT_PROVIDER } from '../order/payment-plan.js';
import type { Asked } from './answer-command.js';

/** Something a provider has to be asked for. Kept until its outcome is in the order's stream. */
export interface PaymentTask extends Omit<Asked, 'kind'> {
  /** payment id, or another id and the sequence of the event that asks for it */
  _id: string;
  /** `lapse`: money that was set aside and not taken by then is gone */
  kind: Asked['kind'] | 'lapse';
  provider: string;
  orderId: string;
  method: string;
  /** after this an unanswered payment lapses; null: never (refunds) */
  dueAt: string | null;
  attempts: number;
  /** nobody else may take it before: a lock while it is worked on, a delay while it waits */
  availableAt: number;
  providerReference?: string;
  account?: string;
  authorizeOnly?: boolean;
}

/** The events that ask a provider for something. */
export const TASK_TYPES: readonly string[] = [
  PaymentRequestedV1.type,
  PaymentAuthorizedV1.type,
  PaymentCaptureRequestedV1.type,
  PaymentVoidRequestedV1.type,
  RefundRequestedV1.type,
  RefundApprovedV1.type,
];

const given = <T extends object>(values: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> =>
  // Only what is undefined is left out.
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

/** What an event of this service, fresh from its own store, asks a provider for; null: nothing. */
export const taskOf = (event: EventEnvelope, availableAt: number): PaymentTask | null => {
  const common = { orderId: event.subject.slice('order-'.length), attempts: 0, availableAt };
  const again = (id: string): string => `${id}@${event.sequence}`;
  switch (event.type) {
    case PaymentRequestedV1.type: {
      const d = event.data as OrderEventData['PaymentRequested'];
      const { paymentId: id, amount, currency, method, provider, dueAt, account, capture } = d;
      const more = given({ account, authorizeOnly: capture === 'manual' ? true : undefined });
      return { _id: id, id, kind: 'payment', amount, currency, method, provider, dueAt, ...more, ...common };
    }
    case PaymentAuthorizedV1.type: {
      const { paymentId: id, amount, currency, expiresAt } = event.data as OrderEventData['PaymentAuthorized'];
      if (expiresAt === undefined) return null;
      const task = { _id: again(id), id, kind: 'lapse' as const, amount, currency, method: '', provider: '' };
      return { ...task, dueAt: null, ...common, availableAt: Math.max(availableAt, Date.parse(expiresAt)) };
    }
    case PaymentCaptureRequestedV1.type: {
      const { paymentId: id, captureId, ...d } = event.data as OrderEventData['PaymentCaptureRequested'];
      return { _id: again(captureId), id, captureId, kind: 'capture', method: '', dueAt: null, ...d, ...common };
    }
    case PaymentVoidRequestedV1.type: {
      const { paymentId: id, provider, providerReference } = event.data as OrderEventData['PaymentVoidRequested'];
      const task = { _id: again(id), id, kind: 'void' as const, amount: 0, currency: '', method: '', dueAt: null };
      return { ...task, provider, providerReference, ...common };
    }
    case RefundRequestedV1.type: {
      const d = event.data as OrderEventData['RefundRequested'];
      return d.approval === 'required' ? null : { ...refundTask(d, again(d.refundId)), ...common };
    }
    case RefundApprovedV1.type: {
      const d = event.data as OrderEventData['RefundApproved'];
      return { ...refundTask(d, again(d.refundId)), ...common };
    }
    default:
      return null;
  }
};

/** A refund that is asked for again after a failure is a task of its own. */
const refundTask = (
  d: OrderEventData['RefundRequested'] | OrderEventData['RefundApproved'],
  _id: string,
): Omit<PaymentTask, 'orderId' | 'attempts' | 'availableAt'> => {
  const { refundId: id, amount, currency, route } = d;
  const way = route ?? { method: d.method ?? 'card', provider: d.provider ?? DEFAULT_PROVIDER, account: d.account };
  const more = given({ account: way.account, providerReference: d.providerReference });
  return {
    _id,
    id,
    kind: 'refund',
    amount,
    currency,
    method: way.method,
    provider: way.provider,
    dueAt: null,
    ...more,
  };
};
