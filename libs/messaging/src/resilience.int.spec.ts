import { jest } from '@jest/globals';
import { eventually, startFaultProxy, startTestEngines, type TestEngines, uniqueId } from '@orderloom/testing';
import { KafkaClient } from './client.js';
import { InfrastructureDown, TransientError } from './errors.js';
import type { EventConsumer } from './event-consumer.js';
import { completed } from './fixtures.js';
import type { BatchHandler, ConsumerOptions, Subscription } from './types.js';

const FAST: ConsumerOptions = {
  heartbeatMs: 250,
  sessionTimeoutMs: 1500,
  backoffMs: 10,
  maxBackoffMs: 100,
  commitMs: 20,
  maxAttempts: 4,
};

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

// Not a wait: a limit for slow machines.
jest.setTimeout(30_000);

describe('a consumer in trouble', () => {
  let engines: TestEngines;
  let client: KafkaClient;
  let topic: string;
  let group: string;
  const clients: KafkaClient[] = [];

  beforeAll(async () => {
    engines = await startTestEngines(['broker']);
    client = new KafkaClient({ brokers: engines.brokers, clientId: 'test' });
  });
  afterAll(async () => {
    await Promise.all([client, ...clients].map((each) => each.close()));
    await engines.close();
  });
  beforeEach(async () => {
    topic = uniqueId('orders');
    group = uniqueId('group');
    await client.ensureTopics([topic]);
  });

  const consume = (
    handleBatch: BatchHandler,
    options: ConsumerOptions = {},
    more: Partial<Subscription> = {},
    by = client,
  ): EventConsumer =>
    by.consumer(
      { group, topics: [topic], handles: [completed(0, 0).type], handleBatch, ...more },
      { ...FAST, ...options },
    );
  const publish = (...list: [number | string, number][]) =>
    client.publisher().publish(
      topic,
      list.map(([k, n]) => completed(k, n)),
    );
  const lag = async () => (await client.groupLag(group, [topic])).total;

  it('dead-letters nothing while an engine is away, and goes on where it was', async () => {
    let away = true;
    let calls = 0;
    const seen: string[] = [];
    const consumer = consume(async (events) => {
      calls += 1;
      if (away) throw new InfrastructureDown('document store away');
      seen.push(...events.map((event) => `${event.subject}:${event.sequence}`));
    });
    await consumer.start();
    await publish([1, 0], [2, 0], [1, 1]);
    await eventually(() => calls >= 6, 'it tries again and again');
    expect(consumer.health()).toMatchObject({ state: 'waiting-for-infrastructure', live: true });
    expect(await lag()).toBe(3);
    away = false;
    await consumer.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect([...seen].sort()).toEqual(['order-1:0', 'order-1:1', 'order-2:0']);
    expect(await client.deadLetters().list({ topic, group })).toEqual([]);
    expect(consumer.health().state).toBe('running');
    await consumer.stop();
  });

  it('backs off for one key while the others go on, and counts tries per event', async () => {
    const attempts: number[] = [];
    const seen: string[] = [];
    const consumer = consume(async (events, { attempt }) => {
      if (events.some((event) => event.subject === 'order-slow')) {
        if (events.length === 1) attempts.push(attempt);
        if (!(events.length === 1 && attempt === 3)) throw new TransientError('busy');
      }
      seen.push(...events.map((event) => `${event.subject}:${event.sequence}`));
    });
    await consumer.start();
    await publish(['slow', 0], ['a', 0], ['b', 0], ['c', 0]);
    await eventually(() => seen.length === 4, 'all are handled in the end');
    expect(seen.at(-1)).toBe('order-slow:0');
    expect(attempts.at(-1)).toBe(3);
    expect(await client.deadLetters().list({ topic, group })).toEqual([]);
    await consumer.stop();
  });

  it('a failure that does not pass is dead-lettered after its tries', async () => {
    const consumer = consume(async () => {
      throw new TransientError('busy', { code: 'PROVIDER_BUSY' });
    });
    await consumer.start();
    await publish([1, 0]);
    await consumer.caughtUpWith(await client.highWatermarks(topic), 10_000);
    const [letter] = await client.deadLetters().list({ topic, group });
    expect(letter).toMatchObject({ kind: 'dead', code: 'PROVIDER_BUSY', attempts: 4 });
    await consumer.stop();
  });

  it('commits offsets only after the effect', async () => {
    const { open, opened } = gate();
    let started = false;
    const consumer = consume(async () => {
      started = true;
      await opened;
    });
    await consumer.start();
    await publish([1, 0], [2, 0]);
    await eventually(() => started);
    await eventually(() => consumer.stats.received === 2);
    expect(await lag()).toBe(2);
    open();
    await eventually(async () => (await lag()) === 0, 'the offsets are committed');
    await consumer.stop();
  });

  it('a handler slower than the session timeout neither loses the session nor is called again', async () => {
    let calls = 0;
    const { open, opened } = gate();
    const consumer = consume(async () => {
      calls += 1;
      await opened;
    });
    await consumer.start();
    await publish([1, 0]);
    await eventually(() => calls === 1);
    const other = consume(async () => {}, {}, { topics: [topic] });
    // A full session and more, measured by the broker's own clock: a group that lost its member would say so.
    const until = Date.now() + 2200;
    await eventually(() => Date.now() > until, { deadlineMs: 5000 });
    expect(consumer.stats.rebalances).toBe(1);
    open();
    await consumer.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect(calls).toBe(1);
    await other.stop();
    await consumer.stop();
  });

  it('a stop finishes what is in hand, commits it and leaves the group at once', async () => {
    const { open, opened } = gate();
    const seen: string[] = [];
    const consumer = consume(
      async (events) => {
        await opened;
        seen.push(...events.map((event) => event.subject));
      },
      {},
      { maxBatch: 1 },
    );
    await consumer.start();
    await publish([1, 0], [2, 0]);
    await eventually(() => consumer.health().running === 1);
    const stopping = consumer.stop();
    open();
    await stopping;
    expect(seen).toHaveLength(1);
    expect(await lag()).toBe(1);
    const begun = Date.now();
    const next = consume(async (events) => {
      seen.push(...events.map((event) => event.subject));
    });
    await next.start();
    await next.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect([...seen].sort()).toEqual(['order-1', 'order-2']);
    // The one before has left, so nobody had to wait for its session to run out; an idle long poll delays no stop.
    await next.stop();
    expect(Date.now() - begun).toBeLessThan(1500);
  });

  it('scaled from one member to three and back loses nothing and keeps the order per key', async () => {
    const last = new Map<string, number>();
    const wrong: string[] = [];
    const keys = 30;
    const handle: BatchHandler = async (events) => {
      for (const event of events) {
        const n = Number(event.sequence);
        const before = last.get(event.subject) ?? -1;
        // Repeats may come after a rebalance; a gap never.
        if (n > before + 1) wrong.push(`${event.subject}: ${n} after ${before}`);
        last.set(event.subject, Math.max(before, n));
      }
    };
    let round = 0;
    let going = true;
    const load = (async () => {
      while (going) {
        await publish(...Array.from({ length: keys }, (_, k): [number, number] => [k, round]));
        round += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const first = consume(handle);
    await first.start();
    const others = [1, 2].map(() => new KafkaClient({ brokers: engines.brokers, clientId: 'scaled' }));
    clients.push(...others);
    const [second, third] = others.map((by) => consume(handle, {}, {}, by)) as [EventConsumer, EventConsumer];
    await Promise.all([second.start(), third.start()]);
    const assigned = () => [first, second, third].map((each) => each.health().assigned);
    await eventually(() => assigned().every((count) => count === 8), {
      message: () => `eight each, not ${assigned()}`,
    });
    const at = round;
    await eventually(() => [...last.values()].every((n) => n > at), 'all three make progress');
    await Promise.all([second.stop(), third.stop()]);
    await eventually(() => first.health().assigned === 24, 'one has everything again');
    going = false;
    await load;
    await first.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect(wrong).toEqual([]);
    expect(last.size).toBe(keys);
    expect([...last.values()].every((n) => n === round - 1)).toBe(true);
    await eventually(async () => (await lag()) === 0);
    await first.stop();
  });

  it('what a member had in hand when it vanished is given to the next one', async () => {
    const dying = new KafkaClient({ brokers: engines.brokers, clientId: 'dying' });
    const { open, opened } = gate();
    const first = consume(() => opened, { drainMs: 50 }, {}, dying);
    await first.start();
    await publish([1, 0], [2, 0]);
    await eventually(() => first.health().running === 1);
    await first.stop();
    const seen: string[] = [];
    const second = consume(async (events) => {
      seen.push(...events.map((event) => event.subject));
    });
    await second.start();
    await second.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect([...seen].sort()).toEqual(['order-1', 'order-2']);
    open();
    await dying.close();
    await second.stop();
  });

  it('the watchdog ends a consumer that has events and makes no progress', async () => {
    const fatal: Error[] = [];
    const { open, opened } = gate();
    const consumer = consume(() => opened, { stallMs: 200, drainMs: 50, onFatal: (error) => fatal.push(error) });
    await consumer.start();
    await publish([1, 0]);
    await eventually(() => fatal.length === 1, 'onFatal is called');
    expect(fatal[0]?.message).toMatch(/made no progress/);
    expect(consumer.health()).toMatchObject({ state: 'failed', live: false });
    open();
    await consumer.stop();
  });

  it('a broker that was away is found again by consumer and publisher', async () => {
    const seen = new Set<string>();
    const fatal: Error[] = [];
    const consumer = consume(
      async (events) => {
        for (const event of events) seen.add(`${event.subject}:${event.sequence}`);
      },
      { onFatal: (error) => fatal.push(error) },
    );
    await consumer.start();
    await publish([1, 0]);
    await eventually(() => seen.size === 1);
    await engines.restart('broker', async () => {
      await eventually(() => consumer.health().state === 'waiting-for-infrastructure');
      await expect(client.ping(500)).rejects.toBeInstanceOf(InfrastructureDown);
    });
    await client.ping();
    await eventually(() => publish([1, 1]), { deadlineMs: 15_000, message: 'the publisher is back' });
    await eventually(() => seen.size === 2, { deadlineMs: 15_000, message: 'the consumer is back' });
    expect(fatal).toEqual([]);
    await consumer.stop();
  }, 40_000);

  it('stops at once while it cannot reach the broker', async () => {
    const proxy = await startFaultProxy(engines.brokers);
    proxy.blackHole();
    const lost = new KafkaClient({ brokers: proxy.address, clientId: 'lost' });
    const consumer = consume(async () => {}, {}, {}, lost);
    const started = consumer.start();
    await eventually(() => proxy.links > 0, 'it tries to connect');
    const from = Date.now();
    await consumer.stop();
    await started;
    expect(Date.now() - from).toBeLessThan(1000);
    expect(consumer.health().state).toBe('stopped');
    await lost.close();
    await proxy.close();
  });

  it('a dozen idle consumers and a broker leave the processor alone', async () => {
    const idle = Array.from({ length: 12 }, (_, n) =>
      client.consumer({ group: `${group}-${n}`, topics: [topic], handles: ['x'], handleBatch: async () => {} }),
    );
    await Promise.all(idle.map((consumer) => consumer.start()));
    const from = Date.now();
    const before = process.cpuUsage();
    await eventually(() => Date.now() > from + 3000, { everyMs: 500 });
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1000 / (Date.now() - from);
    console.info(`12 idle consumers and the broker: ${(share * 100).toFixed(1)} % of a core`);
    expect(share).toBeLessThan(0.1);
    await Promise.all(idle.map((consumer) => consumer.stop()));
  });
});
