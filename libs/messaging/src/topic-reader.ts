import { fromKafkaMessage } from '@orderloom/contracts';
import { backoffMs, pause } from './consumer/backoff.js';
import { isInfrastructureError } from './errors.js';
import type { Broker, OpenCluster } from './transport/internals.js';
import type { MessagingLogger, ReceivedEvent } from './types.js';

/** The next offset to read of a partition. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** What a reader needs of the client. */
export interface ReaderHost {
  open(): OpenCluster;
  readonly logger: MessagingLogger;
}

const MAX_WAIT_MS = 10_000;
/** Least time between two fetches: what is written one by one is read in batches, and a live view is as live. */
const LINGER_MS = 100;
/** While nobody wants events, the ends of the topics are looked up this often, ms. */
const PASS_EVERY_MS = 2_000;

/** For readers whose events are of use only at times. */
export interface Passing {
  /** True while nobody wants the events: they are not even fetched. */
  now(): boolean;
  /** Fulfilled as soon as somebody does. */
  wanted(): Promise<void>;
  /** Told where reading goes on after events were passed over. */
  passed(next: readonly Place[]): void;
}

/**
 * Reads topics without a consumer group: every reader gets every event, and where it goes on is its own business.
 * For live views; work that must be done once belongs to a consumer group.
 */
export class TopicReader {
  /** Where reading began, in every partition. */
  readonly started: Promise<readonly Place[]>;
  readonly #host: ReaderHost;
  readonly #topics: readonly string[];
  readonly #next = new Map<string, Place>();
  readonly #handle: (events: readonly ReceivedEvent[]) => Promise<void>;
  readonly #passing: Passing | undefined;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #cluster: OpenCluster | undefined;
  #inTurn: Promise<void> = Promise.resolve();

  /**
   * @param from where to begin; partitions that it does not name are read from their beginning, and with no `from` at
   * all every partition is read from its end on
   * @param handle gets events in order per partition; the next batch is fetched when it has resolved
   * @param passing when and how events are passed over
   */
  constructor(
    host: ReaderHost,
    topics: readonly string[],
    from: readonly Place[] | undefined,
    handle: (events: readonly ReceivedEvent[]) => Promise<void>,
    passing?: Passing,
  ) {
    this.#passing = passing;
    this.#host = host;
    this.#topics = topics;
    this.#handle = handle;
    let begun: (places: readonly Place[]) => void = () => {};
    this.started = new Promise((resolve) => {
      begun = resolve;
    });
    this.#running = this.#run(from, begun);
  }

  /** Stops at once; the batch in hand is finished. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cluster?.close();
    await this.#running;
    await this.#inTurn;
  }

  async #run(from: readonly Place[] | undefined, begun: (places: readonly Place[]) => void): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const open = this.#host.open();
      this.#cluster = open;
      try {
        await open.cluster.connect();
        await open.cluster.addMultipleTargetTopics(this.#topics);
        await open.cluster.refreshMetadataIfNecessary();
        if (this.#next.size === 0) {
          await this.#begin(open, from);
          begun([...this.#next.values()]);
        }
        attempt = 0;
        await Promise.all(this.#leaders(open).map((nodeId) => this.#follow(open, nodeId)));
      } catch (error) {
        if (!signal.aborted) {
          this.#host.logger.warn({ err: error, outage: isInfrastructureError(error) }, 'reading topics interrupted');
        }
      } finally {
        open.close();
      }
      if (!signal.aborted) await pause(backoffMs(attempt + 1, 100, 5_000), signal);
    }
  }

  async #begin({ cluster }: OpenCluster, from: readonly Place[] | undefined): Promise<void> {
    const offsets = await cluster.fetchTopicsOffset(
      this.#topics.map((topic) => ({
        topic,
        partitions: cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId })),
        fromBeginning: from !== undefined,
      })),
    );
    const wanted = new Map((from ?? []).map((place) => [keyOf(place), place.offset]));
    for (const { topic, partitions } of offsets) {
      for (const { partition, offset } of partitions) {
        const first = BigInt(offset);
        const asked = wanted.get(keyOf({ topic, partition })) ?? first;
        const place = { topic, partition, offset: asked > first ? asked : first };
        this.#next.set(keyOf(place), place);
      }
    }
  }

  #leaders({ cluster }: OpenCluster): number[] {
    const leaders = this.#topics.flatMap((topic) =>
      cluster.findTopicPartitionMetadata(topic).map(({ leader }) => leader),
    );
    return [...new Set(leaders)];
  }

  async #follow({ cluster }: OpenCluster, nodeId: number): Promise<void> {
    const { signal } = this.#stopping;
    const broker: Broker = await cluster.findBroker({ nodeId });
    const led = new Set(
      this.#topics.flatMap((topic) =>
        cluster
          .findTopicPartitionMetadata(topic)
          .filter(({ leader }) => leader === nodeId)
          .map(({ partitionId }) => keyOf({ topic, partition: partitionId })),
      ),
    );
    for (let last = 0; !signal.aborted; ) {
      const early = last + LINGER_MS - Date.now();
      if (early > 0) await pause(early, signal);
      if (signal.aborted) return;
      if (this.#passing?.now()) {
        await this.#pass(this.#passing, cluster, led);
        continue;
      }
      last = Date.now();
      const { responses } = await broker.fetch({
        maxWaitTime: MAX_WAIT_MS,
        minBytes: 1,
        maxBytes: 8 * 1024 * 1024,
        isolationLevel: 1,
        topics: this.#topics.map((topic) => ({
          topic,
          partitions: [...this.#next.values()]
            .filter((place) => place.topic === topic && led.has(keyOf(place)))
            .map(({ partition, offset }) => ({ partition, fetchOffset: offset.toString(), maxBytes: 1024 * 1024 })),
        })),
      });
      const events: ReceivedEvent[] = [];
      const read = new Map<string, Place>();
      for (const { topicName, partitions } of responses) {
        for (const { partition, messages } of partitions) {
          for (const message of messages) {
            const key = keyOf({ topic: topicName, partition });
            const offset = BigInt(message.offset);
            if (offset < (this.#next.get(key)?.offset ?? 0n)) continue;
            read.set(key, { topic: topicName, partition, offset: offset + 1n });
            const event = readable(message);
            if (event) events.push({ ...event, topic: topicName, partition, offset: message.offset });
          }
        }
      }
      if (events.length > 0 && !signal.aborted) {
        const turn = this.#inTurn.then(() => this.#handle(events));
        // A batch that failed is fetched again; those of the other brokers still get their turn.
        this.#inTurn = turn.catch(() => undefined);
        await turn;
      }
      if (signal.aborted) return;
      for (const [key, place] of read) this.#next.set(key, place);
    }
  }

  /** Goes to the end of what this broker leads, and waits until somebody wants events or it is time to look again. */
  async #pass(passing: Passing, cluster: OpenCluster['cluster'], led: ReadonlySet<string>): Promise<void> {
    const { signal } = this.#stopping;
    const wanted = passing.wanted();
    const moved: Place[] = [];
    const ends = await endsOf(cluster, this.#topics);
    // Somebody came meanwhile, and counts from where this was before.
    if (signal.aborted || !passing.now()) return;
    for (const place of ends) {
      const key = keyOf(place);
      if (!led.has(key) || place.offset <= (this.#next.get(key)?.offset ?? 0n)) continue;
      this.#next.set(key, place);
      moved.push(place);
    }
    if (moved.length > 0) passing.passed(moved);
    const looked = new AbortController();
    await Promise.race([wanted, pause(PASS_EVERY_MS, AbortSignal.any([signal, looked.signal]))]);
    looked.abort();
  }
}

/** Where every partition ends now. */
async function endsOf(cluster: OpenCluster['cluster'], topics: readonly string[]): Promise<Place[]> {
  const offsets = await cluster.fetchTopicsOffset(
    topics.map((topic) => ({
      topic,
      partitions: cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId })),
      fromBeginning: false,
    })),
  );
  return offsets.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })),
  );
}

const keyOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;

/** What cannot be read as an event is for consumer groups to put aside; a live view shows what can be shown. */
function readable(message: Parameters<typeof fromKafkaMessage>[0]) {
  try {
    return fromKafkaMessage(message);
  } catch {
    return undefined;
  }
}
