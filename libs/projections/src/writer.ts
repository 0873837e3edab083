import { type Logger, silentLogger } from '@orderloom/event-sourcing';
import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { Guard, ProjectedEvent, ProjectionDefinition } from './definition.js';
import { isDuplicateKey } from './mongo.js';
import {
  absent,
  advanced,
  emptySlot,
  lastOf,
  placeOf,
  type Slot,
  slotOf,
  toStored,
  unchanged,
  written,
} from './slot.js';

/** An event that a projection cannot fold. */
export interface Poison {
  readonly projection: string;
  readonly event: ProjectedEvent;
  readonly error: unknown;
}

/** An event is missing between what a document holds and the event at hand, and it could not be read again. */
export class EventGap extends Error {
  override readonly name = 'EventGap';
  constructor(
    projection: string,
    readonly event: ProjectedEvent,
    readonly last: number,
  ) {
    super(`${projection}: ${event.streamId} jumps from ${last} to ${event.sequence}`);
  }
}

/** A rebuild met an event it cannot fold. */
export class PoisonedRebuild extends Error {
  override readonly name = 'PoisonedRebuild';
  constructor(poison: Poison) {
    const { projection, event } = poison;
    super(`${projection}: cannot fold ${event.type} ${event.streamId}@${event.sequence}`, { cause: poison.error });
  }
}

/** What a writer needs of a collection. */
export interface ModelCollection {
  find(filter: Document, options: { batchSize: number }): AsyncIterable<Document>;
  bulkWrite(
    operations: AnyBulkWriteOperation<Document>[],
    options: { ordered: false },
  ): Promise<{ readonly matchedCount: number; readonly deletedCount: number }>;
}

type Definition<D extends { _id: string }> = Omit<ProjectionDefinition<D>, 'prefixes'>;

export interface WriterOptions<D extends { _id: string }> {
  readonly definition: Definition<D>;
  readonly collection: ModelCollection;
  /** Told of poison; when it throws the batch fails. */
  readonly onPoison: (poison: Poison) => Promise<void> | void;
  /** Reads revisions `from`…`until` of a stream again; absent: a gap is an EventGap. */
  readonly reread?: (streamId: string, from: number, until: number) => Promise<ProjectedEvent[]>;
  /** True when nobody else writes the collection and it began empty: documents of new streams need not be looked for. */
  readonly exclusive?: boolean;
  /** Documents kept in memory. Only the projection may write its collection. Default 2000. */
  readonly cacheSize?: number;
  readonly logger?: Logger;
}

/** A batch folded and not written yet. */
export interface FoldedBatch<D> {
  readonly slots: readonly Slot<D>[];
}

/** Attempts of a batch whose documents another projector keeps writing. */
const MOST_CONFLICTS = 8;

/** Folds batches of events into a collection: one find, one fold, one bulk write. */
export class BatchWriter<D extends { _id: string }> {
  readonly #options: WriterOptions<D>;
  readonly #guard: Guard;
  readonly #contiguous: boolean;
  readonly #cache: LRUCache<string, Slot<D>> | null;
  #warned = false;

  constructor(options: WriterOptions<D>) {
    this.#options = options;
    this.#guard = options.definition.guard ?? 'stream';
    this.#contiguous = options.definition.contiguous ?? this.#guard === 'stream';
    const size = options.cacheSize ?? 2_000;
    this.#cache = size > 0 ? new LRUCache({ max: size }) : null;
  }

  /** Folds and writes a batch. When another projector was faster, loads what it wrote and folds the rest. */
  async apply(events: readonly ProjectedEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#options.definition.prepare?.(events);
    for (let attempt = 1; attempt <= MOST_CONFLICTS; attempt++) {
      if (await this.write(await this.fold(events))) return;
      this.#cache?.clear();
    }
    throw new Error(
      `${this.#options.definition.name}: other writers changed the documents of each of ${MOST_CONFLICTS} attempts`,
    );
  }

  /** Loads the batch's documents and folds its events; writes nothing. `inHand` finds documents folded but not yet written. */
  async fold(
    events: readonly ProjectedEvent[],
    inHand?: (key: string) => Slot<D> | undefined,
  ): Promise<FoldedBatch<D>> {
    const groups = await this.#group(events);
    const slots = await this.#load(groups, inHand);
    const dirty: Slot<D>[] = [];
    for (const [key, group] of groups) {
      const slot = slots.get(key) ?? emptySlot<D>(key);
      const before = slot.folded;
      for (const event of group) await this.#foldOne(slot, event);
      if (slot.folded !== before) dirty.push(slot);
      else this.#cache?.set(key, slot);
    }
    return { slots: dirty };
  }

  /** Writes a folded batch; false when some document was no longer as it was loaded. */
  async write({ slots }: FoldedBatch<D>): Promise<boolean> {
    // Inserts beside replacements go as upserts: one command and one flush of the server instead of two.
    const upserts = slots.some(({ stored }) => stored !== null);
    const operations: AnyBulkWriteOperation<Document>[] = [];
    let replaced = 0;
    let deleted = 0;
    for (const { key, doc, folded, stored } of slots) {
      if (doc) {
        const replacement = toStored(this.#guard, { ...doc, _id: key }, folded);
        if (stored) {
          replaced++;
          operations.push({ replaceOne: { filter: unchanged(this.#guard, key, stored), replacement } });
        } else if (upserts)
          operations.push({ replaceOne: { filter: absent(this.#guard, key), replacement, upsert: true } });
        else operations.push({ insertOne: { document: replacement } });
      } else if (stored) {
        deleted++;
        operations.push({ deleteOne: { filter: unchanged(this.#guard, key, stored) } });
      }
    }
    if (operations.length > 0) {
      try {
        const result = await this.#options.collection.bulkWrite(operations, { ordered: false });
        if (result.matchedCount !== replaced || result.deletedCount !== deleted) return false;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    }
    for (const slot of slots) {
      Object.assign(slot, this.#afterWrite(slot));
      if (slot.doc) this.#cache?.set(slot.key, slot);
      else this.#cache?.delete(slot.key);
    }
    return true;
  }

  /** The batch's documents as they will be once it is written, for folding the next meanwhile. */
  inHand({ slots }: FoldedBatch<D>): Map<string, Slot<D>> {
    return new Map(slots.map((slot) => [slot.key, this.#afterWrite(slot)]));
  }

  #afterWrite(slot: Slot<D>): Slot<D> {
    const folded = written(this.#guard, slot.folded);
    return { ...slot, folded, stored: slot.doc ? folded : null };
  }

  /** Forgets documents in memory, after a failure that left it unclear what is stored. */
  forget(): void {
    this.#cache?.clear();
  }

  async #group(events: readonly ProjectedEvent[]): Promise<Map<string, ProjectedEvent[]>> {
    const groups = new Map<string, ProjectedEvent[]>();
    for (const event of events) {
      let key: string | null;
      try {
        key = this.#options.definition.keyOf(event);
      } catch (error) {
        await this.#options.onPoison({ projection: this.#options.definition.name, event, error });
        continue;
      }
      if (key === null) continue;
      const group = groups.get(key);
      if (group) group.push(event);
      else groups.set(key, [event]);
    }
    return groups;
  }

  async #load(
    groups: ReadonlyMap<string, readonly ProjectedEvent[]>,
    inHand?: (key: string) => Slot<D> | undefined,
  ): Promise<Map<string, Slot<D>>> {
    const slots = new Map<string, Slot<D>>();
    const missing: string[] = [];
    for (const key of groups.keys()) {
      const known = inHand?.(key) ?? this.#cache?.get(key);
      // A copy: a batch that is not written must leave no trace in the cache.
      if (known) slots.set(key, { ...known });
      else if (!this.#isNew(groups.get(key))) missing.push(key);
    }
    if (missing.length > 0) {
      const found = this.#options.collection.find({ _id: { $in: missing } }, { batchSize: missing.length + 1 });
      for await (const stored of found) {
        const slot = slotOf<D>(stored);
        slots.set(slot.key, slot);
      }
    }
    return slots;
  }

  #isNew(group: readonly ProjectedEvent[] | undefined): boolean {
    return this.#options.exclusive === true && this.#guard === 'stream' && group?.[0]?.sequence === 0;
  }

  async #foldOne(slot: Slot<D>, event: ProjectedEvent): Promise<void> {
    const last = lastOf(this.#guard, slot.folded, event);
    if (placeOf(this.#guard, event) <= last) return;
    if (this.#contiguous && this.#guard !== 'log' && event.sequence > last + 1) {
      for (const missed of await this.#missing(event, last)) await this.#evolve(slot, missed);
    }
    await this.#evolve(slot, event);
  }

  /** A gap is never ignored: what is missing is read again from the stream. */
  async #missing(event: ProjectedEvent, last: number): Promise<ProjectedEvent[]> {
    const { reread, definition, logger = silentLogger } = this.#options;
    if (!reread) throw new EventGap(definition.name, event, last);
    const missed = await reread(event.streamId, last + 1, event.sequence - 1);
    const key = definition.keyOf(event);
    const relevant = missed.filter((candidate) => definition.keyOf(candidate) === key);
    await definition.prepare?.(relevant);
    if (!this.#warned) {
      this.#warned = true;
      const details = { projection: definition.name, stream: event.streamId, last, sequence: event.sequence };
      const why =
        relevant.length > 0 ? 'events were missing and have been read again' : 'skips events: say contiguous: false';
      logger.warn(details, `gap: ${why}`);
    }
    return relevant;
  }

  async #evolve(slot: Slot<D>, event: ProjectedEvent): Promise<void> {
    try {
      slot.doc = this.#options.definition.evolve(slot.doc, event);
    } catch (error) {
      // The sequence still moves on: a continuous run records the event and does not stop for it.
      await this.#options.onPoison({ projection: this.#options.definition.name, event, error });
    }
    slot.folded = advanced(this.#guard, slot.folded, event);
  }
}
