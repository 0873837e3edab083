import { jest } from '@jest/globals';
import type { EventEnvelope } from '@orderloom/contracts';
import { eventually, startTestEngines, type TestEngines } from '@orderloom/testing';
import { Fenced } from './errors.js';
import { deterministicId } from './ids.js';
import { Relay, type RelayOptions } from './relay.js';
import { EventStore } from './store/event-store.js';
import type { Checkpoint, CheckpointStore, HeldLease, Lease, LogPosition } from './types.js';

// Engines start slowly on a busy machine.
jest.setTimeout(60_000);

/** Checkpoints in memory with the fencing of the real ones. */
class Checkpoints implements CheckpointStore {
  readonly stored = new Map<string, Checkpoint>();
  writes = 0;
  broken = false;
  async load(name: string) {
    return this.stored.get(name) ?? null;
  }
  async store(name: string, position: LogPosition, epoch: bigint) {
    if (this.broken) throw new Error('killed before the checkpoint');
    if ((this.stored.get(name)?.epoch ?? 0n) > epoch) throw new Fenced(name, epoch);
    this.writes++;
    this.stored.set(name, { position, epoch });
  }
}

/** A lease that anyone can steal. */
class Leases implements Lease {
  #epoch = 0n;
  #holder: AbortController | null = null;
  /** When false, the one who loses it does not hear of it: a process that was asleep. */
  tellTheLoser = true;
  steal(): void {
    if (this.tellTheLoser) this.#holder?.abort();
    this.#holder = null;
  }
  async acquire(_name: string, signal?: AbortSignal): Promise<HeldLease> {
    while (this.#holder) {
      signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const held = new AbortController();
    this.#holder = held;
    return {
      epoch: ++this.#epoch,
      lost: held.signal,
      renew: async () => undefined,
      release: async () => {
        if (this.#holder === held) this.#holder = null;
      },
    };
  }
}

const metadata = {
  schemaVersion: 1,
  correlationId: 'c',
  causationId: 'c',
  actor: 'ann',
  at: '2024-05-01T10:00:00.000Z',
};
let engines: TestEngines;
let store: EventStore;
let run = 0;
const started: Relay[] = [];

beforeAll(async () => {
  engines = await startTestEngines(['eventStore']);
  store = EventStore.connect(engines.eventStoreUrl);
});
afterAll(async () => {
  await store.close();
  await engines.close();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((relay) => relay.stop()));
});

const setup = () => {
  const prefix = `relayed-${process.pid}-${Date.now()}-${run++}`;
  const published: EventEnvelope[] = [];
  const checkpoint = new Checkpoints();
  const lease = new Leases();
  const start = (more: Partial<RelayOptions> = {}) => {
    const publish = async (batch: EventEnvelope[]) => void published.push(...batch);
    const options = {
      store,
      service: 'order' as const,
      prefixes: [`${prefix}-`],
      publish,
      checkpoint,
      lease,
      checkpointEveryMs: 20,
    };
    const relay = new Relay({ ...options, ...more });
    relay.start();
    started.push(relay);
    return relay;
  };
  const write = async (stream: number, from: number, count: number): Promise<LogPosition> => {
    const events = Array.from({ length: count }, (_, n) => ({
      id: deterministicId(prefix, String(stream), String(from + n)),
      type: 'OrderConfirmed',
      data: { n: from + n },
      metadata,
    }));
    const { position } = await store.append(`${prefix}-${stream}`, events, BigInt(from - 1));
    if (!position) throw new Error('no position');
    return position;
  };
  return { published, checkpoint, lease, start, write };
};

/** Per stream, sequences never skip: each is at most one more than the highest before it. */
const expectNoGaps = (published: readonly EventEnvelope[]) => {
  const highest = new Map<string, number>();
  for (const { subject, sequence } of published) {
    const last = highest.get(subject) ?? -1;
    expect(Number(sequence)).toBeLessThanOrEqual(last + 1);
    highest.set(subject, Math.max(last, Number(sequence)));
  }
  return highest;
};

it('publishes the past and the present in order, in batches, with the public envelope', async () => {
  const { published, start, write, checkpoint } = setup();
  for (let stream = 0; stream < 5; stream++) await write(stream, 0, 40);
  const sizes: number[] = [];
  const relay = start({
    publish: async (batch) => {
      sizes.push(batch.length);
      published.push(...batch);
    },
  });
  const end = await write(0, 40, 3);
  await relay.publishedUpTo(end, 5_000);
  expect(published).toHaveLength(203);
  expect(sizes.length).toBeLessThan(20);
  expectNoGaps(published);
  expect(published[0]).toMatchObject({
    specversion: '1.0',
    source: 'order',
    type: 'orderloom.order.OrderConfirmed.v1',
    dataschema: 'urn:orderloom:schema:orderloom.order.OrderConfirmed.v1',
    sequence: '0',
    time: metadata.at,
  });
  expect(await relay.lag()).toBe(0);
  await relay.stop();
  expect(checkpoint.stored.get('relay.order')?.position.commit).toBeGreaterThanOrEqual(end.commit);
});

it('killed after the broker’s ack and before its checkpoint, repeats but loses and reorders nothing', async () => {
  const { published, start, write, checkpoint } = setup();
  let end = await write(1, 0, 30);
  const first = start({ batchSize: 7 });
  await first.publishedUpTo(end, 5_000);
  await first.stop();
  checkpoint.broken = true;
  end = await write(1, 30, 30);
  const second = start({ batchSize: 7 });
  await second.publishedUpTo(end, 5_000);
  await second.stop();
  const before = published.length;
  checkpoint.broken = false;
  const third = start({ batchSize: 7 });
  end = await write(1, 60, 5);
  await third.publishedUpTo(end, 5_000);
  expect(published.length - before).toBe(35);
  expect([...expectNoGaps(published).values()]).toEqual([64]);
});

it('goes on from its checkpoint without repeating what it stored', async () => {
  const { published, start, write } = setup();
  const first = start();
  await first.publishedUpTo(await write(1, 0, 10), 5_000);
  await first.stop();
  const second = start();
  await second.publishedUpTo(await write(1, 10, 10), 5_000);
  expect(published).toHaveLength(20);
});

it('tries a batch that the broker refuses until it takes it, and skips nothing', async () => {
  const { published, start, write } = setup();
  let failures = 3;
  const relay = start({
    publish: async (batch) => {
      if (failures-- > 0) throw new Error('broker away');
      published.push(...batch);
    },
  });
  await relay.publishedUpTo(await write(1, 0, 10), 5_000);
  expect(published.map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 10 }, (_, n) => n));
});

it('stops when its lease is lost, and the next holder goes on', async () => {
  const { published, start, write, lease } = setup();
  const relays = [start(), start()];
  const leader = async () => {
    await eventually(() => relays.some(({ leading }) => leading), 'one of them leads');
    return relays.find(({ leading }) => leading) ?? start();
  };
  await (await leader()).publishedUpTo(await write(1, 0, 10), 5_000);
  lease.steal();
  const end = await write(1, 10, 10);
  await (await leader()).publishedUpTo(end, 5_000);
  expect([...expectNoGaps(published).values()]).toEqual([19]);
});

it('one that did not hear that its lease was lost is fenced at its next checkpoint', async () => {
  const { start, write, lease, checkpoint } = setup();
  lease.tellTheLoser = false;
  const warnings: string[] = [];
  const note = (_details: object, message: string) => void warnings.push(message);
  const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const asleep = start({ logger });
  await asleep.publishedUpTo(await write(1, 0, 5), 5_000);
  lease.steal();
  const next = start();
  let end = await write(1, 5, 5);
  await next.publishedUpTo(end, 5_000);
  await eventually(() => checkpoint.stored.get('relay.order')?.epoch === 2n, 'the new holder has stored');
  end = await write(1, 10, 5);
  await eventually(() => warnings.some((message) => /taken over/.test(message)), 'the old holder is fenced');
  await next.publishedUpTo(end, 5_000);
  expect(checkpoint.stored.get('relay.order')?.epoch).toBe(2n);
});

it('an idle relay does nothing at all', async () => {
  const { start, write, checkpoint } = setup();
  const relay = start();
  await relay.publishedUpTo(await write(1, 0, 5), 5_000);
  await eventually(() => {
    expect(checkpoint.stored.get('relay.order')?.position).toEqual(relay.position);
  }, 'the checkpoint is stored');
  const writes = checkpoint.writes;
  const cpu = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const used = process.cpuUsage(cpu);
  expect(checkpoint.writes).toBe(writes);
  expect((used.user + used.system) / 1000).toBeLessThan(60);
});
