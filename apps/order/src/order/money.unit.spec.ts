import fc from 'fast-check';
import {
  currencyExponent,
  discountOf,
  divideHalfUp,
  due,
  EMPTY_LEDGER,
  net,
  outstanding,
  overpaid,
  parseDecimal,
  toMinorUnits,
  totalsOf,
} from './money.js';

describe('money', () => {
  it.each([
    ['12.5', 'USD', 1250],
    ['12', 'CNY', 1200],
    ['.5', 'EUR', 50],
    ['-3.20', 'EUR', -320],
    ['1e-2', 'EUR', 1],
    ['1.005', 'EUR', 101],
    ['1.004', 'EUR', 100],
    ['-1.005', 'EUR', -101],
    ['1500', 'JPY', 1500],
    ['1.2345', 'KWD', 1235],
  ])('reads %s %s as %i minor units', (text, currency, minor) => {
    expect(toMinorUnits(text, currency)).toBe(minor);
  });

  it.each(['', '.', 'abc', '1,5', '1.2.3', '--1', 'NaN', 'Infinity', '0x10'])('reads %p as no number', (text) => {
    expect(parseDecimal(text)).toBeNull();
    expect(toMinorUnits(text, 'EUR')).toBeNull();
  });

  it('refuses amounts it could not count exactly', () => {
    expect(toMinorUnits('99999999999999999', 'EUR')).toBeNull();
    const huge = { gross: Number.MAX_SAFE_INTEGER, discount: 0, net: Number.MAX_SAFE_INTEGER };
    expect(totalsOf([huge, huge], 0)).toBeNull();
  });

  it('knows currencies without cents', () => {
    expect(currencyExponent('JPY')).toBe(0);
    expect(currencyExponent('USD')).toBe(2);
  });

  it('rounds a line net half up, so that the discount is what is left', () => {
    // 15 % off 0.10 leaves 0.085, which is 0.09
    expect(discountOf(10, { units: 15n, scale: 2 })).toBe(1);
    expect(discountOf(1000, { units: 5n, scale: 2 })).toBe(50);
    expect(discountOf(333, { units: 0n, scale: 0 })).toBe(0);
    expect(discountOf(333, { units: 1n, scale: 0 })).toBe(333);
  });

  it('divides like exact arithmetic', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.bigInt(1n, 10n ** 9n), (n, d) => {
        const q = divideHalfUp(n, d);
        const rest = 2n * (n - q * d);
        expect(rest <= d && rest >= -d).toBe(true);
        expect(divideHalfUp(-n, d)).toBe(-q);
      }),
    );
  });

  it('never loses a cent between gross, discount and net', () => {
    const line = fc.record({ gross: fc.nat(10 ** 9), rate: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(line), fc.nat(10 ** 6), (lines, shipping) => {
        const sold = lines.map(({ gross, rate }) => {
          const discount = discountOf(gross, { units: BigInt(rate), scale: 2 });
          expect(discount).toBeGreaterThanOrEqual(0);
          expect(discount).toBeLessThanOrEqual(gross);
          return { gross, discount, net: gross - discount };
        });
        const totals = totalsOf(sold, shipping);
        expect(totals?.net).toBe(sold.reduce((sum, l) => sum + l.net, 0));
        expect(totals?.total).toBe((totals?.net ?? 0) + shipping);
      }),
    );
  });

  it('derives what is owed and paid from the ledger', () => {
    const ledger = { ...EMPTY_LEDGER, sold: 1000, credited: 100, captured: 1000, refunded: 50 };
    expect([due(ledger), net(ledger), outstanding(ledger), overpaid(ledger)]).toEqual([900, 950, 0, 50]);
    expect(outstanding({ ...EMPTY_LEDGER, sold: 10 })).toBe(10);
    expect(overpaid({ ...EMPTY_LEDGER, credited: 10 })).toBe(0);
  });
});
