import { hasEnded } from './ending.js';
import { openHolds } from './holds.js';
import { due, net, outstanding, overpaid } from './money.js';
import { excessOf } from './money-follow-up.js';
import type { Order } from './order.js';
import { isOpen } from './payments.js';
import { every, some, unallocated, wanted } from './quantities.js';
import { isUnderWay } from './refunds.js';

/** As shown: IN_REVIEW waits for somebody to decide on a hold, REJECTED ended by one. */
export const ORDER_STATUSES = [
  'SUBMITTED',
  'IN_REVIEW',
  'CONFIRMED',
  'COMPLETED',
  'CANCELLED',
  'REJECTED',
  'EXPIRED',
] as const;

/**
 * Where the money stands. NOT_DUE nothing to pay · ON_INVOICE, ON_DELIVERY owed by its terms · AWAITED to be asked for
 * once the stock is found · REQUESTED with the provider · AUTHORIZED set aside, not yet taken · PARTIALLY_PAID · FAILED nobody tries any more · PAID · REFUND_PENDING,
 * REFUND_FAILED money to give back · REFUNDED.
 */
export const PAYMENT_STATUSES = [
  'NOT_DUE',
  'AWAITED',
  'ON_INVOICE',
  'ON_DELIVERY',
  'REQUESTED',
  'AUTHORIZED',
  'PARTIALLY_PAID',
  'FAILED',
  'PAID',
  'REFUND_PENDING',
  'REFUND_FAILED',
  'REFUNDED',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** Where the goods stand, folded from the quantities of all lines. */
export const FULFILMENT_STATUSES = [
  'NONE',
  'UNALLOCATED',
  'BACKORDERED',
  'ALLOCATED',
  'RELEASED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_DELIVERED',
  'DELIVERED',
  'CANCELLED',
] as const;
export type FulfilmentStatus = (typeof FULFILMENT_STATUSES)[number];

export const paymentStatus = (order: Order): PaymentStatus => {
  const { ledger } = order;
  if (overpaid(ledger) > 0) {
    if (order.refunds.some(isUnderWay) || order.refunds.length === 0) return 'REFUND_PENDING';
    if (order.refunds.some((refund) => refund.status === 'FAILED')) return 'REFUND_FAILED';
    // Somebody decided that what is left stays.
    return excessOf(order) > 0 ? 'REFUND_PENDING' : 'PAID';
  }
  if (outstanding(ledger) === 0) {
    if (net(ledger) > 0) return 'PAID';
    return ledger.refunded > 0 ? 'REFUNDED' : 'NOT_DUE';
  }
  if (order.payments.some(isOpen)) return 'REQUESTED';
  const last = order.payments.at(-1)?.status;
  if (last === 'FAILED' || last === 'EXPIRED') return 'FAILED';
  if (ledger.authorized >= outstanding(ledger)) return 'AUTHORIZED';
  if (net(ledger) > 0) return 'PARTIALLY_PAID';
  switch (order.paymentTerms) {
    case 'invoice':
      return 'ON_INVOICE';
    case 'cod':
      return 'ON_DELIVERY';
    case 'prepaid':
      return 'AWAITED';
    default:
      return order.paymentTerms satisfies never;
  }
};

export const fulfilmentStatus = (order: Order): FulfilmentStatus => {
  if (hasEnded(order)) return 'CANCELLED';
  if (order.lines.length === 0) return 'NONE';
  if (every(order, (line) => line.delivered === wanted(line))) return 'DELIVERED';
  if (some(order, (line) => line.delivered > 0)) return 'PARTIALLY_DELIVERED';
  if (every(order, (line) => line.shipped === wanted(line))) return 'SHIPPED';
  if (some(order, (line) => line.shipped > 0)) return 'PARTIALLY_SHIPPED';
  if (some(order, (line) => line.released > 0)) return 'RELEASED';
  if (every(order, (line) => unallocated(line) === 0)) return 'ALLOCATED';
  if (some(order, (line) => line.backordered > 0)) return 'BACKORDERED';
  return 'UNALLOCATED';
};

/** Where the order is in its life as shown: holds are no state of it, but who looks wants to know. */
const orderStatus = (order: Order) => {
  if (order.status === 'SUBMITTED' && openHolds(order).length > 0) return 'IN_REVIEW';
  return order.status === 'CANCELLED' && order.rejected !== null ? 'REJECTED' : order.status;
};

/** The three axes a person filters by, folded from quantities and money. */
export const axes = (order: Order) => ({
  status: orderStatus(order),
  payment: paymentStatus(order),
  fulfilment: fulfilmentStatus(order),
});

/** The money of an order as shown: the ledger with what follows from it. */
export const money = (order: Order) => ({
  ...order.ledger,
  due: due(order.ledger),
  net: net(order.ledger),
  outstanding: outstanding(order.ledger),
});
