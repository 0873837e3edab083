import { Refused } from '@orderloom/contracts';
import { toGiveBack, unreleasedAllocations } from './allocations.js';
import { hasEnded, mustNotHaveEnded } from './ending.js';
import type { LineQuantity, OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { wantedLines } from './lines.js';
import type { RefundPolicy } from './money-follow-up.js';
import { evolve, type Order, type OrderLine } from './order.js';
import { releasedUnits, unallocated, wanted } from './quantities.js';
import { about, mustExist } from './refusals.js';
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

/** Nothing that a warehouse was told about can simply be taken back. @throws Refused ORDER_COMPLETED, ORDER_ALREADY_RELEASED */
export const mustBeEndable = (order: Order): void => {
  if (order.status === 'COMPLETED') throw new Refused('ORDER_COMPLETED', about(order));
  if (releasedUnits(order) > 0) throw new Refused('ORDER_ALREADY_RELEASED', about(order));
};

/**
 * Cancels all of an order that no warehouse has been told about yet; money already collected goes back.
 * @throws Refused ORDER_NOT_FOUND, ORDER_EXPIRED, ORDER_COMPLETED, ORDER_ALREADY_RELEASED
 */
export const cancel = (command: Cancel, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.status === 'CANCELLED') return [];
  mustNotHaveEnded(order);
  mustBeEndable(order);
  return withFollowUps(order, [{ type: 'OrderCancelled', data: everything(command, order) }], command);
};

/** Units of a line that no warehouse was told about. */
export const cancellable = (line: OrderLine): number => wanted(line) - line.released;

export interface CancelLines extends Cancel {
  /** said twice, done once */
  cancellationId: string;
  /** units to cancel; without a quantity all that can be */
  lines: { lineId: string; quantity?: number }[];
}

/**
 * Cancels units of lines that no warehouse has been told about yet. Units without stock go first; reservations of
 * others are given back, captured money of them is refunded. When nothing of the order is left it is cancelled.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED, ORDER_EXPIRED, ORDER_COMPLETED, ORDER_IS_HISTORY,
 * LINE_NOT_FOUND, LINE_ALREADY_RELEASED
 */
export const cancelLines = (command: CancelLines, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.cancellations.includes(command.cancellationId)) return [];
  mustNotHaveEnded(order);
  if (order.status === 'COMPLETED') throw new Refused('ORDER_COMPLETED', about(order));
  if (order.mode === 'history') throw new Refused('ORDER_IS_HISTORY', about(order));
  const lines = command.lines.map(({ lineId, quantity }) => {
    const line = order.lines.find((candidate) => candidate.lineId === lineId);
    if (line === undefined) throw new Refused('LINE_NOT_FOUND', { ...about(order), lineId });
    const available = cancellable(line);
    if (quantity === undefined && available === 0 && wanted(line) > 0) {
      throw new Refused('LINE_ALREADY_RELEASED', { ...about(order), lineId, available });
    }
    return { lineId, quantity: quantity ?? available };
  });
  const events = takeUnitsOff({ ...command, lines }, order);
  return events.length === 0 ? [] : withFollowUps(order, events, command);
};

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

/** Whether the order ended in any way. */
export const isOver = (order: Order): boolean => order.status === 'COMPLETED' || hasEnded(order);
