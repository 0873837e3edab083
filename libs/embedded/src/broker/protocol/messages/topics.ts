import {
  array,
  between,
  bool,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  optional,
  since,
  string,
  struct,
  tagged,
  uuid,
} from '../schema.js';

export const createTopicsRequest = struct({
  topics: array(
    struct({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      assignments: array(
        struct({
          partitionIndex: int32,
          brokerIds: array(int32),
        }),
      ),
      configs: array(
        struct({
          name: string,
          value: nullableString(),
        }),
      ),
    }),
  ),
  timeoutMs: optional(int32, 60000),
  validateOnly: since(1, bool),
});

export const createTopicsResponse = struct({
  throttleTimeMs: since(2, int32),
  topics: array(
    struct({
      name: string,
      topicId: since(7, uuid),
      errorCode: int16,
      errorMessage: since(1, nullableString()),
      topicConfigErrorCode: tagged(0, 5, int16),
      numPartitions: since(5, int32, -1),
      replicationFactor: since(5, int16, -1),
      configs: since(
        5,
        nullableArray(
          struct({
            name: string,
            value: nullableString(),
            readOnly: bool,
            configSource: optional(int8, -1),
            isSensitive: bool,
          }),
        ),
      ),
    }),
  ),
});

export const deleteTopicsRequest = struct({
  topics: since(
    6,
    array(
      struct({
        name: optional(nullableString(), null),
        topicId: uuid,
      }),
    ),
  ),
  topicNames: between(0, 5, array(string)),
  timeoutMs: int32,
});

export const deleteTopicsResponse = struct({
  throttleTimeMs: since(1, int32),
  responses: array(
    struct({
      name: nullableString(6),
      topicId: since(6, uuid),
      errorCode: int16,
      errorMessage: since(5, nullableString(), null),
    }),
  ),
});

export const createPartitionsRequest = struct({
  topics: array(
    struct({
      name: string,
      count: int32,
      assignments: nullableArray(
        struct({
          brokerIds: array(int32),
        }),
      ),
    }),
  ),
  timeoutMs: int32,
  validateOnly: bool,
});

export const createPartitionsResponse = struct({
  throttleTimeMs: int32,
  results: array(
    struct({
      name: string,
      errorCode: int16,
      errorMessage: optional(nullableString(), null),
    }),
  ),
});

export const describeConfigsRequest = struct({
  resources: array(
    struct({
      resourceType: int8,
      resourceName: string,
      configurationKeys: nullableArray(string),
    }),
  ),
  includeSynonyms: since(1, bool),
  includeDocumentation: since(3, bool),
});

export const describeConfigsResponse = struct({
  throttleTimeMs: int32,
  results: array(
    struct({
      errorCode: int16,
      errorMessage: nullableString(),
      resourceType: int8,
      resourceName: string,
      configs: array(
        struct({
          name: string,
          value: nullableString(),
          readOnly: bool,
          isDefault: between(0, 0, bool),
          configSource: since(1, int8, -1),
          isSensitive: bool,
          synonyms: since(
            1,
            array(
              struct({
                name: string,
                value: nullableString(),
                source: int8,
              }),
            ),
          ),
          configType: since(3, int8),
          documentation: since(3, nullableString()),
        }),
      ),
    }),
  ),
});

export const alterConfigsRequest = struct({
  resources: array(
    struct({
      resourceType: int8,
      resourceName: string,
      configs: array(
        struct({
          name: string,
          value: nullableString(),
        }),
      ),
    }),
  ),
  validateOnly: bool,
});

export const alterConfigsResponse = struct({
  throttleTimeMs: int32,
  responses: array(
    struct({
      errorCode: int16,
      errorMessage: nullableString(),
      resourceType: int8,
      resourceName: string,
    }),
  ),
});

export const incrementalAlterConfigsRequest = struct({
  resources: array(
    struct({
      resourceType: int8,
      resourceName: string,
      configs: array(
        struct({
          name: string,
          configOperation: int8,
          value: nullableString(),
        }),
      ),
    }),
  ),
  validateOnly: bool,
});

export const incrementalAlterConfigsResponse = struct({
  throttleTimeMs: int32,
  responses: array(
    struct({
      errorCode: int16,
      errorMessage: nullableString(),
      resourceType: int8,
      resourceName: string,
    }),
  ),
});
