import { type LotQuantity, Refused } from '@orderloom/contracts';
import type { Map as PersistentMap } from 'immutable';

/** Units of one lot at one location. */
export interface Lot {
  readonly onHand: number;
  readonly reserved: number;
  /** Last day it may be sold on, YYYY-MM-DD; absent: for ever. */
  readonly expiresOn?: string | undefined;
}

export type Lots = PersistentMap<string, Lot>;

/** Units of a lot that nobody has. */
const free = (lot: Lot): number => lot.onHand - lot.reserved;

/** True when a lot may not be sold any more on a day (YYYY-MM-DD). */
export const hasExpired = (lot: Lot, today: string | undefined): boolean =>
  today !== undefined && lot.expiresOn !== undefined && lot.expiresOn < today;

/**
 * A lot expires on one day, wherever units of it are added.
 * @param expiresOn as said by somebody; undefined says nothing
 * @throws Refused LOT_EXPIRY_DIFFERS
 */
export const checkExpiry = (lots: Lots, lot: string | undefined, expiresOn: string | undefined): void => {
  const known = lot === undefined ? undefined : lots.get(lot)?.expiresOn;
  if (lot !== undefined && known !== undefined && expiresOn !== undefined && known !== expiresOn) {
    throw new Refused('LOT_EXPIRY_DIFFERS', { lot, known, expiresOn });
  }
};

const NEVER = '9999-12-31';

/** First expired, first out; equal ones by name, so that the same question always has the same answer. */
const byExpiry = ([a, one]: readonly [string, Lot], [b, other]: readonly [string, Lot]): number => {
  const [first, second] = [one.expiresOn ?? NEVER, other.expiresOn ?? NEVER];
  return first < second ? -1 : first > second ? 1 : a < b ? -1 : 1;
};

const quantityOf = (lot: string, quantity: number, expiresOn: string | undefined): LotQuantity => ({
  lot,
  quantity,
  ...(expiresOn === undefined ? {} : { expiresOn }),
});

/** Units of free lots that may not be sold any more on a day. */
export const expiredUnits = (lots: Lots, today: string | undefined): number =>
  lots.size === 0 || today === undefined
    ? 0
    : lots.valueSeq().reduce((sum, lot) => sum + (hasExpired(lot, today) ? free(lot) : 0), 0);

/** Free units that belong to a lot. */
export const freeInLots = (lots: Lots): number => lots.valueSeq().reduce((sum, lot) => sum + free(lot), 0);

/**
 * Which lots `quantity` units are taken from: first expired first out (FEFO), never expired ones. What the lots do
 * not give comes from units of no lot.
 */
export const pickLots = (lots: Lots, quantity: number, today: string | undefined): LotQuantity[] => {
  if (lots.size === 0) return [];
  const picked: LotQuantity[] = [];
  let open = quantity;
  const usable = [...lots.entries()].filter(([, lot]) => free(lot) > 0 && !hasExpired(lot, today)).sort(byExpiry);
  for (const [name, lot] of usable) {
    if (open === 0) break;
    const units = Math.min(open, free(lot));
    picked.push(quantityOf(name, units, lot.expiresOn));
    open -= units;
  }
  return picked;
};

/** As `pickLots` for what is thrown away: expired units are the first to go. */
export const pickForScrap = (lots: Lots, quantity: number): LotQuantity[] => pickLots(lots, quantity, undefined);

/** Units of one lot, or undefined when it has fewer free ones. */
export const pickLot = (lots: Lots, name: string, quantity: number): LotQuantity[] | undefined => {
  const lot = lots.get(name);
  return lot && free(lot) >= quantity ? [quantityOf(name, quantity, lot.expiresOn)] : undefined;
};

/** The first `quantity` units of a list of lots, and what is left of it. */
export const splitLots = (
  lots: readonly LotQuantity[],
  quantity: number,
): { readonly taken: LotQuantity[]; readonly rest: LotQuantity[] } => {
  const taken: LotQuantity[] = [];
  const rest: LotQuantity[] = [];
  let open = quantity;
  for (const one of lots) {
    const units = Math.min(open, one.quantity);
    if (units > 0) taken.push({ ...one, quantity: units });
    if (one.quantity > units) rest.push({ ...one, quantity: one.quantity - units });
    open -= units;
  }
  return { taken, rest };
};

/** Adds to what is on hand and what is reserved of lots; a lot without units is forgotten. */
export const changeLots = (
  lots: Lots,
  changes: readonly LotQuantity[] | undefined,
  onHand: -1 | 0 | 1,
  reserved: -1 | 0 | 1,
): Lots => {
  if (changes === undefined || changes.length === 0) return lots;
  return changes.reduce((all, { lot, quantity, expiresOn }) => {
    const had = all.get(lot) ?? { onHand: 0, reserved: 0 };
    const next = {
      onHand: had.onHand + onHand * quantity,
      reserved: had.reserved + reserved * quantity,
      expiresOn: had.expiresOn ?? expiresOn,
    };
    return next.onHand === 0 && next.reserved === 0 ? all.delete(lot) : all.set(lot, next);
  }, lots);
};
