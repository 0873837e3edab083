import { afterPrefix } from '../../storage/index.js';
import { indexKey, streamKey, type Tables, u48 } from './tables.js';

/** `$tb` of a soft-deleted stream (EventStoreDB's long.MaxValue), as a double. */
export const SOFT_DELETED = Number.MAX_VALUE;

/** What an append or a read must know of a stream. */
export interface StreamState {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly number: number;
  /** Revision of the last event, -1 when there is none. */
  last: number;
  tombstoned: boolean;
  /** From `$maxCount`; Infinity when unset. */
  maxCount: number;
  /** From `$maxAge`, milliseconds; Infinity when unset. */
  maxAge: number;
  /** From `$tb`: events below are hidden; {@link SOFT_DELETED} when the stream was deleted. */
  truncateBefore: number;
}

const ROW = 31;

export function encodeRow(state: StreamState): Buffer {
  const row = Buffer.allocUnsafe(ROW);
  row.writeUIntBE(state.number, 0, 6);
  row[6] = state.tombstoned ? 1 : 0;
  row.writeDoubleBE(state.maxCount, 7);
  row.writeDoubleBE(state.maxAge, 15);
  row.writeDoubleBE(state.truncateBefore, 23);
  return row;
}

/** Reads a stream's state as it is on disk, undefined when nothing was ever written about it. */
export function loadStream(tables: Tables, name: string, nameBytes: Buffer): StreamState | undefined {
  const row = tables.streams.get(streamKey(nameBytes));
  if (row === undefined) return undefined;
  const number = row.readUIntBE(0, 6);
  return {
    name,
    nameBytes,
    number,
    last: lastRevision(tables, number),
    tombstoned: row[6] === 1,
    maxCount: row.readDoubleBE(7),
    maxAge: row.readDoubleBE(15),
    truncateBefore: row.readDoubleBE(23),
  };
}

/** The row does not hold the last revision, so that an append to a known stream need not rewrite it. */
function lastRevision(tables: Tables, number: number): number {
  const end = afterPrefix(u48(number));
  for (const key of tables.index.getKeys({
    ...(end === undefined ? {} : { start: end }),
    end: indexKey(number, 0),
    inclusiveEnd: true,
    reverse: true,
    limit: 1,
    snapshot: false,
  })) {
    return key.readUIntBE(0, 6) === number ? key.readUIntBE(6, 6) : -1;
  }
  return -1;
}

export const isMetastream = (name: string): boolean => name.startsWith('$$');
export const metastreamOf = (name: string): string => `$$${name}`;
export const originalOf = (metastream: string): string => metastream.slice(2);

export const isSoftDeleted = (state: StreamState): boolean => state.truncateBefore === SOFT_DELETED;

/** The first revision that a reader may see; age is judged per event. */
export function firstVisible(state: StreamState): number {
  // A metastream shows its newest event only, as if it had $maxCount 1.
  const maxCount = isMetastream(state.name) ? 1 : state.maxCount;
  return Math.max(0, state.truncateBefore, state.last - maxCount + 1);
}
