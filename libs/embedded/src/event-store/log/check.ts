import { ANY, NO_STREAM, STREAM_EXISTS } from './commands.js';
import type { ProposedEvent } from './record.js';
import { isSoftDeleted, type StreamState } from './stream-state.js';

export type Decision =
  | { readonly kind: 'write' }
  /** All of it is there already; `revision` is that of its last event. */
  | { readonly kind: 'repeat'; readonly revision: number }
  | { readonly kind: 'wrong-version'; readonly actual: number }
  | { readonly kind: 'deleted' };

/** What the check looks up beside the stream's state. */
export interface Lookup {
  /** Whether anything was ever written to the stream's metastream. */
  hasMetadata(): boolean;
  /** The revision at which an event with this id lies in the stream, among its recent ones. */
  revisionOf(id: Buffer): number | undefined;
  /** The id of the event at a revision. */
  idAt(revision: number): Buffer | undefined;
}

const WRITE: Decision = { kind: 'write' };
const DELETED: Decision = { kind: 'deleted' };
const wrong = (actual: number): Decision => ({ kind: 'wrong-version', actual });

/**
 * Decides whether an append is done, was done before, or is refused: EventStoreDB's rules, as its answers
 * in the recorded conformance run show them.
 *
 * With ANY and STREAM_EXISTS an event is recognised wherever it lies; with a revision or NO_STREAM only
 * where this append would have put it.
 */
export function decide(
  state: StreamState | undefined,
  expected: number,
  events: readonly ProposedEvent[],
  lookup: Lookup,
): Decision {
  if (state?.tombstoned) return DELETED;
  const last = state?.last ?? -1;
  const softDeleted = state !== undefined && isSoftDeleted(state);
  if (expected === STREAM_EXISTS) {
    if (softDeleted) return DELETED;
    if (last < 0 && !lookup.hasMetadata()) return wrong(last);
  }
  if (expected === ANY || expected === STREAM_EXISTS) return last < 0 ? WRITE : decideAnywhere(events, last, lookup);
  if (expected > last) return wrong(last);
  if (expected === last) return WRITE;
  return decideInPlace(expected, last, softDeleted, events, lookup);
}

function decideAnywhere(events: readonly ProposedEvent[], last: number, lookup: Lookup): Decision {
  let end: number | undefined;
  for (const event of events) {
    const revision = lookup.revisionOf(event.id);
    // The first is unknown: new. A later one is unknown: neither new nor a repeat.
    if (revision === undefined) return end === undefined ? WRITE : wrong(last);
    end = revision;
  }
  return end === undefined ? WRITE : { kind: 'repeat', revision: end };
}

function decideInPlace(
  expected: number,
  last: number,
  softDeleted: boolean,
  events: readonly ProposedEvent[],
  lookup: Lookup,
): Decision {
  let revision = expected;
  for (const event of events) {
    revision += 1;
    if (revision <= last && lookup.idAt(revision)?.equals(event.id)) continue;
    const first = revision === expected + 1;
    // A deleted stream can be begun again as if it were new.
    if (first && expected === NO_STREAM && softDeleted) return WRITE;
    return wrong(last);
  }
  if (revision === expected) return expected === NO_STREAM && softDeleted ? WRITE : wrong(last);
  return { kind: 'repeat', revision };
}
