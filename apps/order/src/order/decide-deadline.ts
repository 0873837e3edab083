import type { OrderEvent } from './events.js';
import type { Order } from './order.js';
import { mustExist } from './refusals.js';
import { type Priority, type WaitState, waitsOf } from './waits.js';

export interface MissDeadline {
  wait: WaitState;
  /** when the waiting began */
  since: string;
  dueAt: string;
  /** role that has to see to it */
  owner: string;
  priority: Priority;
  now: string;
}

/**
 * Records that an order waits longer than it should, once for each time it waits.
 * What it waited for may have come meanwhile: then nothing is missed.
 */
export const missDeadline = (command: MissDeadline, order: Order): OrderEvent[] => {
  mustExist(order);
  const { now, ...missed } = command;
  if (now < command.dueAt || !waitsOf(order).includes(command.wait)) return [];
  if (order.missed.some(({ wait, since }) => wait === command.wait && since === command.since)) return [];
  return [{ type: 'OrderDeadlineMissed', data: { ...missed, occurredAt: now } }];
};
