import { type ServiceName, serviceNames, streamPrefixes } from '@orderloom/contracts';
import { deterministicId, type EventStore, type RecordedEvent } from '@orderloom/event-sourcing';
import type { Order } from '../../order/order.js';

/** Kinds of notices, each of which has a stream of its own. */
const NOTICE_KINDS = ['confirmed', 'shipped', 'delivered', 'cancelled', 'payment-failed'] as const;

/** The stream of a notice: one per (order, kind, recipient), as the notification service names them. */
const noticeStream = (order: Order, kind: string): string => {
  const recipient = deterministicId(
    'recipient',
    order.customerId === null ? `order:${order.orderId}` : `customer:${order.customerId}`,
  );
  return `notification-${deterministicId('notification', order.orderId, kind, recipient)}`;
};

/** The streams in which other services record what they do for an order. */
export const streamsOf = (order: Order): string[] => [
  `sourcing-${order.orderId}`,
  ...order.fulfilments.map(({ fulfilmentId }) => `fulfilment-${fulfilmentId}`),
  ...[...new Set(order.shipments.map(({ shipmentId }) => shipmentId))].filter(Boolean).map((id) => `shipment-${id}`),
  ...NOTICE_KINDS.map((kind) => noticeStream(order, kind)),
];

/** The service whose stream it is. */
export const serviceOf = (streamId: string): ServiceName =>
  serviceNames.find((name) => streamPrefixes[name].some((prefix) => streamId.startsWith(prefix))) ?? 'order';

/** What other services recorded for an order, read from their streams when somebody asks: nothing is copied for it. */
export const readElsewhere = async (store: Pick<EventStore, 'read'>, order: Order): Promise<RecordedEvent[]> =>
  (await Promise.all(streamsOf(order).map((stream) => store.read(stream)))).flat();
