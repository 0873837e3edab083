import { type BalanceEvent, Refused } from '@orderloom/contracts';
import fc from 'fast-check';
import { type Balance, balanceAggregate, credit, creditStore, debit, issueGiftCard } from './balance.js';
import { giftCardId, newGiftCardCode, plainCode } from './balance-ids.js';

const NOW = '2026-03-01T09:30:00.000Z';
const fold = (events: readonly BalanceEvent[], from: Balance = balanceAggregate.initial()): Balance =>
  events.reduce((state, event) => balanceAggregate.evolve(state, event, NOW), from);
const book = (entryId: string, amount: number, change: object = {}) => ({
  balanceId: 'B',
  entryId,
  amount,
  currency: 'EUR',
  reason: 'x',
  now: NOW,
  ...change,
});
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
  return 'not refused';
};

describe('a balance', () => {
  const card = fold(issueGiftCard({ ...book('', 1000), expiresAt: '2026-12-31T00:00:00.000Z' }, fold([])));

  it('is issued once, used once per payment, and given back to after its time', () => {
    expect(card).toMatchObject({ kind: 'gift_card', amount: 1000 });
    expect(issueGiftCard(book('', 5), card)).toEqual([]);
    const used = fold(debit(book('P1', 300), card), card);
    expect(used.amount).toBe(700);
    expect(debit(book('P1', 300), used)).toEqual([]);
    const late = { now: '2027-01-01T00:00:00.000Z' };
    expect(refusal(() => debit(book('P2', 1, late), used))).toBe('BALANCE_EXPIRED');
    expect(fold(credit(book('R1', 300, late), used), used).amount).toBe(1000);
  });

  it('refuses what is not there, and other currencies', () => {
    expect(refusal(() => debit(book('P', 1001), card))).toBe('BALANCE_INSUFFICIENT');
    expect(refusal(() => debit(book('P', 1, { currency: 'USD' }), card))).toBe('BALANCE_CURRENCY');
    expect(refusal(() => debit(book('P', 1), fold([])))).toBe('BALANCE_NOT_FOUND');
    expect(fold(creditStore({ ...book('K', 5), customerId: 'C1' }, fold([])))).toMatchObject({
      kind: 'store_credit',
      customerId: 'C1',
      amount: 5,
    });
  });

  it('never falls below zero and is the sum of its entries', () => {
    const entry = fc.record({
      id: fc.integer({ min: 1, max: 8 }),
      amount: fc.integer({ min: 1, max: 600 }),
      out: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        let balance = card;
        for (const { id, amount, out } of entries) {
          try {
            const command = book(`E${id}`, amount);
            balance = fold(out ? debit(command, balance) : credit(command, balance), balance);
          } catch (error) {
            if (!(error instanceof Refused)) throw error;
          }
          expect(balance.amount).toBeGreaterThanOrEqual(0);
          expect(balance.amount).toBe([...balance.entries.values()].reduce((sum, one) => sum + one, 0));
        }
      }),
    );
  });
});

describe('a gift card code', () => {
  it('is read however it is typed, and stands for one balance', () => {
    const code = newGiftCardCode();
    expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    expect(plainCode(code.toLowerCase().replaceAll('-', ' '))).toBe(code.replaceAll('-', ''));
    expect(plainCode('O0I1-L234-5678-9ABC')).toBe('0011123456789ABC');
    expect(plainCode('short')).toBeNull();
    expect(giftCardId('A')).not.toBe(giftCardId('B'));
  });
});
