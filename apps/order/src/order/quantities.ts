import type { Order, OrderLine } from './order-state.js';

/** Units the customer still wants of a line. */
export const wanted = (line: OrderLine): number => line.ordered - line.cancelled;

/** Units for which no stock has been found yet. */
export const unallocated = (line: OrderLine): number => wanted(line) - line.allocated;

export const every = (order: Order, test: (line: OrderLine) => boolean): boolean => order.lines.every(test);

export const some = (order: Order, test: (line: OrderLine) => boolean): boolean => order.lines.some(test);

/** Units handed to a warehouse, over all lines. */
export const releasedUnits = (order: Order): number => order.lines.reduce((sum, line) => sum + line.released, 0);

export const isFullyAllocated = (order: Order): boolean => every(order, (line) => unallocated(line) === 0);

export const isFullyDelivered = (order: Order): boolean => every(order, (line) => line.delivered === wanted(line));

/** Said after every fold in the tests: what must hold of a line's quantities at any time. */
export const lineInvariantHolds = (line: OrderLine): boolean =>
  0 <= line.delivered &&
  line.delivered <= line.shipped &&
  line.shipped <= line.released &&
  line.released <= line.allocated &&
  line.allocated + line.backordered <= wanted(line) &&
  0 <= line.backordered &&
  0 <= line.cancelled &&
  line.restocked + line.scrapped <= line.returned &&
  line.returned <= line.returnRequested &&
  line.returnRequested <= line.delivered;
