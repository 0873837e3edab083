import { Refused, type StockEvent } from '@orderloom/contracts';
import { available, figures, reservationStatus, type Stock } from './stock.js';

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
}

export interface Adjust extends Place {
  /** Units added or, when negative, written off. */
  readonly delta: number;
  readonly reason: string;
  readonly adjustmentId?: string | undefined;
}

export interface Reserve extends Place {
  readonly reservationId: string;
  readonly orderId: string;
  readonly lineId: string;
  readonly quantity: number;
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
}

/** Raised once when available falls to the reorder level; armed again when it has risen above. */
const lowAfter = (place: Place, state: Stock, availableAfter: number): StockEvent[] => {
  const { sku, location, reorderLevel } = place;
  if (reorderLevel === undefined || state.lowAt !== undefined || availableAfter > reorderLevel) return [];
  return [{ type: 'StockLow', data: { sku, location, available: availableAfter, reorderLevel } }];
};

/** Takes goods in. A repeat of the same receipt is no event. */
export const receive = (command: Receive, state: Stock): StockEvent[] => {
  const { sku, location, quantity, receiptId, reference, note } = command;
  if (receiptId !== undefined && state.movements.has(receiptId)) return [];
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
        after: figures(state.onHand + quantity, state.reserved),
      },
    },
  ];
};

/**
 * Corrects what is on hand. A repeat of the same adjustment and an adjustment by nothing are no events.
 * @throws Refused STOCK_WOULD_BE_NEGATIVE when less would be left than is reserved
 */
export const adjust = (command: Adjust, state: Stock): StockEvent[] => {
  const { sku, location, delta, reason, adjustmentId } = command;
  if (delta === 0 || (adjustmentId !== undefined && state.movements.has(adjustmentId))) return [];
  const onHand = state.onHand + delta;
  if (onHand < state.reserved) {
    throw new Refused('STOCK_WOULD_BE_NEGATIVE', { sku, location, reserved: state.reserved, onHand: state.onHand });
  }
  const after = figures(onHand, state.reserved);
  return [
    {
      type: 'StockAdjusted',
      data: { sku, location, delta, reason, ...(adjustmentId === undefined ? {} : { adjustmentId }), after },
    },
    ...(delta < 0 ? lowAfter(command, state, after.available) : []),
  ];
};

/**
 * Sets units aside for an order line. A reservation that was made before, whatever became of it, is no event.
 * @throws Refused STOCK_SHORT when fewer are available
 */
export const reserve = (command: Reserve, state: Stock): StockEvent[] => {
  const { reservationId, orderId, lineId, sku, location, quantity } = command;
  if (reservationStatus(state, reservationId) !== undefined) return [];
  if (available(state) < quantity) throw new Refused('STOCK_SHORT', { sku, location, available: available(state) });
  const after = figures(state.onHand, state.reserved + quantity);
  return [
    { type: 'StockReserved', data: { reservationId, orderId, lineId, sku, location, quantity, after } },
    ...lowAfter(command, state, after.available),
  ];
};

/**
 * Sets aside as many units as there are, at most the quantity asked for and `most`. None at all, and a reservation
 * that was made before, are no event: what became of it is in the state.
 */
export const reserveUpTo = (command: Reserve, most: number, state: Stock): StockEvent[] => {
  const quantity = Math.min(command.quantity, most, available(state));
  return quantity > 0 ? reserve({ ...command, quantity }, state) : [];
};

/** Frees what is still set aside. Releasing what has ended, or never was, is no event. */
export const release = (command: Release, state: Stock): StockEvent[] => {
  const { reservationId, sku, location, reason } = command;
  const had = state.live.get(reservationId);
  if (!had) return [];
  const { part } = command;
  if (part !== undefined && had.releases?.includes(part.releaseId)) return [];
  const { orderId, lineId } = had;
  const quantity = Math.min(had.quantity, part?.quantity ?? had.quantity);
  const after = figures(state.onHand, state.reserved - quantity);
  const data = { reservationId, orderId, lineId, sku, location, quantity, reason };
  return [
    {
      type: 'ReservationReleased',
      data: { ...data, ...(part === undefined ? {} : { releaseId: part.releaseId }), after },
    },
  ];
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
    { type: 'ReservationConsumed', data: { ...data, ...(shipmentId === undefined ? {} : { shipmentId }), after } },
  ];
};
