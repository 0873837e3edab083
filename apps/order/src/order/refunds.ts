import type { DataOf } from './events.js';
import type { Ledger } from './money.js';
import type { MoneyEvent, RefundRoute } from './money-events.js';

/** Where a refund can go from where it is. Only SUCCEEDED moves money, and it counts whenever it is heard of. */
export const REFUND_TRANSITIONS = {
  REQUESTED: ['APPROVED', 'REJECTED', 'SUCCEEDED'],
  APPROVED: ['SUBMITTED', 'SUCCEEDED', 'FAILED', 'ABANDONED'],
  SUBMITTED: ['SUCCEEDED', 'FAILED', 'ABANDONED'],
  FAILED: ['APPROVED', 'SUCCEEDED', 'ABANDONED'],
  SUCCEEDED: [],
  REJECTED: ['SUCCEEDED'],
  ABANDONED: ['SUCCEEDED'],
} as const satisfies Record<string, readonly string[]>;
export type RefundState = keyof typeof REFUND_TRANSITIONS;

/** Money that goes back to the customer. */
export interface Refund {
  readonly refundId: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly reason: string;
  readonly note: string | null;
  readonly status: RefundState;
  /** how often the provider said no */
  readonly failures: number;
  readonly failure: { code: string; reason: string } | null;
  /** null: back the way the money came */
  readonly route: RefundRoute | null;
  /** part that is credited once it is approved */
  readonly credit: number;
  /** what asked for it: asked twice, done once */
  readonly key: string | null;
  /** why it was rejected or abandoned */
  readonly decision: string | null;
  readonly providerReference: string | null;
  readonly settledAt: string | null;
}

/** What of an order its refunds change. */
interface Refunding {
  readonly refunds: readonly Refund[];
  readonly ledger: Ledger;
}

type RefundEvent =
  | { type: 'RefundRequested'; data: DataOf<'RefundRequested'> }
  | { type: 'RefundSucceeded'; data: DataOf<'RefundSucceeded'> }
  | { type: 'RefundFailed'; data: DataOf<'RefundFailed'> }
  | Extract<MoneyEvent, { type: `Refund${string}` }>;

/** Somebody decided that this money stays. */
export const isRefused = ({ status }: Refund): boolean => status === 'REJECTED' || status === 'ABANDONED';

/** On its way, or waiting for somebody's decision. */
export const isUnderWay = ({ status }: Refund): boolean =>
  status === 'REQUESTED' || status === 'APPROVED' || status === 'SUBMITTED';

/** What of a payment has not been given back and is not asked for either, minor units. */
export const refundableOf = (
  order: Pick<Refunding, 'refunds'>,
  payment: { paymentId: string; captured: number },
): number =>
  payment.captured -
  order.refunds
    .filter((refund) => refund.paymentId === payment.paymentId && !isRefused(refund))
    .reduce((sum, refund) => sum + refund.amount, 0);

const begun = (d: DataOf<'RefundRequested'>): Refund => ({
  refundId: d.refundId,
  paymentId: d.paymentId,
  amount: d.amount,
  reason: d.reason,
  note: d.note ?? null,
  status: d.approval === 'required' ? 'REQUESTED' : 'APPROVED',
  failures: 0,
  failure: null,
  route: d.route ?? null,
  credit: d.credit ?? 0,
  key: d.key ?? null,
  decision: null,
  providerReference: null,
  settledAt: null,
});

const fold = (refund: Refund, event: RefundEvent): Refund => {
  switch (event.type) {
    case 'RefundRequested':
      // The same refund asked for once more, perhaps another way.
      return { ...refund, status: 'APPROVED', route: event.data.route ?? refund.route };
    case 'RefundApproved':
      return { ...refund, status: 'APPROVED' };
    case 'RefundRejected':
      return { ...refund, status: 'REJECTED', decision: event.data.reason };
    case 'RefundSubmitted':
      return { ...refund, status: 'SUBMITTED', providerReference: event.data.providerReference ?? null };
    case 'RefundSucceeded':
      return {
        ...refund,
        status: 'SUCCEEDED',
        failure: null,
        providerReference: event.data.providerReference,
        settledAt: event.data.occurredAt,
      };
    case 'RefundFailed': {
      const { code, reason, attempt } = event.data;
      return { ...refund, status: 'FAILED', failures: attempt, failure: { code, reason } };
    }
    case 'RefundAbandoned':
      return { ...refund, status: 'ABANDONED', decision: event.data.reason };
    default:
      return event satisfies never;
  }
};

/** Folds an event about a refund into its order. */
export const evolveRefund = <O extends Refunding>(order: O, event: RefundEvent): O => {
  const { refundId } = event.data;
  const at = order.refunds.findIndex((refund) => refund.refundId === refundId);
  const before = order.refunds[at];
  if (before === undefined) {
    return event.type === 'RefundRequested' ? { ...order, refunds: [...order.refunds, begun(event.data)] } : order;
  }
  const moved = event.type === 'RefundSucceeded' ? event.data.amount : 0;
  return {
    ...order,
    ledger: moved === 0 ? order.ledger : { ...order.ledger, refunded: order.ledger.refunded + moved },
    refunds: order.refunds.with(at, fold(before, event)),
  };
};
