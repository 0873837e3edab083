import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@orderloom/platform';
import { LRUCache } from 'lru-cache';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';

interface PlaceDocument {
  _id: string;
  locations: string[];
}

/** Which locations a sku may lie at. Never forgets one; a location without stock is only a candidate less. */
export interface PlaceBook {
  /** Locations by sku; a sku that never was anywhere is absent. */
  of(skus: Iterable<string>): Promise<Map<string, string[]>>;
  /** Notes places before the first unit is recorded there, so that no stock can be overlooked. */
  note(places: Iterable<{ sku: string; location: string }>): Promise<void>;
}

/** Collection `places`, noted ahead of every receipt and derived again from the log by whoever follows it. */
@Injectable()
export class Places implements PlaceBook {
  readonly #noted = new LRUCache<string, true>({ max: 50_000 });

  constructor(@InjectConnection() private readonly mongo: Connection) {}

  private get collection(): Collection<PlaceDocument> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<PlaceDocument>('places') as unknown as Collection<PlaceDocument>;
  }

  async of(skus: Iterable<string>): Promise<Map<string, string[]>> {
    const ids = [...new Set(skus)];
    if (ids.length === 0) return new Map();
    const found = await this.collection.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 }).toArray();
    return new Map(found.map(({ _id, locations }) => [_id, [...locations].sort()]));
  }

  async note(places: Iterable<{ sku: string; location: string }>): Promise<void> {
    const fresh = new Map<string, Set<string>>();
    for (const { sku, location } of places) {
      if (this.#noted.has(`${location}:${sku}`)) continue;
      const locations = fresh.get(sku) ?? new Set();
      fresh.set(sku, locations.add(location));
    }
    if (fresh.size === 0) return;
    await this.collection.bulkWrite(
      [...fresh].map(([sku, locations]) => ({
        updateOne: {
          filter: { _id: sku },
          update: { $addToSet: { locations: { $each: [...locations] } } },
          upsert: true,
        },
      })),
      { ordered: false },
    );
    for (const [sku, locations] of fresh) for (const location of locations) this.#noted.set(`${location}:${sku}`, true);
  }
}
