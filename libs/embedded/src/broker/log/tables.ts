import { afterPrefix, readU64, type Storage, type Table, writeU64 } from '../../storage/index.js';

/** Everything the broker keeps on disk. */
export interface Tables {
  readonly storage: Storage;
  /** log id, base offset → the record batch exactly as it is sent to consumers. */
  readonly batches: Table;
  /** log id, largest timestamp so far, end offset → bytes so far: a sparse index by time, offset and size. */
  readonly marks: Table;
  /** log id, producer id → the last batches of an idempotent producer. */
  readonly producers: Table;
  /** log id → where a log begins, and its counters when that was written. */
  readonly logs: Table;
  /** topic name → its partitions and settings. */
  readonly topics: Table;
  /** group, topic, partition → committed offset. */
  readonly offsets: Table;
  /** Counters and the cluster id. */
  readonly meta: Table;
}

export function openTables(storage: Storage): Tables {
  const table = (name: string): Table => storage.table(name);
  return {
    storage,
    batches: table('batches'),
    marks: table('marks'),
    producers: table('producers'),
    logs: table('logs'),
    topics: table('topics'),
    offsets: table('offsets'),
    meta: table('meta'),
  };
}

export function logKey(log: number): Buffer {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt32BE(log, 0);
  return key;
}

export function batchKey(log: number, offset: number): Buffer {
  const key = Buffer.allocUnsafe(12);
  key.writeUInt32BE(log, 0);
  writeU64(key, offset, 4);
  return key;
}

export const batchKeyOffset = (key: Buffer): number => readU64(key, 4);

export function markKey(log: number, timestamp: number, endOffset: number): Buffer {
  const key = Buffer.allocUnsafe(20);
  key.writeUInt32BE(log, 0);
  writeU64(key, timestamp, 4);
  writeU64(key, endOffset, 12);
  return key;
}

/** One entry of the sparse index: the state of the log just before `endOffset`. */
export interface Mark {
  /** The largest record timestamp up to here. */
  readonly timestamp: number;
  readonly endOffset: number;
  /** Bytes ever written up to here. */
  readonly bytes: number;
}

export const readMark = (key: Buffer, value: Buffer): Mark => ({
  timestamp: readU64(key, 4),
  endOffset: readU64(key, 12),
  bytes: readU64(value),
});

/** The range of all keys of one log, for `getRange`. */
export function logRange(log: number): { start: Buffer; end?: Buffer } {
  const start = logKey(log);
  const end = afterPrefix(start);
  return end === undefined ? { start } : { start, end };
}

/** The same range backwards: lmdb walks from `start` down to `end`. */
export function logRangeDown(log: number, from: Buffer): { start: Buffer; end: Buffer; reverse: true } {
  return { start: from, end: logKey(log), reverse: true };
}
