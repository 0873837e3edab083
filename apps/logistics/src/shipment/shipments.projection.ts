import type { LogisticsEventData } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { watchAt } from './deadlines.js';
import type { ShipmentStatus } from './shipment.js';

/** A problem as listed with its shipment. */
export interface ExceptionEntry {
  id: string;
  kind: string;
  owner: string;
  dueAt: string;
  raisedAt: string;
  closedAt: string | null;
  outcome: string | null;
  playbook: { kind: string; version: number };
  actions: readonly string[];
  taken: { action: string; at: string; note: string | null; date: string | null }[];
}

/** A claim as listed with its shipment. */
export interface ClaimEntry {
  id: string;
  amount: number;
  currency: string;
  filedAt: string;
  dueAt: string;
  outcome: string;
  paid: number;
}

/** A shipment as listed. */
export interface ShipmentDocument {
  _id: string;
  fulfilmentId: string;
  orderId: string;
  orderNumber: string;
  carrier: string;
  service: string | null;
  trackingNumber: string;
  location: string | null;
  country: string;
  status: ShipmentStatus;
  lines: LogisticsEventData['ShipmentDispatched']['lines'];
  dispatchedAt: string;
  /** When it will be there, as far as is known. */
  promisedAt: string | null;
  /** When it was to be there, as said when it left. */
  firstPromisedAt: string | null;
  deliveredAt: string | null;
  /** Deliveries tried in vain. */
  attempts: number;
  cost: number | null;
  currency: string | null;
  zone: string | null;
  weightGrams: number | null;
  chargeableGrams: number | null;
  parcels: number | null;
  load: number | null;
  reminded: boolean;
  overdue: boolean;
  /** When to look at it again; null: never. */
  watchAt: string | null;
  /** Until when its open problem has to be dealt with; null: none is open. */
  exceptionDueAt: string | null;
  exceptions: ExceptionEntry[];
  claims: ClaimEntry[];
  /** Every scan, in the order in which they happened. */
  track: { status: string; at: string; place: string | null }[];
  /** When the newest scan happened. */
  lastScanAt: string;
  /** Units that are still expected with it. */
  expectedUnits: number;
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
    location: data.location ?? null,
    country: data.country,
    status: 'DISPATCHED',
    lines: data.lines,
    dispatchedAt: data.occurredAt,
    promisedAt: data.promisedAt ?? null,
    firstPromisedAt: data.promisedAt ?? null,
    deliveredAt: null,
    attempts: 0,
    cost: data.cost ?? null,
    currency: data.currency ?? null,
    zone: data.zone ?? null,
    weightGrams: data.weightGrams ?? null,
    chargeableGrams: data.chargeableGrams ?? null,
    parcels: data.parcels ?? null,
    load: data.load ?? null,
    reminded: false,
    overdue: false,
    watchAt: null,
    exceptionDueAt: null,
    exceptions: [],
    claims: [],
    track: [{ status: 'DISPATCHED', at: data.occurredAt, place: null }],
    lastScanAt: data.occurredAt,
    expectedUnits: data.lines.reduce((sum, line) => sum + line.quantity, 0),
    revision: event.sequence,
    updatedAt: event.time,
  };
};

const statuses: Readonly<Record<string, ShipmentStatus>> = {
  ShipmentInTransit: 'IN_TRANSIT',
  ShipmentOutForDelivery: 'OUT_FOR_DELIVERY',
  ShipmentDelivered: 'DELIVERED',
  ShipmentDeliveryFailed: 'DELIVERY_FAILED',
  ShipmentReturning: 'RETURNING',
  ShipmentReturnedToSender: 'RETURNED_TO_SENDER',
  ShipmentLost: 'LOST',
};

const later = (a: string, b: string): string => (a > b ? a : b);

/** Scans that came late stand where they belong. */
const tracked = (
  doc: ShipmentDocument,
  status: string,
  at: string,
  place: string | undefined,
): ShipmentDocument['track'] => {
  const entry = { status, at, place: place ?? null };
  const last = doc.track.at(-1);
  if (!last || last.at <= at) return [...doc.track, entry];
  return [...doc.track, entry].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
};

const scanned = (doc: ShipmentDocument, event: ProjectedEvent, status: ShipmentStatus): ShipmentDocument => {
  const { occurredAt, place } = dataOf<'ShipmentInTransit'>(event);
  const stale = status === 'DELIVERY_FAILED' && occurredAt < doc.lastScanAt;
  return {
    ...doc,
    status: stale ? doc.status : status,
    deliveredAt: status === 'DELIVERED' ? occurredAt : doc.deliveredAt,
    attempts: status === 'DELIVERY_FAILED' ? doc.attempts + 1 : doc.attempts,
    track: tracked(doc, status, occurredAt, place),
    lastScanAt: later(doc.lastScanAt, occurredAt),
  };
};

const changeException = (
  doc: ShipmentDocument,
  id: string,
  change: (entry: ExceptionEntry) => Partial<ExceptionEntry>,
): ShipmentDocument => {
  const exceptions = doc.exceptions.map((entry) => (entry.id === id ? { ...entry, ...change(entry) } : entry));
  return { ...doc, exceptions, exceptionDueAt: earliestDue(exceptions) };
};

const earliestDue = (exceptions: readonly ExceptionEntry[]): string | null =>
  exceptions
    .filter(({ closedAt }) => closedAt === null)
    .map(({ dueAt }) => dueAt)
    .sort()[0] ?? null;

const raised = (doc: ShipmentDocument, event: ProjectedEvent): ShipmentDocument => {
  const data = dataOf<'ShipmentExceptionRaised'>(event);
  const { exceptionId: id, kind, owner, dueAt, playbook, actions, occurredAt: raisedAt } = data;
  const entry = { id, kind, owner, dueAt, raisedAt, closedAt: null, outcome: null, playbook, actions, taken: [] };
  const exceptions = [...doc.exceptions, entry];
  const lastScanAt = later(doc.lastScanAt, raisedAt);
  return {
    ...doc,
    exceptions,
    exceptionDueAt: earliestDue(exceptions),
    lastScanAt,
    track: tracked(doc, kind, raisedAt, data.place),
  };
};

const took = (doc: ShipmentDocument, event: ProjectedEvent): ShipmentDocument => {
  const { exceptionId, action, occurredAt: at, note, date, lines } = dataOf<'ShipmentActionTaken'>(event);
  const next = changeException(doc, exceptionId, (entry) => ({
    taken: [...entry.taken, { action, at, note: note ?? null, date: date ?? null }],
  }));
  if (action !== 'RESEND') return next;
  return { ...next, expectedUnits: next.expectedUnits - lines.reduce((sum, line) => sum + line.quantity, 0) };
};

const change = (doc: ShipmentDocument, event: ProjectedEvent): ShipmentDocument => {
  const status = statuses[event.type];
  if (status) return scanned(doc, event, status);
  switch (event.type) {
    case 'ShipmentScanned': {
      const data = dataOf<'ShipmentScanned'>(event);
      const lastScanAt = later(doc.lastScanAt, data.occurredAt);
      return { ...doc, lastScanAt, track: tracked(doc, data.status, data.occurredAt, data.place) };
    }
    case 'ShipmentPromiseChanged': {
      const { promisedAt, occurredAt } = dataOf<'ShipmentPromiseChanged'>(event);
      const lastScanAt = later(doc.lastScanAt, occurredAt);
      return { ...doc, promisedAt, lastScanAt, reminded: false, overdue: false };
    }
    case 'ShipmentExceptionRaised':
      return raised(doc, event);
    case 'ShipmentActionTaken':
      return took(doc, event);
    case 'ShipmentExceptionClosed': {
      const { exceptionId, outcome, occurredAt } = dataOf<'ShipmentExceptionClosed'>(event);
      return changeException(doc, exceptionId, () => ({ closedAt: occurredAt, outcome }));
    }
    case 'ShipmentDeadlineNear':
      return { ...doc, reminded: true };
    case 'ShipmentOverdue':
      return { ...doc, overdue: true };
    case 'CarrierClaimFiled': {
      const { claimId: id, amount, currency, dueAt, occurredAt: filedAt } = dataOf<'CarrierClaimFiled'>(event);
      return { ...doc, claims: [...doc.claims, { id, amount, currency, filedAt, dueAt, outcome: 'OPEN', paid: 0 }] };
    }
    case 'CarrierClaimSettled': {
      const { claimId, outcome, amount: paid } = dataOf<'CarrierClaimSettled'>(event);
      return { ...doc, claims: doc.claims.map((one) => (one.id === claimId ? { ...one, outcome, paid } : one)) };
    }
    default:
      return doc;
  }
};

const watched = (doc: ShipmentDocument): ShipmentDocument => ({
  ...doc,
  watchAt: watchAt({
    status: doc.status,
    promisedAt: doc.promisedAt ?? undefined,
    reminded: doc.reminded,
    overdue: doc.overdue,
    dispatchedAt: doc.dispatchedAt,
    over: doc.status === 'DELIVERED' || doc.status === 'RETURNED_TO_SENDER' || doc.expectedUnits <= 0,
  }),
});

/** Read model `shipments`. */
export const shipmentsProjection: ProjectionDefinition<ShipmentDocument> = {
  name: 'shipments',
  version: 2,
  prefixes: ['shipment-'],
  indexes: [
    { key: { dispatchedAt: -1, _id: -1 } },
    { key: { status: 1, dispatchedAt: -1, _id: -1 } },
    { key: { orderId: 1 } },
    { key: { trackingNumber: 1 } },
    { key: { watchAt: 1 }, partialFilterExpression: { watchAt: { $gt: '' } } },
    { key: { exceptionDueAt: 1 }, partialFilterExpression: { exceptionDueAt: { $gt: '' } } },
  ],
  keyOf: (event) => event.streamId.slice('shipment-'.length),
  evolve(doc, event) {
    if (event.type === 'ShipmentDispatched') return watched(dispatched(event));
    return doc && watched({ ...change(doc, event), revision: event.sequence, updatedAt: event.time });
  },
};
