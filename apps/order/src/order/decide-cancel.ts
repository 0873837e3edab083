import { Refused } from '@orderloom/contracts';
import { hasEnded, mustNotHaveEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import type { Order } from './order.js';
import { releasedUnits, wanted } from './quantities.js';
import { about, mustExist } from './refusals.js';
import { type Cancel, cancellable, everything, takeUnitsOff } from './take-off.js';

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

/** Whether the order ended in any way. */
export const isOver = (order: Order): boolean => order.status === 'COMPLETED' || hasEnded(order);
