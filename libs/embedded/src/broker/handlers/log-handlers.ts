import type { Broker } from '../broker.js';
import type { Handlers } from '../context.js';
import type { PartitionLog } from '../log/partition-log.js';
import { firstRecordSince, type TimedOffset } from '../log/records.js';
import { ErrorCode } from '../protocol/errors.js';

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const NOTHING: TimedOffset = { offset: -1, timestamp: -1 };

/** Reading positions of logs, cutting them, and producer ids. */
export function logHandlers({
  topics,
  producerIds,
}: Broker): Handlers<'listOffsets' | 'deleteRecords' | 'offsetForLeaderEpoch' | 'initProducerId'> {
  return {
    listOffsets: (request) => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp, currentLeaderEpoch }) => {
          const log = topics.get(name)?.log(partitionIndex);
          if (log === undefined) return { partitionIndex, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
          if (currentLeaderEpoch > 0) return { partitionIndex, errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH };
          if (timestamp < EARLIEST_LOCAL) return { partitionIndex, errorCode: ErrorCode.UNSUPPORTED_VERSION };
          return { partitionIndex, errorCode: ErrorCode.NONE, leaderEpoch: 0, ...lookUp(log, timestamp) };
        }),
      })),
    }),

    deleteRecords: async (request) => ({
      throttleTimeMs: 0,
      topics: await Promise.all(
        request.topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(
            partitions.map(async ({ partitionIndex, offset }) => {
              const log = topics.get(name)?.log(partitionIndex);
              const refused = (errorCode: number) => ({ partitionIndex, lowWatermark: -1, errorCode });
              if (log === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
              if (offset > log.visible || offset < -1) return refused(ErrorCode.OFFSET_OUT_OF_RANGE);
              // -1 stands for the high watermark.
              await log.trimTo(offset === -1 ? log.visible : offset);
              return { partitionIndex, lowWatermark: log.start, errorCode: ErrorCode.NONE };
            }),
          ),
        })),
      ),
    }),

    // There is one epoch (0), because there is one broker.
    offsetForLeaderEpoch: (request) => ({
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, leaderEpoch, currentLeaderEpoch }) => {
          const log = topics.get(topic)?.log(partition);
          if (log === undefined) return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, partition };
          if (currentLeaderEpoch > 0) return { errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH, partition };
          const known = leaderEpoch === 0;
          return {
            errorCode: ErrorCode.NONE,
            partition,
            leaderEpoch: known ? 0 : -1,
            endOffset: known ? log.visible : -1,
          };
        }),
      })),
    }),

    initProducerId: async (request) => {
      const refused = (errorCode: number) => ({ throttleTimeMs: 0, errorCode, producerEpoch: -1 });
      if (request.transactionalId === '') return refused(ErrorCode.INVALID_REQUEST);
      if (request.transactionalId !== null) return refused(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      return {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        producerId: await producerIds.take(),
        producerEpoch: 0,
      };
    },
  };
}

function lookUp(log: PartitionLog, timestamp: number): TimedOffset {
  if (timestamp === LATEST) return { offset: log.visible, timestamp: -1 };
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return { offset: log.start, timestamp: -1 };
  const wanted = timestamp === MAX_TIMESTAMP ? log.maxTimestamp : timestamp;
  const batch = log.firstBatchSince(wanted);
  return batch === undefined ? NOTHING : firstRecordSince(batch, wanted, log.start);
}
