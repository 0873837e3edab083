import type { KafkaMessage } from 'kafkajs';
import { InfrastructureDown, isInfrastructureError } from '../errors.js';
import type { Cluster, OpenCluster } from './internals.js';

/** Part of a partition: from one offset up to, not including, another. */
export interface Range {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Reads partitions and their ends without being in any group. One connection, opened on first use. */
export class KafkaLog {
  readonly #openCluster: () => OpenCluster;
  #open: Promise<OpenCluster> | undefined;
  /** Topics seen to exist. Asking for one that does not exist makes kafkajs log an error, so all are asked for first. */
  readonly #known = new Set<string>();

  constructor(open: () => OpenCluster) {
    this.#openCluster = open;
  }

  /** The offset the next message will get, by partition. `undefined` when there is no such topic. */
  async ends(topic: string): Promise<number[] | undefined> {
    return this.#offsets(topic, false);
  }

  /** The first offset that is kept, by partition. */
  async starts(topic: string): Promise<number[] | undefined> {
    return this.#offsets(topic, true);
  }

  /** Where the group goes on, by partition; -1 where it has committed nothing. */
  async committed(group: string, topic: string): Promise<number[]> {
    const offsets = await this.#run(async (cluster) => {
      const partitions = await partitionsOf(cluster, topic);
      const coordinator = await cluster.findGroupCoordinator({ groupId: group });
      const { responses } = await coordinator.offsetFetch({
        groupId: group,
        topics: [{ topic, partitions: partitions.map((partition) => ({ partition })) }],
      });
      return responses.find((response) => response.topic === topic)?.partitions ?? [];
    });
    return byPartition(offsets);
  }

  /** Gives every message of the ranges to `each`, in order per partition. */
  async read(
    topic: string,
    ranges: readonly Range[],
    each: (partition: number, message: KafkaMessage) => void,
  ): Promise<void> {
    const next = new Map(ranges.map((range) => [range.partition, range.from]));
    const open = () => ranges.filter((range) => (next.get(range.partition) ?? 0) < range.to);
    let idle = 0;
    while (open().length > 0 && idle < 3) {
      const before = [...next.values()];
      await this.#run(async (cluster) => {
        const partitions = await partitionsOf(cluster, topic);
        if (partitions.length === 0) throw new Error(`there is no topic ${topic}`);
        const leaders = new Map<number, Range[]>();
        const metadata = cluster.findTopicPartitionMetadata(topic);
        for (const range of open()) {
          const leader = metadata.find((p) => p.partitionId === range.partition)?.leader ?? -1;
          leaders.set(leader, [...(leaders.get(leader) ?? []), range]);
        }
        for (const [nodeId, led] of leaders) {
          const broker = await cluster.findBroker({ nodeId });
          const { responses } = await broker.fetch({
            maxWaitTime: 200,
            minBytes: 1,
            maxBytes: 8 * 1024 * 1024,
            isolationLevel: 1,
            topics: [
              {
                topic,
                partitions: led.map(({ partition, from }) => ({
                  partition,
                  fetchOffset: String(next.get(partition) ?? from),
                  maxBytes: 1024 * 1024,
                })),
              },
            ],
          });
          for (const response of responses.flatMap((r) => r.partitions)) {
            const range = led.find((r) => r.partition === response.partition);
            if (!range) continue;
            for (const message of response.messages) {
              const offset = Number(message.offset);
              if (offset < (next.get(range.partition) ?? 0) || offset >= range.to) continue;
              each(range.partition, message);
              next.set(range.partition, offset + 1);
            }
            // Compaction leaves gaps: messages that begin past the range end it.
            const last = response.messages.at(-1);
            if (last && Number(last.offset) >= range.to) next.set(range.partition, range.to);
          }
        }
      });
      idle = before.every((offset, index) => offset === [...next.values()][index]) ? idle + 1 : 0;
    }
  }

  close(): void {
    this.#open?.then((open) => open.close()).catch(() => undefined);
    this.#open = undefined;
    this.#known.clear();
  }

  async #offsets(topic: string, fromBeginning: boolean): Promise<number[] | undefined> {
    return this.#run(async (cluster) => {
      if (!this.#known.has(topic)) {
        const { topicMetadata } = await cluster.metadata({ topics: [] });
        for (const known of topicMetadata) this.#known.add(known.topic);
        if (!this.#known.has(topic)) return undefined;
      }
      const partitions = await partitionsOf(cluster, topic);
      const offsets = await cluster.fetchTopicsOffset([
        { topic, partitions: partitions.map((partition) => ({ partition })), fromBeginning },
      ]);
      return byPartition(offsets.flatMap((o) => o.partitions));
    });
  }

  /** A connection that failed is thrown away; the question is asked once more on a new one. */
  async #run<T>(ask: (cluster: Cluster) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      this.#open ??= this.#connect();
      const used = this.#open;
      try {
        const { cluster } = await used;
        return await ask(cluster);
      } catch (error) {
        // Somebody else may have opened a new one meanwhile, which is to be left alone.
        if (this.#open === used) this.close();
        if (attempt < 2) continue;
        if (isInfrastructureError(error)) throw new InfrastructureDown('Kafka cannot be reached', { cause: error });
        throw error;
      }
    }
  }

  async #connect(): Promise<OpenCluster> {
    const open = this.#openCluster();
    try {
      await open.cluster.connect();
      return open;
    } catch (error) {
      open.close();
      throw error;
    }
  }
}

const partitionsOf = async (cluster: Cluster, topic: string): Promise<number[]> => {
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadataIfNecessary();
  return cluster.findTopicPartitionMetadata(topic).map((p) => p.partitionId);
};

const byPartition = (offsets: readonly { partition: number; offset: string }[]): number[] => {
  const list: number[] = [];
  for (const { partition, offset } of offsets) list[partition] = Number(offset);
  return list;
};
