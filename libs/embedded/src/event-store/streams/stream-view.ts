import { isCategoryStream } from '../log/categories.js';
import { type EventLog, PAGE_BYTES } from '../log/event-log.js';
import { createdOf } from '../log/record.js';
import { firstVisible, isMetastream, isSoftDeleted, originalOf } from '../log/stream-state.js';

/** A stream as a reader may see it at this moment. */
export interface StreamView {
  readonly kind: 'present';
  /** The first revision that may be seen. */
  readonly first: number;
  /** The last revision there is. */
  readonly last: number;
  /** Whether an event is young enough. */
  readonly fresh: (record: Buffer) => boolean;
  /** At least one and at most `count` records from `revision` on, oldest or newest first; too old ones included. */
  page(revision: number, count: number, backwards: boolean): Buffer[];
}

/** `empty`: never written to, or deleted so that it may begin again at `from`. */
export type StreamLook = StreamView | { readonly kind: 'empty'; readonly from: number } | { readonly kind: 'deleted' };

const always = (): boolean => true;

/** Looks at a stream, real or `$ce-`; the latter is brought up to date by the caller. */
export function lookAt(log: EventLog, name: string): StreamLook {
  if (isCategoryStream(name)) return lookAtCategory(log, name);
  if (isMetastream(name) && log.stream(originalOf(name))?.tombstoned) return { kind: 'deleted' };
  const state = log.stream(name);
  if (state === undefined) return { kind: 'empty', from: 0 };
  if (state.tombstoned) return { kind: 'deleted' };
  if (state.last < 0 || isSoftDeleted(state)) return { kind: 'empty', from: state.last + 1 };
  const { number, last, maxAge } = state;
  return {
    kind: 'present',
    first: firstVisible(state),
    last,
    fresh: maxAge === Number.POSITIVE_INFINITY ? always : (record) => createdOf(record) >= Date.now() - maxAge,
    page: (revision, count, backwards) => {
      const first = backwards ? Math.max(0, revision - count + 1) : revision;
      const positions = log.positions(number, first, backwards ? revision - first + 1 : count);
      if (backwards) positions.reverse();
      const records: Buffer[] = [];
      let bytes = 0;
      for (const position of positions) {
        const record = log.record(position);
        if (record === undefined || bytes > PAGE_BYTES) break;
        records.push(record);
        bytes += record.length;
      }
      return records;
    },
  };
}

function lookAtCategory(log: EventLog, name: string): StreamLook {
  const last = log.categories.last(name);
  if (last < 0) return { kind: 'empty', from: 0 };
  return {
    kind: 'present',
    first: 0,
    last,
    fresh: always,
    page: (revision, count, backwards) => {
      const records: Buffer[] = [];
      const step = backwards ? -1 : 1;
      for (let at = revision; at >= 0 && at <= last && records.length < count; at += step) {
        const record = log.categories.link(name, at);
        if (record !== undefined) records.push(record);
      }
      return records;
    },
  };
}
