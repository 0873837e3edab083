import { sameBytes } from '../bson/raw.js';
import { MongoError, writeConflict } from '../errors.js';
import type { Catalog } from './catalog.js';
import type { Collection, Index, SizeSink } from './collection.js';
import type { CommittedKv, Entry, Kv } from './kv.js';

interface Change {
  readonly key: Buffer;
  /** Undefined: removed. */
  value: Buffer | undefined;
}

interface Snapshot {
  done(): void;
}

/**
 * One client transaction: reads a snapshot of the storage under its own changes, which nobody else sees until
 * they are committed in one piece.
 *
 * What it changes it claims first. The first to claim wins; whoever comes second, or finds that the claimed
 * document has changed since the snapshot, gets a WriteConflict and may try the transaction again.
 */
export class Transaction implements Kv, SizeSink {
  readonly startedAt = Date.now();
  private readonly changes = new Map<string, Change>();
  private order: string[] | undefined;
  private readonly claimed = new Set<string>();
  private readonly growth = new Map<Collection, { documents: number; bytes: number }>();
  private readonly arrays: { collection: Collection; index: Index; arrays: number }[] = [];
  private readonly snapshot: Snapshot;
  private readonly released: Promise<void>;
  private letGo: () => void = () => undefined;
  private open = true;

  constructor(private readonly committed: CommittedKv) {
    committed.storage.root.resetReadTxn();
    this.snapshot = committed.tableOfAll.useReadTransaction();
    this.released = new Promise((resolve) => {
      this.letGo = resolve;
    });
  }

  get isOpen(): boolean {
    return this.open;
  }

  get(key: Buffer): Buffer | undefined {
    const change = this.changes.get(key.toString('latin1'));
    return change === undefined ? this.snapshotGet(key) : change.value;
  }

  put(key: Buffer, value: Buffer): void {
    this.set(key, value);
  }

  remove(key: Buffer): void {
    this.set(key, undefined);
  }

  range(from: Buffer, to: Buffer, reverse: boolean, limit: number): Entry[] {
    const own = this.changesBetween(from, to);
    // Removed entries take places of the snapshot's, so as many more are read.
    const options = { transaction: this.snapshot as never, limit: limit + own.length + 1 };
    const stored: Entry[] = [];
    for (const { key, value } of this.committed.tableOfAll.getRange(
      reverse
        ? { ...options, start: to, end: from, reverse, inclusiveEnd: true }
        : { ...options, start: from, end: to },
    )) {
      if (reverse && key.equals(to)) continue;
      stored.push({ key, value });
    }
    if (own.length === 0) return stored.slice(0, limit);
    const complete = stored.length < limit + own.length;
    const merged = new Map(stored.map((entry) => [entry.key.toString('latin1'), entry]));
    const last = stored.at(-1)?.key;
    for (const { key, value } of own) {
      // Beyond what was read of the snapshot the merge would not be in order.
      if (!complete && last !== undefined && (reverse ? key.compare(last) < 0 : key.compare(last) > 0)) continue;
      if (value === undefined) merged.delete(key.toString('latin1'));
      else merged.set(key.toString('latin1'), { key, value });
    }
    const entries = [...merged.values()].sort((a, b) => a.key.compare(b.key));
    if (reverse) entries.reverse();
    return entries.slice(0, limit);
  }

  count(from: Buffer, to: Buffer): number {
    if (from.compare(to) >= 0) return 0;
    let count = this.committed.tableOfAll.getKeysCount({ start: from, end: to, transaction: this.snapshot as never });
    for (const { key, value } of this.changesBetween(from, to)) {
      const stored = this.snapshotGet(key) !== undefined;
      count += Number(value !== undefined) - Number(stored);
    }
    return count;
  }

  claim(key: Buffer): void {
    const text = key.toString('latin1');
    if (this.claimed.has(text)) return;
    if (this.committed.locks.ownerOf(key) !== undefined) throw writeConflict();
    const before = this.snapshotGet(key);
    const now = this.committed.get(key);
    if (before === undefined ? now !== undefined : now === undefined || !sameBytes(before, now)) throw writeConflict();
    this.claimed.add(text);
    this.committed.locks.take(key, this, this.released);
  }

  grow(collection: Collection, documents: number, bytes: number): void {
    const sum = this.growth.get(collection) ?? { documents: 0, bytes: 0 };
    this.growth.set(collection, { documents: sum.documents + documents, bytes: sum.bytes + bytes });
  }

  sawArrays(collection: Collection, index: Index, arrays: number): void {
    index.spec.arrays |= arrays;
    collection.version += 1;
    this.arrays.push({ collection, index, arrays });
  }

  /** Writes everything; only inside a job. Locks are held until {@link end}. @throws MongoError 112 */
  apply(catalog: Catalog): void {
    if (!this.open) throw new MongoError(251, 'The transaction has ended');
    for (const collection of this.growth.keys()) if (collection.dropped) throw writeConflict();
    for (const { key, value } of this.changes.values()) {
      if (value === undefined) this.committed.remove(key);
      else this.committed.put(key, value);
    }
    for (const [collection, { documents, bytes }] of this.growth) catalog.grow(collection, documents, bytes);
    for (const { collection, index, arrays } of this.arrays) catalog.sawArrays(collection, index, arrays);
  }

  get hasChanges(): boolean {
    return this.changes.size > 0;
  }

  /** Forgets the changes, lets go of locks and snapshot. */
  end(): void {
    if (!this.open) return;
    this.open = false;
    this.committed.locks.release(this.claimed);
    this.changes.clear();
    this.snapshot.done();
    this.letGo();
  }

  private snapshotGet(key: Buffer): Buffer | undefined {
    return this.committed.tableOfAll.get(key, { transaction: this.snapshot as never });
  }

  private set(key: Buffer, value: Buffer | undefined): void {
    const text = key.toString('latin1');
    const known = this.changes.get(text);
    if (known !== undefined) known.value = value;
    else {
      this.changes.set(text, { key: Buffer.from(key), value });
      this.order = undefined;
    }
  }

  private changesBetween(from: Buffer, to: Buffer): Change[] {
    if (this.changes.size === 0) return [];
    // latin1 text sorts as its bytes.
    this.order ??= [...this.changes.keys()].sort();
    const [low, high] = [from.toString('latin1'), to.toString('latin1')];
    const found: Change[] = [];
    for (let i = lowerBound(this.order, low); i < this.order.length && this.order[i]! < high; i += 1)
      found.push(this.changes.get(this.order[i]!)!);
    return found;
  }
}

function lowerBound(sorted: readonly string[], wanted: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
