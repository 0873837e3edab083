import { UNMEASURED } from '../carriers/measures.js';
import type { CartonData, ItemData } from '../data/kinds.js';

/** Units of a line to be packed. */
export interface PackUnit {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** A carton that can be used. */
export interface Carton extends CartonData {
  readonly code: string;
}

/** A carton with what goes into it. */
export interface PackedCarton {
  /** Undefined: too big for any carton, goes as it is. */
  readonly carton: Carton | undefined;
  readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
  /** With the carton. */
  readonly weightGrams: number;
  readonly volumeCm3: number;
  /** Part of the room that is filled, 0–1. */
  readonly load: number;
}

/** Part of a carton that can be filled: the rest is air and padding. */
export const FILL = 0.85;

interface Unit {
  readonly lineId: string;
  readonly grams: number;
  readonly cm3: number;
  /** Sides, longest first; undefined when nobody measured it. */
  readonly sides: readonly [number, number, number] | undefined;
}

const sidesOf = ({ lengthMm, widthMm, heightMm }: Pick<ItemData, 'lengthMm' | 'widthMm' | 'heightMm'>) => {
  if (lengthMm === undefined || widthMm === undefined || heightMm === undefined) return undefined;
  const [a = 0, b = 0, c = 0] = [lengthMm, widthMm, heightMm].sort((x, y) => y - x);
  return [a, b, c] as const;
};

const roomOf = ({ lengthMm, widthMm, heightMm }: Carton): number => (lengthMm * widthMm * heightMm) / 1_000;

/** Each side fits the corresponding one, both sorted: an item may be turned. */
const fits = (unit: Unit, carton: Carton): boolean => {
  if (unit.grams + carton.tareGrams > carton.maxGrams || unit.cm3 > roomOf(carton) * FILL) return false;
  const inner = sidesOf(carton);
  return !unit.sides || !inner || unit.sides.every((side, at) => side <= (inner[at] ?? 0));
};

interface Bin {
  carton: Carton | undefined;
  units: Unit[];
  grams: number;
  cm3: number;
}

const holds = (bin: Bin, unit: Unit, carton: Carton): boolean =>
  bin.grams + unit.grams + carton.tareGrams <= carton.maxGrams &&
  bin.cm3 + unit.cm3 <= roomOf(carton) * FILL &&
  fits(unit, carton) &&
  bin.units.every((other) => fits(other, carton));

/**
 * Chooses cartons by first-fit decreasing: units, the bulkiest first, go into the first open carton of the largest
 * kind that still takes them by weight, volume (85 % of the room) and each side; else into a new one. Then every
 * carton is replaced by the smallest that holds the same. First-fit decreasing needs at most 11/9 of the fewest
 * possible cartons and one more for a single dimension (Johnson 1973); how units lie in a carton is not planned, which
 * is what the 15 % of air are for. A unit that fits no carton goes alone, as it is.
 */
export const packCartons = (
  lines: readonly PackUnit[],
  cartons: readonly Carton[],
  itemOf: (sku: string) => ItemData | undefined,
): PackedCarton[] => {
  const bySize = [...cartons].sort((a, b) => roomOf(a) - roomOf(b) || a.cost - b.cost || (a.code < b.code ? -1 : 1));
  const units = lines
    .flatMap(({ lineId, sku, quantity }): Unit[] => {
      const item = itemOf(sku) ?? {};
      const sides = sidesOf(item);
      const cm3 = sides ? (sides[0] * sides[1] * sides[2]) / 1_000 : UNMEASURED.volumeCm3;
      const unit = { lineId, grams: item.weightGrams ?? UNMEASURED.weightGrams, cm3, sides };
      return Array.from({ length: quantity }, () => unit);
    })
    .sort((a, b) => b.cm3 - a.cm3 || b.grams - a.grams);
  const bins: Bin[] = [];
  for (const unit of units) {
    const open = bins.find(({ carton }, at) => carton !== undefined && holds(bins[at] as Bin, unit, carton));
    if (open) {
      open.units.push(unit);
      open.grams += unit.grams;
      open.cm3 += unit.cm3;
      continue;
    }
    const largest = bySize.filter((carton) => fits(unit, carton)).at(-1);
    bins.push({ carton: largest, units: [unit], grams: unit.grams, cm3: unit.cm3 });
  }
  return bins.map((bin) => {
    const empty: Bin = { carton: undefined, units: [], grams: 0, cm3: 0 };
    const smallest = bySize.find(
      (carton) =>
        bin.grams + carton.tareGrams <= carton.maxGrams &&
        bin.cm3 <= roomOf(carton) * FILL &&
        bin.units.every((unit) => holds(empty, unit, carton)),
    );
    const carton = smallest ?? bin.carton;
    const counts = new Map<string, number>();
    for (const { lineId } of bin.units) counts.set(lineId, (counts.get(lineId) ?? 0) + 1);
    return {
      carton,
      lines: [...counts].map(([lineId, quantity]) => ({ lineId, quantity })),
      weightGrams: bin.grams + (carton?.tareGrams ?? 0),
      volumeCm3: Math.round(carton ? roomOf(carton) : bin.cm3),
      load: carton ? Math.round((bin.cm3 / roomOf(carton)) * 1000) / 1000 : 1,
    };
  });
};
