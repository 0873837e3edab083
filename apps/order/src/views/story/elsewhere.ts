import { type LogisticsEventData, type ServiceName, serviceNames, streamPrefixes } from '@orderloom/contracts';
import type { EventStore, RecordedEvent } from '@orderloom/event-sourcing';
import type { Order } from '../../order/order.js';
import { noticeStreams } from './notice-streams.js';

/** The streams in which others record what they do for an order. */
export const streamsOf = (order: Order): string[] => [
  ...new Set([
    `sourcing-${order.orderId}`,
    ...order.fulfilments.map(({ fulfilmentId }) => `fulfilment-${fulfilmentId}`),
    ...order.shipments.flatMap(({ shipmentId }) => (shipmentId === '' ? [] : [`shipment-${shipmentId}`])),
    ...order.desk.returns.map(({ returnId }) => `return-${returnId}`),
    ...noticeStreams(order),
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
export const readElsewhere = async (store: Pick<EventStore, 'read'>, order: Order): Promise<RecordedEvent[]> => {
  const read = async (streams: readonly string[]) =>
    (await Promise.all(streams.map((stream) => store.read(stream)))).flat();
  const events = await read(streamsOf(order));
  return [...events, ...(await read(partsOf(events)))];
};
