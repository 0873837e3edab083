import type { Order } from '../order/order.js';

/**
 * A row of a provider's settlement file. Amounts in minor units, both ways positive; a payment below zero was taken back
 * by the customer's bank.
 */
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

/** One movement: a row of a file, or what the ledger has. */
export interface Movement {
  readonly reference: string;
  readonly amount: number;
}

/**
 * Sets the rows about one payment or refund against what the ledger moved for it: each movement accounts for one row,
 * by its reference where that is the same, else by its amount; or one row tells the sum of all.
 * @returns rows (by index) that nothing accounts for, as the provider settled the same twice, and movements no row tells
 */
export const setAgainst = (
  rows: readonly Movement[],
  moves: readonly Movement[],
): { beyond: number[]; untold: number[] } => {
  const sum = moves.reduce((total, { amount }) => total + amount, 0);
  const whole = moves.length > 1 ? rows.findIndex(({ amount }) => amount === sum) : -1;
  if (whole !== -1) return { beyond: [...rows.keys()].filter((index) => index !== whole), untold: [] };
  const told = new Set<number>();
  const beyond = new Set(rows.keys());
  for (const isSame of [(a: Movement, b: Movement) => a.reference === b.reference, () => true]) {
    for (const [index, row] of rows.entries()) {
      const move = moves.findIndex((one, at) => !told.has(at) && one.amount === row.amount && isSame(one, row));
      if (move === -1 || !beyond.has(index)) continue;
      told.add(move);
      beyond.delete(index);
    }
  }
  return { beyond: [...beyond], untold: [...moves.keys()].filter((index) => !told.has(index)) };
};
