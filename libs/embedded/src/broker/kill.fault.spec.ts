import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRepeatedly, seededRandom } from '../contract/kill.js';
import { BATCH_HEADER, batchEndOffset, batchRecordCount, batchSize } from './log/batch.js';
import { ErrorCode } from './protocol/errors.js';
import { batchOf } from './testing/batches.js';
import { RawClient } from './testing/raw-client.js';

const TOPIC = 'killed';
const PARTITIONS = 4;
const WRITERS = 4;
const ROUNDS = 50;

interface Acknowledged {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}
interface Committed {
  readonly group: string;
  readonly committed: number;
}

async function produce(client: RawClient, values: readonly (readonly string[])[], name = TOPIC) {
  const answer = await client.call('produce', 8, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name, partitionData: values.map((records, index) => ({ index, records: [batchOf({ records })] })) }],
  });
  return answer.responses[0]?.partitionResponses ?? [];
}

/** Every value of a partition by offset; fails when a batch is not whole or offsets have a gap. */
async function readAll(client: RawClient, partition: number): Promise<Map<number, string>> {
  const values = new Map<number, string>();
  for (let offset = 0; ; ) {
    const answer = await client.call('fetch', 11, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 10_000_000,
      topics: [{ topic: TOPIC, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: 10_000_000 }] }],
      forgottenTopicsData: [],
      rackId: '',
    });
    const one = answer.responses[0]?.partitions[0];
    // Killed before the topic was there; if anything had been acknowledged, it is missed later on.
    if (offset === 0 && one?.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return values;
    if (one === undefined || one.errorCode !== ErrorCode.NONE) throw new Error(`Fetch failed: ${one?.errorCode}`);
    let rest = one.records ?? Buffer.alloc(0);
    if (rest.length === 0) {
      expect(offset).toBe(one.highWatermark);
      return values;
    }
    for (; rest.length > 0; rest = rest.subarray(batchSize(rest))) {
      const base = batchEndOffset(rest) - batchRecordCount(rest);
      expect(base).toBe(offset);
      // A record: length, attributes, time delta, offset delta, no key, value length, value, no headers (a byte each).
      const text = rest.subarray(BATCH_HEADER, batchSize(rest));
      for (let at = 0; at < text.length; at += 1 + text[at]! / 2) {
        values.set(offset, text.toString('utf8', at + 6, at + 6 + text[at + 5]! / 2));
        offset += 1;
      }
      expect(batchEndOffset(rest)).toBe(offset);
    }
  }
}

describe('a broker that is killed fifty times while it is written to', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'orderloom-broker-kill-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('has everything that it acknowledged, and nothing half-written', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`seed ${seed} (repeat with SEED=${seed})\n`);
    const offsets = new Map<string, number>();

    const acknowledged = await killRepeatedly<Acknowledged | Committed>({
      engine: 'broker',
      dataDir,
      rounds: ROUNDS,
      longestMs: 80,
      verifyEvery: 17,
      random: seededRandom(seed),
      write: async (url, done, stopped, round) => {
        const writer = async (index: number): Promise<void> => {
          const client = await RawClient.open(url.replace(/^.*\/\//, ''));
          try {
            // Again every time: the first rounds can be too short for it.
            if (index === 0) {
              await client.call('createTopics', 4, {
                topics: [
                  { name: TOPIC, numPartitions: PARTITIONS, replicationFactor: 1, assignments: [], configs: [] },
                ],
              });
            }
            for (let step = 0; !stopped.aborted; step += 1) {
              const values = Array.from({ length: PARTITIONS }, (_, partition) =>
                ['a', 'b', 'c'].map((name) => `${round}.${index}.${step}.${partition}${name}`),
              );
              for (const { index: partition, errorCode, baseOffset } of await produce(client, values)) {
                if (errorCode !== ErrorCode.NONE) continue;
                values[partition]?.forEach((value, at) => {
                  done.push({ partition, offset: baseOffset + at, value });
                });
              }
              const group = `group-${index}`;
              const committed = round * 100_000 + step;
              const commit = await client.call('offsetCommit', 7, {
                groupId: group,
                memberId: '',
                topics: [
                  {
                    name: TOPIC,
                    partitions: [{ partitionIndex: 0, committedOffset: committed, committedMetadata: null }],
                  },
                ],
              });
              if (commit.topics[0]?.partitions[0]?.errorCode === ErrorCode.NONE) done.push({ group, committed });
            }
          } finally {
            client.close();
          }
        };
        // Ends with the connection when the broker is killed.
        await Promise.allSettled(Array.from({ length: WRITERS }, (_, index) => writer(index)));
      },
      verify: async (url, done) => {
        const client = await RawClient.open(url.replace(/^.*\/\//, ''));
        const stored = await Promise.all(
          Array.from({ length: PARTITIONS }, async (_, partition) => {
            const reader = await RawClient.open(url.replace(/^.*\/\//, ''));
            const values = await readAll(reader, partition);
            reader.close();
            return values;
          }),
        );
        for (const one of done) {
          if ('value' in one) expect(stored[one.partition]?.get(one.offset)).toBe(one.value);
          else offsets.set(one.group, Math.max(one.committed, offsets.get(one.group) ?? 0));
        }
        for (const values of stored) expect(new Set(values.values()).size).toBe(values.size);
        for (const [groupId, least] of offsets) {
          const found = await client.call('offsetFetch', 5, {
            groupId,
            topics: [{ name: TOPIC, partitionIndexes: [0] }],
          });
          expect(found.topics[0]?.partitions[0]?.committedOffset).toBeGreaterThanOrEqual(least);
        }
        client.close();
      },
    });
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  }, 90_000);
});
