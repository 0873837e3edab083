import { jest } from '@jest/globals';
import { eventually, startTestEngines, type TestEngines } from '@orderloom/testing';
import { AppendRejected, WrongExpectedRevision } from '../errors.js';
import { deterministicId } from '../ids.js';
import { Repository } from '../repository.js';
import type { EventBatch, NewEvent } from '../types.js';
import { EventStore, type EventStoreOptions } from './event-store.js';

// Engines start slowly on a busy machine.
jest.setTimeout(60_000);

const metadata = {
  schemaVersion: 1,
  correlationId: 'c',
  causationId: 'c',
  actor: 'tester',
  at: '2024-05-01T10:00:00.000Z',
};
let serial = 0;
const unique = (prefix: string) => `${prefix}-${process.pid}-${Date.now()}-${serial++}`;
const event = (key: string, data: unknown = { key, 文: '订单', '': null }): NewEvent => ({
  id: deterministicId(key, unique('event')),
  type: 'Happened',
  data,
  metadata,
});
const events = (count: number, key = 'e') => Array.from({ length: count }, (_, n) => event(`${key}${n}`, { n }));

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A store that is closed after the test. */
function connect(url: string, options?: EventStoreOptions): EventStore {
  const connected = EventStore.connect(url, options);
  cleanups.push(() => connected.close());
  return connected;
}

let engines: TestEngines;
let store: EventStore;

beforeAll(async () => {
  engines = await startTestEngines(['eventStore']);
  store = EventStore.connect(engines.eventStoreUrl);
});
afterAll(async () => {
  await store.close();
  await engines.close();
});

describe('append and read', () => {
  it('gives back what was written, with revisions, positions and metadata', async () => {
    const stream = unique('order');
    const written = [event('a'), event('b')];
    const appended = await store.append(stream, written, 'no_stream');
    expect(appended.revision).toBe(1n);
    const read = await store.read(stream);
    expect(
      read.map(({ id, type, data, revision, streamId, recordedAt }) => ({
        id,
        type,
        data,
        revision,
        streamId,
        recordedAt,
      })),
    ).toEqual(
      written.map(({ id, type, data }, n) => ({
        id,
        type,
        data,
        revision: BigInt(n),
        streamId: stream,
        recordedAt: metadata.at,
      })),
    );
    expect(read[0]?.metadata).toEqual(metadata);
    expect(read[1]?.position).toEqual(appended.position);
    expect(await store.read(stream, { from: 1n })).toHaveLength(1);
    expect(await store.read(stream, { from: 0n, until: 0n })).toHaveLength(1);
    expect((await store.readBackwards(stream, 1))[0]?.revision).toBe(1n);
    expect(await store.read(unique('nothing'))).toEqual([]);
  });

  it('refuses another expected revision and names the actual one', async () => {
    const stream = unique('order');
    await store.append(stream, events(3), -1n);
    await expect(store.append(stream, events(1), 0n)).rejects.toMatchObject({
      name: 'WrongExpectedRevision',
      actual: 2n,
    });
    await expect(store.append(stream, events(1), 'no_stream')).rejects.toBeInstanceOf(WrongExpectedRevision);
    await expect(store.append(unique('order'), events(1), 4n)).rejects.toMatchObject({ actual: -1n });
    await expect(store.append(stream, [], 'any')).rejects.toBeInstanceOf(AppendRejected);
  });

  it('takes a repeated append once', async () => {
    const stream = unique('order');
    const written = events(2);
    const first = await store.append(stream, written, 'no_stream');
    const again = await store.append(stream, written, 'no_stream');
    expect(again.revision).toBe(first.revision);
    expect(await store.read(stream)).toHaveLength(2);
  });

  it('settles concurrent appends each on its own', async () => {
    const streams = Array.from({ length: 100 }, () => unique('order'));
    await store.append(streams[7] ?? '', events(1), 'no_stream');
    const settled = await store.appendMany(
      streams.map((stream) => ({ stream, events: events(2), expected: 'no_stream' })),
    );
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(settled[7]?.status).toBe('rejected');
  });

  it('refuses what no server takes without breaking the appends beside it', async () => {
    const small = store.append(unique('order'), events(1), 'no_stream');
    const large = store.append(unique('order'), [event('x', { text: 'x'.repeat(5_000_000) })], 'no_stream');
    await expect(large).rejects.toBeInstanceOf(AppendRejected);
    await expect(small).resolves.toMatchObject({ revision: 0n });
  });

  it.each(['', '&throwOnAppendFailure=false'])('one call per append comes to the same, %s', async (setting) => {
    const plain = connect(`${engines.eventStoreUrl}${setting}`, { batchAppend: false });
    const stream = unique('order');
    await expect(plain.append(stream, events(3), 'no_stream')).resolves.toMatchObject({ revision: 2n });
    await expect(plain.append(stream, events(1), 0n)).rejects.toMatchObject({
      name: 'WrongExpectedRevision',
      actual: 2n,
    });
    await expect(plain.append(stream, events(1), -1n)).rejects.toMatchObject({ actual: 2n });
    await expect(plain.append(stream, events(1), 2n)).resolves.toMatchObject({ revision: 3n });
  });

  it('200 commands at once on one aggregate, from two processes, all take effect once', async () => {
    const tally = {
      prefix: unique('tally'),
      initial: () => 0,
      evolve: (total: number) => total + 1,
    };
    const repositories = [new Repository(store, tally), new Repository(store, tally)];
    const context = { actor: 'ann', correlationId: 'c', now: metadata.at };
    const one = () => [{ type: 'Counted', data: {} }];
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        repositories[n % 2]?.handle('1', one, { ...context, causationId: `cause-${n}` }),
      ),
    );
    const stored = await store.read(`${tally.prefix}-1`);
    expect(stored).toHaveLength(200);
    expect(new Set(stored.map(({ id }) => id)).size).toBe(200);
    expect(new Set(all.map((handled) => handled?.revision)).size).toBe(200);
    for (const repository of repositories) expect((await repository.load('1')).state).toBe(200);
  });

  it('reads and follows everything but the system’s streams when no prefix is given', async () => {
    const stream = unique('any');
    await store.append(stream, events(2), 'no_stream');
    let seen = 0;
    for await (const page of store.readAll()) for (const { streamId } of page.events) if (streamId === stream) seen++;
    expect(seen).toBe(2);
    for await (const batch of store.subscribe({ prefixes: [] })) {
      seen += batch.events.filter(({ streamId }) => streamId === stream).length;
      if (batch.caughtUp) break;
    }
    expect(seen).toBe(4);
  });

  it('reads the log of some prefixes in pages without a gap or a repeat', async () => {
    const prefix = unique('paged');
    for (let n = 0; n < 5; n++) {
      await store.append(`${prefix}-${n}`, events(7), 'no_stream');
      await store.append(unique('other'), events(3), 'no_stream');
    }
    const seen: string[] = [];
    for await (const page of store.readAll({ prefixes: [`${prefix}-`], pageSize: 4 })) {
      seen.push(...page.events.map(({ streamId, revision }) => `${streamId}@${revision}`));
    }
    expect(seen).toHaveLength(35);
    expect(new Set(seen).size).toBe(35);
    expect((await store.head([`${prefix}-`]))?.commit).toBeLessThan((await store.head())?.commit ?? 0n);
  });
});

describe('subscriptions', () => {
  it('delivers the past and the present of its prefixes in order, in batches, and says when it has caught up', async () => {
    const prefix = unique('followed');
    for (let n = 0; n < 4; n++) await store.append(`${prefix}-${n}`, events(10), 'no_stream');
    const stop = new AbortController();
    const seen: string[] = [];
    let caughtUp = false;
    const following = (async () => {
      for await (const batch of store.subscribe({ prefixes: [`${prefix}-`], batchSize: 16, signal: stop.signal })) {
        expect(batch.events.length).toBeLessThanOrEqual(16);
        seen.push(...batch.events.map(({ streamId, revision }) => `${streamId}@${revision}`));
        caughtUp ||= batch.caughtUp;
      }
    })();
    await eventually(() => seen.length === 40 && caughtUp, 'the past');
    await store.append(`${prefix}-9`, events(3), 'no_stream');
    await eventually(() => seen.length === 43, 'the present');
    expect(new Set(seen).size).toBe(43);
    stop.abort();
    await following;
  });

  it('resumes across a restart of the store from stored positions, both halves of them', async () => {
    if (!engines.embedded.eventStore) return;
    const client = connect(engines.eventStoreUrl, { resume: { firstMs: 10, mostMs: 50 }, appendAttempts: 8 });
    const prefix = unique('restarted');
    const stop = new AbortController();
    const seen: EventBatch[] = [];
    const count = () => seen.flatMap(({ events }) => events).length;
    const following = (async () => {
      for await (const batch of client.subscribe({ prefixes: [prefix], signal: stop.signal })) seen.push(batch);
    })();
    await client.append(`${prefix}-1`, events(5), 'no_stream');
    await eventually(() => count() === 5, 'events before the restart');
    await engines.restart('eventStore');
    await client.append(`${prefix}-1`, events(5), 4n);
    await eventually(() => count() === 10, 'events after the restart');
    stop.abort();
    await following;
    const position = seen.find(({ events }) => events.length > 0)?.position ?? null;
    const later = client.subscribe({ prefixes: [prefix], from: position });
    expect((await later.next()).value?.events[0]?.revision).toBeGreaterThan(0n);
    await later.return();
  }, 30_000);

  it('ends one subscription without touching the others or the appends in flight', async () => {
    const prefix = unique('shared');
    const stop = new AbortController();
    const stopOther = new AbortController();
    let drops = 0;
    let seen = 0;
    const follow = async (signal: AbortSignal) => {
      for await (const { events } of store.subscribe({ prefixes: [prefix], signal, onDrop: () => drops++ }))
        seen += events.length;
    };
    const both = [follow(stop.signal), follow(stopOther.signal)];
    await store.append(`${prefix}-1`, events(1), 'no_stream');
    await eventually(() => seen === 2, 'both see it');
    const appending = store.append(`${prefix}-1`, events(1), 0n);
    stopOther.abort();
    await appending;
    await eventually(() => seen === 3, 'the one that is left sees it');
    expect(drops).toBe(0);
    stop.abort();
    await Promise.all(both);
  });
});
