import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { type DynamicModule, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { serviceNames, topicOf } from '@orderloom/contracts';
import { KafkaClient } from '@orderloom/messaging';
import {
  definePlainSettings,
  defineService,
  Health,
  Logger,
  Metrics,
  type ServiceDefinition,
  Shutdown,
  setting,
} from '@orderloom/platform';
import { DocsController } from './docs/docs.controller.js';
import { EventsController } from './live/events.controller.js';
import { LiveFeed } from './live/feed.js';
import { topicLog } from './live/topic-log.js';
import { PersonalDataController } from './personal-data/personal-data.controller.js';
import { httpTarget } from './routing/forward.js';
import { Forwarding, TARGETS, type Targets } from './routing/forwarding.js';
import { ImportListController } from './routing/import-list.controller.js';
import { GatewayRevocations } from './routing/revocations.js';
import { SampleController } from './sample/sample.controller.js';
import { SampleLoader } from './sample/sample-loader.js';
import { StartController } from './start/start.controller.js';

const common = {
  KAFKA_BROKERS: setting.list({ description: 'Kafka brokers, e.g. `127.0.0.1:9092`.' }),
  SAMPLE_DIR: setting.text({
    optional: true,
    description: 'Folder of the sample order book that the start page offers to load; unset: none is offered.',
  }),
};

const url = (service: string) =>
  setting.url({
    schemes: ['http'],
    description: `Where the ${service} service answers, e.g. \`http://${service}:8080\`.`,
  });

const addresses = {
  ORDER_URL: url('order'),
  ORDER_WORKER_URL: setting.url({
    optional: true,
    schemes: ['http'],
    description: 'Where an order service with `ROLE=worker` answers, when `ORDER_URL` names one with `ROLE=api`.',
  }),
  INVENTORY_URL: url('inventory'),
  LOGISTICS_URL: url('logistics'),
  NOTIFICATION_URL: url('notification'),
  ANALYTICS_URL: url('analytics'),
  CUSTOMER_URL: url('customer'),
};

const api = {
  title: 'Orderloom',
  description: 'The one public door: routes, live events, the documents of the whole interface.',
};

interface Parts {
  readonly kafkaBrokers: readonly string[];
  readonly sampleDir: string | undefined;
  readonly token: string;
  readonly targets: Targets;
}

/** The gateway as a process of its own: services are reached over HTTP. */
export const gatewayService = defineService({
  name: 'gateway',
  settings: definePlainSettings('gateway', { ...common, ...addresses }),
  api,
  module: (settings) =>
    GatewayModule.of({
      kafkaBrokers: settings.KAFKA_BROKERS,
      sampleDir: settings.SAMPLE_DIR,
      token: settings.ORDERLOOM_ADMIN_TOKEN,
      targets: {
        order: httpTarget(settings.ORDER_URL),
        orderWorker: httpTarget(settings.ORDER_WORKER_URL ?? settings.ORDER_URL),
        inventory: httpTarget(settings.INVENTORY_URL),
        logistics: httpTarget(settings.LOGISTICS_URL),
        notification: httpTarget(settings.NOTIFICATION_URL),
        analytics: httpTarget(settings.ANALYTICS_URL),
        customer: httpTarget(settings.CUSTOMER_URL),
      },
    }),
});

/** The gateway in one process with the services it stands before. */
export const gatewayWith = (targets: Targets): ServiceDefinition<typeof localSettings> =>
  defineService({
    name: 'gateway',
    settings: localSettings,
    api,
    module: (settings) =>
      GatewayModule.of({
        kafkaBrokers: settings.KAFKA_BROKERS,
        sampleDir: settings.SAMPLE_DIR,
        token: settings.ORDERLOOM_ADMIN_TOKEN,
        targets,
      }),
  });

const localSettings = definePlainSettings('gateway', common);

/** Reads the topics as long as the gateway runs. */
class FeedRunner implements OnApplicationBootstrap {
  constructor(
    private readonly feed: LiveFeed,
    private readonly kafka: KafkaClient,
    health: Health,
    metrics: Metrics,
    shutdown: Shutdown,
  ) {
    health.register('kafka', () => kafka.ping());
    shutdown.register('consumers', 'live feed', () => feed.stop());
    shutdown.register('stores', 'kafka', () => kafka.close());
    metrics.gauge({
      name: 'orderloom_live_clients',
      help: 'Clients that listen to live events.',
      collect() {
        this.set(feed.clients);
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.kafka.ensureTopics(serviceNames.map((name) => topicOf[name]));
    await this.feed.start();
  }
}

@Module({})
class GatewayModule {
  static of({ kafkaBrokers, sampleDir, token, targets }: Parts): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        StartController,
        EventsController,
        DocsController,
        ImportListController,
        PersonalDataController,
        ...(sampleDir === undefined ? [] : [SampleController]),
      ],
      providers: [
        Forwarding,
        GatewayRevocations,
        { provide: TARGETS, useValue: targets },
        {
          provide: KafkaClient,
          inject: [Logger],
          useFactory: (logger: Logger) =>
            new KafkaClient({ brokers: kafkaBrokers, clientId: 'orderloom-gateway', logger }),
        },
        {
          provide: LiveFeed,
          inject: [KafkaClient],
          useFactory: (kafka: KafkaClient) =>
            new LiveFeed(
              topicLog(
                kafka,
                serviceNames.map((name) => topicOf[name]),
              ),
            ),
        },
        {
          provide: FeedRunner,
          inject: [LiveFeed, KafkaClient, Health, Metrics, Shutdown],
          useFactory: (...parts: ConstructorParameters<typeof FeedRunner>) => new FeedRunner(...parts),
        },
        {
          provide: SampleLoader,
          inject: [HttpAdapterHost],
          useFactory: (host: HttpAdapterHost) => new SampleLoader(sampleDir ?? '', callOf(host, token)),
        },
      ],
    };
  }
}

/** Calls the gateway's own public interface, whose address is known once it listens. */
const callOf =
  (host: HttpAdapterHost, token: string) =>
  async (path: string, init?: { method: string; body: Readable }): Promise<unknown> => {
    const { address, family, port } = host.httpAdapter.getHttpServer().address() as AddressInfo;
    // Listening everywhere, it is also here; else only where it was told to.
    const everywhere = address === '::' || address === '0.0.0.0';
    const at = everywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
    const response = await fetch(`http://${at}:${port}${path}`, {
      headers: { authorization: `Bearer ${token}`, ...(init ? { 'content-type': 'text/csv; charset=utf-8' } : {}) },
      ...(init ? { method: init.method, body: init.body as unknown as ReadableStream, duplex: 'half' } : {}),
    } as RequestInit);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
    return response.json();
  };
