import { type EventEnvelope, toKafkaMessage } from '@orderloom/contracts';
import type { Message, Producer } from 'kafkajs';
import { describeError, InfrastructureDown, isInfrastructureError } from './errors.js';
import type { MessagingLogger } from './types.js';

/** Writes events to Kafka in order; made by `KafkaClient.publisher()`. */
export interface EventPublisher {
  /**
   * Publishes the envelopes in one request, in order per key; fulfilled when every replica has them.
   * Calls are served one after the other. Rejects with {@link InfrastructureDown} when the broker could not be
   * reached: publish the same batch again (a batch whose answer was lost may then be there twice, which readers
   * see by the sequence).
   */
  publish(topic: string, envelopes: readonly EventEnvelope[]): Promise<void>;
  /** Finishes what was asked for and disconnects. */
  close(): Promise<void>;
}

interface Job {
  readonly topic: string;
  readonly messages: Message[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Most messages in one request; a larger publish is still one request. */
const MERGE_LIMIT = 2000;

/**
 * One idempotent producer (acks of all replicas, one request in flight). Calls that wait for each other are merged
 * into one request, so a busy process sends few large ones.
 */
export class KafkaPublisher implements EventPublisher {
  readonly #create: () => Producer;
  readonly #logger: MessagingLogger;
  #producer: Promise<Producer> | undefined;
  readonly #jobs: Job[] = [];
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(create: () => Producer, logger: MessagingLogger) {
    this.#create = create;
    this.#logger = logger;
  }

  async publish(topic: string, envelopes: readonly EventEnvelope[]): Promise<void> {
    if (envelopes.length === 0) return;
    await this.send(topic, envelopes.map(toKafkaMessage));
  }

  /** As {@link publish}, for messages that are ready. */
  send(topic: string, messages: Message[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the publisher is closed'));
    return new Promise((resolve, reject) => {
      this.#jobs.push({ topic, messages, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    await this.#discard();
  }

  async #work(): Promise<void> {
    // Calls made in the same turn belong together.
    await Promise.resolve();
    while (this.#jobs.length > 0) {
      const jobs: Job[] = [];
      let count = 0;
      while (this.#jobs.length > 0 && (count === 0 || count + (this.#jobs[0] as Job).messages.length <= MERGE_LIMIT)) {
        const job = this.#jobs.shift() as Job;
        jobs.push(job);
        count += job.messages.length;
      }
      await this.#sendAll(jobs);
    }
    // In the same turn as the last look at the list: a job that comes in between would wait for ever.
    this.#working = undefined;
  }

  async #sendAll(jobs: readonly Job[]): Promise<void> {
    try {
      await this.#attempt(jobs);
      for (const job of jobs) job.resolve();
    } catch (error) {
      const away = isInfrastructureError(error);
      if (!away && jobs.length > 1) {
        // One of them is to blame; the others must not suffer for it.
        for (const job of jobs) await this.#sendAll([job]);
        return;
      }
      const failure = away
        ? new InfrastructureDown(`Kafka did not take the messages: ${describeError(error)}`, { cause: error })
        : error;
      for (const job of jobs) job.reject(failure);
    }
  }

  async #attempt(jobs: readonly Job[]): Promise<void> {
    const topics = new Map<string, Message[]>();
    for (const job of jobs) {
      const list = topics.get(job.topic);
      if (list) list.push(...job.messages);
      else topics.set(job.topic, [...job.messages]);
    }
    const topicMessages = [...topics].map(([topic, messages]) => ({ topic, messages }));
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#producer ??= this.#connect();
        const producer = await this.#producer;
        await producer.sendBatch({ acks: -1, topicMessages });
        return;
      } catch (error) {
        // After a failure nobody knows which sequence numbers the broker saw: go on under a new producer id.
        await this.#discard();
        this.#logger.warn({ error: describeError(error), attempt }, 'a produce request failed');
        if (attempt >= 2 || isInfrastructureError(error)) throw error;
      }
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.#create();
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (!producer) return;
    await producer.then((p) => p.disconnect()).catch(() => undefined);
  }
}
