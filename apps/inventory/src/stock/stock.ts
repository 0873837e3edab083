import type { LotQuantity, StockAfter, StockEvent } from '@orderloom/contracts';
import { Map as PersistentMap, Set as PersistentSet } from 'immutable';
import { changeLots, type Lots } from './lots.js';

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
  /** Lots of the units; units of no lot are not listed. */
  readonly lots?: readonly LotQuantity[] | undefined;
  readonly channel?: string | undefined;
  /** Of the quantity, units taken from the channel's allotment. */
  readonly allotted?: number | undefined;
  readonly expiresAt?: string | undefined;
  /** True: set aside by hand or for a cart, not for an order. */
  readonly hold?: boolean | undefined;
}

/** Units kept for a sales channel. */
export interface Allotment {
  /** Units not yet taken. */
  readonly left: number;
  /** True: the channel may take no other units. */
  readonly exclusive: boolean;
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
  /** Totals over all time: received + adjusted + returned + moved = onHand + consumed + scrapped. */
  readonly received: number;
  readonly consumed: number;
  /** Corrections and differences of counts. */
  readonly adjusted: number;
  readonly returned: number;
  readonly scrapped: number;
  /** Moved in less moved out. */
  readonly moved: number;
  readonly live: PersistentMap<string, Reservation>;
  /** Reservations that ended, so that a late repeat changes nothing. Two generations bound the memory. */
  readonly ended: PersistentMap<string, Ending>;
  readonly endedBefore: PersistentMap<string, Ending>;
  /** Receipts, adjustments, counts, moves, returns and scraps that carried an id. */
  readonly movements: PersistentSet<string>;
  readonly lots: Lots;
  /** Serial numbers that are here. */
  readonly serials: PersistentSet<string>;
  /** By sales channel. */
  readonly allotments: PersistentMap<string, Allotment>;
  /** The reorder level at which low stock was last raised; undefined while armed. */
  readonly lowAt?: number | undefined;
}

/** A generation of remembered endings; at least this many, at most twice as many are kept. */
const GENERATION = 4096;

/** Units that nobody has set aside. */
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

interface Movement {
  readonly lots?: readonly LotQuantity[] | undefined;
  readonly serials?: readonly string[] | undefined;
}

/** Units come in (`sign` 1) or go (`sign` −1), with their lots and serial numbers. */
const onHandBy = (state: Stock, sign: 1 | -1, quantity: number, { lots, serials }: Movement): Stock => ({
  ...state,
  onHand: state.onHand + sign * quantity,
  lots: changeLots(state.lots, lots, sign, 0),
  serials:
    serials === undefined ? state.serials : sign === 1 ? state.serials.union(serials) : state.serials.subtract(serials),
});

type DataOf<T extends StockEvent['type']> = Extract<StockEvent, { type: T }>['data'];

const remainder = (had: Reservation, quantity: number, lots: readonly LotQuantity[] | undefined): Reservation => {
  const taken = new Map((lots ?? []).map((one) => [one.lot, one.quantity]));
  return {
    ...had,
    quantity: had.quantity - quantity,
    lots: had.lots
      ?.map((one) => ({ ...one, quantity: one.quantity - (taken.get(one.lot) ?? 0) }))
      .filter((one) => one.quantity > 0),
  };
};

const reserve = (state: Stock, data: DataOf<'StockReserved'>): Stock => {
  const { reservationId, orderId, lineId, quantity, lots, channel, allotted, expiresAt, hold } = data;
  const own = channel === undefined ? undefined : state.allotments.get(channel);
  const reservation: Reservation = { orderId, lineId, quantity, shipments: [] };
  const plain = lots === undefined && channel === undefined && expiresAt === undefined && hold === undefined;
  return {
    ...state,
    reserved: state.reserved + quantity,
    live: state.live.set(
      reservationId,
      plain ? reservation : { ...reservation, lots, channel, allotted, expiresAt, hold },
    ),
    lots: changeLots(state.lots, lots, 0, 1),
    allotments:
      own && channel !== undefined && allotted
        ? state.allotments.set(channel, { ...own, left: own.left - allotted })
        : state.allotments,
  };
};

const release = (state: Stock, data: DataOf<'ReservationReleased'>): Stock => {
  const { reservationId, quantity, lots, channel, allotted, releaseId } = data;
  const had = state.live.get(reservationId);
  const own = channel === undefined ? undefined : state.allotments.get(channel);
  const next = {
    ...state,
    reserved: state.reserved - quantity,
    lots: changeLots(state.lots, lots, 0, -1),
    allotments:
      own && channel !== undefined && allotted
        ? state.allotments.set(channel, { ...own, left: own.left + allotted })
        : state.allotments,
  };
  if (!had || releaseId === undefined || had.quantity <= quantity) {
    // Where some of it has left, a shipment told of twice must still be known.
    const ending = had !== undefined && had.shipments.length > 0 ? 'CONSUMED' : 'RELEASED';
    return rearm(end(next, reservationId, ending));
  }
  const rest: Reservation = {
    ...remainder(had, quantity, lots),
    releases: [...(had.releases ?? []), releaseId],
    allotted: had.allotted === undefined ? undefined : had.allotted - (allotted ?? 0),
  };
  return rearm({ ...next, live: state.live.set(reservationId, rest) });
};

const consume = (state: Stock, data: DataOf<'ReservationConsumed'>): Stock => {
  const had = state.live.get(data.reservationId);
  const left = onHandBy(state, -1, data.quantity, data);
  const next = {
    ...left,
    lots: changeLots(left.lots, data.lots, 0, -1),
    reserved: state.reserved - data.quantity,
    consumed: state.consumed + data.quantity,
  };
  if (!had || had.quantity <= data.quantity) return end(next, data.reservationId, 'CONSUMED');
  const rest = {
    ...remainder(had, data.quantity, data.lots),
    shipments: data.shipmentId === undefined ? had.shipments : [...had.shipments, data.shipmentId],
  };
  return { ...next, live: state.live.set(data.reservationId, rest) };
};

const adjust = (state: Stock, { delta, lot, expiresOn, serials, adjustmentId }: DataOf<'StockAdjusted'>): Stock => {
  const quantity = Math.abs(delta);
  const sign = delta < 0 ? -1 : 1;
  const lots = lot === undefined ? undefined : [lotOf(lot, quantity, expiresOn)];
  const next = onHandBy(state, sign, quantity, { lots, serials });
  return rearm(remember({ ...next, adjusted: state.adjusted + delta }, adjustmentId));
};

const count = (state: Stock, data: DataOf<'StockCounted'>): Stock => {
  const { difference, lot, expiresOn, serialsMissing = [], serialsFound = [], countId } = data;
  const quantity = Math.abs(difference);
  const lots = lot === undefined || quantity === 0 ? undefined : [lotOf(lot, quantity, expiresOn)];
  const next = onHandBy(state, difference < 0 ? -1 : 1, quantity, { lots });
  const serials = state.serials.subtract(serialsMissing).union(serialsFound);
  return rearm(remember({ ...next, serials, adjusted: state.adjusted + difference }, countId));
};

const lotOf = (lot: string, quantity: number, expiresOn: string | undefined): LotQuantity => ({
  lot,
  quantity,
  ...(expiresOn === undefined ? {} : { expiresOn }),
});

/** The aggregate of the units of one sku at one location. Its id is `{location}:{sku}`. */
export const stock = {
  prefix: 'stock',
  initial: (): Stock => ({
    onHand: 0,
    reserved: 0,
    received: 0,
    consumed: 0,
    adjusted: 0,
    returned: 0,
    scrapped: 0,
    moved: 0,
    live: PersistentMap(),
    ended: PersistentMap(),
    endedBefore: PersistentMap(),
    movements: PersistentSet(),
    lots: PersistentMap(),
    serials: PersistentSet(),
    allotments: PersistentMap(),
  }),
  evolve(state: Stock, event: StockEvent): Stock {
    switch (event.type) {
      case 'GoodsReceived': {
        const { quantity, receiptId } = event.data;
        const next = { ...onHandBy(state, 1, quantity, event.data), received: state.received + quantity };
        return rearm(remember(next, receiptId));
      }
      case 'StockAdjusted':
        return adjust(state, event.data);
      case 'StockCounted':
        return count(state, event.data);
      case 'StockMovedIn': {
        const { quantity, moveId } = event.data;
        const next = { ...onHandBy(state, 1, quantity, event.data), moved: state.moved + quantity };
        return rearm(remember(next, `in:${moveId}`));
      }
      case 'StockMovedOut': {
        const { quantity, moveId } = event.data;
        const next = { ...onHandBy(state, -1, quantity, event.data), moved: state.moved - quantity };
        return remember(next, `out:${moveId}`);
      }
      case 'StockReturned': {
        const { quantity, returnId } = event.data;
        const next = { ...onHandBy(state, 1, quantity, event.data), returned: state.returned + quantity };
        return rearm(remember(next, returnId));
      }
      case 'StockScrapped': {
        const { quantity, scrapId } = event.data;
        const next = { ...onHandBy(state, -1, quantity, event.data), scrapped: state.scrapped + quantity };
        return remember(next, scrapId);
      }
      case 'StockReserved':
        return reserve(state, event.data);
      case 'ReservationReleased':
        return release(state, event.data);
      case 'ReservationConsumed':
        return consume(state, event.data);
      case 'ReservationExtended': {
        const { reservationId, expiresAt } = event.data;
        const had = state.live.get(reservationId);
        return had ? { ...state, live: state.live.set(reservationId, { ...had, expiresAt }) } : state;
      }
      case 'AllotmentSet': {
        const { channel, quantity, exclusive } = event.data;
        const allotments =
          quantity === 0
            ? state.allotments.delete(channel)
            : state.allotments.set(channel, { left: quantity, exclusive });
        return { ...state, allotments };
      }
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
