import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from '../engine.js';
import { until } from './contract/target.js';
import { type BrokerOptions, startBroker } from './index.js';
import { ErrorCode } from './protocol/errors.js';
import { batchOf, type TestBatch } from './testing/batches.js';
import { RawClient } from './testing/raw-client.js';

const dirs: string[] = [];
const engines = new Set<Engine>();
function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'orderloom-broker-'));
  dirs.push(dir);
  return dir;
}
async function start(options: Partial<BrokerOptions> = {}): Promise<Engine> {
  const engine = await startBroker({ dataDir: newDir(), ...options });
  engines.add(engine);
  return engine;
}
afterEach(async () => {
  for (const engine of engines) await engine.close();
  engines.clear();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function createTopic(client: RawClient, name: string, configs: Record<string, string> = {}, numPartitions = 1) {
  const { topics } = await client.call('createTopics', 4, {
    topics: [
      {
        name,
        numPartitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
  });
  expect(topics).toMatchObject([{ errorCode: ErrorCode.NONE }]);
}

async function produce(client: RawClient, name: string, batch: TestBatch, transactionalId: string | null = null) {
  const answer = await client.call('produce', 8, {
    transactionalId,
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name, partitionData: [{ index: 0, records: [batchOf(batch)] }] }],
  });
  return answer.responses[0]?.partitionResponses[0];
}

async function offsetAt(client: RawClient, name: string, timestamp: number) {
  const answer = await client.call('listOffsets', 5, {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }],
  });
  return answer.topics[0]?.partitions[0]?.offset;
}

const fetchRequest = (topic: string, fetchOffset: number, maxWaitMs: number, minBytes = 1) => ({
  maxWaitMs,
  minBytes,
  maxBytes: 50_000_000,
  topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 50_000_000 }] }],
  forgottenTopicsData: [],
  rackId: '',
});

const alive = async (engine: Engine): Promise<void> => {
  const client = await RawClient.open(engine.url);
  await client.call('metadata', 5, { topics: null });
  client.close();
};

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

describe('bad clients', () => {
  const frame = (size: number, ...bytes: number[]): Buffer => {
    const head = Buffer.alloc(4);
    head.writeInt32BE(size);
    return Buffer.concat([head, Buffer.from(bytes)]);
  };
  // Metadata v1 with an array of two thousand million topics.
  const hostileArray = frame(14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff);

  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a negative size', frame(-5)],
    ['a frame larger than allowed', frame(200 * 1024 * 1024)],
    ['a frame that is too short', frame(8, 0, 3, 0, 1, 0, 0, 0, 1)],
    ['a length beyond the frame', hostileArray],
    ['noise', Buffer.concat([frame(60, 0, 0, 0, 7), Buffer.alloc(60, 0xa7)])],
  ])('are disconnected after %s, and the broker stays up', async (_name, bytes) => {
    const engine = await start({ onFailure: (error) => expect(error).toBeUndefined() });
    const socket = connect(engine.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    await closed(socket);
    await alive(engine);
  });

  it('may vanish in the middle of anything', async () => {
    const engine = await start();
    const client = await RawClient.open(engine.url);
    await createTopic(client, 't');
    for (let round = 0; round < 20; round += 1) {
      const other = await RawClient.open(engine.url);
      const left = [
        other.call('fetch', 11, fetchRequest('t', await latest(), 60_000)),
        other.call('joinGroup', 3, {
          groupId: `g${round % 3}`,
          sessionTimeoutMs: 1000,
          rebalanceTimeoutMs: 1000,
          memberId: '',
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: Buffer.from('x') }],
        }),
        produce(other, 't', { records: ['x'.repeat(5000)] }),
      ];
      const settled = Promise.allSettled(left);
      other.socket.write(frame(5000, 0, 0));
      if (round % 2 === 0) other.socket.resetAndDestroy();
      else other.close();
      await settled;
    }
    await until('only this client is left', () => engine.stats()['connections'] === 1);
    await until('the members are gone', () => engine.stats()['groupMembers'] === 0);
    expect(engine.stats()['bufferedBytes']).toBe(0);
    async function latest(): Promise<number> {
      return (await offsetAt(client, 't', -1)) ?? 0;
    }
    client.close();
  });

  it('can be five hundred, idle or half-way through a request, and leave nothing behind', async () => {
    const engine = await start();
    await alive(engine);
    collect();
    const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external;
    const before = used();
    const sockets = Array.from({ length: 500 }, (_, index) => {
      const socket = connect(engine.port, '127.0.0.1');
      socket.on('error', () => undefined);
      // Every second one says that a large request follows, and sends 64 KiB of it.
      if (index % 2 === 0) socket.write(Buffer.concat([frame(50 * 1024 * 1024), Buffer.alloc(64 * 1024)]));
      return socket;
    });
    await until('all are connected', () => engine.stats()['connections'] === 500);
    await until('what they sent is there', () => (engine.stats()['bufferedBytes'] ?? 0) >= 250 * 64 * 1024);
    const cpu = process.cpuUsage();
    await alive(engine);
    const { user, system } = process.cpuUsage(cpu);
    expect(user + system).toBeLessThan(1_000_000);
    for (const socket of sockets) socket.destroy();
    await until('all are gone', () => engine.stats()['connections'] === 0);
    expect(engine.stats()['bufferedBytes']).toBe(0);
    await until('memory is given back', () => {
      collect();
      return used() - before < 10 * 1024 * 1024;
    });
  }, 30_000);

  it('are answered with errors when they want transactions', async () => {
    const engine = await start();
    const client = await RawClient.open(engine.url);
    await createTopic(client, 't');
    const init = await client.call('initProducerId', 1, { transactionalId: 'tx', transactionTimeoutMs: 1000 });
    expect(init.errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    const coordinator = await client.call('findCoordinator', 2, { key: 'tx', keyType: 1 });
    expect(coordinator.errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    expect((await produce(client, 't', { records: ['x'] }, 'tx'))?.errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    client.close();
  });
});

describe('storage', () => {
  it('keeps topics, records, offsets and producers across restarts', async () => {
    const dataDir = newDir();
    const first = await start({ dataDir });
    const client = await RawClient.open(first.url);
    await createTopic(client, 't', { 'retention.ms': '123456789' });
    const { producerId } = await client.call('initProducerId', 1, { transactionalId: null, transactionTimeoutMs: 1 });
    const producer = { id: producerId, epoch: 0 };
    // More than the index interval, so that both the saved state and what came after it are read again.
    for (let sequence = 0; sequence < 30; sequence += 1) {
      const done = await produce(client, 't', {
        records: ['x'.repeat(8000)],
        timestamp: 1000 + sequence,
        producer: { ...producer, sequence },
      });
      expect(done).toMatchObject({ errorCode: 0, baseOffset: sequence });
    }
    const commit = { partitionIndex: 0, committedOffset: 17, committedMetadata: 'm' };
    await client.call('offsetCommit', 7, { groupId: 'g', memberId: '', topics: [{ name: 't', partitions: [commit] }] });
    await client.call('deleteRecords', 1, {
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 12 }] }],
      timeoutMs: 1000,
    });
    const before = await client.call('metadata', 10, { topics: null });
    await first.close();
    await first.close();
    await client.ended;

    const second = await start({ dataDir });
    const again = await RawClient.open(second.url);
    const after = await again.call('metadata', 10, { topics: null });
    expect(after.topics).toEqual(before.topics);
    expect(after.clusterId).toBe(before.clusterId);
    expect(await offsetAt(again, 't', -1)).toBe(30);
    expect(await offsetAt(again, 't', -2)).toBe(12);
    expect(await offsetAt(again, 't', 1020)).toBe(20);
    expect(await offsetAt(again, 't', 5)).toBe(12);
    const repeated = { records: ['x'.repeat(8000)], producer: { ...producer, sequence: 29 } };
    expect(await produce(again, 't', repeated)).toMatchObject({ errorCode: 0, baseOffset: 29 });
    const gap = { records: ['x'], producer: { ...producer, sequence: 31 } };
    expect(await produce(again, 't', gap)).toMatchObject({ errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER });
    const next = { records: ['x'], producer: { ...producer, sequence: 30 } };
    expect(await produce(again, 't', next)).toMatchObject({ errorCode: 0, baseOffset: 30 });
    const other = await again.call('initProducerId', 1, { transactionalId: null, transactionTimeoutMs: 1 });
    expect(other.producerId).not.toBe(producerId);
    const offsets = await again.call('offsetFetch', 5, { groupId: 'g', topics: null });
    expect(offsets.topics).toMatchObject([{ name: 't', partitions: [{ committedOffset: 17, metadata: 'm' }] }]);
    const settings = await again.call('describeConfigs', 1, {
      resources: [{ resourceType: 2, resourceName: 't', configurationKeys: ['retention.ms'] }],
    });
    expect(settings.results[0]?.configs).toMatchObject([{ value: '123456789' }]);
    again.close();
  });

  it('applies retention by time and by size', async () => {
    const engine = await start({ retentionCheckMs: 50 });
    const client = await RawClient.open(engine.url);
    await createTopic(client, 'old', { 'retention.ms': '60000' });
    await createTopic(client, 'large', { 'retention.bytes': '400000' });
    const records = ['x'.repeat(20_000)];
    for (let index = 0; index < 40; index += 1) {
      await produce(client, 'old', { records, timestamp: Date.now() - (index < 20 ? 3_600_000 : 0) });
      await produce(client, 'large', { records });
    }
    // Whole stretches of the index (about 64 KiB) go at once, so a little more than asked for can stay.
    await until('the old records are gone', async () => ((await offsetAt(client, 'old', -2)) ?? 0) >= 16);
    expect(await offsetAt(client, 'old', -2)).toBeLessThanOrEqual(20);
    await until('the log is smaller', async () => ((await offsetAt(client, 'large', -2)) ?? 0) >= 16);
    expect(await offsetAt(client, 'large', -2)).toBeLessThanOrEqual(20);
    await until('the space is given back', async () => {
      const { results } = await client.call('describeLogDirs', 1, { topics: [{ topic: 'large', partitions: [0] }] });
      return (results[0]?.topics[0]?.partitions[0]?.partitionSize ?? 0) < 500_000;
    });
    client.close();
  });

  it('shares a flush among requests, and does not hold the data in memory', async () => {
    const engine = await start();
    const clients = await Promise.all(Array.from({ length: 40 }, () => RawClient.open(engine.url)));
    await createTopic(clients[0]!, 't');
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const commitsBefore = engine.stats()['storageCommits'] ?? 0;
    const records = ['x'.repeat(200_000)];
    await Promise.all(
      clients.map(async (client) => {
        for (let round = 0; round < 10; round += 1) await produce(client, 't', { records });
      }),
    );
    const commits = (engine.stats()['storageCommits'] ?? 0) - commitsBefore;
    expect(await offsetAt(clients[0]!, 't', -1)).toBe(400);
    expect(commits).toBeLessThan(200);
    for (const client of clients) client.close();
    await until('memory is given back', () => {
      collect();
      const now = process.memoryUsage();
      return now.heapUsed + now.external - heapUsed - external < 20 * 1024 * 1024;
    });
  }, 30_000);

  it('refuses a port that is taken', async () => {
    const { port } = await start();
    await expect(startBroker({ dataDir: newDir(), port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('waiting', () => {
  it('burns no processor time in long polls', async () => {
    const engine = await start();
    const client = await RawClient.open(engine.url);
    await createTopic(client, 't');
    const others = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(engine.url)));
    const cpu = process.cpuUsage();
    const started = performance.now();
    await Promise.all(others.map((other) => other.call('fetch', 11, fetchRequest('t', 0, 1500))));
    const { user, system } = process.cpuUsage(cpu);
    expect(performance.now() - started).toBeGreaterThan(1400);
    expect((user + system) / 1000).toBeLessThan(400);
    for (const other of others) other.close();
    client.close();
  });

  it('ends a long poll early when the same client asks for something else', async () => {
    const engine = await start();
    const client = await RawClient.open(engine.url);
    await createTopic(client, 't');
    const started = performance.now();
    const polling = client.call('fetch', 11, fetchRequest('t', 0, 30_000));
    await client.call('metadata', 5, { topics: null });
    await polling;
    expect(performance.now() - started).toBeLessThan(10_000);
    client.close();
  });

  it('closes at once while clients wait', async () => {
    const engine = await start();
    const client = await RawClient.open(engine.url);
    await createTopic(client, 't');
    const polling = client.call('fetch', 11, fetchRequest('t', 0, 30_000)).catch(() => undefined);
    const started = performance.now();
    await engine.close();
    await polling;
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
