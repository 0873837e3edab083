import type { Order } from './order.js';

/** Ids that belong to an order are made of its id, so that a repeated decision makes the same ones. */
export const childId = (order: Pick<Order, 'orderId'>, kind: 'P' | 'F' | 'R' | 'C', n: number): string =>
  `${order.orderId}-${kind}${n}`;

/** ISO 8601 UTC. */
export const hoursAfter = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * 3_600_000).toISOString();
