import type { LineQuantity } from './events.js';
import type { Order, OrderLine } from './order-state.js';
import { wanted } from './quantities.js';

/** Adds quantities to the lines they name; a line named twice gets both. */
export const changeLines = (
  order: Order,
  changes: readonly LineQuantity[],
  change: (line: OrderLine, quantity: number) => OrderLine,
): readonly OrderLine[] => {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of changes) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return order.lines.map((line) => {
    const quantity = sums.get(line.lineId);
    return quantity === undefined ? line : change(line, quantity);
  });
};

/** What the customer wants of every line, for those who plan with it. */
export const wantedLines = (order: Order) =>
  order.lines.map((line) => ({ lineId: line.lineId, sku: line.sku, name: line.name, quantity: wanted(line) }));
