import type { Order } from '../order/order.js';

/** A row of a provider's settlement file. Amounts in minor units, both ways positive. */
export interface SettlementRow {
  kind: 'payment' | 'refund';
  /** our payment or refund id, as the provider was given it */
  id: string;
  /** the provider's own */
  reference: string;
  amount: number;
  currency: string;
  fee: number;
  occurredAt: string;
}

/** How a row differs from the ledger; null: it agrees. */
export type Difference =
  | 'UNKNOWN_ID'
  | 'NOT_IN_LEDGER'
  | 'AMOUNT_DIFFERS'
  | 'CURRENCY_DIFFERS'
  | 'TWICE_IN_FILE'
  | 'MISSING_IN_FILE';

/** Money of an order that moved at a provider. */
export interface Moved {
  kind: 'payment' | 'refund';
  id: string;
  reference: string;
  amount: number;
  occurredAt: string;
}

/** Everything that moved at a provider for an order, as its ledger has it. */
export const movedAt = (provider: string, order: Pick<Order, 'payments' | 'refunds'>): Moved[] => [
  ...order.payments
    .filter((payment) => payment.provider === provider)
    .flatMap(({ paymentId: id, captures }) =>
      captures.map(({ providerReference: reference, amount, occurredAt }) => ({
        kind: 'payment' as const,
        id,
        reference,
        amount,
        occurredAt,
      })),
    ),
  ...order.refunds
    .filter(({ paymentId, route, status }) => {
      const paidBy = order.payments.find((payment) => payment.paymentId === paymentId)?.provider;
      return status === 'SUCCEEDED' && (route?.provider ?? paidBy) === provider;
    })
    .map(({ refundId: id, providerReference, amount, settledAt }) => ({
      kind: 'refund' as const,
      id,
      reference: providerReference ?? '',
      amount,
      occurredAt: settledAt ?? '',
    })),
];

/** Compares a row with the ledger of the order it names. A payment taken in parts may come as one row or as several. */
export const compareRow = (
  row: SettlementRow,
  provider: string,
  order: Order,
): { difference: Difference | null; ledger: number | null } => {
  if (order.status === 'NONE') return { difference: 'UNKNOWN_ID', ledger: null };
  const own = movedAt(provider, order).filter(({ kind, id }) => kind === row.kind && id === row.id);
  if (own.length === 0) return { difference: 'NOT_IN_LEDGER', ledger: null };
  const same = own.filter(({ reference }) => reference === row.reference);
  const sum = own.reduce((total, { amount }) => total + amount, 0);
  const ledger = same.length === 1 ? (same[0]?.amount ?? 0) : sum;
  if (row.currency !== order.currency) return { difference: 'CURRENCY_DIFFERS', ledger };
  const agrees = row.amount === sum || own.some(({ amount }) => amount === row.amount);
  return { difference: agrees ? null : 'AMOUNT_DIFFERS', ledger };
};
