import {
  array,
  int8,
  int16,
  int32,
  int64,
  nullableArray,
  nullableRecords,
  nullableString,
  optional,
  since,
  string,
  struct,
  tagged,
} from '../schema.js';

export const produceRequest = struct({
  transactionalId: since(3, nullableString(), null),
  acks: int16,
  timeoutMs: int32,
  topicData: array(
    struct({
      name: string,
      partitionData: array(
        struct({
          index: int32,
          records: nullableRecords(),
        }),
      ),
    }),
  ),
});

export const produceResponse = struct({
  responses: array(
    struct({
      name: string,
      partitionResponses: array(
        struct({
          index: int32,
          errorCode: int16,
          baseOffset: int64,
          logAppendTimeMs: since(2, int64, -1),
          logStartOffset: since(5, int64, -1),
          recordErrors: since(
            8,
            array(
              struct({
                batchIndex: int32,
                batchIndexErrorMessage: optional(nullableString(), null),
              }),
            ),
          ),
          errorMessage: since(8, nullableString(), null),
        }),
      ),
    }),
  ),
  throttleTimeMs: since(1, int32),
});

export const fetchRequest = struct({
  clusterId: tagged(0, 12, nullableString(), null),
  replicaId: optional(int32, -1),
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: optional(int32, 2147483647),
  isolationLevel: optional(int8),
  sessionId: since(7, int32),
  sessionEpoch: since(7, int32, -1),
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partition: int32,
          currentLeaderEpoch: since(9, int32, -1),
          fetchOffset: int64,
          lastFetchedEpoch: since(12, int32, -1),
          logStartOffset: since(5, int64, -1),
          partitionMaxBytes: int32,
        }),
      ),
    }),
  ),
  forgottenTopicsData: since(
    7,
    array(
      struct({
        topic: string,
        partitions: array(int32),
      }),
    ),
  ),
  rackId: since(11, string),
});

export const fetchResponse = struct({
  throttleTimeMs: int32,
  errorCode: since(7, int16),
  sessionId: since(7, int32),
  responses: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          errorCode: int16,
          highWatermark: int64,
          lastStableOffset: optional(int64, -1),
          logStartOffset: since(5, int64, -1),
          divergingEpoch: tagged(
            0,
            12,
            struct({
              epoch: optional(int32, -1),
              endOffset: optional(int64, -1),
            }),
          ),
          currentLeader: tagged(
            1,
            12,
            struct({
              leaderId: optional(int32, -1),
              leaderEpoch: optional(int32, -1),
            }),
          ),
          snapshotId: tagged(
            2,
            12,
            struct({
              endOffset: optional(int64, -1),
              epoch: optional(int32, -1),
            }),
          ),
          abortedTransactions: nullableArray(
            struct({
              producerId: int64,
              firstOffset: int64,
            }),
          ),
          preferredReadReplica: since(11, int32, -1),
          records: nullableRecords(),
        }),
      ),
    }),
  ),
});

export const listOffsetsRequest = struct({
  replicaId: int32,
  isolationLevel: since(2, int8),
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          currentLeaderEpoch: since(4, int32, -1),
          timestamp: int64,
        }),
      ),
    }),
  ),
});

export const listOffsetsResponse = struct({
  throttleTimeMs: since(2, int32),
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          errorCode: int16,
          timestamp: optional(int64, -1),
          offset: optional(int64, -1),
          leaderEpoch: since(4, int32, -1),
        }),
      ),
    }),
  ),
});

export const deleteRecordsRequest = struct({
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          offset: int64,
        }),
      ),
    }),
  ),
  timeoutMs: int32,
});

export const deleteRecordsResponse = struct({
  throttleTimeMs: int32,
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          lowWatermark: int64,
          errorCode: int16,
        }),
      ),
    }),
  ),
});

export const offsetForLeaderEpochRequest = struct({
  replicaId: since(3, int32, -2),
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partition: int32,
          currentLeaderEpoch: since(2, int32, -1),
          leaderEpoch: int32,
        }),
      ),
    }),
  ),
});

export const offsetForLeaderEpochResponse = struct({
  throttleTimeMs: since(2, int32),
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          errorCode: int16,
          partition: int32,
          leaderEpoch: since(1, int32, -1),
          endOffset: optional(int64, -1),
        }),
      ),
    }),
  ),
});

export const initProducerIdRequest = struct({
  transactionalId: nullableString(),
  transactionTimeoutMs: int32,
  producerId: since(3, int64, -1),
  producerEpoch: since(3, int16, -1),
});

export const initProducerIdResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: optional(int64, -1),
  producerEpoch: int16,
});
