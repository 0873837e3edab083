import { outstanding } from './money.js';
import type { Order } from './order.js';
import { isFullyDelivered, some, unallocated, wanted } from './quantities.js';
import { paymentStatus } from './status.js';

/**
 * What an order can wait for. REVIEW a decision of a person · SOURCING inventory's answer · STOCK goods that are not there ·
 * PAYMENT the customer · PAYMENT_FAILED somebody who asks again or cancels · WAREHOUSE picking and packing · DELIVERY the
 * carrier · COLLECTION money due on delivery · REFUND money to give back · REFUND_FAILED somebody who gives it back ·
 * COMPLAINT an answer to the customer · CHANNEL_NEWS somebody who sees to what the channel told · RETURN goods that come back, and
 * what follows · PROGRESS none of these, which nobody expects.
 */
export const WAIT_STATES = [
  'REVIEW',
  'SOURCING',
  'STOCK',
  'PAYMENT',
  'PAYMENT_FAILED',
  'WAREHOUSE',
  'DELIVERY',
  'COLLECTION',
  'REFUND',
  'REFUND_FAILED',
  'COMPLAINT',
  'CHANNEL_NEWS',
  'RETURN',
  'PROGRESS',
] as const;
export type WaitState = (typeof WAIT_STATES)[number];

export const PRIORITIES = ['normal', 'urgent', 'vip'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** How much the order is hurried. */
export const priorityOf = (order: Order): Priority => {
  const { desk } = order as { desk?: { priority?: string } };
  const priority = desk?.priority?.toLowerCase();
  return PRIORITIES.find((known) => known === priority) ?? 'normal';
};

const moneyWait = (order: Order): WaitState | undefined => {
  switch (paymentStatus(order)) {
    case 'REFUND_PENDING':
      return 'REFUND';
    case 'REFUND_FAILED':
      return 'REFUND_FAILED';
    case 'REQUESTED':
      return 'PAYMENT';
    case 'FAILED':
      return order.status === 'CONFIRMED' ? 'PAYMENT_FAILED' : undefined;
    case 'ON_DELIVERY':
      return order.lines.length > 0 && isFullyDelivered(order) && outstanding(order.ledger) > 0
        ? 'COLLECTION'
        : undefined;
    default:
      return undefined;
  }
};

/** Refunds are waited for one by one, whatever else becomes of the money. */
const refundWaits = ({ refunds }: Order): WaitState[] => [
  ...(refunds.some(({ status }) => status === 'REQUESTED' || status === 'APPROVED' || status === 'SUBMITTED')
    ? (['REFUND'] as const)
    : []),
  ...(refunds.some(({ status }) => status === 'FAILED') ? (['REFUND_FAILED'] as const) : []),
];

/** What somebody is waited for beside the order's own way, also once that is over. */
const besides = ({ desk }: Order): WaitState[] => [
  ...(desk.complaints.some(({ resolvedAt }) => resolvedAt === null) ? (['COMPLAINT'] as const) : []),
  ...(desk.channelNews.some(({ settledAt }) => settledAt === null) ? (['CHANNEL_NEWS'] as const) : []),
  ...(desk.returns.some(({ settled, lines }) => settled === null && lines.some(({ requested }) => requested > 0))
    ? (['RETURN'] as const)
    : []),
];

/**
 * What the order waits for now: nothing once it has ended, no money is left to give back and nobody waits for an answer.
 * Orders of the past never wait.
 */
export const waitsOf = (order: Order): WaitState[] => {
  if (order.status === 'NONE' || order.mode === 'history') return [];
  return [...new Set([...onItsWay(order), ...refundWaits(order), ...besides(order)])];
};

const onItsWay = (order: Order): WaitState[] => {
  const waits: WaitState[] = [];
  const money = moneyWait(order);
  if (money !== undefined) waits.push(money);
  if (order.status === 'SUBMITTED') return ['REVIEW', ...waits];
  if (order.status !== 'CONFIRMED') return waits.filter((wait) => wait === 'REFUND' || wait === 'REFUND_FAILED');
  if (some(order, (line) => line.backordered > 0)) waits.push('STOCK');
  if (some(order, (line) => unallocated(line) > line.backordered)) waits.push('SOURCING');
  if (some(order, (line) => line.shipped < Math.min(line.released, wanted(line)))) waits.push('WAREHOUSE');
  if (some(order, (line) => line.delivered < line.shipped)) waits.push('DELIVERY');
  // Held on its way: nobody but who decides moves it on.
  if (order.holds.some(({ status }) => status === 'OPEN')) waits.push('REVIEW');
  return waits.length > 0 ? waits : ['PROGRESS'];
};
