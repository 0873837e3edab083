import type { DataOf, OrderEvent } from './events.js';
import type { Order } from './order.js';
import { mustExist } from './refusals.js';
import { unfilledKey } from './unfilled.js';

/** What a location could not send, or a carrier lost. */
export type Unfill = DataOf<'LinesUnfilled'>;

/**
 * Takes released units back: the location refused them, did not find them, or they were lost and go out again. The
 * lines are open once more and inventory looks for another source. A cancelled or completed order needs no stock.
 * @throws Refused ORDER_NOT_FOUND
 */
export const unfill = (command: Unfill, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.status !== 'CONFIRMED') return [];
  const done = new Set(order.unfilled.map(({ key }) => key));
  const held = new Map(order.allocations.map(({ reservationId, quantity }) => [reservationId, quantity]));
  const lines = command.lines
    .filter(({ reservationId }) => !done.has(unfilledKey(command, reservationId)))
    .map((line) => ({ ...line, quantity: Math.min(line.quantity, held.get(line.reservationId) ?? 0) }))
    .filter((line) => line.quantity > 0);
  return lines.length === 0 ? [] : [{ type: 'LinesUnfilled', data: { ...command, lines } }];
};
