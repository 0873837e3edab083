import { Finder } from './plan/find.js';
import type { Store } from './store/store.js';

/** How many expired documents are deleted in one transaction. */
const CHUNK = 1_000;

/** Deletes the documents whose time is over, by every TTL index. */
export async function expireDocuments(store: Store, now = Date.now()): Promise<void> {
  for (const collection of store.catalog.all()) {
    for (const { spec } of [...collection.indexes]) {
      const { expireAfterSeconds } = spec;
      if (expireAfterSeconds === undefined || spec.building === true) continue;
      const path = Object.keys(spec.key)[0]!;
      const filter = {
        [path]: { $lt: new Date(now - expireAfterSeconds * 1000) },
        ...(spec.partialFilterExpression ?? {}),
      };
      let deleted = CHUNK;
      while (deleted === CHUNK && !collection.dropped) {
        deleted = await store.write(() => {
          const found = [...new Finder(store.kv, collection, { filter, hint: spec.name, limit: CHUNK })];
          for (const { id } of found) store.kv.claim(collection.documentKey(id));
          for (const { id, bytes } of found) collection.change(store.kv, store.catalog, id, bytes, undefined);
          return found.length;
        });
      }
    }
  }
}
