import {
  array,
  between,
  bool,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  optional,
  since,
  string,
  struct,
} from '../schema.js';

export const offsetCommitRequest = struct({
  groupId: string,
  generationIdOrMemberEpoch: optional(int32, -1),
  memberId: string,
  groupInstanceId: since(7, nullableString(), null),
  retentionTimeMs: between(2, 4, int64, -1),
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: since(6, int32, -1),
          committedMetadata: nullableString(),
        }),
      ),
    }),
  ),
});

export const offsetCommitResponse = struct({
  throttleTimeMs: since(3, int32),
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          errorCode: int16,
        }),
      ),
    }),
  ),
});

export const offsetFetchRequest = struct({
  groupId: between(0, 7, string),
  topics: between(
    0,
    7,
    nullableArray(
      struct({
        name: string,
        partitionIndexes: array(int32),
      }),
      2,
    ),
  ),
  groups: since(
    8,
    array(
      struct({
        groupId: string,
        memberId: since(9, nullableString(), null),
        memberEpoch: since(9, int32, -1),
        topics: nullableArray(
          struct({
            name: string,
            partitionIndexes: array(int32),
          }),
        ),
      }),
    ),
  ),
  requireStable: since(7, bool),
});

export const offsetFetchResponse = struct({
  throttleTimeMs: since(3, int32),
  topics: between(
    0,
    7,
    array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(5, int32, -1),
            metadata: nullableString(),
            errorCode: int16,
          }),
        ),
      }),
    ),
  ),
  errorCode: between(2, 7, int16),
  groups: since(
    8,
    array(
      struct({
        groupId: string,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                partitionIndex: int32,
                committedOffset: int64,
                committedLeaderEpoch: optional(int32, -1),
                metadata: nullableString(),
                errorCode: int16,
              }),
            ),
          }),
        ),
        errorCode: optional(int16),
      }),
    ),
  ),
});

export const offsetDeleteRequest = struct({
  groupId: string,
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
        }),
      ),
    }),
  ),
});

export const offsetDeleteResponse = struct({
  errorCode: int16,
  throttleTimeMs: int32,
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          errorCode: int16,
        }),
      ),
    }),
  ),
});
