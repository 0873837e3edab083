import type { Allocation } from './events.js';
import type { Order } from './order-state.js';

/** Reserved units of an order that no warehouse was told about yet, in the order in which they were reserved. */
export const unreleasedAllocations = (order: Order): Allocation[] => {
  const released = new Map<string, number>();
  for (const { reservationId, quantity } of order.fulfilments.flatMap(({ lines }) => lines)) {
    released.set(reservationId, (released.get(reservationId) ?? 0) + quantity);
  }
  return order.allocations
    .map((one) => ({ ...one, quantity: one.quantity - (released.get(one.reservationId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
};

/** Chooses reservations of a line to give back, the latest first: what was found first is nearest to leaving. */
export const toGiveBack = (free: readonly Allocation[], lineId: string, units: number): Allocation[] => {
  const back: Allocation[] = [];
  let open = units;
  for (const one of free.filter((allocation) => allocation.lineId === lineId).toReversed()) {
    const quantity = Math.min(open, one.quantity);
    if (quantity <= 0) break;
    back.push({ ...one, quantity });
    open -= quantity;
  }
  return back;
};

/** Takes units off the reservations they name; one with none left is gone. */
export const without = (
  allocations: readonly Allocation[],
  returned: readonly Pick<Allocation, 'reservationId' | 'quantity'>[],
): readonly Allocation[] => {
  const less = new Map<string, number>();
  for (const { reservationId, quantity } of returned) {
    less.set(reservationId, (less.get(reservationId) ?? 0) + quantity);
  }
  return allocations
    .map((one) => ({ ...one, quantity: one.quantity - (less.get(one.reservationId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
};
