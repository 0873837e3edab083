import { createHash } from 'node:crypto';
import { openStorage, readU64, type Storage, type Table, u64 } from '../../storage/index.js';

/** Where things lie: every table has byte keys whose order is the order of reading. */
export interface Tables {
  readonly storage: Storage;
  /** position (u64) → record. */
  readonly log: Table;
  /** stream name → {@link StreamRow}. */
  readonly streams: Table;
  /** stream number (u48) + revision (u48) → position (u48). */
  readonly index: Table;
  /** Counters by name → u64. */
  readonly counters: Table;
  /** category + 0 + number (u48) → position (u48): what `$ce-` streams are read from. */
  readonly categories: Table;
  /** Persistent subscription groups and what they have parked. */
  readonly groups: Table;
}

export function openTables(dir: string): Tables {
  const storage = openStorage(dir, { maxTables: 16 });
  return {
    storage,
    log: storage.table('log'),
    streams: storage.table('streams'),
    index: storage.table('index'),
    counters: storage.table('counters'),
    categories: storage.table('categories'),
    groups: storage.table('groups'),
  };
}

const LONGEST_KEY = 1024;

/** A stream's key; names too long for a key are found by their digest. */
export function streamKey(name: Buffer): Buffer {
  if (name.length <= LONGEST_KEY) return name;
  return Buffer.concat([name.subarray(0, LONGEST_KEY), createHash('sha256').update(name).digest()]);
}

export function indexKey(streamNumber: number, revision: number): Buffer {
  const key = Buffer.allocUnsafe(12);
  key.writeUIntBE(streamNumber, 0, 6);
  key.writeUIntBE(revision, 6, 6);
  return key;
}

export function u48(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

export const readU48 = (bytes: Buffer): number => bytes.readUIntBE(0, 6);

export function readCounter(tables: Tables, name: string): number {
  const value = tables.counters.get(Buffer.from(name));
  return value === undefined ? 0 : readU64(value);
}

export function writeCounter(tables: Tables, name: string, value: number): void {
  void tables.counters.put(Buffer.from(name), u64(value));
}
