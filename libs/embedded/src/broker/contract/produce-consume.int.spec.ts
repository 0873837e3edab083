import { jest } from '@jest/globals';
import { type Admin, CompressionTypes, type KafkaMessage, Partitioners } from 'kafkajs';
import { createTopics, fresh, openTarget, type Target, until } from './target.js';

// A real broker takes its time with new topics and groups.
jest.setTimeout(30_000);

let target: Target;
let admin: Admin;
beforeAll(async () => {
  target = await openTarget();
  admin = target.kafka().admin();
  await admin.connect();
}, 30_000);
afterAll(async () => {
  await admin.disconnect();
  await target.close();
});

async function newTopic(numPartitions: number): Promise<string> {
  const topic = fresh('topic');
  await createTopics(admin, [{ topic, numPartitions }]);
  return topic;
}

const producerOf = (idempotent = false) =>
  target.kafka().producer({
    idempotent,
    ...(idempotent ? { maxInFlightRequests: 1 } : {}),
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });

/** Reads a topic from the beginning until `count` messages have come. */
async function consumeAll(topic: string, count: number): Promise<(KafkaMessage & { partition: number })[]> {
  const consumer = target.kafka().consumer({ groupId: fresh('reader'), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const got: (KafkaMessage & { partition: number })[] = [];
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const message of batch.messages) got.push({ ...message, partition: batch.partition });
    },
  });
  await until(`${count} messages of ${topic}`, () => got.length >= count);
  await consumer.disconnect();
  return got;
}

describe('producing and consuming', () => {
  it.each([
    ['none', 0, CompressionTypes.None],
    ['the leader', 1, CompressionTypes.None],
    ['all', -1, CompressionTypes.None],
    ['all, gzip', -1, CompressionTypes.GZIP],
  ])('keeps keys, values, headers, times and order (acks of %s)', async (_name, acks, compression) => {
    const topic = await newTopic(3);
    const producer = producerOf();
    await producer.connect();
    const messages = Array.from({ length: 60 }, (_, index) => ({
      key: `key-${index % 6}`,
      value: index === 7 ? null : `value ${index} €`,
      headers: { ce_id: `id-${index}`, empty: '' },
      timestamp: String(1_700_000_000_000 + index),
    }));
    await producer.send({ topic, acks, compression, messages: messages.slice(0, 40) });
    await producer.send({ topic, acks, compression, messages: messages.slice(40) });
    const got = await consumeAll(topic, messages.length);
    await producer.disconnect();

    expect(got).toHaveLength(messages.length);
    const byTime = [...got].sort((a, b) => Number(a.timestamp) - Number(b.timestamp));
    expect(
      byTime.map(({ key, value, headers, timestamp }) => ({
        key: key?.toString(),
        value: value?.toString() ?? null,
        headers: { ce_id: headers?.['ce_id']?.toString(), empty: headers?.['empty']?.toString() },
        timestamp,
      })),
    ).toEqual(messages);
    for (const key of new Set(messages.map((one) => one.key))) {
      const times = got.filter((one) => one.key?.toString() === key).map(({ timestamp }) => Number(timestamp));
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it('takes batches of an idempotent producer, many at once', async () => {
    const topic = await newTopic(24);
    const producer = producerOf(true);
    await producer.connect();
    await Promise.all(
      Array.from({ length: 10 }, (_, round) =>
        producer.send({
          topic,
          acks: -1,
          messages: Array.from({ length: 100 }, (_unused, index) => ({ key: `k${index}`, value: `${round}-${index}` })),
        }),
      ),
    );
    const got = await consumeAll(topic, 1000);
    await producer.disconnect();
    expect(new Set(got.map(({ value }) => value?.toString())).size).toBe(1000);
  });

  it('gives messages beyond the size limits of a fetch one by one', async () => {
    const topic = await newTopic(1);
    const producer = producerOf();
    await producer.connect();
    for (let index = 0; index < 4; index += 1) {
      await producer.send({ topic, messages: [{ value: Buffer.alloc(300_000, 65 + index) }] });
    }
    const consumer = target.kafka().consumer({
      groupId: fresh('small'),
      maxBytesPerPartition: 1000,
      maxBytes: 1000,
      maxWaitTimeInMs: 100,
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const sizes: number[] = [];
    await consumer.run({ eachMessage: async ({ message }) => void sizes.push(message.value?.length ?? 0) });
    await until('all four', () => sizes.length === 4);
    await consumer.disconnect();
    await producer.disconnect();
    expect(sizes).toEqual([300_000, 300_000, 300_000, 300_000]);
  });

  it('refuses a message larger than max.message.bytes', async () => {
    const topic = await newTopic(1);
    const producer = producerOf();
    await producer.connect();
    await expect(producer.send({ topic, messages: [{ value: Buffer.alloc(1_200_000) }] })).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
    });
    await producer.disconnect();
  });

  it('finds offsets by time, and the beginning and the end', async () => {
    const topic = await newTopic(1);
    const producer = producerOf();
    await producer.connect();
    const start = 1_600_000_000_000;
    // Many batches, so that the index has something to find; one of them with three times.
    for (let batch = 0; batch < 30; batch += 1) {
      await producer.send({
        topic,
        messages: [0, 1, 2].map((index) => ({
          value: Buffer.alloc(4000, 65),
          timestamp: String(start + batch * 1000 + index * 10),
        })),
      });
    }
    const at = async (time: number) => (await admin.fetchTopicOffsetsByTimestamp(topic, time))[0]?.offset;
    expect(await at(start - 5)).toBe('0');
    expect(await at(start)).toBe('0');
    expect(await at(start + 1)).toBe('1');
    expect(await at(start + 17_000)).toBe('51');
    expect(await at(start + 17_015)).toBe('53');
    expect(await at(start + 17_021)).toBe('54');
    expect(await at(start + 29_020)).toBe('89');
    // kafkajs turns "none" into the end.
    expect(await at(start + 40_000)).toBe('90');
    expect(await admin.fetchTopicOffsets(topic)).toEqual([{ partition: 0, offset: '90', high: '90', low: '0' }]);
    await producer.disconnect();
  });
});
