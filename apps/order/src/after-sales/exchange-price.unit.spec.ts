import fc from 'fast-check';
import { submit } from '../order/decide-submit.js';
import type { Decimal } from '../order/money.js';
import { submitCommand } from '../order/order.fixtures.js';
import { evolve, initial } from '../order/order.js';
import { priceCharges } from '../order/pricing.js';
import { exchangeDiscount, exchangeTaxes, soldPriceOf } from './exchange-price.js';

const VAT: Decimal = { units: 19n, scale: 2 };
const taxed = (): { code: string; rate: Decimal }[] => [{ code: 'VAT', rate: VAT }];

describe('the price of a replacement', () => {
  const sold = submit(submitCommand(), initial()).reduce(evolve, initial());
  const [first] = sold.lines;
  if (first === undefined) throw new Error('the fixture has no line');
  const of = (line: Partial<typeof first>, taxesIncluded = false) => ({
    ...sold,
    taxesIncluded,
    lines: [{ ...first, lineId: 'L1', sku: 'A', ...line }],
  });

  it('is what the same product was really sold for, after all discounts', () => {
    expect(soldPriceOf(of({ ordered: 2, unitPrice: 1000, net: 1600 }), 'A')).toBe(800);
    expect(soldPriceOf(of({ ordered: 3, unitPrice: 334, net: 1000 }), 'A')).toBe(333);
    expect(soldPriceOf(of({}), 'B')).toBeUndefined();
  });

  it('bears the taxes of the same product, else of the goods it replaces', () => {
    const order = of({ net: 1000, taxes: [{ code: 'VAT', rate: '0.19', amount: 190 }] });
    expect(exchangeTaxes(order, 'A', [])).toEqual([{ code: 'VAT', rate: VAT }]);
    expect(exchangeTaxes(order, 'B', ['L1'])).toEqual([{ code: 'VAT', rate: VAT }]);
    expect(exchangeTaxes(order, 'B', [])).toBeUndefined();
    const known = of({ net: 1190, taxes: [{ code: 'VAT', amount: 190 }] }, true);
    expect(exchangeTaxes(known, 'A', [])).toEqual([{ code: 'VAT', rate: { units: 190_000n, scale: 6 } }]);
  });

  it('is nothing for an even exchange, taxes on top included', () => {
    const lines = [{ sku: 'A', quantity: 1, unitPrice: 1000 }];
    expect(exchangeDiscount(lines, taxed, false, 1190)).toEqual({ discount: 1000, used: 1190 });
    expect(exchangeDiscount(lines, taxed, true, 1000)).toEqual({ discount: 1000, used: 1000 });
    // 20.00 and its tax come to 23.80; 11.90 came back.
    expect(exchangeDiscount([{ sku: 'A', quantity: 2, unitPrice: 1000 }], taxed, false, 1190)).toEqual({
      discount: 1000,
      used: 1190,
    });
  });

  it('never gives more than what came back is worth, and misses it by cents at most', () => {
    const lines = fc.array(
      fc.record({
        sku: fc.constant('A'),
        quantity: fc.integer({ min: 1, max: 9 }),
        unitPrice: fc.integer({ min: 0, max: 50_000 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(
        lines,
        fc.integer({ min: 0, max: 200_000 }),
        fc.boolean(),
        fc.boolean(),
        (goods, value, tax, included) => {
          const taxesOf = tax ? taxed : () => undefined;
          const { discount, used } = exchangeDiscount(goods, taxesOf, included, value);
          const amounts = goods.map(({ quantity, unitPrice }) => {
            const gross = quantity * unitPrice;
            return { gross, discount: 0, net: gross };
          });
          const totalWith = (off: number): number => {
            const priced = priceCharges(amounts, taxesOf, { shipping: 0, discount: off, taxesIncluded: included });
            if (!priced.ok) throw new Error(priced.problem.code);
            return priced.priced.totals.total;
          };
          const full = totalWith(0);
          expect(totalWith(discount)).toBe(full - used);
          expect(used).toBeLessThanOrEqual(value);
          expect(Math.min(value, full) - used).toBeLessThanOrEqual(goods.length + 1);
          if (!tax) expect(used).toBe(Math.min(value, full));
        },
      ),
    );
  });
});
