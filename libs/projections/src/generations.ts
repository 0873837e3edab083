import type { Collection, Document } from 'mongodb';
import type { Connection } from 'mongoose';
import type { IndexSpec } from './definition.js';
import { databaseOf, isDuplicateKey } from './mongo.js';

/** Which collection of a read model is the live one. */
export interface Pointer {
  readonly _id: string;
  readonly collection: string;
  readonly version: number;
  readonly generation: number;
  readonly switchedAt: Date;
  /** Consumer group that feeds it, where that is not the first one. */
  readonly group?: string;
}

/**
 * The collections `<name>_v<version>_<generation>` of one read model, and the document in `_projections` that says
 * which of them is read. Switching is one update of that document.
 */
export class Generations {
  constructor(
    readonly connection: Connection,
    readonly name: string,
    readonly version: number,
  ) {}

  nameOf(generation: number): string {
    return `${this.name}_v${this.version}_${generation}`;
  }

  collection(name: string): Collection<Document> {
    return databaseOf(this.connection).collection<Document>(name);
  }

  pointer(): Promise<Pointer | null> {
    return this.#pointers().findOne({ _id: this.name });
  }

  /** The pointer; the first process ever makes it. */
  async open(): Promise<Pointer> {
    const found = await this.pointer();
    if (found) return found;
    const first = {
      _id: this.name,
      collection: this.nameOf(1),
      version: this.version,
      generation: 1,
      switchedAt: new Date(),
    };
    try {
      await this.#pointers().insertOne(first);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    return (await this.pointer()) ?? first;
  }

  /** Makes another collection the live one, unless somebody else switched meanwhile. */
  async switchTo(from: Pointer, generation: number, group?: string): Promise<Pointer> {
    const next = {
      ...(group === undefined ? {} : { group }),
      collection: this.nameOf(generation),
      version: this.version,
      generation,
      switchedAt: new Date(),
    };
    const { matchedCount } = await this.#pointers().updateOne(
      { _id: this.name, generation: from.generation },
      { $set: next },
    );
    if (matchedCount !== 1) throw new Error(`${this.name} was switched by another process meanwhile`);
    return { _id: this.name, ...next };
  }

  async createIndexes(collection: string, indexes: readonly IndexSpec[]): Promise<void> {
    if (indexes.length === 0) return;
    const specs = indexes.map(({ key, ...rest }) => ({ key: { ...key }, ...rest }));
    await this.collection(collection).createIndexes(specs);
  }

  /** Drops collections of this read model that nobody reads: left by earlier rebuilds, finished or not. */
  async dropOthers(keep: readonly string[]): Promise<void> {
    const database = databaseOf(this.connection);
    const escaped = this.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = new RegExp(`^${escaped}_v\\d+_\\d+$`);
    const found = await database.listCollections({}, { nameOnly: true }).toArray();
    for (const { name } of found) {
      if (pattern.test(name) && !keep.includes(name)) await database.dropCollection(name);
    }
  }

  #pointers(): Collection<Pointer> {
    return databaseOf(this.connection).collection<Pointer>('_projections');
  }
}
