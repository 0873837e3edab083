import type { InventoryEventData, StockAfter, StockEvent } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { placeOf } from './stock.js';

/** Stock of a sku at a location as listed. `received = available + reserved + consumed − adjusted`. */
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
  adjusted: number;
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

// The event's type tells its data; the schema was checked when it was written.
const dataOf = <T extends keyof InventoryEventData>(event: ProjectedEvent): InventoryEventData[T] =>
  event.data as InventoryEventData[T];

const change = (doc: StockDocument, event: ProjectedEvent<StockEvent['type']>): StockDocument => {
  switch (event.type) {
    case 'GoodsReceived': {
      const { quantity } = dataOf<'GoodsReceived'>(event);
      return { ...moved(doc, quantity, 0), received: doc.received + quantity };
    }
    case 'StockAdjusted': {
      const { delta } = dataOf<'StockAdjusted'>(event);
      return { ...moved(doc, delta, 0), adjusted: doc.adjusted + delta };
    }
    case 'StockReserved':
      return moved(doc, 0, dataOf<'StockReserved'>(event).quantity);
    case 'ReservationReleased':
      return moved(doc, 0, -dataOf<'ReservationReleased'>(event).quantity);
    case 'ReservationConsumed': {
      const { quantity } = dataOf<'ReservationConsumed'>(event);
      return { ...moved(doc, -quantity, -quantity), consumed: doc.consumed + quantity };
    }
    case 'StockLow':
      return { ...doc, low: true, lowAt: dataOf<'StockLow'>(event).reorderLevel };
    default:
      return event.type satisfies never;
  }
};

/** Read model `stock`. */
export const stockProjection: ProjectionDefinition<StockDocument> = {
  name: 'stock',
  version: 1,
  prefixes: ['stock-'],
  indexes: [
    { key: { sku: 1, location: 1 } },
    { key: { location: 1, sku: 1 } },
    { key: { low: 1, sku: 1 }, partialFilterExpression: { low: true } },
  ],
  keyOf: (event) => (isStock(event) ? event.streamId.slice('stock-'.length) : null),
  evolve(doc, event) {
    if (!isStock(event)) return doc;
    const { sequence, time } = event;
    return { ...change(doc ?? empty(event.streamId), event), revision: sequence, updatedAt: time };
  },
};

/** The figures of a document, as events carry them. */
export const figuresOf = ({ onHand, reserved, available }: StockDocument): StockAfter => ({
  onHand,
  reserved,
  available,
});
