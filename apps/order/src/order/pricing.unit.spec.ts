import fc from 'fast-check';
import type { SoldLine } from './events.js';
import { apportion, type Decimal, due, net, outstanding, overpaid, shareOfUnits } from './money.js';
import { draft, fold, LATER, soldLine } from './order.fixtures.js';
import { initial, type Order } from './order.js';
import { type OrderCharges, priceCharges, type RequestedTax, sumOf, taxesOn } from './pricing.js';
import { worthOfCancelling, worthOfLine, worthOfUnits } from './worth.js';

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

const rate = (max: number): fc.Arbitrary<Decimal> =>
  fc.record({ units: fc.bigInt({ min: 0n, max: BigInt(max) * 1000n }), scale: fc.constant(3) });
const tax: fc.Arbitrary<RequestedTax> = fc.record({ code: fc.constantFrom('VAT', 'GST'), rate: rate(1) });
const taxes = fc.option(fc.array(tax, { maxLength: 3 }), { nil: undefined });
const line = fc.record({
  quantity: fc.integer({ min: 1, max: 50 }),
  unitPrice: fc.integer({ min: 0, max: 100_000 }),
  taxes,
});
const fee = fc.record({
  code: fc.constant('WRAP'),
  name: fc.constant('Wrapping'),
  amount: fc.integer({ min: 0, max: 5_000 }),
  taxes,
});
const priced = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 8 }),
    shipping: fc.integer({ min: 0, max: 5_000 }),
    shippingTaxes: taxes,
    fees: fc.array(fee, { maxLength: 3 }),
    discountRate: rate(1),
    taxesIncluded: fc.boolean(),
  })
  .map(({ lines, fees, shippingTaxes, ...rest }) => {
    const sold: SoldLine[] = lines.map(({ quantity, unitPrice }, index) => soldLine(index + 1, quantity, unitPrice));
    const charges: OrderCharges = {
      ...rest,
      fees: fees.map(({ taxes: own, ...one }) => ({ ...one, ...(own === undefined ? {} : { taxes: own }) })),
      ...(shippingTaxes === undefined ? {} : { shippingTaxes }),
    };
    const result = priceCharges(sold, (index) => lines[index]?.taxes, charges);
    if (!result.ok) throw new Error(JSON.stringify(result.problem));
    return { charges, ...result.priced };
  });

const orderOf = ({
  charges,
  lines,
  totals,
  fees,
  shippingTaxes,
}: Parameters<Parameters<typeof priced.map>[0]>[0]): Order =>
  fold(
    [
      {
        type: 'OrderSubmitted',
        data: {
          ...draft({ lines, totals }),
          mode: 'live',
          taxesIncluded: charges.taxesIncluded,
          ...(fees === undefined ? {} : { fees }),
          ...(shippingTaxes === undefined ? {} : { shippingTaxes }),
        },
      },
      { type: 'OrderConfirmed', data: { checks: [], occurredAt: LATER } },
    ],
    initial(),
  );

describe('splitting amounts', () => {
  it('loses and makes no cent, and no part differs from its exact share by a whole unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 20 }),
        (amount, weights) => {
          const parts = apportion(amount, weights);
          expect(sum(parts)).toBe(amount);
          const total = sum(weights);
          if (total > 0) {
            expect(parts.every((part, i) => Math.abs(part - (amount * (weights[i] ?? 0)) / total) < 1)).toBe(true);
          }
        },
      ),
    );
    expect(apportion(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(apportion(5, [0, 0])).toEqual([5, 0]);
  });

  it('gives units their part so that any way of taking them away adds up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
        (amount, steps) => {
          const of = sum(steps);
          let before = 0;
          const parts = steps.map((count) => {
            const part = shareOfUnits(amount, of, before, count);
            before += count;
            return part;
          });
          expect(sum(parts)).toBe(amount);
          expect(parts.every((part) => part >= 0)).toBe(true);
        },
      ),
    );
  });
});

describe('what an order costs', () => {
  it('takes taxes out of gross prices and lays them on net prices, rounded once', () => {
    const vat: RequestedTax = { code: 'VAT', rate: { units: 19n, scale: 2 } };
    expect(taxesOn(10_000, [vat], true)).toEqual([{ code: 'VAT', rate: '0.19', amount: 1597 }]);
    expect(taxesOn(10_000, [vat], false)).toEqual([{ code: 'VAT', rate: '0.19', amount: 1900 }]);
    expect(taxesOn(100, [{ code: 'X', amount: 101 }], true)).toBeNull();
  });

  it('spreads a discount on the order over its lines', () => {
    const result = priceCharges([soldLine(1, 1, 1000), soldLine(2, 1, 500), soldLine(3, 1, 500)], () => undefined, {
      shipping: 300,
      discount: 100,
      taxesIncluded: false,
    });
    expect(result).toMatchObject({
      ok: true,
      priced: {
        lines: [
          { discount: 50, net: 950, orderDiscount: 50 },
          { discount: 25, net: 475 },
          { discount: 25, net: 475 },
        ],
        totals: { gross: 2000, discount: 100, net: 1900, shipping: 300, total: 2200, orderDiscount: 100 },
      },
    });
    const tooMuch = priceCharges([soldLine(1, 1, 10)], () => undefined, {
      shipping: 0,
      discount: 11,
      taxesIncluded: false,
    });
    expect(tooMuch).toEqual({ ok: false, problem: { at: 'discount', code: 'DISCOUNT_INVALID' } });
  });

  it('adds up to the cent whatever lines, discounts, taxes and fees there are', () => {
    fc.assert(
      fc.property(priced, ({ charges, lines, totals, fees, shippingTaxes }) => {
        const own = sum([...lines, ...(fees ?? [])].map((one) => sumOf(one.taxes))) + sumOf(shippingTaxes);
        expect(sum(lines.map((one) => one.orderDiscount ?? 0))).toBe(totals.orderDiscount ?? 0);
        expect(lines.every((one) => one.net === one.gross - one.discount && one.net >= 0)).toBe(true);
        expect(totals.net).toBe(sum(lines.map((one) => one.net)));
        expect(totals.tax ?? 0).toBe(own);
        const feeSum = sum((fees ?? []).map((one) => one.amount));
        expect(totals.total).toBe(totals.net + charges.shipping + feeSum + (charges.taxesIncluded ? 0 : own));
        if (charges.taxesIncluded) expect(own).toBeLessThanOrEqual(totals.total);
      }),
    );
  });
});

describe('taking an order apart', () => {
  it('cancels in any steps what was sold, to the cent', () => {
    fc.assert(
      fc.property(priced, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (one, choices) => {
        let order = orderOf(one);
        expect(sum(order.lines.map((l) => worthOfLine(l, order.taxesIncluded).total))).toBeLessThanOrEqual(
          order.totals.total,
        );
        const sold = order.ledger.sold;
        let gone = 0;
        for (const choice of choices) {
          const open = order.lines.filter((l) => l.ordered > l.cancelled);
          const chosen = open[choice % Math.max(1, open.length)];
          if (chosen === undefined) break;
          const quantity = 1 + (choice % (chosen.ordered - chosen.cancelled));
          const worth = worthOfCancelling(order, [{ lineId: chosen.lineId, quantity }]);
          expect(worth.amount).toBeGreaterThanOrEqual(0);
          gone += worth.amount;
          order = {
            ...order,
            ledger: { ...order.ledger, cancelled: order.ledger.cancelled + worth.amount },
            lines: order.lines.map((l) => (l === chosen ? { ...l, cancelled: l.cancelled + quantity } : l)),
          };
          expect(due(order.ledger)).toBe(sold - gone);
          expect(due(order.ledger)).toBeGreaterThanOrEqual(0);
        }
        const rest = worthOfCancelling(
          order,
          order.lines.map(({ lineId, ordered, cancelled }) => ({ lineId, quantity: ordered - cancelled })),
        );
        expect(gone + rest.amount).toBe(sold);
      }),
      { numRuns: 300 },
    );
  });

  it('values units of a line so that they add up to the line', () => {
    fc.assert(
      fc.property(priced, ({ charges, lines, totals }) => {
        const order = orderOf({ charges, lines, totals });
        for (const one of order.lines) {
          const whole = worthOfLine(one, order.taxesIncluded);
          const units = Array.from({ length: one.ordered }, (_, before) =>
            worthOfUnits(one, before, 1, order.taxesIncluded),
          );
          expect(sum(units.map((unit) => unit.net))).toBe(whole.net);
          expect(sum(units.map((unit) => unit.tax))).toBe(whole.tax);
          expect(sum(units.map((unit) => unit.total))).toBe(whole.total);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the ledger', () => {
  it('owes and is paid exactly, whatever was sold, cancelled, credited, captured and refunded', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        amount,
        amount,
        amount,
        (sold, cancelled, credited, authorized, captured, refunded) => {
          const ledger = { sold, cancelled, credited, authorized, captured, refunded };
          const rest = due(ledger) - net(ledger);
          expect(outstanding(ledger)).toBe(Math.max(0, rest));
          if (due(ledger) >= 0)
            expect(outstanding(ledger) - overpaid(ledger)).toBe(rest > 0 ? rest : -Math.max(0, -rest) || 0);
        },
      ),
    );
  });
});
