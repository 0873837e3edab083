import { type LogisticsEventData, type ServiceName, serviceNames, streamPrefixes } from '@orderloom/contracts';
import { deterministicId, type EventStore, type RecordedEvent } from '@orderloom/event-sourcing';
import type { OrderEvent, OrderEventType } from '../../order/events.js';
import type { Order } from '../../order/order.js';

type Told = Pick<RecordedEvent<OrderEvent>, 'type' | 'data'>;

/** Notices that an event may lead to, and the field that tells several of one kind apart. */
const NOTICES: Readonly<Partial<Record<OrderEventType, { kinds: readonly string[]; occasion?: string }>>> = {
  OrderConfirmed: { kinds: ['confirmed'] },
  LinesShipped: { kinds: ['shipped'] },
  OrderCompleted: { kinds: ['delivered'] },
  OrderCancelled: { kinds: ['cancelled', 'rejected'], occasion: 'epoch' },
  OrderExpired: { kinds: ['expired'], occasion: 'epoch' },
  OrderReopened: { kinds: ['reopened'], occasion: 'epoch' },
  LinesCancelled: { kinds: ['units-cancelled'], occasion: 'cancellationId' },
  AmendmentApplied: { kinds: ['changed'], occasion: 'amendmentId' },
  AmendmentPriced: { kinds: ['change-consent'], occasion: 'amendmentId' },
  AmendmentApproved: { kinds: ['change-consent'], occasion: 'amendmentId' },
  AmendmentDeclined: { kinds: ['change-declined'], occasion: 'amendmentId' },
  AmendmentExpired: { kinds: ['change-declined'], occasion: 'amendmentId' },
  RefundRequested: { kinds: ['refund-waiting', 'refund-approved'], occasion: 'refundId' },
  RefundApproved: { kinds: ['refund-approved'], occasion: 'refundId' },
  RefundRejected: { kinds: ['refund-rejected'], occasion: 'refundId' },
  RefundSucceeded: { kinds: ['refunded'], occasion: 'refundId' },
  PaymentActionRequired: { kinds: ['payment-due'], occasion: 'paymentId' },
  PaymentFailed: { kinds: ['payment-failed'] },
  CustomerAsked: { kinds: ['question'], occasion: 'questionId' },
};

/** The streams of the notices that events may have led to, named as the notification service names them. */
const noticeStreams = (order: Order, own: readonly Told[]): string[] => {
  const recipient = deterministicId(
    'recipient',
    order.customerId === null ? `order:${order.orderId}` : `customer:${order.customerId}`,
  );
  return own.flatMap(({ type, data }) => {
    const notice = NOTICES[type];
    if (notice === undefined) return [];
    const occasion: unknown = notice.occasion === undefined ? undefined : Reflect.get(data, notice.occasion);
    const about = occasion === undefined ? [] : [String(occasion)];
    return notice.kinds.map(
      (kind) => `notification-${deterministicId('notification', order.orderId, kind, recipient, ...about)}`,
    );
  });
};

/** The streams in which others record what they do for an order. */
export const streamsOf = (order: Order, own: readonly Told[]): string[] => [
  ...new Set([
    `sourcing-${order.orderId}`,
    ...order.fulfilments.map(({ fulfilmentId }) => `fulfilment-${fulfilmentId}`),
    ...order.shipments.flatMap(({ shipmentId }) => (shipmentId === '' ? [] : [`shipment-${shipmentId}`])),
    ...order.desk.returns.map(({ returnId }) => `return-${returnId}`),
    ...noticeStreams(order, own),
  ]),
];

/** The streams of the parts that a fulfilment order was split into. */
const partsOf = (events: readonly RecordedEvent[]): string[] =>
  events.flatMap(({ type, data }) =>
    type === 'FulfilmentSplit'
      ? (data as LogisticsEventData['FulfilmentSplit']).parts.map(({ fulfilmentId }) => `fulfilment-${fulfilmentId}`)
      : [],
  );

/** The service whose stream it is. */
export const serviceOf = (streamId: string): ServiceName =>
  serviceNames.find((name) => streamPrefixes[name].some((prefix) => streamId.startsWith(prefix))) ?? 'order';

/** What others recorded for an order, read from their streams when somebody asks: nothing is copied for it. */
export const readElsewhere = async (
  store: Pick<EventStore, 'read'>,
  order: Order,
  own: readonly Told[],
): Promise<RecordedEvent[]> => {
  const read = async (streams: readonly string[]) =>
    (await Promise.all(streams.map((stream) => store.read(stream)))).flat();
  const events = await read(streamsOf(order, own));
  return [...events, ...(await read(partsOf(events)))];
};
