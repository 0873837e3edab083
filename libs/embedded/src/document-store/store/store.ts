import { afterPrefix, openStorage, type Storage } from '../../storage/index.js';
import { Catalog } from './catalog.js';
import { Area } from './keys.js';
import { Blocked, CommittedKv, Locks } from './kv.js';

/** How long a plain write waits for a transaction that has its document. */
const LOCK_WAIT_MS = 65_000;

/** How many entries of dropped collections are deleted in one transaction. */
const TRASH_CHUNK = 2_000;

/** The opened storage with its catalogue; the one place where committed data changes. */
export class Store {
  readonly kv: CommittedKv;
  readonly catalog: Catalog;
  private closing = false;
  private emptying: Promise<void> | undefined;

  private constructor(private readonly storage: Storage) {
    this.kv = new CommittedKv(storage, new Locks());
    this.catalog = new Catalog(this.kv);
  }

  static async open(dir: string): Promise<Store> {
    const store = new Store(openStorage(dir));
    await store.dropUnfinishedIndexes();
    store.emptyTrash();
    return store;
  }

  /**
   * Runs a synchronous job that may change data; resolves when that is on disk. When it meets a document of
   * an open transaction it is run again after that has ended, so it must not have changed anything by then.
   */
  async write<T>(job: () => T): Promise<T> {
    const deadline = Date.now() + LOCK_WAIT_MS;
    for (;;) {
      try {
        return await this.storage.write(() => {
          const result = job();
          this.catalog.flushSizes();
          return result;
        });
      } catch (error) {
        if (!(error instanceof Blocked) || Date.now() > deadline) throw error;
        await error.released;
      }
    }
  }

  /** Deletes in the background what dropped collections and indexes left behind. */
  emptyTrash(): void {
    this.emptying ??= this.emptyAll().finally(() => {
      this.emptying = undefined;
    });
  }

  stats(): Record<string, number> {
    const collections = this.catalog.all();
    const { writes, commits } = this.storage.stats();
    return {
      writes,
      commits,
      collections: collections.length,
      documents: collections.reduce((sum, { documents }) => sum + documents, 0),
    };
  }

  /** Finishes what is in hand and closes the storage. */
  async close(): Promise<void> {
    this.closing = true;
    await this.emptying;
    await this.storage.close();
  }

  private async emptyAll(): Promise<void> {
    const from = Buffer.from([Area.trash]);
    for (;;) {
      const [next] = this.kv.range(from, afterPrefix(from)!, false, 1);
      if (next === undefined || this.closing) return;
      const prefix = next.key.subarray(1);
      await this.storage.write(() => {
        const keys = [...this.kv.tableOfAll.getKeys({ start: prefix, end: afterPrefix(prefix)!, limit: TRASH_CHUNK })];
        for (const key of keys) this.kv.remove(key);
        if (keys.length < TRASH_CHUNK) this.kv.remove(next.key);
      });
    }
  }

  /** An index whose building was cut short by the end of the process is made again by whoever wants it. */
  private async dropUnfinishedIndexes(): Promise<void> {
    for (const collection of this.catalog.all()) {
      for (const index of collection.indexes) {
        if (index.spec.building === true) await this.write(() => this.catalog.dropIndex(collection, index));
      }
    }
  }
}
