import { type BalanceEvent, Refused } from '@orderloom/contracts';
import type { Aggregate } from '@orderloom/event-sourcing';

/** A gift card or a customer's store credit as folded from its stream. Minor units; never below zero. */
export interface Balance {
  readonly balanceId: string | null;
  readonly kind: 'gift_card' | 'store_credit' | null;
  readonly currency: string;
  readonly customerId: string | null;
  readonly expiresAt: string | null;
  readonly amount: number;
  /** what was booked, signed, by what it was for: booked once */
  readonly entries: ReadonlyMap<string, number>;
}

const NOTHING: Balance = {
  balanceId: null,
  kind: null,
  currency: '',
  customerId: null,
  expiresAt: null,
  amount: 0,
  entries: new Map(),
};

const evolve = (balance: Balance, event: BalanceEvent): Balance => {
  switch (event.type) {
    case 'BalanceOpened': {
      const { balanceId, kind, currency, customerId, expiresAt } = event.data;
      return {
        ...balance,
        balanceId,
        kind,
        currency,
        customerId: customerId ?? null,
        expiresAt: expiresAt ?? null,
      };
    }
    case 'BalanceCredited':
    case 'BalanceDebited': {
      const { entryId, amount, after } = event.data;
      const signed = event.type === 'BalanceCredited' ? amount : -amount;
      return { ...balance, amount: after, entries: new Map(balance.entries).set(entryId, signed) };
    }
    default:
      return event satisfies never;
  }
};

/** How gift cards and store credit are kept: stream `balance-{id}`. */
export const balanceAggregate: Aggregate<Balance, BalanceEvent> = {
  prefix: 'balance',
  initial: () => NOTHING,
  evolve,
};

export interface Book {
  balanceId: string;
  /** what it is for: booked once */
  entryId: string;
  /** minor units, above zero */
  amount: number;
  currency: string;
  reason: string;
  orderId?: string;
  now: string;
}

const inCurrency = (balance: Balance, currency: string): void => {
  if (balance.currency === currency) return;
  throw new Refused('BALANCE_CURRENCY', { found: balance.currency, expected: currency });
};

/** Issues a gift card with an amount on it, once. */
export const issueGiftCard = (
  command: Omit<Book, 'orderId' | 'entryId'> & { expiresAt?: string },
  balance: Balance,
): BalanceEvent[] => {
  if (balance.balanceId !== null) return [];
  const { balanceId, currency, expiresAt, now } = command;
  const until = expiresAt === undefined ? {} : { expiresAt };
  const opened: BalanceEvent = {
    type: 'BalanceOpened',
    data: { balanceId, kind: 'gift_card', currency, ...until, occurredAt: now },
  };
  return [opened, ...credit({ ...command, entryId: 'issue' }, evolve(balance, opened))];
};

/** Puts money on a customer's store credit, which begins with it. */
export const creditStore = (command: Book & { customerId: string }, balance: Balance): BalanceEvent[] => {
  const { customerId, ...book } = command;
  if (balance.balanceId !== null) return credit(book, balance);
  const { balanceId, currency, now } = book;
  const opened: BalanceEvent = {
    type: 'BalanceOpened',
    data: { balanceId, kind: 'store_credit', currency, customerId, occurredAt: now },
  };
  return [opened, ...credit(book, evolve(balance, opened))];
};

/**
 * Puts money on a balance, once per entry; a refund counts after its expiry too.
 * @throws Refused BALANCE_NOT_FOUND, BALANCE_CURRENCY
 */
export const credit = (command: Book, balance: Balance): BalanceEvent[] => {
  if (balance.balanceId === null) throw new Refused('BALANCE_NOT_FOUND', {});
  const { entryId, amount, now, ...rest } = command;
  if (balance.entries.has(entryId)) return [];
  inCurrency(balance, command.currency);
  return [booked('BalanceCredited', rest, entryId, amount, balance.amount + amount, now)];
};

/**
 * Uses a balance, once per entry.
 * @throws Refused BALANCE_NOT_FOUND, BALANCE_CURRENCY, BALANCE_EXPIRED, BALANCE_INSUFFICIENT
 */
export const debit = (command: Book, balance: Balance): BalanceEvent[] => {
  if (balance.balanceId === null) throw new Refused('BALANCE_NOT_FOUND', {});
  const { entryId, amount, now, ...rest } = command;
  if (balance.entries.has(entryId)) return [];
  inCurrency(balance, command.currency);
  if (balance.expiresAt !== null && now > balance.expiresAt) {
    throw new Refused('BALANCE_EXPIRED', { expiresAt: balance.expiresAt });
  }
  if (amount > balance.amount) throw new Refused('BALANCE_INSUFFICIENT', { available: balance.amount });
  return [booked('BalanceDebited', rest, entryId, amount, balance.amount - amount, now)];
};

const booked = (
  type: 'BalanceCredited' | 'BalanceDebited',
  { balanceId, currency, reason, orderId }: Omit<Book, 'entryId' | 'amount' | 'now'>,
  entryId: string,
  amount: number,
  after: number,
  occurredAt: string,
): BalanceEvent => ({
  type,
  data: {
    balanceId,
    entryId,
    currency,
    amount,
    reason,
    ...(orderId === undefined ? {} : { orderId }),
    after,
    occurredAt,
  },
});
