import type { DataOf } from './events.js';
import type { Ledger } from './money.js';
import type { MoneyEvent, PaymentAction } from './money-events.js';

/** What is asked for of an authorised payment and not answered yet. */
export interface Capturing {
  readonly captureId: string;
  readonly amount: number;
  /** the provider said no; it can be asked again */
  readonly failed: boolean;
}

/** Money that came in for a payment: all of it, or a part. */
export interface Capture {
  readonly captureId: string;
  readonly amount: number;
  readonly providerReference: string;
  readonly occurredAt: string;
}

/**
 * Where a payment can go from where it is. Money that arrives is recorded wherever a payment stands, so a late success
 * leaves FAILED, EXPIRED and VOIDED again.
 */
export const PAYMENT_TRANSITIONS = {
  CREATED: ['REQUIRES_ACTION', 'AUTHORIZED', 'PARTIALLY_CAPTURED', 'CAPTURED', 'FAILED', 'EXPIRED'],
  REQUIRES_ACTION: ['AUTHORIZED', 'PARTIALLY_CAPTURED', 'CAPTURED', 'FAILED', 'EXPIRED'],
  AUTHORIZED: ['PARTIALLY_CAPTURED', 'CAPTURED', 'VOIDED'],
  PARTIALLY_CAPTURED: ['PARTIALLY_CAPTURED', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'EXPIRED'],
  CAPTURED: ['CAPTURED'],
  FAILED: ['AUTHORIZED', 'PARTIALLY_CAPTURED', 'CAPTURED'],
  EXPIRED: ['AUTHORIZED', 'PARTIALLY_CAPTURED', 'CAPTURED'],
  VOIDED: ['PARTIALLY_CAPTURED', 'CAPTURED'],
} as const satisfies Record<string, readonly string[]>;
export type PaymentState = keyof typeof PAYMENT_TRANSITIONS;

/** One attempt to collect money for an order. Amounts in minor units of the order's currency. */
export interface Payment {
  readonly paymentId: string;
  readonly attempt: number;
  readonly provider: string;
  readonly method: string;
  readonly amount: number;
  readonly dueAt: string | null;
  /** part of the order's payment plan, from 1 */
  readonly part: number | null;
  readonly purpose: 'deposit' | 'balance' | null;
  /** the money is only set aside until somebody takes it */
  readonly manualCapture: boolean;
  /** gift card or store credit account */
  readonly account: string | null;
  readonly status: PaymentState;
  /** set aside and not yet taken */
  readonly authorized: number;
  readonly authorizedUntil: string | null;
  readonly captured: number;
  readonly captures: readonly Capture[];
  readonly capturing: readonly Capturing[];
  readonly voiding: boolean;
  readonly action: PaymentAction | null;
  readonly failure: { code: string; reason: string; final: boolean } | null;
  readonly providerReference: string | null;
}

/** Code of a failure that means: the customer's time was up. */
export const PAYMENT_EXPIRED = 'PAYMENT_EXPIRED';

/** What of an order its payments change. */
interface Paid {
  readonly payments: readonly Payment[];
  readonly ledger: Ledger;
}

type PaymentEvent =
  | { type: 'PaymentRequested'; data: DataOf<'PaymentRequested'> }
  | { type: 'PaymentCaptured'; data: DataOf<'PaymentCaptured'> }
  | { type: 'PaymentFailed'; data: DataOf<'PaymentFailed'> }
  | Extract<MoneyEvent, { type: `Payment${string}` }>;

/** Waiting for the customer or the provider. */
export const isOpen = ({ status }: Payment): boolean => status === 'CREATED' || status === 'REQUIRES_ACTION';

/** What a payment may still bring: what is set aside, or what is asked for and has not come. */
export const expected = (payment: Payment): number => {
  if (isOpen(payment)) return payment.amount;
  if (payment.status === 'PARTIALLY_CAPTURED' && payment.authorized === 0) return payment.amount - payment.captured;
  return payment.authorized;
};

const requested = (d: DataOf<'PaymentRequested'>): Payment => ({
  paymentId: d.paymentId,
  attempt: d.attempt,
  provider: d.provider,
  method: d.method,
  amount: d.amount,
  dueAt: d.dueAt,
  part: d.part ?? null,
  purpose: d.purpose ?? null,
  manualCapture: d.capture === 'manual',
  account: d.account ?? null,
  status: 'CREATED',
  authorized: 0,
  authorizedUntil: null,
  captured: 0,
  captures: [],
  capturing: [],
  voiding: false,
  action: null,
  failure: null,
  providerReference: null,
});

/** Money taken at the door is never asked for beforehand. */
const atTheDoor = (order: Paid, d: DataOf<'PaymentCaptured'>): Payment => ({
  ...requested({ ...d, attempt: order.payments.length + 1, provider: 'carrier', method: 'cod', dueAt: '' }),
  dueAt: null,
});

const captured = (payment: Payment, d: DataOf<'PaymentCaptured'>): Payment => {
  const captureId = d.captureId ?? d.paymentId;
  const sum = payment.captured + d.amount;
  // A capture uses up what was set aside; one that was never authorised leaves nothing.
  const authorized = Math.max(0, payment.authorized - d.amount);
  const complete = sum >= payment.amount || (payment.status === 'VOIDED' && authorized === 0);
  const { amount, providerReference, occurredAt } = d;
  return {
    ...payment,
    status: complete ? 'CAPTURED' : 'PARTIALLY_CAPTURED',
    captured: sum,
    authorized,
    captures: [...payment.captures, { captureId, amount, providerReference, occurredAt }],
    capturing: payment.capturing.filter((one) => one.captureId !== captureId),
    failure: null,
    action: null,
    providerReference: payment.providerReference ?? providerReference,
  };
};

const change = (order: Paid, paymentId: string, of: (payment: Payment) => Payment): readonly Payment[] =>
  order.payments.map((payment) => (payment.paymentId === paymentId ? of(payment) : payment));

const fold = (payment: Payment, event: Exclude<PaymentEvent, { type: 'PaymentRequested' }>): Payment => {
  switch (event.type) {
    case 'PaymentCaptured':
      return captured(payment, event.data);
    case 'PaymentFailed': {
      const { code, reason, final } = event.data;
      return {
        ...payment,
        status: code === PAYMENT_EXPIRED ? 'EXPIRED' : 'FAILED',
        action: null,
        failure: { code, reason, final },
      };
    }
    case 'PaymentActionRequired': {
      const { action, expiresAt, providerReference } = event.data;
      return {
        ...payment,
        status: 'REQUIRES_ACTION',
        action,
        dueAt: expiresAt ?? payment.dueAt,
        providerReference: providerReference ?? payment.providerReference,
      };
    }
    case 'PaymentAuthorized': {
      const { amount, providerReference, expiresAt } = event.data;
      return {
        ...payment,
        status: 'AUTHORIZED',
        authorized: amount,
        authorizedUntil: expiresAt ?? null,
        action: null,
        failure: null,
        providerReference,
      };
    }
    case 'PaymentCaptureRequested': {
      const { captureId, amount } = event.data;
      const others = payment.capturing.filter((one) => one.captureId !== captureId);
      return { ...payment, capturing: [...others, { captureId, amount, failed: false }] };
    }
    case 'PaymentCaptureFailed':
      return {
        ...payment,
        capturing: payment.capturing.map((one) =>
          one.captureId === event.data.captureId ? { ...one, failed: true } : one,
        ),
      };
    case 'PaymentVoidRequested':
      return { ...payment, voiding: true };
    case 'PaymentVoided':
      return {
        ...payment,
        status: payment.captured > 0 ? 'CAPTURED' : 'VOIDED',
        authorized: 0,
        voiding: false,
        capturing: [],
      };
    default:
      return event satisfies never;
  }
};

/** Folds an event about a payment into its order. */
export const evolvePayment = <O extends Paid>(order: O, event: PaymentEvent): O => {
  if (event.type === 'PaymentRequested') return { ...order, payments: [...order.payments, requested(event.data)] };
  const { paymentId } = event.data;
  const before = order.payments.find((payment) => payment.paymentId === paymentId);
  const known = before === undefined && event.type === 'PaymentCaptured' ? atTheDoor(order, event.data) : before;
  if (known === undefined) return order;
  const after = fold(known, event);
  return {
    ...order,
    ledger: {
      ...order.ledger,
      authorized: order.ledger.authorized + after.authorized - known.authorized,
      captured: order.ledger.captured + after.captured - known.captured,
    },
    payments: before === undefined ? [...order.payments, after] : change(order, paymentId, () => after),
  };
};
