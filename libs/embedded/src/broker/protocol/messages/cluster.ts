import {
  array,
  between,
  bool,
  int8,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  optional,
  since,
  string,
  struct,
  tagged,
  uuid,
} from '../schema.js';

export const apiVersionsRequest = struct({
  clientSoftwareName: since(3, string),
  clientSoftwareVersion: since(3, string),
});

export const apiVersionsResponse = struct({
  errorCode: int16,
  apiKeys: array(
    struct({
      apiKey: int16,
      minVersion: int16,
      maxVersion: int16,
    }),
  ),
  throttleTimeMs: since(1, int32),
  supportedFeatures: tagged(
    0,
    3,
    array(
      struct({
        name: string,
        minVersion: int16,
        maxVersion: int16,
      }),
    ),
  ),
  finalizedFeaturesEpoch: tagged(1, 3, int64, -1),
  finalizedFeatures: tagged(
    2,
    3,
    array(
      struct({
        name: string,
        maxVersionLevel: int16,
        minVersionLevel: int16,
      }),
    ),
  ),
  zkMigrationReady: tagged(3, 3, bool),
});

export const metadataRequest = struct({
  topics: nullableArray(
    struct({
      topicId: since(10, uuid),
      name: nullableString(10),
    }),
    1,
  ),
  allowAutoTopicCreation: since(4, bool, true),
  includeClusterAuthorizedOperations: between(8, 10, bool),
  includeTopicAuthorizedOperations: since(8, bool),
});

export const metadataResponse = struct({
  throttleTimeMs: since(3, int32),
  brokers: array(
    struct({
      nodeId: int32,
      host: string,
      port: int32,
      rack: since(1, nullableString(), null),
    }),
  ),
  clusterId: since(2, nullableString(), null),
  controllerId: since(1, int32, -1),
  topics: array(
    struct({
      errorCode: int16,
      name: nullableString(12),
      topicId: since(10, uuid),
      isInternal: since(1, bool),
      partitions: array(
        struct({
          errorCode: int16,
          partitionIndex: int32,
          leaderId: int32,
          leaderEpoch: since(7, int32, -1),
          replicaNodes: array(int32),
          isrNodes: array(int32),
          offlineReplicas: since(5, array(int32)),
        }),
      ),
      topicAuthorizedOperations: since(8, int32, -2147483648),
    }),
  ),
  clusterAuthorizedOperations: between(8, 10, int32, -2147483648),
});

export const describeClusterRequest = struct({
  includeClusterAuthorizedOperations: bool,
  endpointType: since(1, int8, 1),
});

export const describeClusterResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: optional(nullableString(), null),
  endpointType: since(1, int8, 1),
  clusterId: string,
  controllerId: optional(int32, -1),
  brokers: array(
    struct({
      brokerId: int32,
      host: string,
      port: int32,
      rack: optional(nullableString(), null),
    }),
  ),
  clusterAuthorizedOperations: optional(int32, -2147483648),
});

export const findCoordinatorRequest = struct({
  key: between(0, 3, string),
  keyType: since(1, int8),
  coordinatorKeys: since(4, array(string)),
});

export const findCoordinatorResponse = struct({
  throttleTimeMs: since(1, int32),
  errorCode: between(0, 3, int16),
  errorMessage: between(1, 3, nullableString()),
  nodeId: between(0, 3, int32),
  host: between(0, 3, string),
  port: between(0, 3, int32),
  coordinators: since(
    4,
    array(
      struct({
        key: string,
        nodeId: int32,
        host: string,
        port: int32,
        errorCode: int16,
        errorMessage: nullableString(),
      }),
    ),
  ),
});

export const describeLogDirsRequest = struct({
  topics: nullableArray(
    struct({
      topic: string,
      partitions: array(int32),
    }),
  ),
});

export const describeLogDirsResponse = struct({
  throttleTimeMs: int32,
  errorCode: since(3, int16),
  results: array(
    struct({
      errorCode: int16,
      logDir: string,
      topics: array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              partitionSize: int64,
              offsetLag: int64,
              isFutureKey: bool,
            }),
          ),
        }),
      ),
      totalBytes: since(4, int64, -1),
      usableBytes: since(4, int64, -1),
    }),
  ),
});
