import type { OrderFacts, ProfileData } from '@orderloom/contracts';
import { isAwaited, type ProductPolicy } from '../product/product-policy.js';
import { type OrderSubject, profileFor } from '../profile/match.js';
import { type PlanLine, planOrder } from '../profile/plan-order.js';
import type { KnownLocation, ScoredLocation } from '../profile/score.js';
import type { Hold } from '../reservation/hold-book.js';
import { available, reservationStatus, type Stock } from '../stock/stock.js';
import {
  type Attempt,
  capacityAt,
  componentReservationId,
  decisionIdOf,
  type Known,
  type Ledger,
  reservationIdOf,
  skuOf,
} from './attempts.js';
import { planTakes } from './plan-allocations.js';
import type { OpenLine } from './sourcing.js';
import type { SourcingRequest } from './sourcing-request.js';

/** Rules that orders are sourced by, kept in memory. */
export interface SourcingRules {
  readonly profiles: readonly ProfileData[];
  readonly locations: ReadonlyMap<string, KnownLocation>;
}

/** How one request is to be planned. */
export interface Planning {
  /** The profile that made the decision; absent: the built-in rule, most stock first. */
  readonly profile?: ProfileData | undefined;
  /** True when the lines are planned together, with every stock loaded. */
  readonly together: boolean;
}

/** What a plan is made with. */
export interface PlanContext {
  readonly places: ReadonlyMap<string, readonly string[]>;
  readonly policies: ReadonlyMap<string, ProductPolicy>;
  readonly ledger: Ledger;
  readonly rules: SourcingRules;
  /** Units of a sku that orders wait for which came earlier. */
  readonly claimed: (line: OpenLine) => number;
  readonly holds: readonly Hold[];
}

/** What one request is to try, and how its candidates scored. */
export interface PlannedRequest {
  readonly attempts: readonly Attempt[];
  readonly scored: readonly ScoredLocation[];
  /** Lines that nothing is taken for yet: sold before they are there. */
  readonly awaited: ReadonlySet<string>;
  /** True when the whole order waits because not all of it is there. */
  readonly waitsForWhole: boolean;
  /** Units that each location could give to each line, where that was looked at: by line and location. */
  readonly usable: ReadonlyMap<string, number>;
}

/** Key of `PlannedRequest.usable`. */
export const usableKey = (lineId: string, location: string): string => `${lineId}@${location}`;

/** The built-in rule where lines have to be planned together. */
const MOST_STOCK_FIRST: Pick<ProfileData, 'weights' | 'fallback'> = {
  weights: [{ criterion: 'balance', weight: 1 }],
  fallback: 'wait',
};

/** What a profile's conditions are asked about. */
export const subjectOf = (
  { lines, facts = {} }: { readonly lines: readonly OpenLine[]; readonly facts?: OrderFacts | undefined },
  policies: PlanContext['policies'],
): OrderSubject => {
  const of = (line: OpenLine) => policies.get(line.sku);
  return {
    facts,
    skus: lines.map(({ sku }) => sku),
    categories: lines.flatMap((line) => of(line)?.category ?? []),
    units: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    lines: lines.length,
    weightGrams: lines.reduce((sum, line) => sum + line.quantity * (of(line)?.weightGrams ?? 0), 0),
  };
};

/** Most orders need no planning: one sku at one place is decided unseen, several lines do not look at each other. */
export const planningOf = (
  request: SourcingRequest,
  policies: PlanContext['policies'],
  { profiles }: Pick<SourcingRules, 'profiles'>,
): Planning => {
  const { lines, whole = lines, facts } = request;
  const profile =
    profiles.length === 0 ? undefined : profileFor(profiles, subjectOf({ lines: whole, facts }, policies));
  const special = request.lines.some((line) => policies.get(skuOf(line))?.components !== undefined);
  return { profile, together: profile !== undefined || special || (request.avoid?.length ?? 0) > 0 };
};

const today = ({ context }: Pick<SourcingRequest, 'context'>): string => context.now.slice(0, 10);

/** Plans what to try for a request, and notes in the ledger what it would take. */
export const planRequest = (
  request: SourcingRequest,
  index: number,
  planning: Planning,
  context: PlanContext,
): PlannedRequest => {
  const isWaiting = (line: OpenLine) => isAwaited(context.policies.get(line.sku), today(request));
  const awaited = new Set(request.lines.filter(isWaiting).map(({ lineId }) => lineId));
  const lines = request.lines.filter(({ lineId }) => !awaited.has(lineId));
  if (planning.together) return planTogether({ ...request, lines }, index, planning, context, awaited);
  const usable = new Map<string, number>();
  const attempts = lines.flatMap((line) => planLine(request, index, line, context, usable));
  return { attempts, scored: [], awaited, waitsForWhole: false, usable };
};

const attemptOf = (
  request: number,
  line: OpenLine,
  location: string,
  units: number,
  reservationId: string,
  more: Partial<Attempt> = {},
): Attempt => ({
  request,
  line,
  location,
  sku: skuOf(line),
  units,
  quantity: units,
  reservationId,
  replaces: [],
  most: () => more.quantity ?? units,
  reserved: 0,
  seen: 0,
  ...more,
});

const holdsOf = (holds: readonly Hold[], request: SourcingRequest, sku: string): readonly Hold[] =>
  request.reference === undefined ? [] : holds.filter((one) => one.reference === request.reference && one.sku === sku);

const at = (holds: readonly Hold[], location: string): string[] =>
  holds.filter((one) => one.location === location).map((one) => one._id);

/** A line by itself, by the built-in rule. */
function planLine(
  request: SourcingRequest,
  index: number,
  line: OpenLine,
  context: PlanContext,
  usable: Map<string, number>,
): Attempt[] {
  const { orderId, number } = request;
  const decisionId = decisionIdOf(orderId, number);
  const idAt = (location: string) => reservationIdOf(decisionId, line.lineId, location);
  const sku = skuOf(line);
  const locations = context.places.get(sku) ?? [];
  const claimed = context.claimed(line);
  const holds = holdsOf(context.holds, request, sku);
  const [only] = locations;
  if (only === undefined) return [];
  if (locations.length === 1) {
    const most = (state: Stock) => Math.max(0, available(state) - claimed);
    return [attemptOf(index, line, only, line.quantity, idAt(only), { most, replaces: at(holds, only) })];
  }
  const known = (context.ledger.get(sku) ?? []).map((entry) => ({
    entry,
    location: entry.location,
    left: Math.max(0, capacityAt(entry, request, context.policies.get(sku), holds)),
  }));
  for (const { location, left } of known) usable.set(usableKey(line.lineId, location), left);
  // What an earlier try of this very decision reserved stays as it is: otherwise it would be reserved twice.
  const before = known.flatMap(({ location, entry }) => {
    const quantity = entry.state.live.get(idAt(location))?.quantity;
    return quantity === undefined ? [] : [{ location, quantity }];
  });
  const free = known.filter(({ location, entry }) => reservationStatus(entry.state, idAt(location)) === undefined);
  const open = line.quantity - before.reduce((sum, take) => sum + take.quantity, 0);
  const there = free.reduce((sum, { left }) => sum + left, 0);
  const takes = planTakes(
    Math.max(0, Math.min(open, there - claimed)),
    free.map(({ location, left }) => ({ location, available: left })),
  );
  for (const { location, quantity } of takes) {
    const taken = free.find((one) => one.location === location);
    if (taken) taken.entry.taken += quantity;
  }
  return [...before, ...takes].map(({ location, quantity }) =>
    attemptOf(index, line, location, quantity, idAt(location), { replaces: at(holds, location) }),
  );
}

/** What one unit of a line takes. */
const needsOf = (line: OpenLine, policies: PlanContext['policies']): PlanLine['needs'] =>
  policies.get(skuOf(line))?.components ?? [{ sku: skuOf(line), quantity: 1 }];

/** All lines of an order together, by a profile or by the built-in rule. */
function planTogether(
  request: SourcingRequest,
  index: number,
  { profile }: Planning,
  context: PlanContext,
  awaited: ReadonlySet<string>,
): PlannedRequest {
  const { ledger, policies, rules, places } = context;
  const decisionId = decisionIdOf(request.orderId, request.number);
  const avoided = new Set(request.avoid ?? []);
  const entryAt = (location: string, sku: string): Known | undefined =>
    ledger.get(sku)?.find((entry) => entry.location === location);
  const planLines = request.lines.map((line) => ({ ...line, needs: needsOf(line, policies) }));
  const skus = [...new Set(planLines.flatMap(({ needs }) => needs.map(({ sku }) => sku)))];
  const names = [...new Set(skus.flatMap((sku) => places.get(sku) ?? []))].sort();

  // What an earlier try of this very decision left behind is taken up as it is; nothing new is tried beside it.
  const before = planLines.flatMap((line) =>
    names.flatMap((location) => {
      const units = leftBehind(line, location, decisionId, entryAt);
      return units > 0 ? [{ lineId: line.lineId, location, quantity: units }] : [];
    }),
  );
  const left = claimedAway(request, planLines, names, context, entryAt);
  const plan =
    before.length > 0
      ? { takes: before, scored: [], fellBack: false }
      : planOrder({
          lines: planLines,
          shelf: (location, sku) => (avoided.has(location) ? 0 : (left.get(`${location}:${sku}`) ?? 0)),
          locations: names.map((location) => rules.locations.get(location) ?? { location }),
          facts: request.facts ?? {},
          profile: profile ?? MOST_STOCK_FIRST,
          used: request.used,
        });
  const usable = new Map(
    planLines.flatMap(({ lineId, needs }) =>
      names.map((location) => {
        const units = needs.map(({ sku, quantity }) => Math.floor((left.get(`${location}:${sku}`) ?? 0) / quantity));
        return [usableKey(lineId, location), avoided.has(location) ? 0 : Math.min(...units)] as const;
      }),
    ),
  );
  const attempts = plan.takes.flatMap(({ lineId, location, quantity }): Attempt[] => {
    const line = planLines.find((one) => one.lineId === lineId);
    const original = request.lines.find((one) => one.lineId === lineId);
    if (!line || !original) return [];
    const reservationId = reservationIdOf(decisionId, lineId, location);
    const bundle = policies.get(skuOf(line))?.components !== undefined;
    return line.needs.map((need) => {
      const units = quantity * need.quantity;
      const entry = entryAt(location, need.sku);
      if (entry && before.length === 0) entry.taken += units;
      const replaces = at(holdsOf(context.holds, request, need.sku), location);
      return attemptOf(index, original, location, quantity, reservationId, {
        sku: need.sku,
        quantity: units,
        replaces,
        ...(bundle ? { bundle: reservationId, reservationId: componentReservationId(reservationId, need.sku) } : {}),
      });
    });
  });
  const waitsForWhole = plan.fellBack && plan.takes.length === 0;
  return { attempts, scored: profile ? plan.scored : [], awaited, waitsForWhole, usable };
}

/** Units of a line that an earlier try reserved at a location, whole bundles rounded up so that the rest is tried again. */
const leftBehind = (
  line: PlanLine & OpenLine,
  location: string,
  decisionId: string,
  entryAt: (location: string, sku: string) => Known | undefined,
): number => {
  const reservationId = reservationIdOf(decisionId, line.lineId, location);
  const units = line.needs.map(({ sku, quantity }) => {
    const live = entryAt(location, sku)?.state.live;
    const own = live?.get(reservationId)?.quantity ?? 0;
    const component = live?.get(componentReservationId(reservationId, sku))?.quantity ?? 0;
    return Math.ceil((own + component) / quantity);
  });
  return Math.max(0, ...units);
};

/** What is left of each stock once orders that came earlier are served. */
const claimedAway = (
  request: SourcingRequest,
  lines: readonly (PlanLine & OpenLine)[],
  names: readonly string[],
  context: PlanContext,
  entryAt: (location: string, sku: string) => Known | undefined,
): Map<string, number> => {
  const left = new Map<string, number>();
  for (const line of lines) {
    let claimed = context.claimed(line);
    for (const { sku } of line.needs) {
      const holds = holdsOf(context.holds, request, sku);
      for (const location of names) {
        const entry = entryAt(location, sku);
        const key = `${location}:${sku}`;
        if (!entry || left.has(key)) continue;
        const capacity = Math.max(0, capacityAt(entry, request, context.policies.get(sku), holds));
        const away = line.needs.length === 1 ? Math.min(capacity, claimed) : 0;
        claimed -= away;
        left.set(key, capacity - away);
      }
    }
  }
  return left;
};
