import { type ServiceName, serviceNames, streamPrefixes } from '@orderloom/contracts';
import type { EventStore, RecordedEvent } from '@orderloom/event-sourcing';
import type { Order } from '../../order/order.js';
import { noticeStreams } from './notice-streams.js';

/** The streams in which other services record what they do for an order. */
export const streamsOf = (order: Order): string[] => [
  `sourcing-${order.orderId}`,
  ...order.fulfilments.map(({ fulfilmentId }) => `fulfilment-${fulfilmentId}`),
  ...[...new Set(order.shipments.map(({ shipmentId }) => shipmentId))].filter(Boolean).map((id) => `shipment-${id}`),
  ...noticeStreams(order),
];

/** The service whose stream it is. */
export const serviceOf = (streamId: string): ServiceName =>
  serviceNames.find((name) => streamPrefixes[name].some((prefix) => streamId.startsWith(prefix))) ?? 'order';

/** What other services recorded for an order, read from their streams when somebody asks: nothing is copied for it. */
export const readElsewhere = async (store: Pick<EventStore, 'read'>, order: Order): Promise<RecordedEvent[]> =>
  (await Promise.all(streamsOf(order).map((stream) => store.read(stream)))).flat();

/** Sealed parts say nothing to a reader; the order itself shows what may be seen. */
export const withoutSealed = (value: unknown): unknown => {
  if (typeof value === 'string') return value.startsWith('sealed:') ? null : value;
  if (Array.isArray(value)) return value.map(withoutSealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutSealed(part)]));
};
