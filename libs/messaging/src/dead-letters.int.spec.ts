import { jest } from '@jest/globals';
import { Refused, toKafkaMessage } from '@orderloom/contracts';
import { eventually, startTestEngines, type TestEngines, uniqueId } from '@orderloom/testing';
import kafkajs, { type Message } from 'kafkajs';
import { KafkaClient } from './client.js';
import { completed } from './fixtures.js';
import type { BatchHandler, ConsumerOptions, ReceivedEvent, Subscription } from './types.js';

const FAST: ConsumerOptions = {
  heartbeatMs: 300,
  sessionTimeoutMs: 6000,
  backoffMs: 10,
  commitMs: 20,
  parkedPollMs: 50,
  maxAttempts: 3,
};

// Not a wait: a limit for slow machines.
jest.setTimeout(30_000);

describe('what cannot be handled', () => {
  let engines: TestEngines;
  let client: KafkaClient;
  let producer: ReturnType<kafkajs.Kafka['producer']>;
  let topic: string;
  let group: string;

  beforeAll(async () => {
    engines = await startTestEngines(['broker']);
    client = new KafkaClient({ brokers: engines.brokers, clientId: 'test' });
    const kafka = new kafkajs.Kafka({ brokers: engines.brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
    producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await client.close();
    await engines.close();
  });
  beforeEach(async () => {
    topic = uniqueId('orders');
    group = uniqueId('group');
    await client.ensureTopics([topic]);
  });

  const send = (...messages: Message[]) => producer.send({ topic, messages });
  const consume = (handleBatch: BatchHandler, more: Partial<Subscription> = {}, by = client) =>
    by.consumer({ group, topics: [topic], handles: [completed(0, 0).type], handleBatch, ...more }, FAST);
  const letters = () => client.deadLetters().list({ topic, group });
  const raw = (k: string, n: number, change: (message: { headers: Record<string, string>; value: Buffer }) => void) => {
    const message = toKafkaMessage(completed(k, n));
    change(message);
    return message;
  };

  it('a malformed message of any kind goes to the dead letters, its key is parked, and the rest goes on', async () => {
    const seen: string[] = [];
    const consumer = consume(async (events) => {
      seen.push(...events.map((event) => `${event.subject}:${event.sequence}`));
    });
    await consumer.start();
    await send(
      toKafkaMessage(completed('good', 0)),
      raw('json', 0, (message) => {
        message.value = Buffer.from('{"occurredAt":');
      }),
      raw('headers', 0, (message) => {
        message.headers = {};
      }),
      raw('attributes', 0, (message) => {
        message.headers['ce_sequence'] = 'first';
      }),
      raw('schema', 0, (message) => {
        message.value = Buffer.from('{"occurredAt":5}');
      }),
      raw('binary', 0, (message) => {
        message.value = Buffer.from([0xff, 0x00, 0xfe]);
      }),
      raw('unknown', 0, (message) => {
        message.headers['ce_type'] = 'orderloom.order.SomethingNewer.v9';
      }),
      { key: null, value: 'no key, no headers' },
      { key: 'order-empty', value: null },
      ...['json', 'headers', 'attributes', 'schema', 'binary', 'unknown', 'good'].map((k) =>
        toKafkaMessage(completed(k, 1)),
      ),
    );
    await consumer.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect([...seen].sort()).toEqual(['order-good:0', 'order-good:1', 'order-unknown:1']);
    expect(consumer.stats.skipped).toBe(1);
    const found = await letters();
    const of = (key: string | null) => found.filter((letter) => letter.key === key).map((l) => `${l.kind} ${l.code}`);
    expect(of('order-json')).toEqual(['dead NOT_JSON', 'parked PARKED_BEHIND']);
    expect(of('order-headers')).toEqual(['dead NO_HEADERS', 'parked PARKED_BEHIND']);
    expect(of('order-attributes')).toEqual(['dead BAD_ATTRIBUTES', 'parked PARKED_BEHIND']);
    expect(of('order-schema')).toEqual(['dead BAD_DATA', 'parked PARKED_BEHIND']);
    expect(of('order-binary')).toEqual(['dead NOT_JSON', 'parked PARKED_BEHIND']);
    expect(of('order-empty')).toEqual(['dead NO_HEADERS']);
    expect(of(null)).toEqual(['dead NO_HEADERS']);
    expect(found).toHaveLength(12);
    expect(consumer.health()).toMatchObject({ state: 'running', parkedKeys: 7 });

    // Giving up the message without a key and a malformed one: what waited behind the latter goes on by itself.
    const keyless = found.find((letter) => letter.key === null);
    const dead = client.deadLetters();
    expect(await dead.discard({ topic, group, key: null, offset: keyless?.offset })).toBe(1);
    expect(await dead.discard({ topic, group, key: 'order-json' })).toBe(1);
    await eventually(() => seen.includes('order-json:1'), 'what was parked behind the discarded message is handled');
    await eventually(async () => (await letters()).length === 9, 'three messages left the dead letters');
    await consumer.stop();
  });

  it('a refusal and a TypeError park their keys; a replay handles them in order once the cause is gone', async () => {
    let broken = true;
    const seen: ReceivedEvent[] = [];
    const calls: number[] = [];
    const consumer = consume(async (events) => {
      calls.push(events.length);
      for (const event of events) {
        if (broken && event.subject === 'order-refused' && event.sequence === '1') {
          throw new Refused('CUSTOMER_ERASED', { customerId: 'c1' });
        }
        if (broken && event.subject === 'order-bug' && event.sequence === '0') {
          throw new TypeError('cannot read properties of undefined');
        }
      }
      seen.push(...events);
    });
    await consumer.start();
    const events = ['refused', 'bug', 'fine'].flatMap((k) => [0, 1, 2].map((n) => completed(k, n)));
    await client.publisher().publish(topic, events);
    await consumer.caughtUpWith(await client.highWatermarks(topic), 10_000);
    const of = (k: string) => [...new Set(seen.filter((e) => e.subject === `order-${k}`).map((e) => e.sequence))];
    expect(of('fine')).toEqual(['0', '1', '2']);
    expect(of('refused')).toEqual(['0']);
    expect(of('bug')).toEqual([]);
    const found = await letters();
    expect(found.filter((l) => l.key === 'order-refused')).toMatchObject([
      { kind: 'dead', code: 'CUSTOMER_ERASED', attempts: 1, type: completed(0, 0).type },
      { kind: 'parked' },
    ]);
    expect(found.filter((l) => l.key === 'order-bug').map((l) => l.code)).toEqual([
      'TypeError',
      'PARKED_BEHIND',
      'PARKED_BEHIND',
    ]);

    // While the cause is there a replay ends as before, and says that it was tried again.
    expect(await client.deadLetters().replay({ topic, group, key: 'order-bug' })).toBe(1);
    await eventually(async () => (await letters()).find((l) => l.key === 'order-bug')?.attempts === 2, 'tried again');

    broken = false;
    await client.publisher().publish(topic, [completed('bug', 3)]);
    expect(await client.deadLetters().replay({ topic, group })).toBe(2);
    await eventually(async () => (await letters()).length === 0, 'nothing is left among the dead letters');
    await eventually(() => of('bug').length === 4, 'the later event came through');
    expect(of('bug')).toEqual(['0', '1', '2', '3']);
    expect(of('refused')).toEqual(['0', '1', '2']);
    await eventually(() => consumer.health().parkedKeys === 0);
    await client.publisher().publish(topic, [completed('bug', 4)]);
    await eventually(() => of('bug').includes('4'), 'the key is free again');
    await consumer.stop();
  });

  it('what is parked stays parked after a restart and when the partition moves to another member', async () => {
    let broken = true;
    const seen: string[] = [];
    const handle: BatchHandler = async (events) => {
      for (const event of events) {
        if (broken && event.sequence === '0') throw new TypeError('poison');
        seen.push(`${event.subject}:${event.sequence}`);
      }
    };
    const keys = Array.from({ length: 8 }, (_, k) => `p${k}`);
    const first = consume(handle);
    await first.start();
    await client.publisher().publish(
      topic,
      keys.map((k) => completed(k, 0)),
    );
    await first.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect(first.health().parkedKeys).toBe(8);
    await first.stop();

    const second = consume(handle);
    const third = consume(handle);
    await second.start();
    await third.start();
    await eventually(() => second.health().parkedKeys + third.health().parkedKeys === 8, {
      message: () =>
        `8 parked keys over two members, not ${second.health().parkedKeys} and ${third.health().parkedKeys}`,
    });
    await client.publisher().publish(
      topic,
      keys.map((k) => completed(k, 1)),
    );
    const ends = await client.highWatermarks(topic);
    await Promise.all([second.caughtUpWith(ends, 10_000), third.caughtUpWith(ends, 10_000)]);
    expect(seen).toEqual([]);
    broken = false;
    await client.deadLetters().replay({ topic, group });
    await eventually(() => seen.length === 16, 'both members replay their keys');
    for (const k of keys)
      expect(seen.filter((s) => s.startsWith(`order-${k}:`))).toEqual([`order-${k}:0`, `order-${k}:1`]);
    await Promise.all([second.stop(), third.stop()]);
  });

  it('a handler may settle events itself, without being called again for those beside a bad one', async () => {
    const seen: string[] = [];
    const consumer = consume(async (events) => {
      seen.push(...events.map((event) => event.subject));
      const bad = events.filter((event) => event.subject === 'order-3');
      return { failures: bad.map((event) => ({ event, error: new Refused('CUSTOMER_ERASED') })) };
    });
    await consumer.start();
    await client.publisher().publish(
      topic,
      Array.from({ length: 10 }, (_, k) => completed(k, 0)),
    );
    await consumer.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect([...seen].sort()).toEqual(Array.from({ length: 10 }, (_, k) => `order-${k}`));
    expect((await letters()).map((letter) => letter.key)).toEqual(['order-3']);
    await consumer.stop();
  });
});
