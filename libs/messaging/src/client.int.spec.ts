import { jest } from '@jest/globals';
import { startTestEngines, type TestEngines, uniqueId } from '@orderloom/testing';
import { KafkaClient } from './client.js';
import { completed } from './fixtures.js';
import type { ReceivedEvent } from './types.js';

// Not a wait: a limit for slow machines.
jest.setTimeout(30_000);

describe('publishing and consuming', () => {
  let engines: TestEngines;
  let client: KafkaClient;

  beforeAll(async () => {
    engines = await startTestEngines(['broker']);
    client = new KafkaClient({ brokers: engines.brokers, clientId: 'test' });
  });
  afterAll(async () => {
    await client.close();
    await engines.close();
  });

  it('delivers every event once, in order per key, in large batches', async () => {
    const topic = uniqueId('orders');
    const group = uniqueId('group');
    await client.ensureTopics([topic]);
    const seen: ReceivedEvent[] = [];
    const batches: number[] = [];
    const consumer = client.consumer({
      group,
      topics: [topic],
      handles: [completed(0, 0).type],
      handleBatch: async (events) => {
        batches.push(events.length);
        seen.push(...events);
      },
    });
    await consumer.start();
    const publisher = client.publisher();
    const rounds = Array.from({ length: 20 }, (_, n) => Array.from({ length: 50 }, (_, k) => completed(k, n)));
    await Promise.all(rounds.map((events) => publisher.publish(topic, events)));
    await consumer.caughtUpWith(await client.highWatermarks(topic), 10_000);
    expect(seen).toHaveLength(1000);
    for (let k = 0; k < 50; k += 1) {
      const own = seen.filter((event) => event.subject === `order-${k}`);
      expect(own.map((event) => event.sequence)).toEqual(rounds.map((_, n) => String(n)));
      expect(new Set(own.map((event) => event.partition)).size).toBe(1);
    }
    expect(batches.length).toBeLessThan(30);
    await consumer.stop();
    expect(await client.groupLag(group, [topic])).toEqual({ total: 0, topics: { [topic]: 0 } });
  });
});
