import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore } from '@orderloom/embedded/event-store/index';
import { AppendRejected, StoreUnavailable, WrongExpectedRevision } from '../errors.js';
import { deterministicId } from '../ids.js';
import type { EventBatch, NewEvent } from '../types.js';
import { EventStore, type EventStoreOptions } from './event-store.js';

type Engine = Awaited<ReturnType<typeof startEventStore>>;

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

async function until<T>(check: () => T | null | undefined | false, what: string, ms = 8_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A link that can be cut, or that stops forwarding and later goes on where it stopped. */
async function startLink(target: number) {
  const sockets = new Set<Socket>();
  const pairs: [Socket, Socket][] = [];
  let held: 'nothing' | 'answers' | 'all' = 'nothing';
  const flow = () => {
    for (const [near, far] of pairs) {
      if (held === 'all') near.pause();
      else near.resume();
      if (held === 'nothing') far.resume();
      else far.pause();
    }
  };
  const server: Server = createServer((near) => {
    const far = dial(target, '127.0.0.1');
    pairs.push([near, far]);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    flow();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  cleanups.push(() => {
    cut();
    server.close();
  });
  return {
    url: `esdb://127.0.0.1:${port}?tls=false`,
    hold: (what: typeof held) => {
      held = what;
      flow();
    },
    cut,
  };
}

/** A store that is closed after the test. */
function connect(url: string, options?: EventStoreOptions): EventStore {
  const connected = EventStore.connect(url, options);
  cleanups.push(() => connected.close());
  return connected;
}

let engine: Engine;
let folder: string;
let store: EventStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderloom-es-'));
  engine = await startEventStore({ dataDir: folder });
  store = EventStore.connect(engine.url);
});
afterAll(async () => {
  await store.close();
  await engine.close();
  await rm(folder, { recursive: true, force: true });
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

describe('a link that fails', () => {
  const options = { appendDeadlineMs: 250, readDeadlineMs: 500, resume: { firstMs: 5, mostMs: 20 } };

  it('finds out that an append whose answer was held back had been written', async () => {
    const link = await startLink(engine.port);
    const through = connect(link.url, options);
    const stream = unique('order');
    await through.append(stream, events(1), 'no_stream');
    link.hold('answers');
    setTimeout(() => link.hold('nothing'), 350);
    const written = events(2);
    await expect(through.append(stream, written, 0n)).resolves.toMatchObject({ revision: 2n });
    expect((await store.read(stream)).map(({ id }) => id).slice(1)).toEqual(written.map(({ id }) => id));
  });

  it('settles a conflict with its own events, and a conflict with another’s', async () => {
    const link = await startLink(engine.port);
    const through = connect(link.url, options);
    const [mine, theirs] = [unique('order'), unique('order')];
    await through.append(mine, events(1), 'no_stream');
    link.hold('answers');
    const unanswered = through.append(mine, events(2), 0n);
    // Another writer goes on from our events, so that the repeat is a wrong expected revision for a plain server too.
    const seen = async () => (await store.read(mine)).length;
    const end = Date.now() + 5_000;
    while ((await seen()) < 3 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    await store.append(mine, events(1), 2n);
    link.hold('all');
    const lost = through.append(theirs, events(1), 'no_stream');
    await store.append(theirs, events(1), 'no_stream');
    setTimeout(() => link.hold('nothing'), 400);
    await expect(unanswered).resolves.toMatchObject({ revision: 2n });
    await expect(lost).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect(await store.read(mine)).toHaveLength(4);
  });

  it('says that the outcome is unknown when the store stays silent, and works again after', async () => {
    const link = await startLink(engine.port);
    const through = connect(link.url, { ...options, appendAttempts: 2 });
    const stream = unique('order');
    await through.append(stream, events(1), 'no_stream');
    link.hold('all');
    const started = Date.now();
    const written = events(1);
    const failed = await through.append(stream, written, 0n).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(StoreUnavailable);
    expect(failed).toMatchObject({ outcomeUnknown: true, type: 'unavailable' });
    expect(Date.now() - started).toBeLessThan(6_000);
    link.hold('nothing');
    // What was on its way may arrive only now: the same ids make that one append.
    await expect(through.append(stream, written, 0n)).resolves.toMatchObject({ revision: 1n });
    expect(await store.read(stream)).toHaveLength(2);
  });

  it('survives a link that is cut under hundreds of appends: each is there once', async () => {
    const link = await startLink(engine.port);
    const through = connect(link.url, { ...options, appendDeadlineMs: 2_000, appendAttempts: 6 });
    const streams = Array.from({ length: 300 }, () => unique('order'));
    const running = streams.map((stream) => through.append(stream, events(1), 'no_stream'));
    setTimeout(() => link.cut(), 20);
    setTimeout(() => link.cut(), 60);
    const settled = await Promise.allSettled(running);
    expect(settled.filter(({ status }) => status === 'rejected')).toEqual([]);
    const counts = await Promise.all(streams.map(async (stream) => (await store.read(stream)).length));
    expect(counts.every((count) => count === 1)).toBe(true);
  });

  it('says at once that nothing listens', async () => {
    const nowhere = connect('esdb://127.0.0.1:1?tls=false', { ...options, appendAttempts: 2 });
    await expect(nowhere.append('order-1', events(1), 'no_stream')).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(nowhere.ping()).rejects.toMatchObject({ name: 'StoreUnavailable', outcomeUnknown: false });
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
    await until(() => seen.length === 40 && caughtUp, 'the past');
    await store.append(`${prefix}-9`, events(3), 'no_stream');
    await until(() => seen.length === 43, 'the present');
    expect(new Set(seen).size).toBe(43);
    stop.abort();
    await following;
  });

  it('resumes after drops for ever, and gives nothing twice', async () => {
    const link = await startLink(engine.port);
    const through = connect(link.url, { resume: { firstMs: 5, mostMs: 20 } });
    const prefix = unique('dropped');
    const stop = new AbortController();
    const seen: bigint[] = [];
    let drops = 0;
    const following = (async () => {
      const onDrop = () => drops++;
      for await (const { events } of through.subscribe({ prefixes: [prefix], signal: stop.signal, onDrop })) {
        seen.push(...events.map(({ revision }) => revision));
      }
    })();
    for (let n = 0; n < 5; n++) {
      await store.append(`${prefix}-1`, events(20), BigInt(n * 20 - 1));
      await until(() => seen.length >= n * 20 + 1, `round ${n}`);
      link.cut();
    }
    await until(() => seen.length >= 100, 'all events');
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => BigInt(n)));
    expect(drops).toBeGreaterThan(0);
    stop.abort();
    await following;
  });

  it('resumes across a restart of the store from stored positions, both halves of them', async () => {
    const own = await mkdtemp(join(tmpdir(), 'orderloom-es-'));
    let server = await startEventStore({ dataDir: own });
    const port = server.port;
    const client = connect(server.url, { resume: { firstMs: 10, mostMs: 50 }, appendAttempts: 8 });
    const stop = new AbortController();
    const seen: EventBatch[] = [];
    const following = (async () => {
      for await (const batch of client.subscribe({ prefixes: ['order-'], signal: stop.signal })) seen.push(batch);
    })();
    await client.append('order-1', events(5), 'no_stream');
    await until(() => seen.flatMap(({ events }) => events).length === 5, 'before the restart');
    await server.close();
    server = await startEventStore({ dataDir: own, port });
    await client.append('order-1', events(5), 4n);
    await until(() => seen.flatMap(({ events }) => events).length === 10, 'after the restart', 15_000);
    stop.abort();
    await following;
    const position = seen.find(({ events }) => events.length > 0)?.position ?? null;
    const later = client.subscribe({ prefixes: ['order-'], from: position });
    const first = await later.next();
    expect(first.value?.events[0]?.revision).toBeGreaterThan(0n);
    await later.return();
    await client.close();
    await server.close();
    await rm(own, { recursive: true, force: true });
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
    await until(() => seen === 2, 'both see it');
    const appending = store.append(`${prefix}-1`, events(1), 0n);
    stopOther.abort();
    await appending;
    await until(() => seen === 3, 'the one that is left sees it');
    expect(drops).toBe(0);
    stop.abort();
    await Promise.all(both);
  });
});
