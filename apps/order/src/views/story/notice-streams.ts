import { deterministicId } from '@orderloom/event-sourcing';
import type { Order } from '../../order/order.js';

type Told = Pick<
  Order,
  | 'orderId'
  | 'customerId'
  | 'epoch'
  | 'cancellations'
  | 'shipments'
  | 'refunds'
  | 'payments'
  | 'amendments'
  | 'questions'
>;

/** What is told once per order, whatever happens. */
const ONCE = ['confirmed', 'shipped', 'delivered', 'cancelled', 'rejected', 'expired', 'payment-failed'] as const;

/** The streams of every notice that an order can have given reason for, as the notification service names them. */
export const noticeStreams = (order: Told): string[] => {
  const recipient = deterministicId(
    'recipient',
    order.customerId === null ? `order:${order.orderId}` : `customer:${order.customerId}`,
  );
  const stream = (kind: string, ...occasion: string[]): string =>
    `notification-${deterministicId('notification', order.orderId, kind, recipient, ...occasion)}`;
  const each = (occasions: readonly string[], ...kinds: string[]): string[] =>
    [...new Set(occasions)].flatMap((occasion) => (occasion === '' ? [] : kinds.map((kind) => stream(kind, occasion))));
  // An order that was taken up again can end once more.
  const epochs = Array.from({ length: order.epoch }, (_, at) => String(at + 1));
  return [
    ...ONCE.map((kind) => stream(kind)),
    ...each(epochs, 'reopened', 'cancelled', 'rejected', 'expired'),
    ...each(
      order.shipments.map(({ shipmentId }) => shipmentId),
      'shipped',
    ),
    ...each(
      order.refunds.map(({ refundId }) => refundId),
      'refund-waiting',
      'refund-approved',
      'refund-rejected',
      'refunded',
    ),
    ...each(
      order.payments.map(({ paymentId }) => paymentId),
      'payment-due',
    ),
    ...each(
      order.amendments.map(({ amendmentId }) => amendmentId),
      'change-consent',
      'changed',
      'change-declined',
    ),
    ...each(order.cancellations, 'units-cancelled'),
    ...each(
      order.questions.map(({ questionId }) => questionId),
      'question',
    ),
  ];
};
