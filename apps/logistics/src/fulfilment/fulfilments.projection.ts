import type { LogisticsEventData } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { withLines } from '../regroup/group.js';
import type { FulfilmentStatus } from './fulfilment.js';
import { bare, type ReservedUnits, withoutUnits } from './units.js';

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
  /** What is to be picked: waves are planned by what they share. */
  items: ReservedUnits[];
  requiredBy: string | null;
  /** When it should have been handed over; null once that no longer matters. */
  dueAt: string | null;
  overdue: boolean;
  promisedAt: string | null;
  shipmentId: string | null;
  carrier: string | null;
  trackingNumber: string | null;
  reason: string | null;
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

const counted = (items: ReservedUnits[]): Pick<FulfilmentDocument, 'items' | 'lines' | 'units'> => ({
  lines: items.length,
  units: items.reduce((sum, line) => sum + line.quantity, 0),
  items,
});

const created = (event: ProjectedEvent): FulfilmentDocument => {
  const { fulfilmentId, orderId, orderNumber, customerId, location, shipTo, lines, requiredBy, dueAt, promisedAt } =
    dataOf<'FulfilmentCreated'>(event);
  return {
    _id: fulfilmentId,
    orderId,
    orderNumber,
    customerId: customerId ?? null,
    location,
    country: shipTo.country,
    status: 'CREATED',
    ...counted(lines.map(bare)),
    requiredBy: requiredBy ?? null,
    dueAt: dueAt ?? null,
    overdue: false,
    promisedAt: promisedAt ?? null,
    shipmentId: null,
    carrier: null,
    trackingNumber: null,
    reason: null,
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

const short = (doc: FulfilmentDocument, event: ProjectedEvent): Partial<FulfilmentDocument> => {
  const { lines, reason } = dataOf<'FulfilmentShort'>(event);
  const items = withoutUnits(doc.items, lines);
  const rest = { ...counted(items), reason };
  return rest.units === 0 ? { ...rest, status: 'SHORT', dueAt: null } : rest;
};

const change = (doc: FulfilmentDocument, event: ProjectedEvent): Partial<FulfilmentDocument> => {
  const at = dataOf<'FulfilmentAccepted'>(event).occurredAt;
  switch (event.type) {
    case 'FulfilmentAccepted':
      return { status: 'ACCEPTED', acceptedAt: at };
    case 'FulfilmentRejected':
      return { status: 'REJECTED', dueAt: null, reason: dataOf<'FulfilmentRejected'>(event).reason };
    case 'PickingStarted':
      return { status: 'PICKING', pickingStartedAt: at };
    case 'FulfilmentShort':
      return short(doc, event);
    case 'PickingCompleted':
      return { status: 'PICKED', pickedAt: at };
    case 'PackingStarted':
      return { status: 'PACKING', packingStartedAt: at };
    case 'PackingCompleted':
      return { status: 'PACKED', packedAt: at };
    case 'FulfilmentLabelled': {
      const { shipmentId, carrier, trackingNumber } = dataOf<'FulfilmentLabelled'>(event);
      return { status: 'LABELLED', shipmentId, carrier, trackingNumber };
    }
    case 'FulfilmentShipped': {
      const { shipmentId, carrier, trackingNumber } = dataOf<'FulfilmentShipped'>(event);
      return {
        status: 'SHIPPED',
        shippedAt: at,
        dueAt: null,
        shipmentId,
        carrier: carrier ?? null,
        trackingNumber: trackingNumber ?? null,
      };
    }
    case 'FulfilmentCancelled':
      return { status: 'CANCELLED', dueAt: null, reason: dataOf<'FulfilmentCancelled'>(event).reason };
    case 'FulfilmentOverdue':
      return { overdue: true, dueAt: null };
    case 'FulfilmentSplit':
      return { status: 'SPLIT', ...counted([]) };
    case 'FulfilmentMerged':
      return { status: 'MERGED' };
    case 'FulfilmentRejoined':
      return {
        status: 'CREATED',
        ...counted(withLines(doc.items, dataOf<'FulfilmentRejoined'>(event).lines.map(bare))),
      };
    case 'FulfilmentUnmerged':
      return { status: 'CREATED' };
    default:
      return {};
  }
};

/** Read model `fulfilments`. */
export const fulfilmentsProjection: ProjectionDefinition<FulfilmentDocument> = {
  name: 'fulfilments',
  version: 3,
  prefixes: ['fulfilment-'],
  indexes: [
    { key: { createdAt: -1, _id: -1 } },
    { key: { status: 1, createdAt: -1, _id: -1 } },
    { key: { location: 1, status: 1, createdAt: -1, _id: -1 } },
    { key: { orderId: 1 } },
    { key: { dueAt: 1 }, partialFilterExpression: { dueAt: { $gt: '' } } },
  ],
  keyOf: (event) => event.streamId.slice('fulfilment-'.length),
  evolve(doc, event) {
    if (event.type === 'FulfilmentCreated') return created(event);
    return doc && { ...doc, ...change(doc, event), revision: event.sequence, updatedAt: event.time };
  },
};
