import { jest } from '@jest/globals';
import { type Admin, ConfigResourceTypes, Partitioners } from 'kafkajs';
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

const create = (topic: string, more: Record<string, unknown> = {}) =>
  createTopics(admin, [{ topic, numPartitions: 2, ...more }]);

describe('topic administration', () => {
  it('makes topics, lists and describes them, adds partitions and deletes them', async () => {
    const topic = fresh('topic');
    expect(await create(topic)).toBe(true);
    // kafkajs reads TOPIC_ALREADY_EXISTS as false.
    expect(await create(topic)).toBe(false);
    expect(await admin.listTopics()).toContain(topic);
    const partitions = async () =>
      (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.map((one) => one.partitionId).sort();
    expect(await partitions()).toEqual([0, 1]);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
    await until('five partitions', async () => (await partitions())?.length === 5);
    await expect(admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })).rejects.toMatchObject({
      type: 'INVALID_PARTITIONS',
    });
    await admin.deleteTopics({ topics: [topic] });
    await until('the topic is gone', async () => !(await admin.listTopics()).includes(topic));
    await expect(admin.fetchTopicMetadata({ topics: [topic] })).rejects.toMatchObject({
      type: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
  });

  it('begins again at zero when a topic is made again', async () => {
    const topic = fresh('topic');
    await create(topic, { numPartitions: 1 });
    const producer = target.kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'old' }] });
    await producer.disconnect();
    await admin.deleteTopics({ topics: [topic] });
    await until('it can be made again', () => create(topic, { numPartitions: 1 }).catch(() => false));
    expect(await admin.fetchTopicOffsets(topic)).toEqual([{ partition: 0, offset: '0', high: '0', low: '0' }]);
  });

  it.each([
    ['a bad name', { topic: 'no spaces allowed' }, 'INVALID_TOPIC_EXCEPTION'],
    ['more replicas than brokers', { replicationFactor: 3 }, 'INVALID_REPLICATION_FACTOR'],
    ['no partitions', { numPartitions: 0 }, 'INVALID_PARTITIONS'],
    ['an unknown setting', { configEntries: [{ name: 'no.such.setting', value: '1' }] }, 'INVALID_CONFIG'],
    ['a bad value', { configEntries: [{ name: 'retention.ms', value: 'long' }] }, 'INVALID_CONFIG'],
  ])('refuses %s', async (_name, more, type) => {
    const failure = await create(fresh('topic'), more).catch((error: unknown) => error);
    expect(failure).toMatchObject({ errors: [{ type }] });
  });

  it('shows and changes settings', async () => {
    const topic = fresh('topic');
    await create(topic, { configEntries: [{ name: 'retention.ms', value: '3600000' }] });
    const settings = async () => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      });
      return Object.fromEntries(resources[0]?.configEntries.map((one) => [one.configName, one.configValue]) ?? []);
    };
    expect(await settings()).toMatchObject({ 'retention.ms': '3600000', 'cleanup.policy': 'delete' });
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'max.message.bytes', value: '2000' }] },
      ],
    });
    await until('the change', async () => (await settings())['max.message.bytes'] === '2000');
    // AlterConfigs replaces everything that was set before.
    expect((await settings())['retention.ms']).not.toBe('3600000');
    const producer = target.kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await expect(producer.send({ topic, messages: [{ value: 'x'.repeat(3000) }] })).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
    });
    await producer.disconnect();
  });

  it('deletes records up to an offset', async () => {
    const topic = fresh('topic');
    await create(topic, { numPartitions: 1 });
    const producer = target.kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    for (let batch = 0; batch < 3; batch += 1) {
      await producer.send({ topic, messages: [0, 1, 2, 3].map((index) => ({ value: `${batch}-${index}` })) });
    }
    // kafkajs looks for the leader in what it knows; this makes it know the new topic.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
    expect(await admin.fetchTopicOffsets(topic)).toEqual([{ partition: 0, offset: '12', high: '12', low: '6' }]);
    const consumer = target.kafka().consumer({ groupId: fresh('reader'), maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const values: string[] = [];
    await consumer.run({ eachMessage: async ({ message }) => void values.push(message.value?.toString() ?? '') });
    await until('what is left', () => values.length >= 6);
    await consumer.disconnect();
    expect(values).toEqual(['1-2', '1-3', '2-0', '2-1', '2-2', '2-3']);
    await expect(admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '99' }] })).rejects.toThrow();
    await producer.disconnect();
  });

  it('stamps records itself when asked to', async () => {
    const topic = fresh('topic');
    await create(topic, {
      numPartitions: 1,
      configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
    });
    const producer = target.kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const before = Date.now() - 1000;
    const sent = await producer.send({ topic, messages: [{ value: 'x', timestamp: '1000' }] });
    expect(Number(sent[0]?.logAppendTime)).toBeGreaterThan(before);
    const since = await admin.fetchTopicOffsetsByTimestamp(topic, before);
    expect(since).toEqual([{ partition: 0, offset: '0' }]);
    await producer.disconnect();
  });
});
