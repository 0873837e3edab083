import { Injectable } from '@nestjs/common';
import { Refused } from '@orderloom/contracts';
import { InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { searchWords } from '../list/find-keys.js';

/** A list that somebody wants to see again: filters, sort and columns under a name. */
export interface SavedView {
  _id: string;
  name: string;
  owner: string;
  /** seen by everybody; changed by its owner only */
  shared: boolean;
  /** parameters of the list */
  query: Record<string, string>;
  columns: string[];
  createdAt: string;
  changedAt: string;
}

/** Views of the order list, kept as they are: preferences, not facts about orders. */
@Injectable()
export class SavedViews {
  readonly #views: Collection<SavedView>;
  #indexed: Promise<unknown> | undefined;

  constructor(@InjectConnection() connection: Connection) {
    this.#views = connection.getClient().db(connection.name).collection<SavedView>('order_views');
  }

  /** Somebody's own and the shared ones, by name. */
  async visibleTo(owner: string): Promise<SavedView[]> {
    await this.#index();
    const [own, shared] = await Promise.all([
      this.#views.find({ owner }).sort({ name: 1 }).toArray(),
      this.#views
        .find({ shared: true, owner: { $ne: owner } })
        .sort({ name: 1 })
        .toArray(),
    ]);
    return [...own, ...shared];
  }

  /** @throws Refused VIEW_NOT_FOUND, also for somebody else's that is not shared */
  async find(id: string, reader: string): Promise<SavedView> {
    const found = await this.#views.findOne({ _id: id });
    if (found === null || (found.owner !== reader && !found.shared)) throw new Refused('VIEW_NOT_FOUND', { id });
    return found;
  }

  /** @throws Refused VIEW_NOT_YOURS when it is there and somebody else's */
  async mustBeOwn(id: string, owner: string): Promise<SavedView | null> {
    const known = await this.#views.findOne({ _id: id });
    if (known !== null && known.owner !== owner) throw new Refused('VIEW_NOT_YOURS', { owner: known.owner });
    return known;
  }

  /** Saves a view under its id; the same again changes nothing. @throws Refused VIEW_NOT_YOURS, VIEW_NAME_TAKEN */
  async save(view: SavedView): Promise<SavedView> {
    await this.#index();
    const known = await this.mustBeOwn(view._id, view.owner);
    const saved = { ...view, createdAt: known?.createdAt ?? view.createdAt };
    try {
      await this.#views.replaceOne({ _id: view._id }, saved, { upsert: true });
    } catch (error) {
      if ((error as { code?: number }).code !== 11000) throw error;
      throw new Refused('VIEW_NAME_TAKEN', { name: view.name }, [
        { path: 'name', code: 'VIEW_NAME_TAKEN', details: { name: view.name } },
      ]);
    }
    return saved;
  }

  /**
   * Takes words out of views that look for them or are named by them: they named somebody who was erased.
   * @returns how many views changed
   */
  async forget(words: ReadonlySet<string>): Promise<number> {
    let changed = 0;
    for await (const { _id, name, query } of this.#views.find({})) {
      const without = (text: string): string =>
        text
          .split(/(\s+)/)
          .filter((part) => !searchWords(part).some(({ word }) => words.has(word)))
          .join('')
          .trim();
      const q = query['q'] === undefined ? undefined : without(query['q']);
      const { q: before, ...rest } = query;
      const kept = without(name) || '…';
      if (q === before && kept === name) continue;
      const next = q === undefined || q === '' ? rest : { ...rest, q };
      await this.#views.updateOne({ _id }, { $set: { name: kept, query: next } }).catch(async () => {
        // Another view of its owner has this name already.
        await this.#views.updateOne({ _id }, { $set: { name: `${kept} ${_id}`, query: next } });
      });
      changed += 1;
    }
    return changed;
  }

  /** Deletes a view; one that is gone already is no error. @throws Refused VIEW_NOT_YOURS */
  async remove(id: string, owner: string): Promise<void> {
    const known = await this.#views.findOne({ _id: id });
    if (known === null) return;
    if (known.owner !== owner) throw new Refused('VIEW_NOT_YOURS', { owner: known.owner });
    await this.#views.deleteOne({ _id: id, owner });
  }

  #index(): Promise<unknown> {
    this.#indexed ??= this.#views
      .createIndexes([{ key: { owner: 1, name: 1 }, unique: true }, { key: { shared: 1, name: 1 } }])
      .catch((error: unknown) => {
        this.#indexed = undefined;
        throw error;
      });
    return this.#indexed;
  }
}
