import type { DataOf, OrderEvent } from '../order/events.js';
import { divideHalfUp, due, shareOfUnits } from '../order/money.js';
import type { Order } from '../order/order.js';
import type { Tax } from '../order/pricing.js';
import { sumOf } from '../order/pricing.js';
import { worthOfLine } from '../order/worth.js';

type Credited = DataOf<'OrderCredited'>;
type Credit = Credited['credits'][number];

/** What of an order is tax, one entry for each code and rate. Minor units, none below zero. */
export type TaxesOwed = readonly Tax[];

export const NO_TAXES: TaxesOwed = [];

const isSame = (a: Tax, b: Tax): boolean => a.code === b.code && a.rate === b.rate;

/** `taxes + factor × more`, each kind on its own and never below zero. */
const added = (taxes: TaxesOwed, more: TaxesOwed, factor = 1): TaxesOwed => {
  let sums = taxes;
  for (const tax of more) {
    const at = sums.findIndex((one) => isSame(one, tax));
    const amount = Math.max(0, (sums[at]?.amount ?? 0) + factor * tax.amount);
    sums = at < 0 ? [...sums, { ...tax, amount }] : sums.with(at, { ...tax, amount });
  }
  return sums;
};

/** Whether anything of an order is still wanted: delivery and fees are charged as long as it is. */
export const isWanted = (order: Order): boolean => order.lines.some((line) => line.ordered > line.cancelled);

/** The taxes of what is wanted, credits left aside. */
const taxesOfWanted = (order: Order): TaxesOwed => {
  const goods = order.lines.flatMap((line) =>
    line.taxes.map((tax) => ({
      ...tax,
      amount: shareOfUnits(tax.amount, line.ordered, line.cancelled, line.ordered - line.cancelled),
    })),
  );
  const beside = isWanted(order) ? [...order.shippingTaxes, ...order.fees.flatMap(({ taxes }) => taxes ?? [])] : [];
  return added(NO_TAXES, [...goods, ...beside]);
};

/** What a credit is for, with all it was sold for: a line, or the delivery. */
const subjectOf = (order: Order, credit: Credit): { key: string; taxes: TaxesOwed; worth: number } | null => {
  if (credit.sku === 'SHIPPING') {
    const worth = order.totals.shipping + (order.taxesIncluded ? 0 : sumOf(order.shippingTaxes));
    return { key: 'SHIPPING', taxes: order.shippingTaxes, worth };
  }
  const alike = order.lines.filter(({ sku }) => sku === credit.sku);
  const line = alike.find(({ lineId }) => credit.creditId.endsWith(`-${lineId}`)) ?? alike[0];
  return line === undefined
    ? null
    : { key: line.lineId, taxes: line.taxes, worth: worthOfLine(line, order.taxesIncluded).total };
};

const partOf = (taxes: TaxesOwed, amount: number, of: number): TaxesOwed =>
  of <= 0
    ? NO_TAXES
    : taxes.map((tax) => ({
        ...tax,
        amount: Math.min(tax.amount, Number(divideHalfUp(BigInt(tax.amount) * BigInt(amount), BigInt(of)))),
      }));

/** The taxes within an amount that is credited: of each credit, and of what belongs to none. */
export interface CreditedTaxes {
  readonly credits: readonly TaxesOwed[];
  readonly rest: TaxesOwed;
}

/**
 * The taxes within what is credited. A credit for a line or the delivery bears that one's own taxes, in parts that add
 * up to all of them; what is credited for nothing in particular bears those of the order in proportion.
 * @param before the order before it is credited
 * @param owed what of it is tax then
 */
export const taxesOfCredit = (before: Order, data: Credited, owed: TaxesOwed): CreditedTaxes => {
  let left = { taxes: owed, total: due(before.ledger) };
  let earlier: readonly Credit[] = before.credits;
  const take = (taxes: TaxesOwed, amount: number): TaxesOwed => {
    // Never more than is left: earlier goodwill may have taken its part of them.
    const own = taxes.map((tax) => {
      const there = left.taxes.find((one) => isSame(one, tax))?.amount ?? 0;
      return { ...tax, amount: Math.min(tax.amount, there) };
    });
    left = { taxes: added(left.taxes, own, -1), total: left.total - amount };
    return own;
  };
  const credits = data.credits.map((credit) => {
    const subject = subjectOf(before, credit);
    const done =
      subject === null
        ? 0
        : earlier.reduce((sum, one) => sum + (subjectOf(before, one)?.key === subject.key ? one.amount : 0), 0);
    earlier = [...earlier, credit];
    if (subject === null || done + credit.amount > subject.worth) {
      return take(partOf(left.taxes, credit.amount, left.total), credit.amount);
    }
    const own = subject.taxes.map((tax) => ({
      ...tax,
      amount: shareOfUnits(tax.amount, subject.worth, done, credit.amount),
    }));
    return take(own, credit.amount);
  });
  const rest = data.amount - data.credits.reduce((sum, { amount }) => sum + amount, 0);
  return { credits, rest: rest <= 0 ? NO_TAXES : take(partOf(left.taxes, rest, left.total), rest) };
};

/** What of an order is tax after an event. */
export const taxesAfter = (owed: TaxesOwed, before: Order, event: OrderEvent, after: Order): TaxesOwed => {
  const changes = due(after.ledger) !== due(before.ledger) || event.type === 'AmendmentApplied';
  if (!changes) return owed;
  if (due(after.ledger) <= 0) return NO_TAXES;
  if (event.type === 'OrderCredited') {
    const { credits, rest } = taxesOfCredit(before, event.data, owed);
    return [...credits, rest].reduce((sums, taxes) => added(sums, taxes, -1), owed);
  }
  return added(added(owed, taxesOfWanted(after)), taxesOfWanted(before), -1);
};
