import type { RefusalCode } from '@orderloom/contracts';

/** What a location could give. */
export interface Candidate {
  readonly location: string;
  readonly available: number;
}

/** Units to take from a location. */
export interface Take {
  readonly location: string;
  readonly quantity: number;
}

/** Why a line was split as it was; each is a code of the message catalogue. */
export type SourcingReason = Extract<
  RefusalCode,
  | 'SOURCED_FROM_ONE_LOCATION'
  | 'SOURCED_FROM_SEVERAL_LOCATIONS'
  | 'SOURCED_IN_PART'
  | 'NOTHING_AVAILABLE'
  | 'SOURCED_BY_PROFILE'
  | 'SOURCED_BY_PROFILE_SPLIT'
  | 'AWAITED'
  | 'WAITS_FOR_WHOLE_ORDER'
>;

/** Candidates named in an event at most: an explanation, not a stock list. */
export const MOST_CANDIDATES = 20;

/** Most stock first; equal ones by name, so that the same question always has the same answer. */
export const ranked = (candidates: readonly Candidate[]): Candidate[] =>
  [...candidates].sort((a, b) => b.available - a.available || (a.location < b.location ? -1 : 1));

/**
 * Chooses where `quantity` units come from: all from one location where that can be, since a second parcel costs
 * more than anything this could save; otherwise from as few as possible, those with the most first.
 * @returns takes of at least one unit; together at most `quantity`
 */
export const planTakes = (quantity: number, candidates: readonly Candidate[]): Take[] => {
  const takes: Take[] = [];
  let open = quantity;
  for (const { location, available } of ranked(candidates)) {
    const units = Math.min(open, available);
    if (units <= 0) break;
    takes.push({ location, quantity: units });
    open -= units;
  }
  return takes;
};

/** Why the outcome is what it is. */
export const reasonOf = (requested: number, takes: readonly Take[]): SourcingReason => {
  const allocated = takes.reduce((sum, take) => sum + take.quantity, 0);
  if (allocated === 0) return 'NOTHING_AVAILABLE';
  if (allocated < requested) return 'SOURCED_IN_PART';
  return takes.length === 1 ? 'SOURCED_FROM_ONE_LOCATION' : 'SOURCED_FROM_SEVERAL_LOCATIONS';
};
