import type { LogisticsEventData } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import type { FulfilmentStatus } from './fulfilment.js';

/** A fulfilment order as listed: no names and no addresses, those are opened for one at a time. */
export interface FulfilmentDocument {
  _id: string;
  orderId: string;
  orderNumber: string;
  customerId: string | null;
  location: string;
  country: string;
  status: FulfilmentStatus;
  lines: number;
  units: number;
  requiredBy: string | null;
  shipmentId: string | null;
  carrier: string | null;
  trackingNumber: string | null;
  createdAt: string;
  acceptedAt: string | null;
  pickingStartedAt: string | null;
  pickedAt: string | null;
  packingStartedAt: string | null;
  packedAt: string | null;
  shippedAt: string | null;
  revision: number;
  updatedAt: string;
}

// The event's type tells its data; the schema was checked when it was written.
const dataOf = <T extends keyof LogisticsEventData>(event: ProjectedEvent): LogisticsEventData[T] =>
  event.data as LogisticsEventData[T];

const created = (event: ProjectedEvent): FulfilmentDocument => {
  const { fulfilmentId, orderId, orderNumber, customerId, location, shipTo, lines, requiredBy } =
    dataOf<'FulfilmentCreated'>(event);
  return {
    _id: fulfilmentId,
    orderId,
    orderNumber,
    customerId: customerId ?? null,
    location,
    country: shipTo.country,
    status: 'CREATED',
    lines: lines.length,
    units: lines.reduce((sum, line) => sum + line.quantity, 0),
    requiredBy: requiredBy ?? null,
    shipmentId: null,
    carrier: null,
    trackingNumber: null,
    createdAt: event.time,
    acceptedAt: null,
    pickingStartedAt: null,
    pickedAt: null,
    packingStartedAt: null,
    packedAt: null,
    shippedAt: null,
    revision: event.sequence,
    updatedAt: event.time,
  };
};

const change = (event: ProjectedEvent): Partial<FulfilmentDocument> => {
  const at = dataOf<'FulfilmentAccepted'>(event).occurredAt;
  switch (event.type) {
    case 'FulfilmentAccepted':
      return { status: 'ACCEPTED', acceptedAt: at };
    case 'PickingStarted':
      return { status: 'PICKING', pickingStartedAt: at };
    case 'PickingCompleted':
      return { status: 'PICKED', pickedAt: at };
    case 'PackingStarted':
      return { status: 'PACKING', packingStartedAt: at };
    case 'PackingCompleted':
      return { status: 'PACKED', packedAt: at };
    case 'FulfilmentShipped': {
      const { shipmentId, carrier, trackingNumber } = dataOf<'FulfilmentShipped'>(event);
      return {
        status: 'SHIPPED',
        shippedAt: at,
        shipmentId,
        carrier: carrier ?? null,
        trackingNumber: trackingNumber ?? null,
      };
    }
    case 'FulfilmentCancelled':
      return { status: 'CANCELLED' };
    case 'FulfilmentSplit':
      return { status: 'SPLIT' };
    case 'FulfilmentMerged':
      return { status: 'MERGED' };
    case 'FulfilmentRejoined':
    case 'FulfilmentUnmerged':
      return { status: 'CREATED' };
    default:
      return {};
  }
};

/** Read model `fulfilments`. */
export const fulfilmentsProjection: ProjectionDefinition<FulfilmentDocument> = {
  name: 'fulfilments',
  version: 1,
  prefixes: ['fulfilment-'],
  indexes: [
    { key: { createdAt: -1, _id: -1 } },
    { key: { status: 1, createdAt: -1, _id: -1 } },
    { key: { location: 1, status: 1, createdAt: -1, _id: -1 } },
    { key: { orderId: 1 } },
  ],
  keyOf: (event) => event.streamId.slice('fulfilment-'.length),
  evolve(doc, event) {
    if (event.type === 'FulfilmentCreated') return created(event);
    return doc && { ...doc, ...change(event), revision: event.sequence, updatedAt: event.time };
  },
};
