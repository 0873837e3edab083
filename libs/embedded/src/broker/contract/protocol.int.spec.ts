import { jest } from '@jest/globals';
import { type ApiName, apis } from '../protocol/apis.js';
import { ErrorCode } from '../protocol/errors.js';
import { batchOf, compressions, type TestBatch } from '../testing/batches.js';
import { RawClient } from '../testing/raw-client.js';
import { fresh, openTarget, type Target, until } from './target.js';

// A real broker takes its time with new topics and groups.
jest.setTimeout(30_000);

let target: Target;
let client: RawClient;
beforeAll(async () => {
  target = await openTarget();
  client = await RawClient.open(target.address);
}, 30_000);
afterAll(async () => {
  client.close();
  await target.close();
});

async function newTopic(numPartitions = 1): Promise<string> {
  const name = fresh('topic');
  const { topics } = await client.call('createTopics', 4, {
    topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 10_000,
  });
  expect(topics).toMatchObject([{ errorCode: ErrorCode.NONE }]);
  // A real broker answers before it serves the partitions.
  await until('the partitions are served', async () => {
    const found = await client.call('listOffsets', 5, {
      replicaId: -1,
      topics: [
        {
          name,
          partitions: Array.from({ length: numPartitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 })),
        },
      ],
    });
    return found.topics[0]?.partitions.every(({ errorCode }) => errorCode === ErrorCode.NONE);
  });
  return name;
}

async function produceBytes(name: string, records: Buffer, version = 8, from = client) {
  const answer = await from.call('produce', version, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name, partitionData: [{ index: 0, records: [records] }] }],
  });
  const one = answer.responses[0]?.partitionResponses[0];
  if (one === undefined) throw new Error('The answer has no partition');
  return one;
}
const produce = (name: string, batch: TestBatch) => produceBytes(name, batchOf(batch));

async function fetch(
  topic: string,
  fetchOffset: number,
  { minBytes = 1, maxWaitMs = 2000, version = 11, partitionMaxBytes = 1_000_000, from = client } = {},
) {
  const answer = await from.call('fetch', version, {
    maxWaitMs,
    minBytes,
    maxBytes: 10_000_000,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes }] }],
    forgottenTopicsData: [],
    rackId: '',
  });
  const one = answer.responses[0]?.partitions[0];
  if (one === undefined) throw new Error('The answer has no partition');
  return one;
}

async function offsetAt(name: string, timestamp: number) {
  const answer = await client.call('listOffsets', 5, {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }],
  });
  return answer.topics[0]?.partitions[0]?.offset;
}

describe('versions', () => {
  it('answers an unknown version of ApiVersions in the oldest form', async () => {
    const from = await client.frame(18, 99, true, (to) => to.uvarint(0));
    expect(apis.apiVersions.response.codec(0, false).read(from)).toMatchObject({
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      apiKeys: [{ apiKey: 18 }],
    });
  });

  it.each([
    ['an unknown request', 9999, 0],
    ['an unknown version', 3, 77],
  ])('ends the connection after %s', async (_name, key, version) => {
    const other = await RawClient.open(target.address);
    await other.frame(key, version, false, () => undefined).catch(() => undefined);
    await other.ended;
  });

  it('serves every version that it announces, in every request that changes nothing', async () => {
    const topic = await newTopic(2);
    const groupId = fresh('group');
    const requests: { [N in ApiName]?: Parameters<typeof client.call<N>>[2] } = {
      metadata: { topics: [{ topicId: '0'.repeat(32), name: topic }], allowAutoTopicCreation: false },
      listOffsets: { replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }] },
      offsetForLeaderEpoch: { topics: [{ topic, partitions: [{ partition: 0, leaderEpoch: 0 }] }] },
      findCoordinator: { key: groupId, coordinatorKeys: [groupId] },
      apiVersions: { clientSoftwareName: 'test', clientSoftwareVersion: '1' },
      describeCluster: { includeClusterAuthorizedOperations: false },
      describeGroups: { groups: [groupId] },
      listGroups: {},
      heartbeat: { groupId, generationId: 1, memberId: 'nobody' },
      leaveGroup: { groupId, memberId: 'nobody', members: [{ memberId: 'nobody' }] },
      syncGroup: { groupId, generationId: 1, memberId: 'nobody', assignments: [] },
      joinGroup: {
        groupId,
        sessionTimeoutMs: 1,
        rebalanceTimeoutMs: 1,
        memberId: '',
        protocolType: 'c',
        protocols: [],
      },
      offsetCommit: {
        groupId,
        memberId: '',
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: 0, committedMetadata: 'x' }] }],
      },
      offsetFetch: {
        groupId,
        topics: [{ name: topic, partitionIndexes: [0] }],
        groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }],
      },
      describeConfigs: { resources: [{ resourceType: 2, resourceName: topic, configurationKeys: ['retention.ms'] }] },
      alterConfigs: {
        resources: [{ resourceType: 2, resourceName: topic, configs: [{ name: 'retention.ms', value: '-1' }] }],
        validateOnly: true,
      },
      incrementalAlterConfigs: {
        resources: [
          {
            resourceType: 2,
            resourceName: topic,
            configs: [{ name: 'retention.ms', configOperation: 0, value: '-1' }],
          },
        ],
        validateOnly: true,
      },
      createPartitions: { topics: [{ name: topic, count: 3, assignments: null }], timeoutMs: 5000, validateOnly: true },
      deleteRecords: { topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 5000 },
      deleteTopics: {
        topicNames: [fresh('none')],
        topics: [{ topicId: '0'.repeat(32), name: fresh('none') }],
        timeoutMs: 5000,
      },
      deleteGroups: { groupsNames: [fresh('none')] },
      describeLogDirs: { topics: [{ topic, partitions: [0] }] },
      initProducerId: { transactionalId: null, transactionTimeoutMs: 1000 },
      createTopics: {
        topics: [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      },
      offsetDelete: { groupId: fresh('none'), topics: [] },
    };
    const announced = await client.call('apiVersions', 3, { clientSoftwareName: 'test', clientSoftwareVersion: '1' });
    for (const [name, request] of Object.entries(requests) as [ApiName, never][]) {
      const there = announced.apiKeys.find(({ apiKey }) => apiKey === apis[name].key);
      const last = Math.min(apis[name].max, there?.maxVersion ?? -1);
      for (let version = Math.max(apis[name].min, there?.minVersion ?? 0); version <= last; version += 1) {
        await client.call(name, version, request).catch((error: Error) => {
          throw new Error(`${name} v${version}: ${error.message}`);
        });
      }
    }
    for (let version = 3; version <= apis.produce.max; version += 1) {
      const done = await produceBytes(topic, batchOf({ records: [`v${version}`] }), version);
      expect(done).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: version - 3 });
    }
    for (let version = apis.fetch.min; version <= apis.fetch.max; version += 1) {
      expect(await fetch(topic, 0, { version })).toMatchObject({ errorCode: 0, highWatermark: apis.produce.max - 2 });
    }
  });
});

describe('record batches', () => {
  it.each(compressions)('are kept as they came (%s), and found by the time of a record', async (compression) => {
    const topic = await newTopic();
    const timestamp = 1_650_000_000_000;
    await produce(topic, { records: ['before'], timestamp: timestamp - 1000 });
    const records = ['a', 'b', 'c'].map((value, index) => ({ value, timestamp: timestamp + index * 100 }));
    const batch = batchOf({ records, compression });
    expect(await produceBytes(topic, batch)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
    await produce(topic, { records: ['after'], timestamp: timestamp + 1000 });
    const { records: stored } = await fetch(topic, 0, { minBytes: 200 });
    // Base offset and leader epoch are the broker's; the rest is the producer's.
    expect(stored?.includes(batch.subarray(16))).toBe(true);
    const opens = compression !== 'zstd' || 'zstdDecompressSync' in (await import('node:zlib')) || !target.embedded;
    if (opens) expect(await offsetAt(topic, timestamp + 150)).toBe(3);
    else expect(await offsetAt(topic, timestamp + 150)).toBe(1);
    expect(await offsetAt(topic, timestamp + 300)).toBe(4);
    expect(await offsetAt(topic, timestamp + 9000)).toBe(-1);
    expect(await offsetAt(topic, -1)).toBe(5);
    expect(await offsetAt(topic, -2)).toBe(0);
  });

  it('are refused when damaged, and nothing of them is stored', async () => {
    const topic = await newTopic();
    const damaged = batchOf({ records: ['x'] });
    damaged[damaged.length - 3]! ^= 0xff;
    expect((await produceBytes(topic, damaged)).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    const unknown = await produceBytes(fresh('none'), batchOf({ records: ['x'] }));
    expect(unknown.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await offsetAt(topic, -1)).toBe(0);
  });
});

describe('idempotent producers', () => {
  const begin = async () => {
    const { producerId, producerEpoch, errorCode } = await client.call('initProducerId', 1, {
      transactionalId: null,
      transactionTimeoutMs: 1000,
    });
    expect(errorCode).toBe(ErrorCode.NONE);
    return { id: producerId, epoch: producerEpoch };
  };

  it('write every batch once, in order', async () => {
    const topic = await newTopic();
    const producer = await begin();
    const send = (records: string[], sequence: number, epoch = producer.epoch) =>
      produce(topic, { records, producer: { ...producer, epoch, sequence } });
    expect(await send(['a', 'b'], 0)).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await send(['c'], 2)).toMatchObject({ errorCode: 0, baseOffset: 2 });
    // Sent again, because the answers were lost: the first offsets, and nothing new.
    expect(await send(['a', 'b'], 0)).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await send(['c'], 2)).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect((await send(['e'], 4)).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(await offsetAt(topic, -1)).toBe(3);
    expect(await send(['d'], 0, producer.epoch + 1)).toMatchObject({ errorCode: 0, baseOffset: 3 });
    expect((await send(['z'], 3)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(await offsetAt(topic, -1)).toBe(4);
  });

  it('get ids of their own', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, begin));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(20);
  });
});

describe('fetching', () => {
  it('waits for the first record, and not longer', async () => {
    const topic = await newTopic();
    const other = await RawClient.open(target.address);
    const started = Date.now();
    let polls = 0;
    const polling = until('the record', async () => {
      polls += 1;
      const { records } = await fetch(topic, 0, { maxWaitMs: 20_000, from: other });
      return (records?.length ?? 0) > 0;
    });
    await produce(topic, { records: ['x'] });
    await polling;
    // A broker may end a poll early, while a topic is new for example, but it does not answer empty all the time.
    expect(polls).toBeLessThan(4);
    expect(Date.now() - started).toBeLessThan(10_000);
    other.close();
  });

  it('waits for enough bytes, and for the time given when there are too few', async () => {
    const topic = await newTopic();
    await produce(topic, { records: ['x'.repeat(100)] });
    const started = Date.now();
    const waited = await fetch(topic, 0, { minBytes: 5000, maxWaitMs: 300 });
    expect(Date.now() - started).toBeGreaterThanOrEqual(280);
    expect(waited.records?.length).toBeGreaterThan(100);
    const other = await RawClient.open(target.address);
    const polling = fetch(topic, 0, { minBytes: 5000, maxWaitMs: 20_000, from: other });
    await produce(topic, { records: ['y'.repeat(6000)] });
    expect((await polling).records?.length).toBeGreaterThan(6000);
    other.close();
  });

  it('refuses offsets that are not there', async () => {
    const topic = await newTopic();
    await produce(topic, { records: ['x'] });
    expect((await fetch(topic, 7)).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect((await fetch(topic, 1, { maxWaitMs: 10 })).errorCode).toBe(ErrorCode.NONE);
    expect((await fetch(fresh('none'), 0)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('answers requests of one connection in their order', async () => {
    const topic = await newTopic();
    const answers: string[] = [];
    await Promise.all([
      ...Array.from({ length: 30 }, (_, index) =>
        produce(topic, { records: [`${index}`] }).then(({ baseOffset }) => answers.push(`p${baseOffset}`)),
      ),
      fetch(topic, 0, { maxWaitMs: 100 }).then(() => answers.push('fetch')),
    ]);
    expect(answers).toEqual([...Array.from({ length: 30 }, (_, index) => `p${index}`), 'fetch']);
  });
});
