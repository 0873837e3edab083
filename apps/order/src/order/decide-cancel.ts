import { Refused } from '@orderloom/contracts';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import type { Order } from './order.js';
import { releasedUnits, wanted } from './quantities.js';
import { about, mustExist } from './refusals.js';
import { worthOfCancelling } from './worth.js';

export interface Cancel {
  reason: string;
  note?: string;
  now: string;
}

/**
 * Cancels all of an order that no warehouse has been told about yet; money already collected goes back.
 * @throws Refused ORDER_NOT_FOUND, ORDER_COMPLETED, ORDER_ALREADY_RELEASED
 */
export const cancel = (command: Cancel, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.status === 'CANCELLED') return [];
  if (order.status === 'COMPLETED') throw new Refused('ORDER_COMPLETED', about(order));
  if (releasedUnits(order) > 0) throw new Refused('ORDER_ALREADY_RELEASED', about(order));
  const cancelled: OrderEvent = {
    type: 'OrderCancelled',
    data: {
      reason: command.reason,
      ...(command.note === undefined ? {} : { note: command.note }),
      ...worthOfCancelling(
        order,
        order.lines
          .map((line) => ({ lineId: line.lineId, quantity: wanted(line) }))
          .filter((line) => line.quantity > 0),
      ),
      currency: order.currency,
      occurredAt: command.now,
    },
  };
  return withFollowUps(order, [cancelled], command);
};
