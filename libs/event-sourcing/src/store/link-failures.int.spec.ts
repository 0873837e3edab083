import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { jest } from '@jest/globals';
import { eventually, startTestEngines, type TestEngines } from '@orderloom/testing';
import { StoreUnavailable, WrongExpectedRevision } from '../errors.js';
import { deterministicId } from '../ids.js';
import type { NewEvent } from '../types.js';
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

/** A link that can be cut, or that stops forwarding and later goes on where it stopped. */
async function startLink() {
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

let engines: TestEngines;
let store: EventStore;
let target: number;

beforeAll(async () => {
  engines = await startTestEngines(['eventStore']);
  store = EventStore.connect(engines.eventStoreUrl);
  target = Number(new URL(engines.eventStoreUrl).port);
});
afterAll(async () => {
  await store.close();
  await engines.close();
});

describe('a link that fails', () => {
  const options = { appendDeadlineMs: 250, readDeadlineMs: 500, resume: { firstMs: 5, mostMs: 20 } };

  it('finds out that an append whose answer was held back had been written', async () => {
    const link = await startLink();
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
    const link = await startLink();
    const through = connect(link.url, options);
    const [mine, theirs] = [unique('order'), unique('order')];
    await through.append(mine, events(1), 'no_stream');
    link.hold('answers');
    const unanswered = through.append(mine, events(2), 0n);
    // Another writer goes on from our events, so that the repeat is a wrong expected revision for a plain server too.
    await eventually(async () => (await store.read(mine)).length === 3, { message: 'it is written', everyMs: 5 });
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
    const link = await startLink();
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

  it('a silent link is given up for a new client, and subscriptions move with it', async () => {
    const link = await startLink();
    const warnings: string[] = [];
    const note = (_details: object, message: string) => void warnings.push(message);
    const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
    const through = connect(link.url, { ...options, appendAttempts: 2, logger });
    const prefix = unique('moved');
    const seen: bigint[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const batch of through.subscribe({ prefixes: [prefix], signal: stop.signal }))
        seen.push(...batch.events.map(({ revision }) => revision));
    })();
    await through.append(`${prefix}-1`, events(1), 'no_stream');
    await eventually(() => seen.length === 1, 'the first event');
    link.hold('all');
    await expect(through.append(unique('order'), events(1), 'no_stream')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(warnings).toContain('the event store is silent: making a new client');
    await store.append(`${prefix}-1`, events(3), 0n);
    link.hold('nothing');
    await eventually(() => seen.length >= 4, 'the events since');
    expect(seen).toEqual([0n, 1n, 2n, 3n]);
    stop.abort();
    await following;
  });

  it('survives a link that is cut under hundreds of appends: each is there once', async () => {
    const link = await startLink();
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

  it('resumes after drops for ever, and gives nothing twice', async () => {
    const link = await startLink();
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
      await eventually(() => seen.length >= n * 20 + 1, `round ${n}`);
      link.cut();
    }
    await eventually(() => seen.length >= 100, 'all events');
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => BigInt(n)));
    expect(drops).toBeGreaterThan(0);
    stop.abort();
    await following;
  });
});
