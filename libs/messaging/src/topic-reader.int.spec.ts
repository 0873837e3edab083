import { jest } from '@jest/globals';
import { eventually, startTestEngines, type TestEngines, uniqueId } from '@orderloom/testing';
import { KafkaClient } from './client.js';
import { completed } from './fixtures.js';

// Not a wait: a limit for slow machines.
jest.setTimeout(30_000);

describe('reading without a group', () => {
  let engines: TestEngines;
  let client: KafkaClient;
  let topic: string;

  beforeAll(async () => {
    engines = await startTestEngines(['broker']);
    client = new KafkaClient({ brokers: engines.brokers, clientId: 'test' });
  });
  afterAll(async () => {
    await client.close();
    await engines.close();
  });
  beforeEach(async () => {
    topic = uniqueId('orders');
    await client.ensureTopics([topic]);
    await client.publisher().publish(topic, [completed('a', 0), completed('b', 0)]);
  });

  it('begins at the end, or at a place, and gives every reader every event', async () => {
    const live: string[] = [];
    const all: string[] = [];
    const end = client.reader([topic], undefined, async (events) => {
      live.push(...events.map((event) => `${event.subject}:${event.sequence}`));
    });
    const start = client.reader([topic], [], async (events) => {
      all.push(...events.map((event) => `${event.subject}:${event.sequence}`));
    });
    expect(await end.started).toHaveLength(24);
    await client.publisher().publish(topic, [completed('a', 1)]);
    await eventually(() => live.length === 1 && all.length === 3);
    expect(live).toEqual(['order-a:1']);
    expect(all.filter((id) => id.startsWith('order-a'))).toEqual(['order-a:0', 'order-a:1']);
    await Promise.all([end.stop(), start.stop()]);
  });

  it('gives a batch again whose handler failed', async () => {
    let failures = 0;
    const seen: string[] = [];
    const reader = client.reader([topic], [], async (events) => {
      if (failures < 2) {
        failures += 1;
        throw new Error('not now');
      }
      seen.push(...events.map((event) => event.subject));
    });
    await eventually(() => seen.length === 2, 'both events arrive in the end');
    expect([...seen].sort()).toEqual(['order-a', 'order-b']);
    await reader.stop();
  });
});
