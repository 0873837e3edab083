import { Refused } from '@orderloom/contracts';
import { hasEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import type { Order } from './order.js';
import { about, mustExist } from './refusals.js';

/** What erases an order's personal data. */
export interface ErasePersonalData {
  /** every key that something about the order is sealed under */
  readonly keyIds: readonly string[];
  readonly requestedBy: string;
  readonly now: string;
}

/**
 * Records that what is known of a guest is to be made unreadable. Said twice, done once. Possible once the order is over:
 * until then somebody has to send it somewhere, or to ask.
 * @throws Refused ORDER_NOT_FOUND, ORDER_OF_CUSTOMER, ORDER_STILL_OPEN
 */
export const erasePersonalData = ({ keyIds, requestedBy, now }: ErasePersonalData, order: Order): OrderEvent[] => {
  mustExist(order);
  const { orderId, customerId, status, mode } = order;
  // Their contact lies under the customer's key, which seals their other orders as well.
  if (customerId !== null) throw new Refused('ORDER_OF_CUSTOMER', { ...about(order), customerId });
  if (order.erasedAt !== undefined) return [];
  const isOver = mode === 'history' || status === 'COMPLETED' || hasEnded(order);
  if (!isOver) throw new Refused('ORDER_STILL_OPEN', { ...about(order), status });
  return [{ type: 'OrderPersonalDataErased', data: { orderId, keyIds: [...keyIds], requestedBy, occurredAt: now } }];
};
