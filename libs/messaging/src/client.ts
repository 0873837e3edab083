import { fromKafkaMessage, PARTITIONS } from '@orderloom/contracts';
import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs';
import { DeadLetters } from './dead-letters.js';
import { InfrastructureDown } from './errors.js';
import { type ConsumerHost, EventConsumer } from './event-consumer.js';
import { type EventPublisher, KafkaPublisher } from './publisher.js';
import { type Passing, type Place, TopicReader } from './topic-reader.js';
import { guardKafkajs } from './transport/guards.js';
import { type OpenCluster, openCluster } from './transport/internals.js';
import { KafkaLog } from './transport/log.js';
import { kafkajsLogs } from './transport/logging.js';
import {
  type ConsumerOptions,
  type MessagingLogger,
  type ReceivedEvent,
  type Subscription,
  silentLogger,
  type Watermarks,
} from './types.js';

export interface KafkaClientOptions {
  /** `host:port`, several separated by commas or as a list. */
  readonly brokers: string | readonly string[];
  /** Names this process in the broker's logs, e.g. the service's name. */
  readonly clientId: string;
  readonly logger?: MessagingLogger;
  /** Limits of one request, default 30,000; of a connection attempt, default 3,000. Milliseconds. */
  readonly requestTimeoutMs?: number;
  readonly connectionTimeoutMs?: number;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** Sequence-keeping retries of one request before the caller hears of it. */
const RETRY = { retries: 4, initialRetryTime: 100, maxRetryTime: 2000, factor: 0.2, multiplier: 2 };

/** Kept for ever: a new downstream system reads from the beginning. */
const FOR_EVER = { 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' };

/** The way to Kafka for one process: topics, publisher, consumers, dead letters and questions to the broker. */
export class KafkaClient {
  readonly #kafka: Kafka;
  readonly #brokers: readonly string[];
  readonly #options: KafkaClientOptions;
  readonly #logger: MessagingLogger;
  readonly #log: KafkaLog;
  readonly #consumers = new Set<EventConsumer>();
  readonly #known = new Set<string>();
  #ensuring: Promise<void> = Promise.resolve();
  #publisher: KafkaPublisher | undefined;

  constructor(options: KafkaClientOptions) {
    guardKafkajs();
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    const list = typeof options.brokers === 'string' ? options.brokers.split(',') : options.brokers;
    this.#brokers = list.map((broker) => broker.trim()).filter((broker) => broker.length > 0);
    if (this.#brokers.length === 0) throw new Error('no Kafka broker is named');
    this.#kafka = new kafkajs.Kafka({
      clientId: options.clientId,
      brokers: [...this.#brokers],
      logLevel: kafkajs.logLevel.WARN,
      logCreator: kafkajsLogs(this.#logger),
      connectionTimeout: options.connectionTimeoutMs ?? 3000,
      requestTimeout: options.requestTimeoutMs ?? 30_000,
      retry: RETRY,
    });
    this.#log = new KafkaLog(() => this.#open());
  }

  /**
   * Creates what is missing (24 partitions, kept for ever, unless said otherwise). Existing topics stay as they are:
   * the number of partitions is fixed for good, because order per key would not survive a change.
   */
  ensureTopics(topics: readonly (string | TopicSpec)[]): Promise<void> {
    const specs = topics.map((topic) => (typeof topic === 'string' ? { topic } : topic));
    // One after the other, so that two consumers that start together do not both create a topic.
    const ensured = this.#ensuring.then(async () => {
      const missing = specs.filter(({ topic }) => !this.#known.has(topic));
      if (missing.length === 0) return;
      await this.#admin(async (admin) => {
        const present = new Set(await admin.listTopics());
        const create = missing.filter(({ topic }) => !present.has(topic));
        if (create.length > 0) {
          await admin.createTopics({
            waitForLeaders: true,
            topics: create.map(({ topic, partitions, config }) => ({
              topic,
              numPartitions: partitions ?? PARTITIONS,
              configEntries: Object.entries({ ...FOR_EVER, ...config }).map(([name, value]) => ({ name, value })),
            })),
          });
        }
      });
      for (const { topic } of missing) this.#known.add(topic);
    });
    this.#ensuring = ensured.catch(() => undefined);
    return ensured;
  }

  /** The process's one idempotent producer, connected on first use. */
  publisher(): EventPublisher {
    return this.#publish();
  }

  /** A member of a consumer group; call `start()`. Stopped by `close()` at the latest. */
  consumer(subscription: Subscription, options: ConsumerOptions = {}): EventConsumer {
    const host: ConsumerHost = {
      logger: this.#logger,
      kafkaLogger: this.#kafka.logger(),
      log: this.#log,
      open: () => this.#open(),
      publisher: () => this.#publish(),
      ensureTopics: (topics) => this.ensureTopics(topics),
      closed: (consumer) => this.#consumers.delete(consumer),
    };
    const consumer = new EventConsumer(subscription, options, host);
    this.#consumers.add(consumer);
    return consumer;
  }

  /** Reads topics without a group, see {@link TopicReader}; stop it yourself. */
  reader(
    topics: readonly string[],
    from: readonly Place[] | undefined,
    handle: (events: readonly ReceivedEvent[]) => Promise<void>,
    passing?: Passing,
  ): TopicReader {
    return new TopicReader({ open: () => this.#open(), logger: this.#logger }, topics, from, handle, passing);
  }

  /**
   * Reads what topics hold now, without a group, from the beginning to where they end at the call. Order is kept per
   * key. Topics that do not exist hold nothing.
   * @param unreadable told of messages that are no events
   */
  async history(
    topics: readonly string[],
    each: (event: ReceivedEvent) => void,
    unreadable: (place: Place, error: unknown) => void = () => {},
  ): Promise<void> {
    for (const topic of topics) {
      const ends = (await this.#log.ends(topic)) ?? [];
      const starts = (await this.#log.starts(topic)) ?? [];
      const ranges = ends.map((to, partition) => ({ partition, from: starts[partition] ?? 0, to }));
      await this.#log.read(
        topic,
        ranges.filter(({ from, to }) => to > from),
        (partition, message) => {
          try {
            each({ ...fromKafkaMessage(message), topic, partition, offset: message.offset });
          } catch (error) {
            unreadable({ topic, partition, offset: BigInt(message.offset) }, error);
          }
        },
      );
    }
  }

  deadLetters(): DeadLetters {
    return new DeadLetters({ log: this.#log, publisher: () => this.#publish() });
  }

  /** Where the topics end now; a topic that does not exist has no partitions. */
  async highWatermarks(topics: string | readonly string[]): Promise<Watermarks> {
    const list = typeof topics === 'string' ? [topics] : topics;
    const ends = await Promise.all(list.map(async (topic) => [topic, (await this.#log.ends(topic)) ?? []] as const));
    return Object.fromEntries(ends.map(([topic, offsets]) => [topic, offsets.map(String)]));
  }

  /** Messages from a group's committed offsets (the beginning, where it has none) to the end. */
  async groupLag(group: string, topics: readonly string[]): Promise<{ total: number; topics: Record<string, number> }> {
    const lags: Record<string, number> = {};
    for (const topic of topics) {
      const ends = (await this.#log.ends(topic)) ?? [];
      const starts = (await this.#log.starts(topic)) ?? [];
      const committed = ends.length > 0 ? await this.#log.committed(group, topic) : [];
      lags[topic] = ends.reduce((sum, end, partition) => {
        const at = committed[partition] ?? -1;
        return sum + Math.max(0, end - (at >= 0 ? at : (starts[partition] ?? 0)));
      }, 0);
    }
    return { total: Object.values(lags).reduce((a, b) => a + b, 0), topics: lags };
  }

  /** Fulfilled when the broker answers; rejects with {@link InfrastructureDown} otherwise. */
  async ping(timeoutMs = 3000): Promise<void> {
    const open = this.#open();
    let timer: NodeJS.Timeout | undefined;
    try {
      await Promise.race([
        open.cluster.connect(),
        new Promise<never>((_resolve, reject) => {
          timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
        }),
      ]);
    } catch (error) {
      throw new InfrastructureDown(`Kafka at ${this.#brokers.join(',')} does not answer`, { cause: error });
    } finally {
      clearTimeout(timer);
      open.close();
    }
  }

  /** Stops every consumer and the publisher and disconnects. */
  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    await this.#publisher?.close();
    this.#log.close();
  }

  #publish(): KafkaPublisher {
    this.#publisher ??= new KafkaPublisher(() => this.#producer(), this.#logger);
    return this.#publisher;
  }

  #producer(): Producer {
    return this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // murmur2 as in the Java client, so that every client puts a key into the same partition.
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: RETRY,
    });
  }

  #open(): OpenCluster {
    return openCluster({
      logger: this.#kafka.logger(),
      brokers: this.#brokers,
      clientId: this.#options.clientId,
      retry: { ...RETRY, retries: 2 },
      connectionTimeout: this.#options.connectionTimeoutMs ?? 3000,
      requestTimeout: this.#options.requestTimeoutMs ?? 30_000,
    });
  }

  async #admin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      return await ask(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
