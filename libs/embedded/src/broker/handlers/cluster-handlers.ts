import type { Broker } from '../broker.js';
import type { Context, Handlers } from '../context.js';
import { apis, type Request } from '../protocol/apis.js';
import { ErrorCode } from '../protocol/errors.js';
import { ZERO_UUID } from '../protocol/schema.js';
import type { Topic } from '../topics/topic.js';
import { validTopicName } from '../topics/topic-name.js';

const TRANSACTION = 1;

/** What clients ask first: versions, topics, and where to go. There is one broker, which is everything. */
export function clusterHandlers(
  broker: Broker,
): Handlers<'apiVersions' | 'metadata' | 'describeCluster' | 'findCoordinator' | 'describeLogDirs'> {
  const { topics, settings, clusterId, nodeId } = broker;

  const metadataOf = (topic: Topic, includeOperations: boolean) => ({
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.record.id,
    isInternal: false,
    partitions: Array.from({ length: topic.partitions }, (_, partitionIndex) => ({
      errorCode: ErrorCode.NONE,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch: 0,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      offlineReplicas: [],
    })),
    // Everything is allowed: 3 read … 11 alter configs, as bits.
    ...(includeOperations ? { topicAuthorizedOperations: 0b1101_1111_1000 } : {}),
  });

  const unknown = (name: string | null, errorCode: number, topicId = ZERO_UUID) => ({
    errorCode,
    name,
    topicId,
    isInternal: false,
    partitions: [],
  });

  const find = async (asked: { topicId: string; name: string | null }, mayCreate: boolean, operations: boolean) => {
    if (asked.name === null) {
      const topic = topics.getById(asked.topicId);
      return topic === undefined
        ? unknown(null, ErrorCode.UNKNOWN_TOPIC_ID, asked.topicId)
        : metadataOf(topic, operations);
    }
    const topic = topics.get(asked.name);
    if (topic !== undefined) return metadataOf(topic, operations);
    if (validTopicName(asked.name) !== undefined) return unknown(asked.name, ErrorCode.INVALID_TOPIC_EXCEPTION);
    if (!mayCreate || !settings.autoCreateTopics) return unknown(asked.name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const made = topics.create(asked.name, settings.defaultPartitions, {});
    await made.done;
    return metadataOf(made.topic, operations);
  };

  const metadata = async (request: Request<'metadata'>, { version, localHost }: Context) => {
    // Version 0 says "all" with an empty list, later ones with null.
    const everything = request.topics === null || (version === 0 && request.topics.length === 0);
    const operations = request.includeTopicAuthorizedOperations;
    const found = everything
      ? [...topics.all()].map((topic) => metadataOf(topic, operations))
      : await Promise.all(
          (request.topics ?? []).map((asked) => find(asked, request.allowAutoTopicCreation, operations)),
        );
    return {
      brokers: [{ nodeId, ...broker.address(localHost) }],
      clusterId,
      controllerId: nodeId,
      topics: found,
    };
  };

  return {
    apiVersions: () => ({
      errorCode: ErrorCode.NONE,
      apiKeys: Object.values(apis).map(({ key, min, max }) => ({ apiKey: key, minVersion: min, maxVersion: max })),
    }),

    metadata,

    describeCluster: (_request, { localHost }) => ({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      clusterId,
      controllerId: nodeId,
      brokers: [{ brokerId: nodeId, ...broker.address(localHost) }],
    }),

    findCoordinator: ({ key, keyType, coordinatorKeys }, { localHost }) => {
      const refused = keyType >= TRANSACTION;
      const result = refused
        ? {
            nodeId: -1,
            host: '',
            port: -1,
            errorCode:
              keyType === TRANSACTION ? ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED : ErrorCode.INVALID_REQUEST,
            errorMessage: 'Only consumer groups have a coordinator here; transactions are not supported',
          }
        : { nodeId, ...broker.address(localHost), errorCode: ErrorCode.NONE, errorMessage: '' };
      return { ...result, coordinators: coordinatorKeys.map((one) => ({ key: one, ...result })), key };
    },

    describeLogDirs: (request) => {
      const wanted =
        request.topics?.map(({ topic, partitions }) => ({ found: topics.get(topic), partitions })) ??
        [...topics.all()].map((found) => ({ found, partitions: [...found.record.logs.keys()] }));
      return {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        results: [
          {
            errorCode: ErrorCode.NONE,
            logDir: '/lmdb',
            topics: wanted.flatMap(({ found, partitions }) =>
              found === undefined
                ? []
                : [
                    {
                      name: found.name,
                      partitions: partitions.flatMap((partitionIndex) => {
                        const log = found.log(partitionIndex);
                        if (log === undefined) return [];
                        return [{ partitionIndex, partitionSize: log.size, offsetLag: 0, isFutureKey: false }];
                      }),
                    },
                  ],
            ),
          },
        ],
      };
    },
  };
}
