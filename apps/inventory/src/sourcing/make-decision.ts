import type { ProductPolicy } from '../product/product-policy.js';
import { type Attempt, decisionIdOf, type Ledger, shownAvailable, skuOf } from './attempts.js';
import { type Candidate, MOST_CANDIDATES, ranked, reasonOf, type SourcingReason } from './plan-allocations.js';
import type { PlannedRequest, Planning } from './plan-request.js';
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

const candidatesOf = (
  line: OpenLine,
  own: readonly Attempt[],
  ledger: Ledger,
  { scored }: PlannedRequest,
): DecidedLine['candidates'] => {
  const known = ledger
    .get(skuOf(line))
    ?.map((entry): Candidate => ({ location: entry.location, available: shownAvailable(entry) }));
  const seen = own.map(({ location, seen: units }) => ({ location, available: units }));
  const candidates = known ?? [...new Map(seen.map((one) => [one.location, one])).values()];
  if (scored.length === 0) return ranked(candidates).slice(0, MOST_CANDIDATES);
  const available = new Map(candidates.map((one) => [one.location, one.available]));
  return [...scored]
    .sort((a, b) => b.score - a.score || (a.location < b.location ? -1 : 1))
    .slice(0, MOST_CANDIDATES)
    .map(({ location, score, criteria }) => ({
      location,
      available: available.get(location) ?? 0,
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
      candidates: candidatesOf(line, own, facts.ledger, planned),
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
