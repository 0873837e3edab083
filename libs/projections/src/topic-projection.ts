import { type Logger, silentLogger } from '@orderloom/event-sourcing';
import type { ReceivedEvent, Subscription } from '@orderloom/messaging';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { ProjectionDefinition } from './definition.js';
import { fromReceived } from './events.js';
import { Generations, type Pointer } from './generations.js';
import { databaseOf } from './mongo.js';
import { type PoisonAlert, recordPoison } from './poison.js';
import { Progress } from './progress.js';
import { BatchWriter } from './writer.js';

export interface TopicProjectionOptions<D extends { _id: string }> {
  readonly connection: Connection;
  readonly definition: Omit<ProjectionDefinition<D>, 'prefixes'>;
  /** Consumer group of version 1, `<service>.<purpose>`; later versions and rebuilds have groups of their own. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Full event types. All types of a stream, unless the definition says `contiguous: false`. */
  readonly handles: readonly string[];
  readonly logger?: Logger;
  /** Documents kept in memory. Default 2000; 0 when anything but the projection writes the collection. */
  readonly cacheSize?: number;
  readonly maxBatch?: number;
  readonly onPoison?: PoisonAlert;
}

/** A read model being built from the beginning of its topics, beside the live one. */
export interface TopicRebuild {
  readonly collection: string;
  /** Start a second consumer with it; when that has caught up with the watermarks, call `activate`. */
  readonly subscription: Subscription;
  /** Makes the new collection the live one. From then on this subscription feeds it: stop the old consumer. */
  activate(): Promise<void>;
}

/**
 * Keeps a read model of other services' events. The consumer commits its offsets after a batch is written; what is
 * given again is skipped by each document's own sequence. A gap means that an earlier event of the stream lies in
 * the dead letters: the event fails with EventGap, so that it is parked behind it.
 */
export class TopicProjection<D extends { _id: string }> {
  readonly name: string;
  readonly #options: TopicProjectionOptions<D>;
  readonly #logger: Logger;
  readonly #generations: Generations;
  readonly #progress = new Progress();
  #pointer: Pointer | null = null;
  #pointerReadAt = 0;
  #writer: BatchWriter<D> | null = null;
  #inTurn: Promise<unknown> = Promise.resolve();

  constructor(options: TopicProjectionOptions<D>) {
    const { definition, connection } = options;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.name = `projection.${definition.name}`;
    this.#generations = new Generations(connection, definition.name, definition.version);
  }

  /**
   * Opens the read model; call before the consumer is started. `rebuild` is there when the live collection is of
   * another version: the old one is read on, and nothing feeds it, until the rebuild is activated.
   */
  async start(): Promise<{ rebuild: TopicRebuild | null }> {
    const { definition } = this.#options;
    this.#pointer = await this.#generations.open();
    if (this.#pointer.version !== definition.version) return { rebuild: await this.rebuild() };
    await this.#generations.createIndexes(this.#pointer.collection, definition.indexes);
    this.#writer = this.#writerFor(this.#pointer.collection);
    return { rebuild: null };
  }

  /** Opens the read model for reading only: another process feeds it, builds it anew and switches it. */
  async open(): Promise<void> {
    this.#pointer = await this.#generations.open();
  }

  /** What the consumer reads and hands to `handleBatch`. Valid after `start`. */
  subscription(): Subscription {
    const pointer = this.#opened();
    return this.#subscriptionFor(pointer.group ?? this.#options.group, (events) => this.handleBatch(events));
  }

  /** Folds and writes a batch; resolves when it is durable. */
  async handleBatch(events: readonly ReceivedEvent[]): Promise<void> {
    if (!this.#writer) throw new Error(`${this.name} is of another version than its collection: activate its rebuild`);
    await this.#apply(this.#writer, events);
  }

  /** The live collection, for reading. Ask again for every query. */
  collection(): Collection<D> {
    this.#lookForSwitch();
    return databaseOf(this.#options.connection).collection<D>(this.#opened().collection);
  }

  /** Resolves when this process has applied a stream's sequence. @throws after the deadline (ms) */
  async waitFor(streamId: string, sequence: number, deadlineMs: number): Promise<void> {
    if (await this.#progress.until(() => this.#progress.hasStream(streamId, sequence), deadlineMs)) return;
    throw new Error(`${this.name} did not see ${streamId}@${sequence} within ${deadlineMs} ms`);
  }

  /** Prepares a new collection that a second consumer fills from the beginning of the topics. */
  async rebuild(): Promise<TopicRebuild> {
    const from = this.#opened();
    const generation = from.generation + 1;
    const collection = this.#generations.nameOf(generation);
    await this.#generations.dropOthers([from.collection]);
    await this.#generations.createIndexes(collection, this.#options.definition.indexes);
    const writer = this.#writerFor(collection);
    // A build that began anew has an empty collection, so its group must not go on from old offsets.
    const attempt = Date.now().toString(36);
    const group = `${this.#options.group}.v${this.#options.definition.version}-${generation}-${attempt}`;
    return {
      collection,
      subscription: this.#subscriptionFor(group, (events) => this.#apply(writer, events)),
      activate: async () => {
        this.#pointer = await this.#generations.switchTo(from, generation, group);
        this.#writer = writer;
      },
    };
  }

  #opened(): Pointer {
    if (!this.#pointer) throw new Error(`${this.name} has not been started`);
    return this.#pointer;
  }

  #subscriptionFor(group: string, handleBatch: (events: readonly ReceivedEvent[]) => Promise<void>): Subscription {
    const { topics, handles, maxBatch } = this.#options;
    const subscription = { group, topics, handles, handleBatch };
    return maxBatch === undefined ? subscription : { ...subscription, maxBatch };
  }

  /** Where another process feeds it, that may have switched: looked up behind reads, at most every two seconds. */
  #lookForSwitch(): void {
    if (this.#writer || Date.now() - this.#pointerReadAt < 2_000) return;
    this.#pointerReadAt = Date.now();
    this.#generations.pointer().then(
      (pointer) => {
        if (pointer && !this.#writer) this.#pointer = pointer;
      },
      () => undefined,
    );
  }

  /** One batch at a time: two at once would fold the same document from the same state. */
  #apply(writer: BatchWriter<D>, received: readonly ReceivedEvent[]): Promise<void> {
    const events = received.map(fromReceived);
    const turn = this.#inTurn.then(async () => {
      try {
        await writer.apply(events);
      } catch (error) {
        writer.forget();
        throw error;
      }
      this.#progress.applied(events, null);
    });
    this.#inTurn = turn.catch(() => undefined);
    return turn;
  }

  #writerFor(collection: string): BatchWriter<D> {
    const { definition, connection, onPoison, cacheSize = 2_000 } = this.#options;
    return new BatchWriter<D>({
      definition,
      collection: this.#generations.collection(collection),
      onPoison: recordPoison(connection, this.#logger, onPoison),
      cacheSize,
      logger: this.#logger,
    });
  }
}
