import { deadLetterTopic, serviceNames, topicOf } from '@orderloom/contracts';
import { KafkaClient } from '@orderloom/messaging';
import { eventually } from '@orderloom/testing';
import kafkajs from 'kafkajs';
import { Platform } from '../e2e/platform.js';
import { readDeadLetters } from '../ledger/read-platform.js';
import { expectConsistent, hurry, rounds } from './settle.js';
import { Shop } from './shop.js';

const header = (type: string, subject: string, sequence = '0') => ({
  ce_specversion: '1.0',
  ce_id: crypto.randomUUID(),
  ce_source: 'order',
  ce_type: type,
  ce_subject: subject,
  ce_time: new Date().toISOString(),
  ce_sequence: sequence,
  ce_correlationid: crypto.randomUUID(),
  ce_causationid: crypto.randomUUID(),
  ce_actor: 'poison',
  'content-type': 'application/json',
});
const CONFIRMED = 'orderloom.order.OrderConfirmed.v1';

/** Messages that no consumer can handle, each of another kind, under keys of their own. */
const poison = () => {
  const at = (kind: string) => `order-poison-${kind}-${crypto.randomUUID().slice(0, 8)}`;
  const message = (kind: string, value: string | null, headers: (subject: string) => Record<string, string>) => {
    const key = at(kind);
    return { key, value, headers: headers(key) };
  };
  return [
    message('text', 'no JSON at all', (subject) => header(CONFIRMED, subject)),
    message('nothing', null, (subject) => header(CONFIRMED, subject)),
    message('headers', '{}', () => ({})),
    message('attributes', '{}', (subject) => ({ ...header(CONFIRMED, subject), ce_time: 'yesterday' })),
    message('data', '{"checks":"none"}', (subject) => header(CONFIRMED, subject)),
    message('key', '{}', () => header(CONFIRMED, at('another'))),
    message('gap', JSON.stringify({ checks: [], occurredAt: new Date().toISOString() }), (subject) =>
      header(CONFIRMED, subject, '7'),
    ),
  ];
};
const isPoison = (id: string) => id.includes('poison');

describe('what is delivered wrongly, twice, or while read models are rebuilt', () => {
  let platform: Platform;
  let shop: Shop;
  let kafka: KafkaClient;
  beforeAll(async () => {
    platform = await Platform.start();
    kafka = new KafkaClient({ brokers: platform.engines.kafka, clientId: 'faults' });
    shop = new Shop(platform);
    console.log(`seed ${shop.seed}`);
    await shop.prepare();
    await hurry(platform);
  }, 240_000);
  afterAll(async () => {
    await kafka?.close();
    await platform?.remove();
  }, 30_000);

  it('rebuilds read models while orders come in, and they equal a replay', async () => {
    for (let round = 0; round < rounds(1); round++) {
      const before = shop.placed;
      shop.open(24);
      await shop.until(before + 6);
      const models = [
        ['order', 'orders'],
        ['inventory', 'stock'],
        ['notification', 'notifications'],
      ] as const;
      for (const [service, name] of models) {
        const path = `/api/operations/${service}/projections/${name}/rebuild`;
        expect((await platform.call('POST', path, {})).status).toBe(202);
      }
      for (const [service, name] of models) {
        await eventually(
          async () => {
            const { projections } = await platform.get(`/api/operations/${service}`);
            const job = projections.find((one: { name: string }) => one.name === name).rebuild;
            if (job.status === 'failed') throw new Error(`the rebuild of ${name} failed`);
            return job.status === 'completed';
          },
          { deadlineMs: 30_000, message: `${name} is rebuilt` },
        );
      }
      await shop.until(before + 24);
      await expectConsistent(platform, shop);
    }
  }, 240_000);

  it('gives two hundred callers of one order the same answer', async () => {
    for (let round = 0; round < rounds(1); round++) {
      const { ids, cancelled } = await shop.crowd(200);
      expect(ids).toHaveLength(1);
      // Cancelled for all, or released before for all.
      expect(cancelled).toHaveLength(1);
    }
  }, 60_000);

  it('changes nothing when every message of every topic comes a second time', async () => {
    for (let round = 0; round < rounds(1); round++) {
      const before = shop.placed;
      shop.open(8);
      const topics = serviceNames.map((service) => topicOf[service]);
      for (const topic of topics) {
        const events: Parameters<Parameters<typeof kafka.history>[1]>[0][] = [];
        await kafka.history([topic], (event) => events.push(event));
        if (events.length > 0) await kafka.publisher().publish(topic, events);
      }
      await shop.until(before + 8);
      const { published, events } = await expectConsistent(platform, shop);
      expect(published).toBeGreaterThan(events);
    }
  }, 240_000);

  it('puts aside what cannot be read or handled, and goes on with the rest', async () => {
    const outside = new kafkajs.Kafka({ brokers: [platform.engines.kafka], logLevel: kafkajs.logLevel.NOTHING });
    const producer = outside.producer();
    await producer.connect();
    const before = shop.placed;
    shop.open(12);
    const messages = poison();
    await producer.send({ topic: topicOf.order, messages });
    await shop.until(before + 12);
    await producer.disconnect();
    const waiting = new Set(messages.map(({ key }) => key));
    await eventually(
      async () => {
        const dead = await readDeadLetters((path) => platform.get(path));
        for (const { id } of dead) waiting.delete(id);
        if (waiting.size > 0) throw new Error(`not put aside: ${[...waiting].join(', ')}`);
        expect(dead.map(({ id }) => id).filter((id) => !isPoison(id))).toEqual([]);
      },
      { deadlineMs: 30_000, everyMs: 100, message: 'every bad message is in a dead letter topic' },
    );
    const group = deadLetterTopic(topicOf.order, 'analytics.facts');
    expect((await kafka.highWatermarks(group))[group]?.some((end) => end !== '0')).toBe(true);
    const expected = ({ id, check }: { id: string; check: string }) =>
      isPoison(id) || (check === 'topic' && id.startsWith(`${topicOf.order}/`));
    await expectConsistent(platform, shop, { expected });
  }, 240_000);
});
