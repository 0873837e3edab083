import {
  type DynamicModule,
  Global,
  type INestApplicationContext,
  Injectable,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type EventEnvelope, type ServiceName, streamPrefixes, topicOf } from '@orderloom/contracts';
import { EventStore, type RecordedEvent, Relay, toEnvelope } from '@orderloom/event-sourcing';
import { type ConsumerOptions, instancesIn, KafkaClient, KafkaEventStrategy } from '@orderloom/messaging';
import { Health, Logger, Metrics, MongoConnections, Role, Shutdown } from '@orderloom/platform';
import { MongoCheckpoints, MongoLease } from '@orderloom/projections';
import { GROUPS, operationsController } from './operations.js';
import { Projections } from './projections.js';

/** What joins a service to its engines. */
export interface EventPlumbingOptions {
  readonly service: ServiceName;
  readonly settings: { readonly EVENTSTORE_URL: string; readonly KAFKA_BROKERS: readonly string[] };
  /** Public form of a stored event; default: as it is stored. */
  readonly toPublic?: (recorded: RecordedEvent) => EventEnvelope;
  /** Topics of other services that are read. */
  readonly reads?: readonly ServiceName[];
  readonly consumer?: ConsumerOptions;
}

const OPTIONS = Symbol('orderloom.plumbing');

/**
 * Starts and stops what moves events: topics, read models, the relay, consumers, in this order; and in the opposite
 * order at the end, so that nothing is consumed that cannot be handled and nothing handled stays unpublished.
 */
@Injectable()
class Plumbing implements OnApplicationBootstrap {
  private strategy: KafkaEventStrategy | undefined;

  constructor(
    private readonly options: EventPlumbingOptions,
    private readonly store: EventStore,
    private readonly kafka: KafkaClient,
    private readonly relay: Relay,
    private readonly lease: MongoLease,
    private readonly projections: Projections,
    private readonly modules: ModulesContainer,
    private readonly logger: Logger,
    health: Health,
    private readonly metrics: Metrics,
    shutdown: Shutdown,
    private readonly role: Role,
  ) {
    shutdown.register('consumers', 'consumers', async () => this.strategy?.close());
    shutdown.register('relays', 'relay', () => this.relay.stop());
    shutdown.register('projections', 'projections', async () => {
      await Promise.all([...this.projections.runners.values()].map((runner) => runner.stop()));
      // Last of all that lead something, so that each could store where it got to.
      await this.lease.close();
    });
    shutdown.register('stores', 'kafka', () => this.kafka.close());
    shutdown.register('stores', 'event store', () => this.store.close());
    health.register('eventstore', () => this.store.ping());
    health.register('kafka', () => this.kafka.ping());
    health.register('consumers', () => {
      const stuck = this.strategy?.consumers.find((consumer) => !consumer.health().live);
      if (stuck) throw new Error(`the group ${stuck.group} has work and makes no progress`);
    });
  }

  /** The groups of this service, once their consumers are started. */
  groups() {
    return (this.strategy?.consumers ?? []).map(({ group, subscription: { topics } }) => ({ group, topics }));
  }

  async onApplicationBootstrap(): Promise<void> {
    const { service, reads = [] } = this.options;
    await this.kafka.ensureTopics([service, ...reads].map((name) => topicOf[name]));
    await Promise.all([...this.projections.runners.values()].map((runner) => runner.start()));
    if (!this.role.works) return;
    this.relay.start();
    const strategy = new KafkaEventStrategy({
      client: this.kafka,
      handlers: () => instancesIn({ get: () => this.modules } as unknown as INestApplicationContext),
      consumer: { onFatal: (error) => this.giveUp(error), ...this.options.consumer },
    });
    await new Promise<void>((resolve, reject) => {
      strategy.listen((error) => (error ? reject(error) : resolve()));
    });
    this.strategy = strategy;
    this.exportLag(strategy);
  }

  /** A consumer that cannot go on by itself is no use to anybody while it looks healthy: stop in order, be restarted. */
  private giveUp(error: Error): void {
    this.logger.error({ err: error }, 'a consumer cannot go on; stopping the process');
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  }

  private exportLag(strategy: KafkaEventStrategy): void {
    const { metrics, relay, projections } = this;
    metrics.gauge({
      name: 'orderloom_consumer_lag',
      help: 'Events that a consumer group of this service has yet to handle.',
      labelNames: ['group'],
      async collect() {
        for (const consumer of strategy.consumers) {
          this.set({ group: consumer.group }, await consumer.lag().catch(() => Number.NaN));
        }
      },
    });
    metrics.gauge({
      name: 'orderloom_relay_lag',
      help: 'Log positions between the last event of this service and the last published one.',
      async collect() {
        this.set(await relay.lag().catch(() => Number.NaN));
      },
    });
    metrics.gauge({
      name: 'orderloom_projection_lag',
      help: 'Log positions between the last event of this service and what the read model holds.',
      labelNames: ['projection'],
      async collect() {
        for (const [projection, runner] of projections.runners) {
          this.set({ projection }, await runner.lag().catch(() => Number.NaN));
        }
      },
    });
  }
}

/**
 * Global module of a service that records events. Gives `EventStore`, `KafkaClient`, `Relay`, `MongoLease` and
 * `Projections`; finds `@OnEvents` methods of all providers by itself.
 */
@Global()
@Module({})
export class EventPlumbingModule {
  static of(options: EventPlumbingOptions): DynamicModule {
    const { service, settings } = options;
    const provided = [
      {
        provide: EventStore,
        inject: [Logger],
        useFactory: (logger: Logger) => EventStore.connect(settings.EVENTSTORE_URL, { logger }),
      },
      {
        provide: KafkaClient,
        inject: [Logger],
        useFactory: (logger: Logger) =>
          new KafkaClient({ brokers: settings.KAFKA_BROKERS, clientId: `orderloom-${service}`, logger }),
      },
      {
        provide: MongoLease,
        inject: [MongoConnections, Logger, Role],
        useFactory: (mongo: MongoConnections, logger: Logger, role: Role) =>
          new MongoLease(mongo.connection(service), { logger, candidate: role.works }),
      },
      {
        provide: Relay,
        inject: [EventStore, KafkaClient, MongoConnections, MongoLease, Logger],
        useFactory: (
          store: EventStore,
          kafka: KafkaClient,
          mongo: MongoConnections,
          lease: MongoLease,
          logger: Logger,
        ) =>
          new Relay({
            store,
            service,
            prefixes: streamPrefixes[service],
            toPublic: options.toPublic ?? ((recorded) => toEnvelope(service, recorded)),
            publish: (envelopes) => kafka.publisher().publish(topicOf[service], envelopes),
            checkpoint: new MongoCheckpoints(mongo.connection(service)),
            lease,
            logger,
          }),
      },
      {
        provide: Projections,
        inject: [EventStore, MongoConnections, MongoLease, Logger],
        useFactory: (store: EventStore, mongo: MongoConnections, lease: MongoLease, logger: Logger) =>
          new Projections(store, mongo, lease, logger, service),
      },
    ];
    return {
      module: EventPlumbingModule,
      controllers: [operationsController(service)],
      providers: [
        { provide: GROUPS, inject: [Plumbing], useFactory: (plumbing: Plumbing) => () => plumbing.groups() },
        ...provided,
        { provide: OPTIONS, useValue: options },
        {
          provide: Plumbing,
          inject: [
            OPTIONS,
            EventStore,
            KafkaClient,
            Relay,
            MongoLease,
            Projections,
            ModulesContainer,
            Logger,
            Health,
            Metrics,
            Shutdown,
            Role,
          ],
          useFactory: (...parts: ConstructorParameters<typeof Plumbing>) => new Plumbing(...parts),
        },
      ],
      exports: provided.map(({ provide }) => provide),
    };
  }
}
