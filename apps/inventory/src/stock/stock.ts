import type { StockAfter, StockEvent } from '@orderloom/contracts';
import { Map as PersistentMap, Set as PersistentSet } from 'immutable';

/** Units set aside for one order line. */
export interface Reservation {
  readonly orderId: string;
  readonly lineId: string;
  /** Units still set aside. */
  readonly quantity: number;
  /** Shipments that took a part of it. */
  readonly shipments: readonly string[];
  /** What freed a part of it. */
  readonly releases?: readonly string[];
}

/** How a reservation ended. */
export type Ending = 'RELEASED' | 'CONSUMED';

/**
 * State of a `stock-{location}:{sku}` stream: one consistency boundary, so that nothing is sold twice.
 * The maps are persistent: folded states are shared and a busy stream has thousands of reservations.
 */
export interface Stock {
  readonly onHand: number;
  readonly reserved: number;
  /** Totals over all time: received = onHand + consumed − adjusted. */
  readonly received: number;
  readonly consumed: number;
  readonly adjusted: number;
  readonly live: PersistentMap<string, Reservation>;
  /** Reservations that ended, so that a late repeat changes nothing. Two generations bound the memory. */
  readonly ended: PersistentMap<string, Ending>;
  readonly endedBefore: PersistentMap<string, Ending>;
  /** Receipts and adjustments that carried an id. */
  readonly movements: PersistentSet<string>;
  /** The reorder level at which low stock was last raised; undefined while armed. */
  readonly lowAt?: number | undefined;
}

/** A generation of remembered endings; at least this many, at most twice as many are kept. */
const GENERATION = 4096;

/** Units that can still be reserved. */
export const available = (state: Pick<Stock, 'onHand' | 'reserved'>): number => state.onHand - state.reserved;

/** The figures that events carry. */
export const figures = (onHand: number, reserved: number): StockAfter => ({
  onHand,
  reserved,
  available: onHand - reserved,
});

/** How a reservation stands; undefined when it was never made here. */
export const reservationStatus = (state: Stock, reservationId: string): 'RESERVED' | Ending | undefined =>
  state.live.has(reservationId) ? 'RESERVED' : (state.ended.get(reservationId) ?? state.endedBefore.get(reservationId));

const end = (state: Stock, reservationId: string, ending: Ending): Stock => {
  const live = state.live.delete(reservationId);
  const ended = state.ended.set(reservationId, ending);
  return ended.size < GENERATION
    ? { ...state, live, ended }
    : { ...state, live, ended: PersistentMap(), endedBefore: ended };
};

/** Rising above the level that was raised arms the next low-stock event. */
const rearm = (state: Stock): Stock =>
  state.lowAt !== undefined && available(state) > state.lowAt ? { ...state, lowAt: undefined } : state;

const remember = (state: Stock, movementId: string | undefined): Stock =>
  movementId === undefined ? state : { ...state, movements: state.movements.add(movementId) };

const release = (state: Stock, data: Extract<StockEvent, { type: 'ReservationReleased' }>['data']): Stock => {
  const had = state.live.get(data.reservationId);
  const next = { ...state, reserved: state.reserved - data.quantity };
  if (!had || data.releaseId === undefined || had.quantity <= data.quantity) {
    // Where some of it has left, a shipment told of twice must still be known.
    return end(next, data.reservationId, had !== undefined && had.shipments.length > 0 ? 'CONSUMED' : 'RELEASED');
  }
  const releases = [...(had.releases ?? []), data.releaseId];
  const rest = { ...had, quantity: had.quantity - data.quantity, releases };
  return { ...next, live: state.live.set(data.reservationId, rest) };
};

const consume = (state: Stock, data: Extract<StockEvent, { type: 'ReservationConsumed' }>['data']): Stock => {
  const had = state.live.get(data.reservationId);
  const next = {
    ...state,
    onHand: state.onHand - data.quantity,
    reserved: state.reserved - data.quantity,
    consumed: state.consumed + data.quantity,
  };
  if (!had || had.quantity <= data.quantity) return end(next, data.reservationId, 'CONSUMED');
  const rest = {
    ...had,
    quantity: had.quantity - data.quantity,
    shipments: data.shipmentId === undefined ? had.shipments : [...had.shipments, data.shipmentId],
  };
  return { ...next, live: state.live.set(data.reservationId, rest) };
};

/** The aggregate of the units of one sku at one location. Its id is `{location}:{sku}`. */
export const stock = {
  prefix: 'stock',
  initial: (): Stock => ({
    onHand: 0,
    reserved: 0,
    received: 0,
    consumed: 0,
    adjusted: 0,
    live: PersistentMap(),
    ended: PersistentMap(),
    endedBefore: PersistentMap(),
    movements: PersistentSet(),
  }),
  evolve(state: Stock, event: StockEvent): Stock {
    switch (event.type) {
      case 'GoodsReceived': {
        const { quantity, receiptId } = event.data;
        const next = { ...state, onHand: state.onHand + quantity, received: state.received + quantity };
        return rearm(remember(next, receiptId));
      }
      case 'StockAdjusted': {
        const { delta, adjustmentId } = event.data;
        const next = { ...state, onHand: state.onHand + delta, adjusted: state.adjusted + delta };
        return rearm(remember(next, adjustmentId));
      }
      case 'StockReserved': {
        const { reservationId, orderId, lineId, quantity } = event.data;
        return {
          ...state,
          reserved: state.reserved + quantity,
          live: state.live.set(reservationId, { orderId, lineId, quantity, shipments: [] }),
        };
      }
      case 'ReservationReleased':
        return rearm(release(state, event.data));
      case 'ReservationConsumed':
        return consume(state, event.data);
      case 'StockLow':
        return { ...state, lowAt: event.data.reorderLevel };
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;

/** Id of the stock of a sku at a location. A location has no colon, a sku may. */
export const stockId = (location: string, sku: string): string => `${location}:${sku}`;

/** The location and sku of a stock id or stream id. */
export const placeOf = (id: string): { location: string; sku: string } => {
  const bare = id.startsWith('stock-') ? id.slice('stock-'.length) : id;
  const colon = bare.indexOf(':');
  return { location: bare.slice(0, colon), sku: bare.slice(colon + 1) };
};
