import type { InventoryEventData, LotQuantity, StockEvent } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { placeOf } from './stock.js';

/** Units of a lot as listed. */
export interface LotRow {
  lot: string;
  onHand: number;
  reserved: number;
  expiresOn: string | null;
}

/**
 * Stock of a sku at a location as listed.
 * `received + adjusted + returned + moved = available + reserved + consumed + scrapped`.
 */
export interface StockDocument {
  /** `{location}:{sku}`. */
  _id: string;
  sku: string;
  location: string;
  onHand: number;
  reserved: number;
  available: number;
  received: number;
  consumed: number;
  /** Corrections and differences of counts. */
  adjusted: number;
  returned: number;
  scrapped: number;
  /** Moved in less moved out. */
  moved: number;
  /** Lots with units, by name. */
  lots: LotRow[];
  /** First day after which some units may no longer be sold; null: none. */
  expiresOn: string | null;
  /** Units still kept for sales channels. */
  allotments: { channel: string; left: number; exclusive: boolean }[];
  countedAt: string | null;
  /** True from a low-stock event until available has risen above its reorder level. */
  low: boolean;
  lowAt: number | null;
  revision: number;
  updatedAt: string;
}

const isStock = (event: ProjectedEvent): event is ProjectedEvent<StockEvent['type'], StockEvent['data']> =>
  event.streamId.startsWith('stock-');

const empty = (streamId: string): StockDocument => {
  const { location, sku } = placeOf(streamId);
  return {
    _id: `${location}:${sku}`,
    sku,
    location,
    onHand: 0,
    reserved: 0,
    available: 0,
    received: 0,
    consumed: 0,
    adjusted: 0,
    returned: 0,
    scrapped: 0,
    moved: 0,
    lots: [],
    expiresOn: null,
    allotments: [],
    countedAt: null,
    low: false,
    lowAt: null,
    revision: -1,
    updatedAt: '',
  };
};

const moved = (doc: StockDocument, onHand: number, reserved: number): StockDocument => {
  const available = doc.available + onHand - reserved;
  return {
    ...doc,
    onHand: doc.onHand + onHand,
    reserved: doc.reserved + reserved,
    available,
    low: doc.low && available <= (doc.lowAt ?? 0),
  };
};

const withLots = (
  doc: StockDocument,
  changes: readonly LotQuantity[] | undefined,
  onHand: -1 | 0 | 1,
  reserved: -1 | 0 | 1,
): StockDocument => {
  if (changes === undefined || changes.length === 0) return doc;
  const lots = new Map(doc.lots.map((row) => [row.lot, row]));
  for (const { lot, quantity, expiresOn } of changes) {
    const had = lots.get(lot) ?? { lot, onHand: 0, reserved: 0, expiresOn: expiresOn ?? null };
    const next = {
      ...had,
      onHand: had.onHand + onHand * quantity,
      reserved: had.reserved + reserved * quantity,
      expiresOn: had.expiresOn ?? expiresOn ?? null,
    };
    if (next.onHand === 0 && next.reserved === 0) lots.delete(lot);
    else lots.set(lot, next);
  }
  const rows = [...lots.values()].sort((a, b) => (a.lot < b.lot ? -1 : 1));
  const days = rows.flatMap((row) => row.expiresOn ?? []).sort();
  return { ...doc, lots: rows, expiresOn: days[0] ?? null };
};

/** Units of one lot that were found, or are missing. */
const withLot = (doc: StockDocument, lot: string | undefined, difference: number, expiresOn: string | undefined) =>
  lot === undefined || difference === 0
    ? doc
    : withLots(
        doc,
        [{ lot, quantity: Math.abs(difference), ...(expiresOn === undefined ? {} : { expiresOn }) }],
        difference < 0 ? -1 : 1,
        0,
      );

const allot = (doc: StockDocument, channel: string | undefined, units: number | undefined): StockDocument =>
  channel === undefined || !units
    ? doc
    : {
        ...doc,
        allotments: doc.allotments.map((one) => (one.channel === channel ? { ...one, left: one.left + units } : one)),
      };

// The event's type tells its data; the schema was checked when it was written.
const dataOf = <T extends keyof InventoryEventData>(event: ProjectedEvent): InventoryEventData[T] =>
  event.data as InventoryEventData[T];

const change = (doc: StockDocument, event: ProjectedEvent<StockEvent['type']>): StockDocument => {
  switch (event.type) {
    case 'GoodsReceived': {
      const { quantity, lots } = dataOf<'GoodsReceived'>(event);
      return withLots({ ...moved(doc, quantity, 0), received: doc.received + quantity }, lots, 1, 0);
    }
    case 'StockAdjusted': {
      const { delta, lot, expiresOn } = dataOf<'StockAdjusted'>(event);
      const next = { ...moved(doc, delta, 0), adjusted: doc.adjusted + delta };
      return withLot(next, lot, delta, expiresOn);
    }
    case 'StockCounted': {
      const { difference, lot, expiresOn } = dataOf<'StockCounted'>(event);
      const next = { ...moved(doc, difference, 0), adjusted: doc.adjusted + difference, countedAt: event.time };
      return withLot(next, lot, difference, expiresOn);
    }
    case 'StockMovedIn': {
      const { quantity, lots } = dataOf<'StockMovedIn'>(event);
      return withLots({ ...moved(doc, quantity, 0), moved: doc.moved + quantity }, lots, 1, 0);
    }
    case 'StockMovedOut': {
      const { quantity, lots } = dataOf<'StockMovedOut'>(event);
      return withLots({ ...moved(doc, -quantity, 0), moved: doc.moved - quantity }, lots, -1, 0);
    }
    case 'StockReturned': {
      const { quantity, lots } = dataOf<'StockReturned'>(event);
      return withLots({ ...moved(doc, quantity, 0), returned: doc.returned + quantity }, lots, 1, 0);
    }
    case 'StockScrapped': {
      const { quantity, lots } = dataOf<'StockScrapped'>(event);
      return withLots({ ...moved(doc, -quantity, 0), scrapped: doc.scrapped + quantity }, lots, -1, 0);
    }
    case 'StockReserved': {
      const { quantity, lots, channel, allotted } = dataOf<'StockReserved'>(event);
      return allot(withLots(moved(doc, 0, quantity), lots, 0, 1), channel, -(allotted ?? 0));
    }
    case 'ReservationReleased': {
      const { quantity, lots, channel, allotted } = dataOf<'ReservationReleased'>(event);
      return allot(withLots(moved(doc, 0, -quantity), lots, 0, -1), channel, allotted);
    }
    case 'ReservationConsumed': {
      const { quantity, lots } = dataOf<'ReservationConsumed'>(event);
      const next = { ...moved(doc, -quantity, -quantity), consumed: doc.consumed + quantity };
      return withLots(next, lots, -1, -1);
    }
    case 'AllotmentSet': {
      const { channel, quantity, exclusive } = dataOf<'AllotmentSet'>(event);
      const others = doc.allotments.filter((one) => one.channel !== channel);
      return { ...doc, allotments: quantity === 0 ? others : [...others, { channel, left: quantity, exclusive }] };
    }
    case 'ReservationExtended':
      return doc;
    case 'StockLow':
      return { ...doc, low: true, lowAt: dataOf<'StockLow'>(event).reorderLevel };
    default:
      return event.type satisfies never;
  }
};

/** Read model `stock`. */
export const stockProjection: ProjectionDefinition<StockDocument> = {
  name: 'stock',
  version: 2,
  prefixes: ['stock-'],
  indexes: [
    { key: { sku: 1, location: 1 } },
    { key: { location: 1, sku: 1 } },
    { key: { low: 1, sku: 1 }, partialFilterExpression: { low: true } },
    { key: { expiresOn: 1, _id: 1 }, partialFilterExpression: { expiresOn: { $type: 'string' } } },
  ],
  keyOf: (event) => (isStock(event) ? event.streamId.slice('stock-'.length) : null),
  evolve(doc, event) {
    if (!isStock(event)) return doc;
    const { sequence, time } = event;
    return { ...change(doc ?? empty(event.streamId), event), revision: sequence, updatedAt: time };
  },
};
