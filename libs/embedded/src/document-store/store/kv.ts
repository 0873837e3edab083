import type { Storage, Table } from '../../storage/index.js';

export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Ordered bytes: the committed state, or a transaction's view of it. */
export interface Kv {
  get(key: Buffer): Buffer | undefined;
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
  /** At most `limit` entries with `from` ≤ key < `to`, in key order or backwards. */
  range(from: Buffer, to: Buffer, reverse: boolean, limit: number): Entry[];
  count(from: Buffer, to: Buffer): number;
  /**
   * Says that this key is about to be changed; called for everything a statement changes before it changes
   * anything.
   * @throws Blocked (plain write) or WriteConflict (transaction) when a transaction has it
   */
  claim(key: Buffer): void;
}

/** A plain write met a document that an open transaction has changed; wait for `released` and do it again. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  constructor(readonly released: Promise<void>) {
    super('Blocked by a transaction');
  }
}

/** Which open transaction has claimed which keys. */
export class Locks {
  private readonly owners = new Map<string, { owner: unknown; released: Promise<void> }>();

  ownerOf(key: Buffer): { owner: unknown; released: Promise<void> } | undefined {
    return this.owners.size === 0 ? undefined : this.owners.get(key.toString('latin1'));
  }

  take(key: Buffer, owner: unknown, released: Promise<void>): void {
    this.owners.set(key.toString('latin1'), { owner, released });
  }

  release(keys: Iterable<string>): void {
    for (const key of keys) this.owners.delete(key);
  }
}

/** The committed state; changes only inside a job of {@link Storage.write}. */
export class CommittedKv implements Kv {
  private readonly table: Table;
  constructor(
    readonly storage: Storage,
    readonly locks: Locks,
  ) {
    this.table = storage.table('documents');
  }

  get tableOfAll(): Table {
    return this.table;
  }

  get(key: Buffer): Buffer | undefined {
    return this.table.get(key);
  }

  put(key: Buffer, value: Buffer): void {
    this.table.putSync(key, value);
  }

  remove(key: Buffer): void {
    this.table.removeSync(key);
  }

  range(from: Buffer, to: Buffer, reverse: boolean, limit: number): Entry[] {
    if (from.compare(to) >= 0) return [];
    const options = reverse
      ? { start: to, end: from, reverse, limit: limit + 1, inclusiveEnd: true }
      : { start: from, end: to, limit };
    const entries: Entry[] = [];
    for (const { key, value } of this.table.getRange(options)) {
      // Backwards, LMDB begins with the start itself, which here is the excluded end.
      if (reverse && (entries.length === limit || key.equals(to))) continue;
      entries.push({ key, value });
    }
    return entries;
  }

  count(from: Buffer, to: Buffer): number {
    return from.compare(to) >= 0 ? 0 : this.table.getKeysCount({ start: from, end: to });
  }

  claim(key: Buffer): void {
    const lock = this.locks.ownerOf(key);
    if (lock !== undefined) throw new Blocked(lock.released);
  }
}
