import type { Groups } from './groups/groups.js';
import type { ProducerIds } from './log/producer-ids.js';
import type { Tables } from './log/tables.js';
import type { Topics } from './topics/topics.js';

/** What the broker is started with; every default suits one small machine. */
export interface BrokerSettings {
  readonly autoCreateTopics: boolean;
  /** For topics made without a count, and on first use. */
  readonly defaultPartitions: number;
  readonly maxRequestBytes: number;
  readonly maxFetchBytes: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  readonly initialRebalanceDelayMs: number;
  readonly retentionCheckMs: number;
  readonly maxTopicPartitions: number;
}

export interface Counters {
  requests: number;
  batchesAppended: number;
  bytesAppended: number;
  bytesFetched: number;
  failures: number;
}

/** The parts that the handlers work with. */
export interface Broker {
  readonly settings: BrokerSettings;
  readonly tables: Tables;
  readonly topics: Topics;
  readonly groups: Groups;
  readonly producerIds: ProducerIds;
  readonly counters: Counters;
  readonly clusterId: string;
  readonly nodeId: number;
  /** Where clients reach this broker. */
  address(localHost: string): { host: string; port: number };
}
