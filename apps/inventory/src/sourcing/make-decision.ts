import type { ProductPolicy } from '../product/product-policy.js';
import { type Attempt, decisionIdOf, type Ledger, shownAvailable, skuOf } from './attempts.js';
import { type Candidate, MOST_CANDIDATES, ranked, reasonOf, type SourcingReason } from './plan-allocations.js';
import { type PlannedRequest, type Planning, usableKey } from './plan-request.js';
import type { DecidedLine, Decision, OpenLine } from './sourcing.js';
import type { SourcingRequest } from './sourcing-request.js';

/** Whether a decision is the first about an order, about more units than before, or about what it waits for. */
export type Kind = 'first' | 'more' | 'again';

type DecidedAllocation = DecidedLine['allocations'][number];

/** What a line got: its reservations, those of a bundle's components as one. */
const allocationsOf = (
  line: OpenLine,
  attempts: readonly Attempt[],
  policies: ReadonlyMap<string, ProductPolicy>,
): DecidedAllocation[] => {
  const instead = line.use === undefined ? {} : { sku: line.use, name: policies.get(line.use)?.name ?? line.use };
  const single = attempts
    .filter((attempt) => attempt.bundle === undefined && attempt.reserved > 0)
    .map(({ location, reserved, reservationId }) => ({ location, quantity: reserved, reservationId, ...instead }));
  const bundles = [...new Set(attempts.flatMap((attempt) => attempt.bundle ?? []))].flatMap((reservationId) => {
    const parts = attempts.filter((attempt) => attempt.bundle === reservationId);
    const [first] = parts;
    if (!first || parts.some((part) => part.reserved < part.quantity)) return [];
    const components = parts.map(({ sku, quantity, reservationId: own }) => ({
      sku,
      quantity,
      reservationId: own,
      name: policies.get(sku)?.name ?? sku,
    }));
    return [{ location: first.location, quantity: first.units, reservationId, ...instead, components }];
  });
  return [...single, ...bundles];
};

const reasonFor = (
  line: OpenLine,
  allocations: readonly DecidedAllocation[],
  { profile }: Planning,
  { awaited, waitsForWhole }: PlannedRequest,
): SourcingReason => {
  if (awaited.has(line.lineId)) return 'AWAITED';
  if (waitsForWhole) return 'WAITS_FOR_WHOLE_ORDER';
  const reason = reasonOf(line.quantity, allocations);
  if (!profile) return reason;
  if (reason === 'SOURCED_FROM_ONE_LOCATION') return 'SOURCED_BY_PROFILE';
  return reason === 'SOURCED_FROM_SEVERAL_LOCATIONS' ? 'SOURCED_BY_PROFILE_SPLIT' : reason;
};

/** What each location has for a line: units of its sku, or whole bundles. */
const shownFor = (line: OpenLine, ledger: Ledger, components: ProductPolicy['components']): Candidate[] | undefined => {
  const of = (sku: string) => new Map((ledger.get(sku) ?? []).map((entry) => [entry.location, shownAvailable(entry)]));
  if (!components) {
    const known = ledger.get(skuOf(line));
    return known && [...of(skuOf(line))].map(([location, available]) => ({ location, available }));
  }
  const parts = components.map(({ sku, quantity }) => ({ at: of(sku), quantity }));
  const locations = [...new Set(parts.flatMap(({ at }) => [...at.keys()]))];
  return locations.map((location) => ({
    location,
    available: Math.min(...parts.map(({ at, quantity }) => Math.floor((at.get(location) ?? 0) / quantity))),
  }));
};

const candidatesOf = (
  line: OpenLine,
  own: readonly Attempt[],
  { ledger, policies }: { readonly ledger: Ledger; readonly policies: ReadonlyMap<string, ProductPolicy> },
  { scored, usable }: PlannedRequest,
): DecidedLine['candidates'] => {
  const seen = own.map(({ location, seen: units }) => ({ location, available: units }));
  const candidates = shownFor(line, ledger, policies.get(skuOf(line))?.components) ?? [
    ...new Map(seen.map((one) => [one.location, one])).values(),
  ];
  const told = ({ location, available }: Candidate) => {
    const units = usable.get(usableKey(line.lineId, location));
    return { location, available, ...(units === undefined || units === available ? {} : { usable: units }) };
  };
  if (scored.length === 0) return ranked(candidates).slice(0, MOST_CANDIDATES).map(told);
  const available = new Map(candidates.map((one) => [one.location, one.available]));
  return [...scored]
    .sort((a, b) => b.score - a.score || (a.location < b.location ? -1 : 1))
    .slice(0, MOST_CANDIDATES)
    .map(({ location, score, criteria }) => ({
      ...told({ location, available: available.get(location) ?? 0 }),
      score,
      criteria: [...criteria],
    }));
};

/** The decision that the reservations amount to; undefined when a further one would say nothing new. */
export function makeDecision(
  request: SourcingRequest,
  attempts: readonly Attempt[],
  kind: Kind,
  planning: Planning,
  planned: PlannedRequest,
  facts: { readonly ledger: Ledger; readonly policies: ReadonlyMap<string, ProductPolicy> },
): Decision | undefined {
  const { orderId, number, epoch, lines, facts: order } = request;
  const { profile } = planning;
  const decided = lines.map((line): DecidedLine => {
    const own = attempts.filter((attempt) => attempt.line.lineId === line.lineId);
    const allocations = allocationsOf(line, own, facts.policies);
    const allocated = allocations.reduce((sum, allocation) => sum + allocation.quantity, 0);
    const day = planned.awaited.has(line.lineId) ? facts.policies.get(line.sku)?.availableFrom : undefined;
    return {
      lineId: line.lineId,
      sku: line.sku,
      requested: line.quantity,
      allocations,
      backordered: line.quantity - allocated,
      reason: reasonFor(line, allocations, planning, planned),
      ...(day === undefined ? {} : { awaitedUntil: day }),
      candidates: candidatesOf(line, own, facts, planned),
    };
  });
  const told = kind === 'again' ? decided.filter((line) => line.allocations.length > 0) : decided;
  if (told.length === 0) return undefined;
  return {
    orderId,
    decisionId: decisionIdOf(orderId, number),
    ...(epoch === undefined ? {} : { epoch }),
    ...(profile === undefined
      ? {}
      : { profile: { profileId: profile.profileId, version: profile.version, name: profile.name } }),
    ...(order === undefined || kind === 'again' ? {} : { order }),
    lines: told,
  };
}
