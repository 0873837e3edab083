import { Refused } from '@orderloom/contracts';
import { toGiveBack, unreleasedAllocations } from './allocations.js';
import type { LineQuantity, OrderEvent } from './events.js';
import { wantedLines } from './lines.js';
import type { RefundPolicy } from './money-follow-up.js';
import { evolve, type Order, type OrderLine } from './order.js';
import { unallocated, wanted } from './quantities.js';
import { about } from './refusals.js';
import { worthOfCancelling } from './worth.js';

export interface Cancel {
  reason: string;
  note?: string;
  now: string;
  refunds?: RefundPolicy;
}

/** What an end takes off an order: every line that is still wanted and all that is owed. */
export const everything = (command: Cancel, order: Order) => ({
  reason: command.reason,
  ...(command.note === undefined ? {} : { note: command.note }),
  ...worthOfCancelling(
    order,
    order.lines.map((line) => ({ lineId: line.lineId, quantity: wanted(line) })).filter((line) => line.quantity > 0),
  ),
  currency: order.currency,
  ...(order.epoch === 0 ? {} : { epoch: order.epoch }),
  occurredAt: command.now,
});

/** Units of a line that no warehouse was told about. */
export const cancellable = (line: OrderLine): number => wanted(line) - line.released;

export interface TakeUnitsOff extends Cancel {
  cancellationId: string;
  lines: readonly LineQuantity[];
  amendmentId?: string;
  stopId?: string;
}

/**
 * The events that take units off an order: reservations returned, units cancelled, or the whole order where nothing is
 * left. Nothing follows from them here. @throws Refused LINE_ALREADY_RELEASED
 */
export const takeUnitsOff = (command: TakeUnitsOff, order: Order): OrderEvent[] => {
  const units = sumByLine(command.lines);
  const taken = order.lines.flatMap((line) => {
    const quantity = units.get(line.lineId) ?? 0;
    const available = cancellable(line);
    if (quantity > available) {
      throw new Refused('LINE_ALREADY_RELEASED', { ...about(order), lineId: line.lineId, available, quantity });
    }
    return quantity === 0 ? [] : [{ line, quantity }];
  });
  if (taken.length === 0) return [];
  const left = order.lines.reduce((sum, line) => sum + wanted(line) - (units.get(line.lineId) ?? 0), 0);
  // The whole order takes its shipping charge and all reservations with it; inventory needs no list of them.
  if (left === 0 && command.amendmentId === undefined) {
    return [{ type: 'OrderCancelled', data: everything(command, order) }];
  }
  const returned = returnOf(order, taken, command.stopId === undefined ? 'LINES_CANCELLED' : 'STOPPED');
  const { cancellationId, reason, note, amendmentId, stopId, now } = command;
  const data = {
    cancellationId,
    reason,
    ...(note === undefined ? {} : { note }),
    ...(amendmentId === undefined ? {} : { amendmentId }),
    ...(stopId === undefined ? {} : { stopId }),
    ...worthOfCancelling(
      order,
      taken.map(({ line, quantity }) => ({ lineId: line.lineId, quantity })),
    ),
    currency: order.currency,
    occurredAt: now,
  };
  const cancelled = (wantedAfter: ReturnType<typeof wantedLines>): OrderEvent => ({
    type: 'LinesCancelled',
    data: { ...data, wanted: wantedAfter },
  });
  const after = [...returned, cancelled([])].reduce(evolve, order);
  return [...returned, cancelled(wantedLines(after))];
};

/** Reservations of the units that go, as far as they go beyond those that have none. */
const returnOf = (
  order: Order,
  taken: readonly { line: OrderLine; quantity: number }[],
  reason: string,
): OrderEvent[] => {
  const free = unreleasedAllocations(order);
  const lines = taken.flatMap(({ line, quantity }) =>
    toGiveBack(free, line.lineId, Math.max(0, quantity - unallocated(line))),
  );
  return lines.length === 0 ? [] : [{ type: 'AllocationsReturned', data: { reason, lines } }];
};

const sumByLine = (lines: readonly LineQuantity[]): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of lines) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return sums;
};
