import type { Broker, BrokerSettings } from '../broker.js';
import type { Handlers } from '../context.js';
import { ErrorCode } from '../protocol/errors.js';
import { ConfigType, checkConfig, topicConfigs } from '../topics/topic-configs.js';

const TOPIC = 2;
const BROKER = 4;
const Source = { TOPIC: 1, STATIC_BROKER: 4, DEFAULT: 5 } as const;
const Operation = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const;

interface Described {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly isDefault: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  readonly configType: number;
  readonly documentation: string;
}

/** All settings of a topic, with where each value comes from. */
export function describedTopicConfigs(own: Readonly<Record<string, string>>): Described[] {
  return Object.entries(topicConfigs).map(([name, { fallback, type, documentation }]) => ({
    name,
    value: own[name] ?? fallback,
    readOnly: false,
    isDefault: own[name] === undefined,
    configSource: own[name] === undefined ? Source.DEFAULT : Source.TOPIC,
    isSensitive: false,
    configType: type,
    documentation,
  }));
}

function describedBrokerConfigs(settings: BrokerSettings, nodeId: number): Described[] {
  const entries: [name: string, value: string, type: number, documentation: string][] = [
    ['broker.id', String(nodeId), ConfigType.INT, 'The only broker.'],
    [
      'auto.create.topics.enable',
      String(settings.autoCreateTopics),
      ConfigType.BOOLEAN,
      'Topics are made on first use.',
    ],
    ['num.partitions', String(settings.defaultPartitions), ConfigType.INT, 'For topics made without a count.'],
    ['socket.request.max.bytes', String(settings.maxRequestBytes), ConfigType.INT, 'Largest request.'],
    ['fetch.max.bytes', String(settings.maxFetchBytes), ConfigType.INT, 'Largest answer to a fetch, about.'],
    ['group.min.session.timeout.ms', String(settings.minSessionTimeoutMs), ConfigType.INT, 'For group members.'],
    ['group.max.session.timeout.ms', String(settings.maxSessionTimeoutMs), ConfigType.INT, 'For group members.'],
    [
      'group.initial.rebalance.delay.ms',
      String(settings.initialRebalanceDelayMs),
      ConfigType.INT,
      'How long an empty group waits for more members.',
    ],
    [
      'log.retention.check.interval.ms',
      String(settings.retentionCheckMs),
      ConfigType.LONG,
      'How often retention is applied.',
    ],
    ['log.cleaner.enable', 'false', ConfigType.BOOLEAN, 'Nothing is compacted.'],
  ];
  return entries.map(([name, value, configType, documentation]) => ({
    name,
    value,
    readOnly: true,
    isDefault: false,
    configSource: Source.STATIC_BROKER,
    isSensitive: false,
    configType,
    documentation,
  }));
}

interface Change {
  readonly name: string;
  readonly operation: number;
  readonly value: string | null;
}

/** Settings of topics can be read and changed; those of the broker can be read. */
export function configHandlers({
  topics,
  settings,
  nodeId,
}: Broker): Handlers<'describeConfigs' | 'alterConfigs' | 'incrementalAlterConfigs'> {
  const apply = async (
    resource: { readonly resourceType: number; readonly resourceName: string },
    changes: readonly Change[],
    replace: boolean,
    validateOnly: boolean,
  ) => {
    const { resourceType, resourceName } = resource;
    const done = (errorCode: number, errorMessage: string | null) => ({
      errorCode,
      errorMessage,
      resourceType,
      resourceName,
    });
    if (resourceType !== TOPIC) return done(ErrorCode.INVALID_REQUEST, 'Only the settings of topics can be changed.');
    const topic = topics.get(resourceName);
    if (topic === undefined) return done(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'There is no such topic.');
    const configs: Record<string, string> = replace ? {} : { ...topic.record.configs };
    for (const change of changes) {
      const value = changed(change, configs[change.name]);
      const problem = checkConfig(change.name, value);
      if (problem !== undefined) return done(ErrorCode.INVALID_CONFIG, problem);
      if (value === null) delete configs[change.name];
      else configs[change.name] = value;
    }
    if (!validateOnly) await topics.configure(topic, configs);
    return done(ErrorCode.NONE, null);
  };

  return {
    describeConfigs: (request) => ({
      throttleTimeMs: 0,
      results: request.resources.map(({ resourceType, resourceName, configurationKeys }) => {
        const answer = (errorCode: number, errorMessage: string | null, configs: readonly Described[]) => ({
          errorCode,
          errorMessage,
          resourceType,
          resourceName,
          configs: configs
            .filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
            .map((config) => ({
              ...config,
              synonyms: request.includeSynonyms
                ? [{ name: config.name, value: config.value, source: config.configSource }]
                : [],
              documentation: request.includeDocumentation ? config.documentation : null,
            })),
        });
        if (resourceType === BROKER) {
          return resourceName === '' || resourceName === String(nodeId)
            ? answer(ErrorCode.NONE, null, describedBrokerConfigs(settings, nodeId))
            : answer(ErrorCode.INVALID_REQUEST, `The only broker is ${nodeId}.`, []);
        }
        if (resourceType !== TOPIC)
          return answer(ErrorCode.INVALID_REQUEST, 'Only topics and the broker have settings.', []);
        const topic = topics.get(resourceName);
        return topic === undefined
          ? answer(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'There is no such topic.', [])
          : answer(ErrorCode.NONE, null, describedTopicConfigs(topic.record.configs));
      }),
    }),

    alterConfigs: async (request) => ({
      throttleTimeMs: 0,
      responses: await Promise.all(
        request.resources.map((resource) =>
          apply(
            resource,
            resource.configs.map(({ name, value }) => ({ name, value, operation: Operation.SET })),
            true,
            request.validateOnly,
          ),
        ),
      ),
    }),

    incrementalAlterConfigs: async (request) => ({
      throttleTimeMs: 0,
      responses: await Promise.all(
        request.resources.map((resource) =>
          apply(
            resource,
            resource.configs.map(({ name, value, configOperation }) => ({ name, value, operation: configOperation })),
            false,
            request.validateOnly,
          ),
        ),
      ),
    }),
  };
}

/** The new value; null: back to the default. */
function changed({ name, operation, value }: Change, own: string | undefined): string | null {
  if (operation === Operation.DELETE) return null;
  if (operation === Operation.SET) return value;
  const list = (own ?? topicConfigs[name]?.fallback ?? '').split(',').filter((one) => one !== '');
  const items = (value ?? '').split(',');
  return operation === Operation.APPEND
    ? [...new Set([...list, ...items])].join(',')
    : list.filter((one) => !items.includes(one)).join(',');
}
