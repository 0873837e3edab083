import { Refused } from '@orderloom/contracts';
import type { Order, OrderStatus } from './order.js';
import { about } from './refusals.js';

/** Ends of an order of which nothing was delivered. */
const ENDINGS = {
  CANCELLED: 'ORDER_CANCELLED',
  EXPIRED: 'ORDER_EXPIRED',
} as const satisfies Partial<Record<OrderStatus, string>>;
export type EndedStatus = keyof typeof ENDINGS;

/** Whether the order ended without being fulfilled. */
export const hasEnded = (order: Pick<Order, 'status'>): order is Order & { status: EndedStatus } =>
  Object.hasOwn(ENDINGS, order.status);

/** @throws Refused ORDER_CANCELLED, ORDER_EXPIRED when it ended unfulfilled */
export const mustNotHaveEnded = (order: Order, details: Record<string, unknown> = {}): void => {
  if (hasEnded(order)) throw new Refused(ENDINGS[order.status], { ...about(order), ...details });
};
