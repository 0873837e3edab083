import type { Document } from 'mongodb';
import type { Guard, ProjectedEvent } from './definition.js';
import { originKey, streamKey } from './events.js';

/** How far a document has folded its sources. */
export interface Folded {
  /** Guard `stream`: revision of the last event; -1 before the first. */
  readonly sequence: number;
  /** Guards `streams` and `log`: last revision or offset per source. */
  readonly marks: Readonly<Record<string, number>>;
  /** Guards `streams` and `log`: counts the writes of the document. */
  readonly rev: number;
}

/** A document in hand: as stored, and as folded so far. */
export interface Slot<D> {
  readonly key: string;
  doc: D | null;
  folded: Folded;
  /** What the stored document says; null when there is none. */
  stored: Folded | null;
}

const NOTHING: Folded = { sequence: -1, marks: {}, rev: 0 };

/** A slot for a document that is not stored. */
export const emptySlot = <D>(key: string): Slot<D> => ({ key, doc: null, folded: NOTHING, stored: null });

/** Splits a stored document into the model's own fields and the guard's. */
export function slotOf<D extends { _id: string }>(stored: Document): Slot<D> {
  const { _sequence, _sequences, _offsets, _rev, ...doc } = stored;
  const folded: Folded = {
    sequence: typeof _sequence === 'number' ? _sequence : -1,
    marks: { ..._sequences, ..._offsets },
    rev: typeof _rev === 'number' ? _rev : 0,
  };
  // Only this projection writes the collection, so what it holds is what `evolve` returned.
  return { key: String(stored['_id']), doc: doc as D, folded, stored: folded };
}

/** The last thing a slot has folded of the event's source; -1 when nothing. */
export function lastOf(guard: Guard, folded: Folded, event: ProjectedEvent): number {
  if (guard === 'stream') return folded.sequence;
  return folded.marks[markOf(guard, event)] ?? -1;
}

/** Where the event stands in its source. */
export const placeOf = (guard: Guard, event: ProjectedEvent): number =>
  guard === 'log' ? Number(event.origin.offset) : event.sequence;

const markOf = (guard: Guard, event: ProjectedEvent): string =>
  guard === 'log' ? originKey(event.origin.source) : streamKey(event.streamId);

/** The slot's progress once the event is folded. */
export function advanced(guard: Guard, folded: Folded, event: ProjectedEvent): Folded {
  if (guard === 'stream') return { ...folded, sequence: event.sequence };
  return { ...folded, marks: { ...folded.marks, [markOf(guard, event)]: placeOf(guard, event) } };
}

/** The document to store, with the guard's fields. */
export function toStored<D extends { _id: string }>(guard: Guard, doc: D, folded: Folded): Document {
  switch (guard) {
    case 'stream':
      return { ...doc, _sequence: folded.sequence };
    case 'streams':
      return { ...doc, _sequences: folded.marks, _rev: folded.rev + 1 };
    case 'log':
      return { ...doc, _offsets: folded.marks, _rev: folded.rev + 1 };
    default:
      return guard satisfies never;
  }
}

/** Finds the document only as it was loaded: whoever wrote it meanwhile wins, and the batch is folded again. */
export function unchanged(guard: Guard, key: string, stored: Folded): Document {
  return guard === 'stream' ? { _id: key, _sequence: stored.sequence } : { _id: key, _rev: stored.rev };
}

/** Finds nothing: an upsert with it inserts, or collides with a document that appeared meanwhile. */
export function absent(guard: Guard, key: string): Document {
  return guard === 'stream' ? { _id: key, _sequence: { $exists: false } } : { _id: key, _rev: { $exists: false } };
}

/** Progress as stored after a write. */
export const written = (guard: Guard, folded: Folded): Folded =>
  guard === 'stream' ? folded : { ...folded, rev: folded.rev + 1 };
