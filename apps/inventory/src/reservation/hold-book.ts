import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';

/** Where a reservation with a time limit is, and when it ends. What it holds is in the ledger. */
export interface Hold {
  /** Reservation id. */
  readonly _id: string;
  readonly sku: string;
  readonly location: string;
  /** What it is for: a cart, a quote, or `{channel}/{external number}` of the order that will take it. */
  readonly reference: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

/**
 * Collection `holds`: noted ahead of each hold, so that none can be forgotten, and asked for those that are due with
 * one indexed query. A row without a reservation ends as nothing.
 */
@Injectable()
export class HoldBook {
  constructor(@InjectConnection() private readonly mongo: Connection) {}

  private get collection(): Collection<Hold> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<Hold>('holds') as unknown as Collection<Hold>;
  }

  async prepare(): Promise<void> {
    await this.collection.createIndexes([{ key: { expiresAt: 1 } }, { key: { reference: 1 } }]);
  }

  /** Notes a hold before it is made; the same again changes nothing. */
  async note({ _id, ...hold }: Hold): Promise<void> {
    await this.collection.updateOne({ _id }, { $setOnInsert: hold }, { upsert: true });
  }

  async moveTo(id: string, expiresAt: string): Promise<void> {
    await this.collection.updateOne({ _id: id }, { $set: { expiresAt } });
  }

  find(id: string): Promise<Hold | null> {
    return this.collection.findOne({ _id: id });
  }

  /** Holds for any of the references. */
  async of(references: readonly string[]): Promise<Hold[]> {
    if (references.length === 0) return [];
    return this.collection.find({ reference: { $in: [...references] } }).toArray();
  }

  /** What is due, the longest due first. */
  due(now: string, limit: number): Promise<Hold[]> {
    return this.collection
      .find({ expiresAt: { $lte: now } })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .toArray();
  }

  async forget(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.collection.deleteMany({ _id: { $in: [...ids] } });
  }
}
