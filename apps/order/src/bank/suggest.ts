import { outstanding } from '../order/money.js';
import type { Order } from '../order/order.js';

/** Money on a bank statement that may belong to an order. */
export interface Incoming {
  amount: number;
  currency: string;
  /** words of the text that may be order numbers */
  words: readonly string[];
}

/** An order that the money may be for, and why. */
export interface Suggestion {
  orderId: string;
  number: string;
  outstanding: number;
  currency: string;
  /** `exact`: number and amount; `number`: the text names it; `amount`: only the amount fits */
  because: 'exact' | 'number' | 'amount';
}

const RANK = { exact: 0, number: 1, amount: 2 } as const;

/** Words of a remittance text that may be an order number: they hold a digit and have at least three characters. */
export const wordsOf = (text: string): string[] => [
  ...new Set(
    (text.toUpperCase().match(/[\p{L}\p{N}][\p{L}\p{N}._/-]*[\p{L}\p{N}]/gu) ?? []).filter(
      (word) => word.length >= 3 && word.length <= 100 && /\d/.test(word),
    ),
  ),
];

/** Which of the orders the money may be for, the best guess first. */
export const suggest = (incoming: Incoming, orders: readonly Order[]): Suggestion[] => {
  const words = new Set(incoming.words);
  return orders
    .flatMap((order): Suggestion[] => {
      const { orderId, number, currency } = order;
      const owed = outstanding(order.ledger);
      if (order.status === 'NONE' || order.status === 'CANCELLED' || currency !== incoming.currency) return [];
      const named = words.has(number.toUpperCase());
      const fits = owed === incoming.amount;
      if (!named && !(fits && owed > 0)) return [];
      const because = named && fits ? 'exact' : named ? 'number' : 'amount';
      return [{ orderId, number, outstanding: owed, currency, because }];
    })
    .sort((a, b) => RANK[a.because] - RANK[b.because] || (a.number < b.number ? -1 : 1));
};
