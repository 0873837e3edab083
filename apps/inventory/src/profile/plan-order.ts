import type { OrderFacts, ProfileData } from '@orderloom/contracts';
import { type KnownLocation, type Offer, type ScoredLocation, scoreLocations } from './score.js';

/** A line to plan. `needs` is what one unit of it takes: itself, or a bundle's components. */
export interface PlanLine {
  readonly lineId: string;
  readonly quantity: number;
  readonly needs: readonly { readonly sku: string; readonly quantity: number }[];
}

/** Units that can be taken, by location and sku. Must not change while a plan is made. */
export type Shelf = (location: string, sku: string) => number;

/** What a line gets from where. */
export interface PlannedTake {
  readonly lineId: string;
  readonly location: string;
  readonly quantity: number;
}

export interface OrderPlan {
  readonly takes: readonly PlannedTake[];
  readonly scored: readonly ScoredLocation[];
  /** True when the rules of the profile left units open and its fallback was used. */
  readonly fellBack: boolean;
}

export interface PlanInputs {
  readonly lines: readonly PlanLine[];
  readonly shelf: Shelf;
  /** Locations that have any of the skus. */
  readonly locations: readonly KnownLocation[];
  readonly facts: OrderFacts;
  readonly profile: Pick<ProfileData, 'locations' | 'weights' | 'maxSplits' | 'fallback'>;
  /** Locations that earlier decisions took units of the order from: they count as splits. */
  readonly used?: readonly string[] | undefined;
}

/** Locations that are combined at most; the best ones by score. */
const MOST_COMBINED = 10;

/** Whole units of a line that a location can give, of what `left` says is there. */
const capacityOf = (line: PlanLine, location: string, left: Shelf): number =>
  Math.min(...line.needs.map(({ sku, quantity }) => Math.floor(left(location, sku) / quantity)));

/** A shelf that remembers what was taken from it. */
const takingFrom = (shelf: Shelf) => {
  const taken = new Map<string, number>();
  const key = (location: string, sku: string): string => `${location}:${sku}`;
  return {
    left: (location: string, sku: string): number => shelf(location, sku) - (taken.get(key(location, sku)) ?? 0),
    take(line: PlanLine, location: string, units: number): void {
      for (const { sku, quantity } of line.needs) {
        const at = key(location, sku);
        taken.set(at, (taken.get(at) ?? 0) + units * quantity);
      }
    },
  };
};

/** Serves the lines from some locations, the first preferred: each line from one of them where that can be. */
const serve = (lines: readonly PlanLine[], locations: readonly string[], shelf: Shelf): PlannedTake[] => {
  const stock = takingFrom(shelf);
  const takes: PlannedTake[] = [];
  const take = (line: PlanLine, location: string, quantity: number): void => {
    stock.take(line, location, quantity);
    takes.push({ lineId: line.lineId, location, quantity });
  };
  for (const line of lines) {
    const whole = locations.find((location) => capacityOf(line, location, stock.left) >= line.quantity);
    if (whole !== undefined) {
      take(line, whole, line.quantity);
      continue;
    }
    let open = line.quantity;
    for (const location of locations) {
      const units = Math.min(open, capacityOf(line, location, stock.left));
      if (units <= 0) continue;
      take(line, location, units);
      open -= units;
    }
  }
  return takes;
};

/** Every choice of at most `most` of the items, those with fewer first, each in the order given. */
function* choices<T>(items: readonly T[], most: number): Generator<readonly T[], void, void> {
  for (let size = 1; size <= Math.min(most, items.length); size += 1) yield* ofSize(items, size, 0);
}

function* ofSize<T>(items: readonly T[], size: number, from: number): Generator<readonly T[], void, void> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at <= items.length - size; at += 1) {
    for (const rest of ofSize(items, size - 1, at + 1)) yield [items[at] as T, ...rest];
  }
}

const unitsOf = (takes: readonly { readonly quantity: number }[]): number =>
  takes.reduce((sum, { quantity }) => sum + quantity, 0);

/** Most units first; then the better locations; then fewer parcels. */
const best = (
  inputs: PlanInputs,
  scored: readonly ScoredLocation[],
  maxSplits: number,
): { readonly takes: PlannedTake[]; readonly filled: number } => {
  const ranked = [...scored].sort((a, b) => b.score - a.score || (a.location < b.location ? -1 : 1));
  const scores = new Map(ranked.map(({ location, score }) => [location, score]));
  const wanted = unitsOf(inputs.lines);
  const wholeWeight = inputs.profile.weights.find(({ criterion }) => criterion === 'wholeOrder')?.weight ?? 0;
  const weights = inputs.profile.weights.reduce((sum, { weight }) => sum + weight, 0);
  let found: { takes: PlannedTake[]; filled: number; value: number; parcels: number } | undefined;
  const before = new Set(inputs.used ?? []);
  const names = ranked.map(({ location }) => location);
  // Many are not combined by trying them all: each alone, and the best ones together, without and with those used.
  const firstOf = (count: number) => names.filter((name, at) => at < count || before.has(name));
  const together = names.map((_, at) => names.slice(0, at + 1)).slice(1, maxSplits);
  const tried =
    maxSplits > 3
      ? [...names.map((name) => [name]), ...together, ...(before.size === 0 ? [] : names.map((_, at) => firstOf(at)))]
      : choices(firstOf(MOST_COMBINED), maxSplits);
  for (const some of tried) {
    const takes = serve(inputs.lines, some, inputs.shelf);
    const filled = unitsOf(takes);
    const used = new Set([...before, ...takes.map(({ location }) => location)]);
    if (filled === 0 || used.size > maxSplits) continue;
    const quality = takes.reduce((sum, one) => sum + one.quantity * (scores.get(one.location) ?? 0), 0) / filled;
    // Each further parcel takes away from what "whole order" weighs.
    const value = quality - (weights === 0 ? 0 : (wholeWeight / weights) * (1 - 1 / used.size));
    const better =
      found === undefined ||
      filled > found.filled ||
      (filled === found.filled &&
        (value > found.value + 1e-9 || (value > found.value - 1e-9 && used.size < found.parcels)));
    if (better) found = { takes, filled, value, parcels: used.size };
    // Fewer parcels come first: nothing later fills more, and the best single one stays unless weights say otherwise.
    if (filled === wanted && used.size === 1 && wholeWeight * 2 > weights) break;
  }
  return found ?? { takes: [], filled: 0 };
};

/** Locations a profile may use, with what they have for the order. */
const offersOf = ({ lines, shelf, locations, profile }: PlanInputs, anywhere: boolean): Offer[] => {
  const allowed = profile.locations === undefined || anywhere ? undefined : new Set(profile.locations);
  const skus = [...new Set(lines.flatMap(({ needs }) => needs.map(({ sku }) => sku)))];
  return locations
    .filter(({ location, closed }) => closed !== true && (allowed?.has(location) ?? true))
    .map((location) => ({
      location,
      covers: unitsOf(serve(lines, [location.location], shelf)),
      stock: skus.reduce((sum, sku) => sum + Math.max(0, shelf(location.location, sku)), 0),
    }))
    .filter(({ stock }) => stock > 0);
};

/**
 * Chooses where the lines of an order come from by the rules of a profile: never more than there is, never from more
 * locations than it allows unless its fallback says so. The same question always has the same answer.
 */
export const planOrder = (inputs: PlanInputs): OrderPlan => {
  const { lines, facts, profile } = inputs;
  const wanted = unitsOf(lines);
  const scoredOf = (anywhere: boolean): ScoredLocation[] => {
    const offers = offersOf(inputs, anywhere);
    return offers.length === 0 ? [] : scoreLocations(offers, profile.weights, facts, wanted);
  };
  const limit = profile.maxSplits ?? Number.POSITIVE_INFINITY;
  const scored = scoredOf(false);
  const { takes, filled } = best(inputs, scored, limit);
  if (filled === wanted) return { takes, scored, fellBack: false };
  switch (profile.fallback) {
    case 'wait':
      return { takes, scored, fellBack: false };
    case 'whole-or-wait':
      return { takes: [], scored, fellBack: filled > 0 };
    case 'split': {
      const more = best(inputs, scored, Number.POSITIVE_INFINITY);
      return more.filled > filled ? { takes: more.takes, scored, fellBack: true } : { takes, scored, fellBack: false };
    }
    case 'anywhere': {
      const all = scoredOf(true);
      const more = best(inputs, all, limit);
      return more.filled > filled
        ? { takes: more.takes, scored: all, fellBack: true }
        : { takes, scored, fellBack: false };
    }
    default:
      return profile.fallback satisfies never;
  }
};
