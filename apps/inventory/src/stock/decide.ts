import { type LotQuantity, Refused, type StockEvent } from '@orderloom/contracts';
import { capacityFor, fromAllotment } from './capacity.js';
import { freeInLots, pickLot, pickLots, splitLots } from './lots.js';
import { available, figures, type Reservation, reservationStatus, type Stock, stock } from './stock.js';

/** Where a command acts. `reorderLevel` is the product's, unknown where no product is registered. */
export interface Place {
  readonly sku: string;
  readonly location: string;
  readonly reorderLevel?: number | undefined;
}

export interface Receive extends Place {
  readonly quantity: number;
  /** A repeat with the same id is not counted again. */
  readonly receiptId?: string | undefined;
  readonly reference?: string | undefined;
  readonly note?: string | undefined;
  /** Lot of the units, and the last day it may be sold on. */
  readonly lot?: string | undefined;
  readonly expiresOn?: string | undefined;
  /** As many as units, or none. */
  readonly serials?: readonly string[] | undefined;
}

export interface Adjust extends Place {
  /** Units added or, when negative, written off. */
  readonly delta: number;
  readonly reason: string;
  readonly adjustmentId?: string | undefined;
  readonly lot?: string | undefined;
  /** Last day the lot may be sold on; of a lot that is not known here yet, `shelfLifeUntil` when absent. */
  readonly expiresOn?: string | undefined;
  readonly shelfLifeUntil?: string | undefined;
  readonly serials?: readonly string[] | undefined;
}

export interface Reserve extends Place {
  readonly reservationId: string;
  readonly orderId: string;
  readonly lineId: string;
  readonly quantity: number;
  readonly channel?: string | undefined;
  /** Safety stock: units that must be left. */
  readonly keep?: number | undefined;
  /** YYYY-MM-DD: lots that expired before are not given out. */
  readonly today?: string | undefined;
  readonly priority?: number | undefined;
  /** Set aside without an order, until `expiresAt`. */
  readonly hold?: { readonly expiresAt: string } | undefined;
  /** Holds that this reservation takes over: released in the same decision, so that nobody comes in between. */
  readonly replaces?: readonly string[] | undefined;
}

export interface Release extends Place {
  readonly reservationId: string;
  readonly reason: string;
  /** Only some units, freed once for each cause; all that is still set aside when absent. */
  readonly part?: { readonly releaseId: string; readonly quantity: number } | undefined;
}

export interface Consume extends Place {
  readonly reservationId: string;
  readonly quantity: number;
  readonly shipmentId?: string | undefined;
  readonly serials?: readonly string[] | undefined;
}

/** Raised once when available falls to the reorder level; armed again when it has risen above. */
export const lowAfter = (place: Place, state: Stock, availableAfter: number): StockEvent[] => {
  const { sku, location, reorderLevel } = place;
  if (reorderLevel === undefined || state.lowAt !== undefined || availableAfter > reorderLevel) return [];
  return [{ type: 'StockLow', data: { sku, location, available: availableAfter, reorderLevel } }];
};

/** What is told of lots and serial numbers, where there are any. */
export const detailsOf = (
  lots: readonly LotQuantity[] | undefined,
  serials?: readonly string[] | undefined,
): { lots?: LotQuantity[]; serials?: string[] } => ({
  ...(lots === undefined || lots.length === 0 ? {} : { lots: [...lots] }),
  ...(serials === undefined || serials.length === 0 ? {} : { serials: [...serials] }),
});

/** @throws Refused SERIALS_DIFFER, SERIAL_ALREADY_HERE */
export const checkNewSerials = (state: Stock, serials: readonly string[] | undefined, quantity: number): void => {
  if (serials === undefined) return;
  if (new Set(serials).size !== quantity) throw new Refused('SERIALS_DIFFER', { quantity, serials: serials.length });
  const known = serials.find((serial) => state.serials.has(serial));
  if (known !== undefined) throw new Refused('SERIAL_ALREADY_HERE', { serial: known });
};

/**
 * Units that go must be named where too few are here without a serial number.
 * @throws Refused SERIALS_REQUIRED, SERIALS_DIFFER, SERIAL_NOT_HERE
 */
export const checkSerialsHere = (
  state: Stock,
  sku: string,
  serials: readonly string[] | undefined,
  quantity: number,
): void => {
  if (serials === undefined) {
    if (state.serials.size > 0 && state.onHand - state.serials.size < quantity) {
      throw new Refused('SERIALS_REQUIRED', { sku });
    }
    return;
  }
  if (new Set(serials).size !== quantity) throw new Refused('SERIALS_DIFFER', { quantity, serials: serials.length });
  const unknown = serials.find((serial) => !state.serials.has(serial));
  if (unknown !== undefined) throw new Refused('SERIAL_NOT_HERE', { serial: unknown });
};

/** Takes goods in. A repeat of the same receipt is no event. @throws Refused SERIALS_DIFFER, SERIAL_ALREADY_HERE */
export const receive = (command: Receive, state: Stock): StockEvent[] => {
  const { sku, location, quantity, receiptId, reference, note, lot, expiresOn, serials } = command;
  if (receiptId !== undefined && state.movements.has(receiptId)) return [];
  checkNewSerials(state, serials, quantity);
  const lots = lot === undefined ? [] : [{ lot, quantity, ...(expiresOn === undefined ? {} : { expiresOn }) }];
  return [
    {
      type: 'GoodsReceived',
      data: {
        sku,
        location,
        quantity,
        ...(receiptId === undefined ? {} : { receiptId }),
        ...(reference === undefined ? {} : { reference }),
        ...(note === undefined ? {} : { note }),
        ...detailsOf(lots, serials),
        after: figures(state.onHand + quantity, state.reserved),
      },
    },
  ];
};

/**
 * Corrects what is on hand. A repeat of the same adjustment and an adjustment by nothing are no events.
 * @throws Refused STOCK_WOULD_BE_NEGATIVE when less would be left than is reserved; LOT_SHORT; SERIALS_REQUIRED,
 * SERIAL_NOT_HERE, SERIAL_ALREADY_HERE, SERIALS_DIFFER
 */
export const adjust = (command: Adjust, state: Stock): StockEvent[] => {
  const { sku, location, delta, reason, adjustmentId, lot, serials } = command;
  if (delta === 0 || (adjustmentId !== undefined && state.movements.has(adjustmentId))) return [];
  const onHand = state.onHand + delta;
  if (onHand < state.reserved) {
    throw new Refused('STOCK_WOULD_BE_NEGATIVE', { sku, location, reserved: state.reserved, onHand: state.onHand });
  }
  if (delta < 0) {
    checkLotless(state, lot, -delta);
    checkSerialsHere(state, sku, serials, -delta);
  } else checkNewSerials(state, serials, delta);
  const after = figures(onHand, state.reserved);
  return [
    {
      type: 'StockAdjusted',
      data: {
        sku,
        location,
        delta,
        reason,
        ...(adjustmentId === undefined ? {} : { adjustmentId }),
        ...(lot === undefined ? {} : { lot, ...(delta > 0 ? expiryOf(command, lot, state) : {}) }),
        ...detailsOf(undefined, serials),
        after,
      },
    },
    ...(delta < 0 ? lowAfter(command, state, after.available) : []),
  ];
};

/** When a lot that units are added to expires, where that is not known here. */
export const expiryOf = (
  { expiresOn, shelfLifeUntil }: Pick<Adjust, 'expiresOn' | 'shelfLifeUntil'>,
  lot: string,
  state: Stock,
): { expiresOn?: string } => {
  const day = expiresOn ?? (state.lots.has(lot) ? undefined : shelfLifeUntil);
  return day === undefined ? {} : { expiresOn: day };
};

/** Units that go must be of the lot named, or, without one, of no lot. @throws Refused LOT_SHORT, LOT_REQUIRED */
export const checkLotless = (state: Stock, lot: string | undefined, quantity: number): void => {
  if (lot !== undefined) {
    if (!pickLot(state.lots, lot, quantity)) throw new Refused('LOT_SHORT', { lot, quantity });
  } else if (state.lots.size > 0 && available(state) - freeInLots(state.lots) < quantity) {
    throw new Refused('LOT_REQUIRED', { lots: [...state.lots.keys()] });
  }
};

/**
 * Sets units aside for an order line. A reservation that was made before, whatever became of it, is no event.
 * @throws Refused STOCK_SHORT when fewer can be given
 */
export const reserve = (command: Reserve, state: Stock): StockEvent[] => {
  const { reservationId, sku, location, quantity } = command;
  if (reservationStatus(state, reservationId) !== undefined) return [];
  const freed = giveBackHolds(command, state);
  const capacity = capacityFor(freed.state, command);
  if (capacity < quantity) throw new Refused('STOCK_SHORT', { sku, location, available: capacity });
  return [...freed.events, ...reserved(command, freed.state)];
};

/** Gives holds back one after the other. */
const giveBackHolds = ({ sku, location, replaces = [] }: Reserve, state: Stock) =>
  replaces.reduce<{ readonly events: StockEvent[]; readonly state: Stock }>(
    (so, reservationId) => {
      const events = release({ sku, location, reservationId, reason: 'TAKEN_BY_ORDER' }, so.state);
      return {
        events: [...so.events, ...events],
        state: events.reduce((folded, event) => stock.evolve(folded, event), so.state),
      };
    },
    { events: [], state },
  );

const reserved = (command: Reserve, state: Stock): StockEvent[] => {
  const { reservationId, orderId, lineId, sku, location, quantity, channel, today, hold, priority } = command;
  const after = figures(state.onHand, state.reserved + quantity);
  const allotted = fromAllotment(state, channel, quantity);
  return [
    {
      type: 'StockReserved',
      data: {
        reservationId,
        orderId,
        lineId,
        sku,
        location,
        quantity,
        ...detailsOf(pickLots(state.lots, quantity, today)),
        ...(allotted > 0 && channel !== undefined ? { channel, allotted } : {}),
        ...(hold === undefined ? {} : { hold: true, expiresAt: hold.expiresAt }),
        ...(priority ? { priority } : {}),
        after,
      },
    },
    ...lowAfter(command, state, after.available),
  ];
};

/**
 * Sets aside as many units as there are, at most the quantity asked for and `most`. None at all, and a reservation
 * that was made before, are no event: what became of it is in the state.
 */
export const reserveUpTo = (command: Reserve, most: number, state: Stock): StockEvent[] => {
  if (reservationStatus(state, command.reservationId) !== undefined) return [];
  const before = giveBackHolds(command, state).state;
  const held = available(before) - available(state);
  const quantity = Math.min(command.quantity, most + held, capacityFor(before, command));
  return quantity > 0 ? reserve({ ...command, quantity }, state) : [];
};

/** Of a reservation of `had` units, what goes when `quantity` of them do. */
const partOf = (had: Reservation, quantity: number) => {
  // The common units go first, so that the channel keeps its own as long as it can.
  const allotted = Math.max(0, quantity - (had.quantity - (had.allotted ?? 0)));
  return {
    ...detailsOf(had.lots ? splitLots(had.lots, quantity).taken : undefined),
    ...(allotted > 0 && had.channel !== undefined ? { channel: had.channel, allotted } : {}),
  };
};

/** Frees what is still set aside. Releasing what has ended, or never was, is no event. */
export const release = (command: Release, state: Stock): StockEvent[] => {
  const { reservationId, sku, location, reason, part } = command;
  const had = state.live.get(reservationId);
  if (!had || (part !== undefined && had.releases?.includes(part.releaseId))) return [];
  const { orderId, lineId } = had;
  const quantity = Math.min(part?.quantity ?? had.quantity, had.quantity);
  if (quantity <= 0) return [];
  const after = figures(state.onHand, state.reserved - quantity);
  const data = { reservationId, orderId, lineId, sku, location, quantity, reason };
  return [
    {
      type: 'ReservationReleased',
      data: {
        ...data,
        ...partOf(had, quantity),
        ...(part === undefined ? {} : { releaseId: part.releaseId }),
        after,
      },
    },
  ];
};

/**
 * Lets a hold last until another time; the same again is no event.
 * @throws Refused RESERVATION_NOT_FOUND, RESERVATION_RELEASED, RESERVATION_WITHOUT_LIMIT
 */
export const extend = (command: Place & { reservationId: string; expiresAt: string }, state: Stock): StockEvent[] => {
  const { sku, location, reservationId, expiresAt } = command;
  const had = state.live.get(reservationId);
  if (!had) {
    const ended = reservationStatus(state, reservationId) !== undefined;
    throw new Refused(ended ? 'RESERVATION_RELEASED' : 'RESERVATION_NOT_FOUND', { reservationId });
  }
  if (had.expiresAt === undefined) throw new Refused('RESERVATION_WITHOUT_LIMIT', { reservationId });
  if (had.expiresAt === expiresAt) return [];
  return [{ type: 'ReservationExtended', data: { sku, location, reservationId, expiresAt } }];
};

/** Frees a hold whose time is over; one that was taken, released or prolonged is no event. */
export const expire = (command: Place & { reservationId: string; now: string }, state: Stock): StockEvent[] => {
  const { reservationId, sku, location, now } = command;
  const expiresAt = state.live.get(reservationId)?.expiresAt;
  return expiresAt === undefined || expiresAt > now
    ? []
    : release({ sku, location, reservationId, reason: 'EXPIRED' }, state);
};

/**
 * Takes reserved units out. What was taken before, by this shipment or wholly, is no event.
 * @throws Refused RESERVATION_NOT_FOUND, RESERVATION_RELEASED, RESERVATION_EXCEEDED
 */
export const consume = (command: Consume, state: Stock): StockEvent[] => {
  const { reservationId, sku, location, quantity, shipmentId } = command;
  const had = state.live.get(reservationId);
  if (!had) {
    const ending = reservationStatus(state, reservationId);
    if (ending === 'CONSUMED') return [];
    throw new Refused(ending === 'RELEASED' ? 'RESERVATION_RELEASED' : 'RESERVATION_NOT_FOUND', { reservationId });
  }
  if (shipmentId !== undefined && had.shipments.includes(shipmentId)) return [];
  if (quantity > had.quantity) {
    throw new Refused('RESERVATION_EXCEEDED', { reservationId, reserved: had.quantity, quantity });
  }
  const { orderId, lineId } = had;
  const data = { reservationId, orderId, lineId, sku, location, quantity };
  const after = figures(state.onHand - quantity, state.reserved - quantity);
  return [
    {
      type: 'ReservationConsumed',
      data: {
        ...data,
        ...(shipmentId === undefined ? {} : { shipmentId }),
        ...detailsOf(had.lots ? splitLots(had.lots, quantity).taken : undefined),
        ...serialsOf(command, state),
        after,
      },
    },
  ];
};

/** The serial numbers that left: those that were said, else the lowest, marked as assumed. */
const serialsOf = ({ serials, quantity }: Consume, state: Stock): { serials?: string[]; serialsAssumed?: true } => {
  if (state.serials.size === 0) return {};
  if (serials !== undefined && serials.length === quantity && serials.every((one) => state.serials.has(one))) {
    return { serials: [...serials] };
  }
  const assumed = [...state.serials].sort().slice(0, quantity);
  return { serials: assumed, serialsAssumed: true };
};
