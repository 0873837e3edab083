import type { Broker } from '../broker.js';
import type { Handlers } from '../context.js';
import type { Request } from '../protocol/apis.js';
import { ErrorCode } from '../protocol/errors.js';
import { ZERO_UUID } from '../protocol/schema.js';
import { checkConfig } from '../topics/topic-configs.js';
import { validTopicName } from '../topics/topic-name.js';
import { describedTopicConfigs } from './config-handlers.js';

interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string;
}

const refusal = (errorCode: number, errorMessage: string): Refusal => ({ errorCode, errorMessage });

type NewTopic = Request<'createTopics'>['topics'][number];

/** Making, growing and deleting topics. */
export function topicHandlers(broker: Broker): Handlers<'createTopics' | 'deleteTopics' | 'createPartitions'> {
  const { topics, groups, settings } = broker;

  const partitionsOf = ({ assignments, numPartitions }: NewTopic): number => {
    if (assignments.length > 0) return assignments.length;
    return numPartitions === -1 ? settings.defaultPartitions : numPartitions;
  };

  const refuseNew = (topic: NewTopic, twice: boolean): Refusal | undefined => {
    const name = validTopicName(topic.name);
    if (name !== undefined) return refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, name);
    if (twice) return refusal(ErrorCode.INVALID_REQUEST, 'The request names this topic more than once');
    if (topics.get(topic.name) !== undefined) {
      return refusal(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${topic.name}' already exists.`);
    }
    const partitions = partitionsOf(topic);
    if (partitions <= 0 || partitions > settings.maxTopicPartitions) {
      return refusal(
        ErrorCode.INVALID_PARTITIONS,
        `A topic has between 1 and ${settings.maxTopicPartitions} partitions, not ${partitions}.`,
      );
    }
    if (topic.assignments.length === 0 && topic.replicationFactor !== 1 && topic.replicationFactor !== -1) {
      return refusal(
        ErrorCode.INVALID_REPLICATION_FACTOR,
        `There is one broker, so the replication factor is 1, not ${topic.replicationFactor}.`,
      );
    }
    if (topic.assignments.some(({ brokerIds }) => brokerIds.length !== 1 || brokerIds[0] !== broker.nodeId)) {
      return refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `The only broker is ${broker.nodeId}.`);
    }
    for (const { name: config, value } of topic.configs) {
      const problem = checkConfig(config, value);
      if (problem !== undefined) return refusal(ErrorCode.INVALID_CONFIG, problem);
    }
    return undefined;
  };

  const create = async (asked: NewTopic, validateOnly: boolean, twice: boolean) => {
    const refused = refuseNew(asked, twice);
    if (refused !== undefined) return { name: asked.name, ...refused, configs: null };
    const configs = Object.fromEntries(
      asked.configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])),
    );
    const partitions = partitionsOf(asked);
    let topicId = ZERO_UUID;
    if (!validateOnly) {
      const made = topics.create(asked.name, partitions, configs);
      await made.done;
      topicId = made.topic.record.id;
    }
    return {
      name: asked.name,
      topicId,
      errorCode: ErrorCode.NONE,
      errorMessage: null,
      numPartitions: partitions,
      replicationFactor: 1,
      configs: describedTopicConfigs(configs).map(({ name, value, readOnly, configSource, isSensitive }) => ({
        name,
        value,
        readOnly,
        configSource,
        isSensitive,
      })),
    };
  };

  const remove = async (name: string | null, id: string) => {
    const topic = name === null ? topics.getById(id) : topics.get(name);
    if (topic === undefined) {
      return name === null
        ? { name, topicId: id, ...refusal(ErrorCode.UNKNOWN_TOPIC_ID, 'There is no topic with this id.') }
        : { name, ...refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'There is no such topic.') };
    }
    await topics.delete(topic);
    await groups.offsets.deleteTopic(topic.name);
    return { name: topic.name, topicId: topic.record.id, errorCode: ErrorCode.NONE };
  };

  return {
    createTopics: async (request) => ({
      topics: await Promise.all(
        request.topics.map((topic) => {
          const twice = request.topics.filter(({ name }) => name === topic.name).length > 1;
          return create(topic, request.validateOnly, twice);
        }),
      ),
    }),

    deleteTopics: async (request, { version }) => ({
      responses: await Promise.all(
        version >= 6
          ? request.topics.map(({ name, topicId }) => remove(name, topicId))
          : request.topicNames.map((name) => remove(name, ZERO_UUID)),
      ),
    }),

    createPartitions: async (request) => ({
      throttleTimeMs: 0,
      results: await Promise.all(
        request.topics.map(async ({ name, count }) => {
          const topic = topics.get(name);
          if (topic === undefined) {
            return { name, ...refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'There is no such topic.') };
          }
          if (count <= topic.partitions || count > settings.maxTopicPartitions) {
            const message = `Topic currently has ${topic.partitions} partitions, and cannot be given ${count}.`;
            return { name, ...refusal(ErrorCode.INVALID_PARTITIONS, message) };
          }
          if (!request.validateOnly) await topics.addPartitions(topic, count);
          return { name, errorCode: ErrorCode.NONE };
        }),
      ),
    }),
  };
}
