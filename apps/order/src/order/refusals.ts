import { Refused } from '@orderloom/contracts';
import type { Order } from './order.js';

/** @throws Refused ORDER_NOT_FOUND when nothing is recorded about the order */
export const mustExist = (order: Order): void => {
  if (order.status === 'NONE') throw new Refused('ORDER_NOT_FOUND', {});
};

/** Details that let a reader find the order a refusal speaks of. */
export const about = (order: Order): { orderId: string; number: string } => ({
  orderId: order.orderId,
  number: order.number,
});
