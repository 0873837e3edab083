import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Collection, MongoClient } from 'mongodb';
import type { Connection as MongooseConnection } from 'mongoose';
import { KeyErased, SealBroken } from './crypto.js';
import { MasterKeys } from './master-keys.js';
import { type SpareKey, SpareKeys } from './spare-keys.js';

interface KeyDocument {
  _id: string;
  /** Base64 of the wrapped key; absent once destroyed. */
  wrapped?: string;
  /** Version of the master key that wraps it. */
  master?: number;
  createdAt: string;
  destroyedAt?: string;
}

type Entry = Buffer | 'erased';
interface Want {
  resolve(entry: Entry | undefined): void;
  reject(error: unknown): void;
}

const CACHE_KEYS = 50_000;

// Services that share a process share the cache, so that an erasure by one is at once true for all.
const caches = new WeakMap<MongoClient, LRUCache<string, Entry>>();

/** @param ttl an erasure in another process takes effect here within this time, ms */
const cacheOf = (client: MongoClient, ttl: number): LRUCache<string, Entry> => {
  let cache = caches.get(client);
  if (!cache) {
    cache = new LRUCache({ max: CACHE_KEYS, ttl });
    caches.set(client, cache);
  }
  return cache;
};

/**
 * Finds, makes and destroys the keys of customers. Requests that come in the same turn of the event loop share
 * one query, so that sealing in many requests at once costs one round trip, not one each.
 */
export class KeyRing {
  private readonly master: MasterKeys;
  private readonly collection: Collection<KeyDocument>;
  private readonly cache: LRUCache<string, Entry>;
  private readonly finding = new Map<string, Want[]>();
  private readonly making = new Map<string, Want[]>();
  private readonly spare = new SpareKeys((ids) => this.makeSpare(ids));

  constructor(connection: MongooseConnection, masterKeys: string, cacheMs: number) {
    this.master = new MasterKeys(masterKeys);
    this.cache = cacheOf(connection.getClient() as unknown as MongoClient, cacheMs);
    this.collection = connection.getClient().db(connection.name).collection<KeyDocument>('keys') as never;
  }

  /** The key to seal under, made when there is none. @throws KeyErased */
  async forSealing(keyId: string, fresh: boolean): Promise<Buffer> {
    let entry = this.cache.get(keyId);
    if (entry === undefined && !fresh) entry = await this.want(this.finding, keyId, (ids) => this.find(ids));
    entry ??= await this.want(this.making, keyId, (ids) => this.make(ids));
    if (entry === undefined) throw new SealBroken(`the key ${keyId} could not be made`);
    if (entry === 'erased') throw new KeyErased(keyId);
    return entry;
  }

  /** Id of a key that is new and nobody's yet. */
  async fresh(): Promise<string> {
    const { keyId, key } = await this.spare.take();
    this.cache.set(keyId, key);
    return keyId;
  }

  /** The key to open with; `null` when it was destroyed. @throws SealBroken when it never existed here */
  async forOpening(keyId: string): Promise<Buffer | null> {
    const entry = this.cache.get(keyId) ?? (await this.want(this.finding, keyId, (ids) => this.find(ids)));
    if (entry === undefined) throw new SealBroken(`there is no key ${keyId} in this vault`);
    return entry === 'erased' ? null : entry;
  }

  /** Destroys a key for good. */
  destroy(keyId: string): Promise<void> {
    return this.destroyMany([keyId]);
  }

  /** Destroys keys for good. */
  async destroyMany(keyIds: readonly string[]): Promise<void> {
    if (keyIds.length === 0) return;
    const now = new Date().toISOString();
    for (const keyId of keyIds) this.cache.set(keyId, 'erased');
    const update = {
      $set: { destroyedAt: now },
      $unset: { wrapped: '', master: '' },
      $setOnInsert: { createdAt: now },
    } as const;
    await this.collection.bulkWrite(
      keyIds.map((keyId) => ({ updateOne: { filter: { _id: keyId }, update, upsert: true } })),
      { ordered: false, writeConcern: { w: 'majority', j: true } },
    );
    // A read that was under way may have put a key back meanwhile.
    for (const keyId of keyIds) this.cache.set(keyId, 'erased');
  }

  /** Which of these were destroyed; nothing remembered counts. */
  async destroyed(keyIds: readonly string[]): Promise<Set<string>> {
    const gone = { _id: { $in: [...keyIds] }, destroyedAt: { $exists: true } };
    const found = await this.collection.find(gone, { projection: { _id: 1 } }).toArray();
    return new Set(found.map(({ _id }) => _id));
  }

  /** Wraps keys of older master keys anew, a thousand at a time. */
  async rewrap(): Promise<number> {
    let done = 0;
    for (;;) {
      const old = await this.collection
        .find({ master: { $exists: true, $ne: this.master.current } })
        .limit(1000)
        .toArray();
      if (old.length === 0) return done;
      await this.collection.bulkWrite(
        old.map((document) => ({
          updateOne: {
            // The version in the filter makes this harmless beside an erasure or another rotation.
            filter: { _id: document._id, master: document.master! },
            update: {
              $set: {
                wrapped: this.master.wrap(document._id, this.open(document)).toString('base64'),
                master: this.master.current,
              },
            },
          },
        })),
        { ordered: false },
      );
      done += old.length;
    }
  }

  private open(document: KeyDocument): Buffer {
    return this.master.unwrap(document._id, document.master ?? 1, Buffer.from(document.wrapped ?? '', 'base64'));
  }

  private want(
    queue: Map<string, Want[]>,
    keyId: string,
    run: (ids: string[]) => Promise<Map<string, Entry>>,
  ): Promise<Entry | undefined> {
    return new Promise((resolve, reject) => {
      if (queue.size === 0) setImmediate(() => void this.flush(queue, run));
      const waiting = queue.get(keyId);
      if (waiting) waiting.push({ resolve, reject });
      else queue.set(keyId, [{ resolve, reject }]);
    });
  }

  private async flush(queue: Map<string, Want[]>, run: (ids: string[]) => Promise<Map<string, Entry>>): Promise<void> {
    const wanted = new Map(queue);
    queue.clear();
    try {
      const found = await run([...wanted.keys()]);
      for (const [keyId, entry] of found) {
        // An erasure that came in between is final.
        if (this.cache.get(keyId) !== 'erased') this.cache.set(keyId, entry);
      }
      for (const [keyId, waiting] of wanted) for (const { resolve } of waiting) resolve(found.get(keyId));
    } catch (error) {
      for (const waiting of wanted.values()) for (const { reject } of waiting) reject(error);
    }
  }

  private async find(ids: string[]): Promise<Map<string, Entry>> {
    const documents = await this.collection.find({ _id: { $in: ids } }).toArray();
    return new Map(
      documents.map((document) => [document._id, document.wrapped === undefined ? 'erased' : this.open(document)]),
    );
  }

  private async makeSpare(ids: readonly string[]): Promise<SpareKey[]> {
    const createdAt = new Date().toISOString();
    const keys = ids.map((keyId) => ({ keyId, key: randomBytes(32) }));
    await this.collection.insertMany(
      keys.map(({ keyId, key }) => ({
        _id: keyId,
        wrapped: this.master.wrap(keyId, key).toString('base64'),
        master: this.master.current,
        createdAt,
      })),
      { ordered: false, writeConcern: { w: 'majority', j: true } },
    );
    return keys;
  }

  private async make(ids: string[]): Promise<Map<string, Entry>> {
    const createdAt = new Date().toISOString();
    const keys = ids.map(() => randomBytes(32));
    const result = await this.collection.bulkWrite(
      ids.map((keyId, index) => ({
        updateOne: {
          filter: { _id: keyId },
          update: {
            $setOnInsert: {
              wrapped: this.master.wrap(keyId, keys[index]!).toString('base64'),
              master: this.master.current,
              createdAt,
            },
          },
          upsert: true,
        },
      })),
      { ordered: false, writeConcern: { w: 'majority', j: true } },
    );
    // Where another process was faster, its key counts.
    const lost = ids.filter((_, index) => result.upsertedIds[index] === undefined);
    const made: Map<string, Entry> = lost.length > 0 ? await this.find(lost) : new Map();
    ids.forEach((keyId, index) => {
      if (!made.has(keyId)) made.set(keyId, keys[index]!);
    });
    return made;
  }
}
