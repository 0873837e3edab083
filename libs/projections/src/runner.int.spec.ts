import { jest } from '@jest/globals';
import { deterministicId, EventStore, Fenced, type HeldLease, type Lease } from '@orderloom/event-sourcing';
import { eventually, startTestEngines, type TestEngines } from '@orderloom/testing';
import mongoose, { type Connection } from 'mongoose';
import { MongoCheckpoints } from './checkpoints.js';
import type { ProjectedEvent, ProjectionDefinition } from './definition.js';
import { MongoLease } from './lease.js';
import { ProjectionRunner, type ProjectionRunnerOptions } from './runner.js';
import { PoisonedRebuild } from './writer.js';

// Engines start slowly on a busy machine.
jest.setTimeout(60_000);

interface Counted {
  readonly _id: string;
  readonly count: number;
  readonly total: number;
  readonly last: number;
}

const evolve = (doc: Counted | null, event: ProjectedEvent): Counted => {
  const data = event.data as { n: number };
  return { _id: event.streamId, count: (doc?.count ?? 0) + 1, total: (doc?.total ?? 0) + data.n, last: event.sequence };
};

/** A lease that everybody gets, each with a newer epoch: what a lost lease looks like to a process that was asleep. */
class AnyoneLeads implements Lease {
  #epoch = 0n;
  async acquire(): Promise<HeldLease> {
    const lost = new AbortController();
    const release = async () => lost.abort();
    return { epoch: ++this.#epoch, lost: lost.signal, renew: async () => undefined, release };
  }
}

const metadata = {
  schemaVersion: 1,
  correlationId: 'c',
  causationId: 'c',
  actor: 'ann',
  at: '2024-05-01T10:00:00.000Z',
};
let events: TestEngines;
let documents: TestEngines;
let store: EventStore;
let connection: Connection;
let lease: MongoLease;
let serial = 0;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  events = await startTestEngines(['eventStore']);
  documents = await startTestEngines(['documentStore']);
  store = EventStore.connect(events.eventStoreUrl);
  connection = await mongoose
    .createConnection(documents.mongoUrl, { dbName: `orderloom_test_${process.pid}_${Date.now()}` })
    .asPromise();
  lease = new MongoLease(connection);
});
afterAll(async () => {
  await lease.close();
  await connection.close();
  await store.close();
  await documents.close();
  await events.close();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
});

const setup = () => {
  const prefix = `p${Date.now().toString(36)}x${serial++}`;
  const base: ProjectionDefinition<Counted> = {
    name: prefix,
    version: 1,
    prefixes: [`${prefix}-`],
    keyOf: ({ streamId }) => streamId,
    evolve,
    indexes: [{ key: { total: 1 } }],
  };
  const lengths = new Map<number, number>();
  const write = async (
    stream: number,
    count: number,
    type = 'Counted',
  ): Promise<{ stream: string; revision: bigint }> => {
    const from = lengths.get(stream) ?? 0;
    lengths.set(stream, from + count);
    const batch = Array.from({ length: count }, (_, n) => ({
      id: deterministicId(prefix, String(stream), String(from + n)),
      type,
      data: { n: from + n },
      metadata,
    }));
    const { revision } = await store.append(`${prefix}-${stream}`, batch, BigInt(from - 1));
    return { stream: `${prefix}-${stream}`, revision };
  };
  const start = async (
    more: Partial<ProjectionRunnerOptions<Counted>> = {},
    changes: Partial<ProjectionDefinition<Counted>> = {},
  ) => {
    const definition = { ...base, ...changes };
    const runner = new ProjectionRunner({ store, connection, definition, lease, checkpointEveryMs: 20, ...more });
    running.push(runner);
    await runner.start();
    return runner;
  };
  /** Every stream's document equals a fresh fold of the stream. */
  const expectFresh = async (runner: ProjectionRunner<Counted>) => {
    const found = await runner.collection().find({}).toArray();
    expect(found.map(({ _id, count, last }) => [_id, count, last]).sort()).toEqual(
      [...lengths].map(([stream, length]) => [`${prefix}-${stream}`, length, length - 1]).sort(),
    );
    for (const { count, total } of found) expect(total).toBe((count * (count - 1)) / 2);
  };
  return { prefix, write, start, expectFresh };
};

describe('a projection of own streams', () => {
  it('holds the past and the present, and lets a writer wait for its own writes', async () => {
    const { write, start, expectFresh } = setup();
    for (let n = 0; n < 20; n++) await write(n, 10);
    const runner = await start();
    const own = await write(3, 5);
    await runner.waitFor(own.stream, own.revision, 5_000);
    for (let n = 0; n < 20; n++) await runner.waitFor((await write(n, 1)).stream, 10n, 5_000);
    await eventually(async () => (await runner.lag()) === 0, 'lag 0');
    await expectFresh(runner);
    await expect(runner.waitFor(own.stream, 999n, 100)).rejects.toThrow(/did not reach/);
  });

  it('goes on from its checkpoint, and knows what it had applied before', async () => {
    const { write, start, expectFresh } = setup();
    const first = await start();
    const { stream, revision } = await write(1, 10);
    await first.waitFor(stream, revision, 5_000);
    await first.stop();
    await write(1, 10);
    const second = await start();
    await second.waitFor(stream, 19n, 5_000);
    expect(second.appliedEvents).toBe(10);
    await second.waitFor(stream, 3n, 5_000);
    await expectFresh(second);
  });

  it('killed between write and checkpoint, folds nothing twice', async () => {
    const { prefix, write, start, expectFresh } = setup();
    const first = await start();
    for (let n = 0; n < 5; n++) await write(n, 10);
    await first.waitFor(`${prefix}-4`, 9n, 5_000);
    await first.stop();
    // As a kill leaves it: the documents are written, the position is not.
    await connection.collection('_checkpoints').deleteOne({ _id: `projection.${prefix}_v1_1` as never });
    await write(2, 10);
    const second = await start();
    await second.waitFor(`${prefix}-2`, 19n, 5_000);
    expect(second.appliedEvents).toBe(60);
    await expectFresh(second);
  });

  it('written by two projectors after a lost lease, folds each event once and fences the older one', async () => {
    const { prefix, write, start, expectFresh } = setup();
    const anyone = new AnyoneLeads();
    const warnings: string[] = [];
    const note = (_details: object, message: string) => void warnings.push(message);
    const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
    const both = [await start({ lease: anyone, logger }), await start({ lease: anyone, logger })];
    for (let round = 0; round < 20; round++) await Promise.all([0, 1, 2].map((n) => write(n, 5)));
    for (const runner of both) for (const n of [0, 1, 2]) await runner.waitFor(`${prefix}-${n}`, 99n, 8_000);
    await expectFresh(both[0] as ProjectionRunner<Counted>);
    await eventually(async () => warnings.some((message) => /taken over/.test(message)), 'the older one is fenced');
  });

  it('records a poison event, alerts, and goes on', async () => {
    const { write, start } = setup();
    const alerts: string[] = [];
    const picky = {
      evolve: (doc: Counted | null, event: ProjectedEvent) => {
        if (event.type === 'Poison') throw new TypeError('no such field');
        return evolve(doc, event);
      },
    };
    const runner = await start({ onPoison: ({ event }) => void alerts.push(event.type) }, picky);
    await write(1, 2);
    await write(1, 1, 'Poison');
    const { stream, revision } = await write(1, 2);
    await runner.waitFor(stream, revision, 5_000);
    expect(await runner.collection().findOne({ _id: stream })).toMatchObject({ count: 4, last: 4 });
    expect(alerts).toEqual(['Poison']);
    const recorded = await connection.collection('_poison').find({ streamId: stream }).toArray();
    expect(recorded).toMatchObject([{ sequence: 2, type: 'Poison', error: expect.stringContaining('no such field') }]);

    const live = runner.collection().collectionName;
    const job = await runner.rebuild();
    await expect(job.done).rejects.toBeInstanceOf(PoisonedRebuild);
    expect(job.status).toBe('failed');
    expect(runner.collection().collectionName).toBe(live);
    await runner.waitFor(stream, (await write(1, 1)).revision, 5_000);
  });
});

describe('the document store away', () => {
  it('loses nothing: the projection goes on where it was when it is back', async () => {
    if (!documents.embedded.documentStore) return;
    const { prefix, write, start, expectFresh } = setup();
    const runner = await start();
    await write(1, 5);
    await runner.waitFor(`${prefix}-1`, 4n, 8_000);
    await documents.restart('documentStore', async () => {
      for (let n = 0; n < 10; n++) await write(n, 5);
    });
    await eventually(async () => (await runner.lag()) === 0, { message: 'lag 0', deadlineMs: 40_000 });
    await eventually(() => expectFresh(runner), { message: 'everything is there', deadlineMs: 10_000 });
  }, 60_000);
});

describe('a rebuild', () => {
  it('during writes: reads go on, the live collection is not touched, and the new one misses nothing', async () => {
    const { prefix, write, start, expectFresh } = setup();
    for (let n = 0; n < 50; n++) await write(n, 20);
    const runner = await start({}, { version: 1 });
    await runner.waitFor(`${prefix}-49`, 19n, 8_000);
    const before = runner.collection().collectionName;
    let writing = true;
    let fewest = Number.POSITIVE_INFINITY;
    const writer = (async () => {
      for (let n = 0; writing; n = (n + 1) % 50) await write(n, 2);
    })();
    const reader = (async () => {
      while (writing) fewest = Math.min(fewest, await runner.collection().countDocuments({}));
    })();
    const job = await runner.rebuild();
    await expect(runner.rebuild()).rejects.toThrow(/already/);
    await job.done;
    expect(job).toMatchObject({ status: 'completed', collection: `${prefix}_v1_2` });
    expect(job.progress.events).toBeGreaterThanOrEqual(1_000);
    expect(runner.collection().collectionName).not.toBe(before);
    await write(0, 1);
    writing = false;
    await Promise.all([writer, reader]);
    const end = await write(7, 3);
    await runner.waitFor(end.stream, end.revision, 5_000);
    await eventually(async () => (await runner.lag()) === 0, 'lag 0');
    expect(fewest).toBe(50);
    await expectFresh(runner);
    expect((await runner.collection().indexes()).map(({ key }) => Object.keys(key)[0])).toEqual(['_id', 'total']);
  });

  it('of a new version happens by itself, and the old one is read until then', async () => {
    const { prefix, write, start, expectFresh } = setup();
    for (let n = 0; n < 10; n++) await write(n, 5);
    const old = await start();
    await old.waitFor(`${prefix}-9`, 4n, 5_000);
    await old.stop();
    const runner = await start({}, { version: 2 });
    expect(await runner.collection().countDocuments({})).toBe(10);
    await eventually(() => runner.collection().collectionName === `${prefix}_v2_2`, 'switched');
    const { stream, revision } = await write(3, 1);
    await runner.waitFor(stream, revision, 5_000);
    await expectFresh(runner);
  });
});

describe('checkpoints', () => {
  it('are fenced: an older epoch cannot write over a newer one', async () => {
    const checkpoints = new MongoCheckpoints(connection);
    const at = (commit: bigint) => ({ commit, prepare: commit - 1n });
    expect(await checkpoints.load('fenced')).toBeNull();
    await checkpoints.store('fenced', at(10n), 1n);
    await checkpoints.store('fenced', at(2n ** 60n), 2n);
    await expect(checkpoints.store('fenced', at(11n), 1n)).rejects.toBeInstanceOf(Fenced);
    expect(await checkpoints.load('fenced')).toEqual({ position: at(2n ** 60n), epoch: 2n });
  });
});
