import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EventConsumer, ReceivedEvent, Watermarks } from '@orderloom/messaging';
import { KafkaClient } from '@orderloom/messaging';
import { CONNECTION, Health, InstanceRole, Logger, Shutdown } from '@orderloom/platform';
import { TopicProjection, type TopicRebuild } from '@orderloom/projections';
import type { Connection } from 'mongoose';
import { type CustomerDocument, customersProjection, customersSource } from './customers.projection.js';
import { type TermsDocument, termsProjection, termsSource } from './delivery-terms.projection.js';
import { type ProductDocument, productsProjection, productsSource } from './products.projection.js';

const GROUP = 'order.catalogue';
/** How long copies of a new version may take to be built before the service gives up starting. */
const REBUILD_DEADLINE_MS = 3_600_000;

type Listener = (events: readonly ReceivedEvent[]) => Promise<void> | void;

/**
 * Keeps the local copies of products, customers and delivery terms. One consumer of its own for all, because imports have to know
 * when it has caught up.
 */
@Injectable()
export class CatalogueFeed implements OnApplicationBootstrap {
  readonly products: TopicProjection<ProductDocument>;
  readonly customers: TopicProjection<CustomerDocument>;
  readonly terms: TopicProjection<TermsDocument>;
  readonly topics = [...productsSource.topics, ...customersSource.topics, ...termsSource.topics];
  readonly #listeners: Listener[] = [];
  readonly #openers: (() => Promise<void>)[] = [];
  readonly #started: Promise<EventConsumer>;
  #consumer: EventConsumer | undefined;
  #announce: (consumer: EventConsumer) => void = () => {};

  constructor(
    connection: Connection,
    private readonly kafka: KafkaClient,
    private readonly logger: Logger,
    health: Health,
    shutdown: Shutdown,
    private readonly role: InstanceRole,
  ) {
    this.#started = new Promise((resolve) => {
      this.#announce = resolve;
    });
    const common = { connection, logger, group: GROUP };
    this.products = new TopicProjection({ ...common, ...productsSource, definition: productsProjection });
    this.customers = new TopicProjection({ ...common, ...customersSource, definition: customersProjection });
    this.terms = new TopicProjection({ ...common, ...termsSource, definition: termsProjection });
    shutdown.register('consumers', GROUP, () => this.#consumer?.stop());
    health.register('catalogue', () => {
      const state = this.#consumer?.health();
      if (state !== undefined && !state.live) throw new Error(`the group ${GROUP} has work and makes no progress`);
    });
  }

  /** Told of every batch after it is written. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Called when the copies can be read, before anything new comes in. */
  onOpen(opener: () => Promise<void>): void {
    this.#openers.push(opener);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.kafka.ensureTopics(this.topics);
    if (!this.role.works) return this.#read();
    const copies = await Promise.all([this.products.start(), this.customers.start(), this.terms.start()]);
    await Promise.all(copies.map(({ rebuild }) => this.#rebuild(rebuild)));
    await Promise.all(this.#openers.map((open) => open()));
    const consumer = this.kafka.consumer(
      {
        group: GROUP,
        topics: this.topics,
        handles: [...productsSource.handles, ...customersSource.handles, ...termsSource.handles],
        handleBatch: (events) => this.#handle(events),
      },
      { onFatal: (error) => this.#giveUp(error) },
    );
    this.#consumer = consumer;
    await consumer.start();
    this.#announce(consumer);
  }

  /** Fulfilled when the copies hold everything below these watermarks; rejects at the deadline (ms). */
  async caughtUpWith(watermarks: Watermarks, deadlineMs: number): Promise<void> {
    const consumer = await this.#started;
    await consumer.caughtUpWith(watermarks, deadlineMs);
  }

  /** An instance that only answers reads what a worker keeps. */
  async #read(): Promise<void> {
    await Promise.all([this.products.open(), this.customers.open(), this.terms.open()]);
    await Promise.all(this.#openers.map((open) => open()));
  }

  async #handle(events: readonly ReceivedEvent[]): Promise<void> {
    const products = events.filter((event) => event.source === 'inventory');
    const customers = events.filter((event) => event.source === 'customer');
    const terms = events.filter((event) => event.source === 'logistics');
    await Promise.all([
      products.length === 0 ? undefined : this.products.handleBatch(products),
      customers.length === 0 ? undefined : this.customers.handleBatch(customers),
      terms.length === 0 ? undefined : this.terms.handleBatch(terms),
    ]);
    for (const listener of this.#listeners) await listener(events);
  }

  /** A copy of a new version is small: it is filled before the service takes its first order. */
  async #rebuild(rebuild: TopicRebuild | null): Promise<void> {
    if (rebuild === null) return;
    const { subscription } = rebuild;
    const consumer = this.kafka.consumer(subscription);
    await consumer.start();
    await consumer.caughtUpWith(await this.kafka.highWatermarks(subscription.topics), REBUILD_DEADLINE_MS);
    await consumer.stop();
    await rebuild.activate();
  }

  /** A consumer that cannot go on is no use while it looks healthy: stop in order, to be started again. */
  #giveUp(error: Error): void {
    this.logger.error({ err: error, group: GROUP }, 'a consumer cannot go on; stopping the process');
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  }
}

/** What `CatalogueFeed` is made from. */
export const catalogueFeedParts = [CONNECTION, KafkaClient, Logger, Health, Shutdown, InstanceRole];
