import { type LotQuantity, Refused, type StockEvent } from '@orderloom/contracts';
import { checkNewSerials, checkSerialsHere, detailsOf, expiryOf, lowAfter, type Place } from './decide.js';
import { freeInLots, pickForScrap, pickLot, pickLots } from './lots.js';
import { available, figures, type Stock } from './stock.js';

export interface Count extends Place {
  /** Units that are there. */
  readonly counted: number;
  readonly countId: string;
  readonly lot?: string | undefined;
  readonly expiresOn?: string | undefined;
  readonly shelfLifeUntil?: string | undefined;
  /** The serial numbers that are there; as many as units, or none. */
  readonly serials?: readonly string[] | undefined;
  /** How the product is kept: units that turn up must say their lot or number. */
  readonly tracking?: 'lot' | 'serial' | undefined;
  readonly reason?: string | undefined;
}

export interface Move extends Place {
  readonly to: string;
  readonly quantity: number;
  readonly moveId: string;
  readonly lot?: string | undefined;
  readonly serials?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly today?: string | undefined;
}

export interface Arrive extends Place {
  readonly from: string;
  readonly quantity: number;
  readonly moveId: string;
  readonly lots?: readonly LotQuantity[] | undefined;
  readonly serials?: readonly string[] | undefined;
}

export interface TakeBack extends Place {
  readonly quantity: number;
  readonly returnId: string;
  readonly orderId?: string | undefined;
  readonly lineId?: string | undefined;
  readonly lot?: string | undefined;
  readonly expiresOn?: string | undefined;
  readonly serials?: readonly string[] | undefined;
  readonly reason?: string | undefined;
}

export interface Scrap extends Place {
  readonly quantity: number;
  readonly scrapId: string;
  readonly reason: string;
  readonly lot?: string | undefined;
  readonly serials?: readonly string[] | undefined;
}

export interface SetAllotment extends Place {
  readonly channel: string;
  /** Units kept for the channel; 0 ends the allotment. */
  readonly quantity: number;
  readonly exclusive: boolean;
}

/** Lots that units are taken from. @throws Refused LOT_SHORT */
const lotsOf = (state: Stock, lot: string | undefined, quantity: number, pick: () => LotQuantity[]): LotQuantity[] => {
  if (lot === undefined) return pick();
  const picked = pickLot(state.lots, lot, quantity);
  if (!picked) throw new Refused('LOT_SHORT', { lot, quantity });
  return picked;
};

/** @throws Refused STOCK_SHORT when fewer units are free */
const checkFree = (state: Stock, { sku, location }: Place, quantity: number): void => {
  if (available(state) < quantity) throw new Refused('STOCK_SHORT', { sku, location, available: available(state) });
};

/**
 * Makes the ledger say what was counted; a count that finds what was expected is recorded, too. A repeat of the same
 * count is no event.
 * @throws Refused COUNT_BELOW_RESERVED when fewer units are there than are promised to orders: those must be sourced
 * again first; LOT_REQUIRED when the difference cannot be of units without a lot; LOT_MISSING, SERIALS_REQUIRED,
 * SERIALS_DIFFER
 */
export const count = (command: Count, state: Stock): StockEvent[] => {
  const { sku, location, counted, countId, lot, serials, tracking, reason } = command;
  if (state.movements.has(countId)) return [];
  const known = lot === undefined ? undefined : state.lots.get(lot);
  const expected = lot === undefined ? state.onHand : (known?.onHand ?? 0);
  const reserved = lot === undefined ? state.reserved : (known?.reserved ?? 0);
  const difference = counted - expected;
  const onHand = state.onHand + difference;
  if (counted < reserved || onHand < state.reserved) {
    throw new Refused('COUNT_BELOW_RESERVED', { sku, location, counted, reserved: Math.max(reserved, 0) });
  }
  if (lot === undefined && difference < 0 && state.lots.size > 0) {
    const lotless = available(state) - freeInLots(state.lots);
    if (lotless < -difference) throw new Refused('LOT_REQUIRED', { lots: [...state.lots.keys()] });
  }
  if (serials === undefined && difference < 0) checkSerialsHere(state, sku, undefined, -difference);
  if (difference > 0 && tracking === 'lot' && lot === undefined) throw new Refused('LOT_MISSING', { sku });
  if (difference > 0 && tracking === 'serial' && serials === undefined) throw new Refused('SERIALS_REQUIRED', { sku });
  const numbers = serials === undefined ? {} : numbersOf(serials, counted, state);
  const after = figures(onHand, state.reserved);
  return [
    {
      type: 'StockCounted',
      data: {
        sku,
        location,
        countId,
        expected,
        counted,
        difference,
        ...(lot === undefined ? {} : { lot, ...(difference > 0 ? expiryOf(command, lot, state) : {}) }),
        ...numbers,
        ...(reason === undefined ? {} : { reason }),
        after,
      },
    },
    ...(difference < 0 ? lowAfter(command, state, after.available) : []),
  ];
};

/** Serial numbers that should be here and are not, and those that should not. @throws Refused SERIALS_DIFFER */
const numbersOf = (serials: readonly string[], counted: number, state: Stock) => {
  const there = new Set(serials);
  if (there.size !== counted) throw new Refused('SERIALS_DIFFER', { quantity: counted, serials: serials.length });
  const missing = [...state.serials].filter((one) => !there.has(one)).sort();
  const found = [...there].filter((one) => !state.serials.has(one)).sort();
  return {
    ...(missing.length === 0 ? {} : { serialsMissing: missing }),
    ...(found.length === 0 ? {} : { serialsFound: found }),
  };
};

/**
 * Takes free units out for another location; `arrive` puts them there. A repeat of the same move is no event.
 * @throws Refused STOCK_SHORT, LOT_SHORT, SERIALS_REQUIRED, SERIAL_NOT_HERE, SERIALS_DIFFER, MOVE_TO_ITSELF
 */
export const moveOut = (command: Move, state: Stock): StockEvent[] => {
  const { sku, location, to, quantity, moveId, lot, serials, reason, today } = command;
  if (state.movements.has(`out:${moveId}`)) return [];
  if (to === location) throw new Refused('MOVE_TO_ITSELF', { location });
  checkFree(state, command, quantity);
  checkSerialsHere(state, command.sku, serials, quantity);
  const lots = lotsOf(state, lot, quantity, () => pickLots(state.lots, quantity, today));
  const after = figures(state.onHand - quantity, state.reserved);
  return [
    {
      type: 'StockMovedOut',
      data: {
        moveId,
        sku,
        location,
        to,
        quantity,
        ...detailsOf(lots, serials),
        ...(reason === undefined ? {} : { reason }),
        after,
      },
    },
    ...lowAfter(command, state, after.available),
  ];
};

/** Puts moved units where they were moved to. A repeat of the same move is no event. */
export const arrive = ({ sku, location, from, quantity, moveId, lots, serials }: Arrive, state: Stock): StockEvent[] =>
  state.movements.has(`in:${moveId}`)
    ? []
    : [
        {
          type: 'StockMovedIn',
          data: {
            moveId,
            sku,
            location,
            from,
            quantity,
            ...detailsOf(lots, serials),
            after: figures(state.onHand + quantity, state.reserved),
          },
        },
      ];

/** Takes back units that had left and can be sold again. @throws Refused SERIALS_DIFFER, SERIAL_ALREADY_HERE */
export const takeBack = (command: TakeBack, state: Stock): StockEvent[] => {
  const { sku, location, quantity, returnId, orderId, lineId, lot, expiresOn, serials, reason } = command;
  if (state.movements.has(returnId)) return [];
  checkNewSerials(state, serials, quantity);
  const lots = lot === undefined ? [] : [{ lot, quantity, ...(expiresOn === undefined ? {} : { expiresOn }) }];
  return [
    {
      type: 'StockReturned',
      data: {
        returnId,
        sku,
        location,
        quantity,
        ...(orderId === undefined ? {} : { orderId }),
        ...(lineId === undefined ? {} : { lineId }),
        ...detailsOf(lots, serials),
        ...(reason === undefined ? {} : { reason }),
        after: figures(state.onHand + quantity, state.reserved),
      },
    },
  ];
};

/** Writes free units off for good. @throws Refused STOCK_SHORT, LOT_SHORT, SERIALS_REQUIRED, SERIAL_NOT_HERE, SERIALS_DIFFER */
export const scrap = (command: Scrap, state: Stock): StockEvent[] => {
  const { sku, location, quantity, scrapId, reason, lot, serials } = command;
  if (state.movements.has(scrapId)) return [];
  checkFree(state, command, quantity);
  checkSerialsHere(state, command.sku, serials, quantity);
  const lots = lotsOf(state, lot, quantity, () => pickForScrap(state.lots, quantity));
  const after = figures(state.onHand - quantity, state.reserved);
  return [
    { type: 'StockScrapped', data: { scrapId, sku, location, quantity, ...detailsOf(lots, serials), reason, after } },
    ...lowAfter(command, state, after.available),
  ];
};

/** Keeps units for a sales channel; the same again is no event. The units need not be there yet. */
export const setAllotment = (
  { sku, location, channel, quantity, exclusive }: SetAllotment,
  state: Stock,
): StockEvent[] => {
  const had = state.allotments.get(channel);
  if ((had?.left ?? 0) === quantity && (quantity === 0 || had?.exclusive === exclusive)) return [];
  return [{ type: 'AllotmentSet', data: { sku, location, channel, quantity, exclusive } }];
};
