import type { LogisticsEventData } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import type { ShipmentStatus } from './shipment.js';

/** A shipment as listed. */
export interface ShipmentDocument {
  _id: string;
  fulfilmentId: string;
  orderId: string;
  orderNumber: string;
  carrier: string;
  service: string | null;
  trackingNumber: string;
  country: string;
  status: ShipmentStatus;
  lines: LogisticsEventData['ShipmentDispatched']['lines'];
  dispatchedAt: string;
  promisedAt: string | null;
  deliveredAt: string | null;
  /** Every scan, oldest first. */
  track: { status: ShipmentStatus; at: string; place: string | null }[];
  revision: number;
  updatedAt: string;
}

// The event's type tells its data; the schema was checked when it was written.
const dataOf = <T extends keyof LogisticsEventData>(event: ProjectedEvent): LogisticsEventData[T] =>
  event.data as LogisticsEventData[T];

const dispatched = (event: ProjectedEvent): ShipmentDocument => {
  const data = dataOf<'ShipmentDispatched'>(event);
  return {
    _id: data.shipmentId,
    fulfilmentId: data.fulfilmentId,
    orderId: data.orderId,
    orderNumber: data.orderNumber,
    carrier: data.carrier,
    service: data.service ?? null,
    trackingNumber: data.trackingNumber,
    country: data.country,
    status: 'DISPATCHED',
    lines: data.lines,
    dispatchedAt: data.occurredAt,
    promisedAt: data.promisedAt ?? null,
    deliveredAt: null,
    track: [{ status: 'DISPATCHED', at: data.occurredAt, place: null }],
    revision: event.sequence,
    updatedAt: event.time,
  };
};

const statuses: Readonly<Record<string, ShipmentStatus>> = {
  ShipmentInTransit: 'IN_TRANSIT',
  ShipmentOutForDelivery: 'OUT_FOR_DELIVERY',
  ShipmentDelivered: 'DELIVERED',
};

/** Read model `shipments`. */
export const shipmentsProjection: ProjectionDefinition<ShipmentDocument> = {
  name: 'shipments',
  version: 1,
  prefixes: ['shipment-'],
  indexes: [
    { key: { dispatchedAt: -1, _id: -1 } },
    { key: { status: 1, dispatchedAt: -1, _id: -1 } },
    { key: { orderId: 1 } },
    { key: { trackingNumber: 1 } },
  ],
  keyOf: (event) => event.streamId.slice('shipment-'.length),
  evolve(doc, event) {
    if (event.type === 'ShipmentDispatched') return dispatched(event);
    const status = statuses[event.type];
    if (!doc || !status) return doc;
    const { occurredAt, place } = dataOf<'ShipmentInTransit'>(event);
    return {
      ...doc,
      status,
      deliveredAt: status === 'DELIVERED' ? occurredAt : doc.deliveredAt,
      track: [...doc.track, { status, at: occurredAt, place: place ?? null }],
      revision: event.sequence,
      updatedAt: event.time,
    };
  },
};
