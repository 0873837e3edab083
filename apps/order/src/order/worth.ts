import { due, shareOfUnits } from './money.js';
import type { Order, OrderLine } from './order.js';
import { sumOf, type Tax } from './pricing.js';

/** What some units of a line are worth, minor units. `total` is what the customer pays for them. */
export interface Worth {
  net: number;
  /** taxes of these units, whether within the price or on top */
  tax: number;
  total: number;
}

const onTop = (taxes: readonly Tax[], included: boolean): number => (included ? 0 : sumOf(taxes));

/** What the customer pays for all units of a line as sold: its net and the taxes on top of it. */
export const worthOfLine = (line: OrderLine, taxesIncluded: boolean): Worth => ({
  net: line.net,
  tax: sumOf(line.taxes),
  total: line.net + onTop(line.taxes, taxesIncluded),
});

/**
 * What `count` units of a line are worth when `before` units have been settled already (cancelled or returned). Parts
 * add up to the line however it is taken apart, so no cent is lost or made by doing it in steps.
 */
export const worthOfUnits = (line: OrderLine, before: number, count: number, taxesIncluded: boolean): Worth => {
  const net = shareOfUnits(line.net, line.ordered, before, count);
  const tax = line.taxes.reduce((sum, one) => sum + shareOfUnits(one.amount, line.ordered, before, count), 0);
  return { net, tax, total: net + (taxesIncluded ? 0 : tax) };
};

/** A line's units that are cancelled, with what they were worth. */
export interface CancelledUnits {
  lineId: string;
  quantity: number;
  /** net of these units */
  amount: number;
  /** their taxes, where the line has any */
  tax?: number;
}

/**
 * What is no longer owed when these units are cancelled. Shipping, fees and their taxes go with the last unit: once
 * nothing is wanted any more, everything that is still owed goes.
 * @param lines units per line, none more than are still wanted
 */
export const worthOfCancelling = (
  order: Order,
  lines: readonly { lineId: string; quantity: number }[],
): { lines: CancelledUnits[]; amount: number } => {
  const byId = new Map(order.lines.map((line) => [line.lineId, line]));
  let amount = 0;
  const cancelled = lines.flatMap(({ lineId, quantity }): CancelledUnits[] => {
    const line = byId.get(lineId);
    if (line === undefined) return [];
    const worth = worthOfUnits(line, line.cancelled, quantity, order.taxesIncluded);
    amount += worth.total;
    return [{ lineId, quantity, amount: worth.net, ...(line.taxes.length === 0 ? {} : { tax: worth.tax }) }];
  });
  const left = order.lines.reduce((sum, line) => sum + line.ordered - line.cancelled, 0);
  const gone = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const owed = Math.max(0, due(order.ledger));
  return { lines: cancelled, amount: gone >= left ? owed : Math.min(amount, owed) };
};

/** What the units shipped so far are worth, with shipping, fees and their taxes once anything has left. */
export const worthOfShipped = (order: Order): number => {
  if (order.lines.every((line) => line.shipped === 0)) return 0;
  const goods = order.lines.reduce((sum, line) => {
    // Cancelled units come first in a line's count, so the shipped ones follow them.
    return sum + worthOfUnits(line, line.cancelled, line.shipped, order.taxesIncluded).total;
  }, 0);
  const lines = order.lines.reduce((sum, line) => sum + worthOfLine(line, order.taxesIncluded).total, 0);
  return Math.min(goods + (order.totals.total - lines), Math.max(0, due(order.ledger)));
};
