import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import type { KafkaMessage, Logger, PartitionAssigner } from 'kafkajs';

// kafkajs' public consumer stops for good on a raw TypeError, counts retries per fetch loop instead of per message,
// sends heartbeats only between messages and answers a stop after the running long poll (5 s). Its parts below that
// loop are sound, so the loop is ours (membership.ts) and these parts are kafkajs'. They are exactly those of 2.2.4,
// which is pinned and no longer developed; guards.ts refuses any other version.
const load = createRequire(import.meta.url);

/** What one fetch brought of one partition (kafkajs/src/consumer/batch.js). */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  /** End of the partition when it was fetched, decimal. */
  readonly highWatermark: string;
  readonly fetchedOffset: string;
  readonly messages: readonly KafkaMessage[];
  isEmpty(): boolean;
  isEmptyDueToFiltering(): boolean;
  lastOffset(): string;
}

export interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

/** A connection to one broker (kafkajs/src/broker/index.js). */
export interface Broker {
  fetch(request: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: number;
    topics: readonly {
      topic: string;
      partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[];
    }[];
  }): Promise<{
    responses: readonly {
      topicName: string;
      partitions: readonly { partition: number; highWatermark: string; messages: readonly KafkaMessage[] }[];
    }[];
  }>;
  offsetFetch(request: {
    groupId: string;
    topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
  }): Promise<{ responses: readonly TopicOffsets[] }>;
}

/** Metadata, leaders and connections (kafkajs/src/cluster/index.js). */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  /** All topics, when none is named. */
  metadata(query: { topics: readonly string[] }): Promise<{ topicMetadata: readonly { topic: string }[] }>;
  findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[];
  findBroker(query: { nodeId: number }): Promise<Broker>;
  findGroupCoordinator(query: { groupId: string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly { topic: string; partitions: readonly { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<readonly TopicOffsets[]>;
}

/** One membership of a consumer group (kafkajs/src/consumer/consumerGroup.js). */
export interface ConsumerGroup {
  memberId: string | null;
  readonly generationId: number | null;
  connect(): Promise<void>;
  joinAndSync(): Promise<void>;
  leave(): Promise<void>;
  assigned(): readonly { topic: string; partitions: readonly number[] }[];
  getNodeIds(): readonly string[];
  readonly offsetManager: {
    /** Asks for the committed offsets of the assigned partitions, and for the default where there is none. */
    resolveOffsets(): Promise<void>;
    nextOffset(topic: string, partition: number): { toString(): string };
  };
  /** Long poll of the partitions that this node leads. */
  fetch(nodeId: string): Promise<readonly FetchedBatch[]>;
  /** Sends a heartbeat when the last one is older than `interval`. */
  heartbeat(options: { interval: number }): Promise<void>;
  /** The next fetch begins after `offset`. */
  resolveOffset(position: { topic: string; partition: number; offset: string }): void;
  commitOffsets(offsets: {
    topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[];
  }): Promise<void>;
}

export interface ClusterOptions {
  readonly logger: Logger;
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly retry: object;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
}

/** A cluster whose connections can be ended at once. */
export interface OpenCluster {
  readonly cluster: Cluster;
  /** Ends every connection without waiting for what is in flight (a long poll may take seconds). */
  close(): void;
}

export const openCluster = (options: ClusterOptions): OpenCluster => {
  const Impl: new (options: object) => Cluster = load('kafkajs/src/cluster/index.js');
  const sockets = new Set<Socket>();
  let closed = false;
  const socketFactory = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }) => {
    // kafkajs goes on trying to connect for a while after its cluster was given up.
    if (closed) throw new Error('the connection was closed');
    const socket = connect({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    // Small requests wait for nobody: a commit behind a heartbeat would otherwise meet Nagle's delay.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const cluster = new Impl({
    ...options,
    socketFactory,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    isolationLevel: 1, // read committed
    offsets: new Map(),
  });
  return {
    cluster,
    close() {
      closed = true;
      for (const socket of sockets) {
        // kafkajs rejects what is in flight when it sees the end of the stream, or, while it connects, an error; only
        // then does it let go of its timers.
        if (socket.connecting) socket.destroy(new Error('the connection was closed'));
        else {
          socket.emit('end');
          socket.destroy();
        }
      }
      sockets.clear();
    },
  };
};

export interface GroupOptions {
  readonly logger: Logger;
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  readonly assigner: PartitionAssigner;
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  readonly maxWaitTimeInMs: number;
  readonly maxBytesPerPartition: number;
  readonly maxBytes: number;
  readonly retry: object;
}

export const createConsumerGroup = (options: GroupOptions): ConsumerGroup => {
  const Impl: new (options: object) => ConsumerGroup = load('kafkajs/src/consumer/consumerGroup.js');
  const Emitter: new () => unknown = load('kafkajs/src/instrumentation/emitter.js');
  const { fromBeginning, assigner, topics, ...rest } = options;
  return new Impl({
    ...rest,
    topics,
    topicConfigurations: Object.fromEntries(topics.map((topic) => [topic, { fromBeginning }])),
    assigners: [assigner({ cluster: options.cluster as never, groupId: options.groupId, logger: options.logger })],
    instrumentationEmitter: new Emitter(),
    minBytes: 1,
    isolationLevel: 1,
    rackId: '',
    metadataMaxAge: 300_000,
    autoCommit: false,
    autoCommitInterval: null,
    autoCommitThreshold: null,
  });
};
