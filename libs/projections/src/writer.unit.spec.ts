import fc from 'fast-check';
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { ProjectedEvent, ProjectionDefinition } from './definition.js';
import { BatchWriter, EventGap, type ModelCollection, type Poison } from './writer.js';

/** A collection with the two calls a writer makes, and the server's answers to them. */
class MemoryCollection implements ModelCollection {
  readonly documents = new Map<string, Document>();
  finds = 0;
  writes = 0;
  beforeWrite: (() => Promise<void>) | null = null;

  async *find(filter: Document): AsyncGenerator<Document> {
    this.finds++;
    for (const id of filter['_id'].$in) {
      const found = this.documents.get(id);
      if (found) yield structuredClone(found);
    }
  }

  async bulkWrite(operations: AnyBulkWriteOperation<Document>[]) {
    const hook = this.beforeWrite;
    this.beforeWrite = null;
    await hook?.();
    this.writes++;
    let matchedCount = 0;
    let deletedCount = 0;
    let duplicate = false;
    const matches = (filter: Document) => {
      const found = this.documents.get(String(filter['_id']));
      return found && Object.entries(filter).every(([name, value]) => found[name] === value);
    };
    for (const operation of operations) {
      if ('insertOne' in operation) {
        const { document } = operation.insertOne;
        const id = String(document['_id']);
        if (this.documents.has(id)) duplicate = true;
        else this.documents.set(id, document);
      } else if ('replaceOne' in operation) {
        const { filter, replacement, upsert } = operation.replaceOne;
        const id = String(filter['_id']);
        if (matches(filter)) {
          matchedCount++;
          this.documents.set(id, replacement);
        } else if (upsert && this.documents.has(id)) duplicate = true;
        else if (upsert) this.documents.set(id, replacement);
      } else if ('deleteOne' in operation && matches(operation.deleteOne.filter)) {
        deletedCount++;
        this.documents.delete(String(operation.deleteOne.filter['_id']));
      }
    }
    if (duplicate)
      throw Object.assign(new Error('E11000 duplicate key'), { code: 11000, writeErrors: [{ code: 11000 }] });
    return { matchedCount, deletedCount };
  }
}

interface Tally {
  readonly _id: string;
  readonly seen: readonly string[];
}

const definition = (more: Partial<ProjectionDefinition<Tally>> = {}): ProjectionDefinition<Tally> => ({
  name: 'tally',
  version: 1,
  prefixes: [],
  keyOf: (event) => event.streamId,
  evolve: (doc, event) => ({
    _id: event.streamId,
    seen: [...(doc?.seen ?? []), `${event.streamId}@${event.sequence}`],
  }),
  indexes: [],
  ...more,
});

let offset = 0n;
const event = (streamId: string, sequence: number, type = 'Happened'): ProjectedEvent => ({
  id: `${streamId}@${sequence}`,
  type,
  schemaVersion: 1,
  streamId,
  sequence,
  time: '2024-05-01T10:00:00.000Z',
  correlationId: 'c',
  causationId: 'c',
  actor: 'ann',
  data: {},
  origin: { source: 'log', offset: offset++ },
});

const setup = (more: Partial<ProjectionDefinition<Tally>> = {}, options: { cacheSize?: number } = {}) => {
  const collection = new MemoryCollection();
  const poison: Poison[] = [];
  const onPoison = (found: Poison) => void poison.push(found);
  const log: ProjectedEvent[] = [];
  const reread = async (stream: string, from: number, until: number) =>
    log.filter(({ streamId, sequence }) => streamId === stream && sequence >= from && sequence <= until);
  const make = () => new BatchWriter<Tally>({ definition: definition(more), collection, onPoison, reread, ...options });
  return { collection, poison, log, make, writer: make() };
};
const seen = (collection: MemoryCollection, id: string): unknown => collection.documents.get(id)?.['seen'];

describe('a batch', () => {
  it('costs one find and one write however many events it has', async () => {
    const { collection, writer } = setup();
    const events = Array.from({ length: 50 }, (_, n) => event(`s${n % 5}`, Math.floor(n / 5)));
    await writer.apply(events);
    expect([collection.finds, collection.writes]).toEqual([1, 1]);
    expect(collection.documents.get('s3')).toMatchObject({ _sequence: 9 });
    await writer.apply([event('s3', 10)]);
    expect([collection.finds, collection.writes]).toEqual([1, 2]);
  });

  it('given again changes nothing: killed between write and checkpoint', async () => {
    const { collection, make } = setup();
    const events = [event('a', 0), event('a', 1), event('b', 0)];
    await make().apply(events);
    const before = structuredClone([...collection.documents]);
    await make().apply(events);
    await make().apply([...events, event('b', 1)]);
    expect(collection.documents.get('a')).toEqual(before[0]?.[1]);
    expect(seen(collection, 'b')).toEqual(['b@0', 'b@1']);
  });

  it('removes a document when evolve says so', async () => {
    const { collection, writer } = setup({
      evolve: (_doc, { sequence, streamId }) => (sequence === 1 ? null : { _id: streamId, seen: [] }),
    });
    await writer.apply([event('a', 0)]);
    await writer.apply([event('a', 1)]);
    expect(collection.documents.size).toBe(0);
  });
});

describe('a gap', () => {
  it('is read again from the store', async () => {
    const { collection, log, writer } = setup();
    log.push(event('a', 1), event('a', 2));
    await writer.apply([event('a', 0), event('a', 3)]);
    expect(seen(collection, 'a')).toEqual(['a@0', 'a@1', 'a@2', 'a@3']);
  });

  it('is an error where there is nothing to read it from, and nothing of the document is written', async () => {
    const { collection } = setup();
    const writer = new BatchWriter<Tally>({ definition: definition(), collection, onPoison: () => undefined });
    await expect(writer.apply([event('a', 0), event('a', 2)])).rejects.toBeInstanceOf(EventGap);
    expect(collection.documents.size).toBe(0);
    await writer.apply([event('a', 0), event('a', 1), event('a', 2)]);
    expect(seen(collection, 'a')).toHaveLength(3);
  });

  it('is none where the definition skips events on purpose', async () => {
    const { collection, writer } = setup({ contiguous: false });
    await writer.apply([event('a', 0), event('a', 7)]);
    await writer.apply([event('a', 7), event('a', 9)]);
    expect(seen(collection, 'a')).toEqual(['a@0', 'a@7', 'a@9']);
  });
});

describe('poison', () => {
  const evolve = (doc: Tally | null, found: ProjectedEvent): Tally => {
    if (found.type === 'Poison') throw new TypeError('cannot fold');
    return { _id: found.streamId, seen: [...(doc?.seen ?? []), found.id] };
  };

  it('is recorded and skipped, the rest of the stream goes on', async () => {
    const { collection, poison, writer } = setup({ evolve });
    await writer.apply([event('a', 0), event('a', 1, 'Poison'), event('a', 2), event('b', 0)]);
    expect(seen(collection, 'a')).toEqual(['a@0', 'a@2']);
    expect(collection.documents.get('a')).toMatchObject({ _sequence: 2 });
    expect(poison.map(({ event: found }) => found.id)).toEqual(['a@1']);
  });

  it('stops whoever throws on it', async () => {
    const { collection } = setup();
    const onPoison = () => {
      throw new Error('stop');
    };
    const writer = new BatchWriter<Tally>({ definition: definition({ evolve }), collection, onPoison });
    await expect(writer.apply([event('a', 0), event('a', 1, 'Poison')])).rejects.toThrow('stop');
    expect(collection.documents.size).toBe(0);
  });
});

describe('two projectors after a lost lease', () => {
  it('the one that was slower folds on what the other wrote', async () => {
    const { collection, make } = setup();
    const [slow, fast] = [make(), make()];
    await slow.apply([event('a', 0)]);
    collection.beforeWrite = () => fast.apply([event('a', 1), event('a', 2), event('new', 0)]);
    await slow.apply([event('a', 1), event('new', 0), event('new', 1)]);
    expect(seen(collection, 'a')).toEqual(['a@0', 'a@1', 'a@2']);
    expect(seen(collection, 'new')).toEqual(['new@0', 'new@1']);
  });

  it.each(['stream', 'streams', 'log'] as const)(
    'any interleaving of batches folds each event once, guard %s',
    async (guard) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(2), { minLength: 5, maxLength: 40 }),
          fc.array(fc.tuple(fc.nat(1), fc.nat(30), fc.nat(10), fc.boolean()), { maxLength: 12 }),
          async (streams, steps) => {
            const counts = new Map<number, number>();
            const all = streams.map((stream) => {
              const sequence = counts.get(stream) ?? 0;
              counts.set(stream, sequence + 1);
              return event(`s${stream}`, sequence);
            });
            const one = guard !== 'stream';
            const { collection, make } = setup({
              guard,
              keyOf: ({ streamId }) => (one ? 'all' : streamId),
              evolve: (doc, { id, streamId }) => ({ _id: one ? 'all' : streamId, seen: [...(doc?.seen ?? []), id] }),
            });
            const writers = [make(), make()];
            // Each projector reads the log in order, now and then from an older checkpoint, sometimes during the other's write.
            let highest = 0;
            for (const [who, back, size, nested] of steps) {
              const from = Math.max(0, highest - back);
              const batch = all.slice(from, Math.min(all.length, highest + size));
              if (nested) collection.beforeWrite = () => writers[1 - who]?.apply(batch) ?? Promise.resolve();
              await writers[who]?.apply(batch);
              collection.beforeWrite = null;
              highest = Math.max(highest, from + batch.length);
            }
            await writers[0]?.apply(all);
            const folded = [...collection.documents.values()].flatMap((doc) => doc['seen']);
            expect([...folded].sort()).toEqual(all.map(({ id }) => id).sort());
            for (const doc of collection.documents.values()) {
              if (!one)
                expect(doc['seen']).toEqual(all.filter(({ streamId }) => streamId === doc['_id']).map(({ id }) => id));
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
