import { isCategoryStream } from '../log/categories.js';
import type { EventLog } from '../log/event-log.js';
import { Reader } from '../protobuf.js';
import { decodeFilter, type Filter } from '../streams/filter.js';
import type { Start } from '../streams/read-options.js';
import { lookAt } from '../streams/stream-view.js';
import { ALL } from './requests.js';

/** One event of a group's source; `at` is its revision, or its position in `$all`. */
export interface Sourced {
  readonly at: number;
  readonly record: Buffer;
}

/** What a group reads from. */
export interface Source {
  /** Turns a start into the first revision or position to deliver. */
  begin(from: Start): Promise<number>;
  /** Up to `count` events from `at` on, and where to read next; `ended` when there is nothing more now. */
  read(at: number, count: number): Promise<{ events: Sourced[]; next: number; ended: boolean }>;
  /** The newest revision or position, -1 when there is none. */
  last(): number;
  get(at: number): Buffer | undefined;
  /** The next commit that may bring something. */
  next(): { readonly reached: Promise<void>; readonly abort: () => void };
}

export function sourceOf(log: EventLog, stream: string, filter: Buffer | undefined): Source {
  return stream === ALL
    ? allSource(log, filter === undefined ? undefined : decodeFilter(new Reader(filter)))
    : streamSource(log, stream);
}

function allSource(log: EventLog, filter: Filter | undefined): Source {
  return {
    begin: async (from) => (from === 'start' ? 1 : from === 'end' ? log.lastPosition + 1 : Math.max(1, from)),
    read: async (at, count) => {
      const { records } = log.readForwards(at, filter === undefined ? count : Math.max(count, 256));
      const events = records.flatMap((record, index) =>
        filter === undefined || filter.matches(record) ? [{ at: at + index, record }] : [],
      );
      const next = at + records.length;
      return { events, next, ended: next > log.lastPosition };
    },
    last: () => log.lastPosition,
    get: (at) => log.record(at),
    next: () => log.commits.next(),
  };
}

function streamSource(log: EventLog, stream: string): Source {
  const category = isCategoryStream(stream);
  const refresh = async (): Promise<void> => {
    if (category) await log.categories.catchUp();
  };
  return {
    begin: async (from) => {
      if (from === 'start') return 0;
      if (from !== 'end') return from;
      await refresh();
      const look = lookAt(log, stream);
      return look.kind === 'present' ? look.last + 1 : look.kind === 'empty' ? look.from : 0;
    },
    read: async (at, count) => {
      await refresh();
      const look = lookAt(log, stream);
      if (look.kind !== 'present') return { events: [], next: at, ended: true };
      const first = Math.max(at, look.first);
      if (first > look.last) return { events: [], next: at, ended: true };
      const records = look.page(first, Math.min(count, look.last - first + 1), false);
      const events = records.map((record, index) => ({ at: first + index, record }));
      const next = first + records.length;
      return { events: events.filter(({ record }) => look.fresh(record)), next, ended: next > look.last };
    },
    last: () => {
      const look = lookAt(log, stream);
      return look.kind === 'present' ? look.last : -1;
    },
    get: (at) => {
      const look = lookAt(log, stream);
      return look.kind === 'present' && at <= look.last ? look.page(at, 1, false)[0] : undefined;
    },
    next: () => (category ? log.commits.next() : log.commits.nextOf(stream)),
  };
}
