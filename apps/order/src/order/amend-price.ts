import { asSold } from './amendments.js';
import type { SoldLine, Totals } from './events.js';
import { divideHalfUp, parseDecimal } from './money.js';
import type { Order, OrderLine } from './order.js';
import { type RequestedTax, sumOf, type Tax, taxesOn } from './pricing.js';
import { wanted } from './quantities.js';
import { worthOfLine, worthOfUnits } from './worth.js';

const scaled = (amount: number, by: number, of: number): number =>
  of === 0 ? 0 : Number(divideHalfUp(BigInt(amount) * BigInt(by), BigInt(of)));

/** Taxes asked for again: by their rates, or in proportion where only an amount was given. */
const again = (taxes: readonly Tax[], net: number, netBefore: number): RequestedTax[] =>
  taxes.map(({ code, rate, amount }) => {
    const decimal = rate === undefined ? null : parseDecimal(rate);
    return decimal === null ? { code, amount: scaled(amount, net, netBefore) } : { code, rate: decimal };
  });

/**
 * A line sold in another quantity or at another price: discounts stay in proportion, taxes keep their rates.
 * @param quantity units sold in all, cancelled ones included
 * @param unitPrice minor units
 */
export const soldAs = (line: OrderLine, quantity: number, unitPrice: number, taxesIncluded: boolean): SoldLine => {
  const gross = quantity * unitPrice;
  const discount = Math.min(gross, scaled(line.discount, gross, line.gross));
  const orderDiscount = Math.min(discount, scaled(line.orderDiscount, gross, line.gross));
  const net = gross - discount;
  const taxes = taxesOn(net, again(line.taxes, net, line.net), taxesIncluded) ?? line.taxes;
  const { lineId, sku, name } = line;
  return {
    lineId,
    sku,
    name,
    quantity,
    unitPrice,
    gross,
    discount,
    net,
    ...(orderDiscount === 0 ? {} : { orderDiscount }),
    ...(taxes.length === 0 ? {} : { taxes: [...taxes] }),
  };
};

/** The taxes that all lines of an order have in common; none where they differ. */
const commonTaxes = (order: Order): readonly Tax[] => {
  const [first, ...others] = order.lines;
  if (first === undefined) return [];
  const rates = (line: OrderLine) => JSON.stringify(line.taxes.map(({ code, rate }) => [code, rate]));
  return others.every((line) => rates(line) === rates(first)) && first.taxes.every(({ rate }) => rate !== undefined)
    ? first.taxes
    : [];
};

/** A line that is added, with the taxes that all lines of the order have. */
export const soldNew = (
  order: Order,
  lineId: string,
  added: { sku: string; name: string; quantity: number; unitPrice: number; discount: number },
): SoldLine => {
  const gross = added.quantity * added.unitPrice;
  const net = gross - added.discount;
  const taxes = taxesOn(net, again(commonTaxes(order), net, net), order.taxesIncluded) ?? [];
  return { lineId, ...added, gross, net, ...(taxes.length === 0 ? {} : { taxes }) };
};

/** What the units of a line that are still wanted cost the customer. */
export const worthWanted = (line: OrderLine, taxesIncluded: boolean): number =>
  worthOfUnits(line, line.cancelled, wanted(line), taxesIncluded).total;

const asLine = (line: OrderLine | undefined, sold: SoldLine): OrderLine => ({
  ...(line ?? ZERO),
  ...sold,
  ordered: sold.quantity,
  orderDiscount: sold.orderDiscount ?? 0,
  taxes: sold.taxes ?? [],
});

const ZERO = {
  cancelled: 0,
  allocated: 0,
  backordered: 0,
  released: 0,
  shipped: 0,
  delivered: 0,
  returnRequested: 0,
  returned: 0,
  restocked: 0,
  scrapped: 0,
};

/** By how much more is owed once these lines are sold so, minor units; and the sums of the order then. */
export const soldDifference = (order: Order, sold: readonly SoldLine[]): { sold: number; totals: Totals } => {
  const { taxesIncluded } = order;
  const known = new Map(order.lines.map((line) => [line.lineId, line]));
  let difference = 0;
  let total = order.totals.total;
  for (const one of sold) {
    const before = known.get(one.lineId);
    const after = asLine(before, one);
    difference += worthWanted(after, taxesIncluded) - (before === undefined ? 0 : worthWanted(before, taxesIncluded));
    total += worthOfLine(after, taxesIncluded).total;
    if (before !== undefined) total -= worthOfLine(before, taxesIncluded).total;
  }
  const changed = new Map(sold.map((one) => [one.lineId, one]));
  const lines = [
    ...order.lines.map((line) => changed.get(line.lineId) ?? asSold(line)),
    ...sold.filter(({ lineId }) => !known.has(lineId)),
  ];
  return { sold: difference, totals: totalsWith(order, lines, total) };
};

const totalsWith = (order: Order, lines: readonly SoldLine[], total: number): Totals => {
  const sum = (of: (line: SoldLine) => number) => lines.reduce((all, line) => all + of(line), 0);
  const before = order.lines.reduce((all, line) => all + sumOf(line.taxes), 0);
  const taxes = sum((line) => sumOf(line.taxes));
  const tax = (order.totals.tax ?? 0) - before + taxes;
  const orderDiscount = sum((line) => line.orderDiscount ?? 0);
  const { orderDiscount: _before, tax: _tax, ...rest } = order.totals;
  return {
    ...rest,
    gross: sum((line) => line.gross),
    discount: sum((line) => line.discount),
    net: sum((line) => line.net),
    total,
    ...(orderDiscount === 0 ? {} : { orderDiscount }),
    ...(order.totals.tax === undefined && taxes === 0 ? {} : { tax }),
  };
};
