import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Which engines a test needs; all three by default. */
export type Engines = 'eventStore' | 'broker' | 'documentStore';

export interface TestEngines {
  /** `esdb://…`; empty when not asked for. */
  readonly eventStoreUrl: string;
  /** `host:port[,host:port]`. */
  readonly brokers: string;
  /** `mongodb://…`. */
  readonly mongoUrl: string;
  /** The three as the environment variables of the services. */
  readonly env: Readonly<Record<'EVENTSTORE_URL' | 'KAFKA_BROKERS' | 'MONGODB_URL', string>>;
  /** False for an engine that was named in the environment: it holds other data, so tests use unique names. */
  readonly embedded: Readonly<Record<Engines, boolean>>;
  /** Ends one embedded engine and starts it again on the same port and data. */
  restart(engine: Engines, between?: () => Promise<void>): Promise<void>;
  /** Stops what was started and removes its data. */
  close(): Promise<void>;
}

interface Started {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

// Loaded when asked for: a test of one engine does not pay for the code of the other two.
const starters: Record<Engines, (options: { dataDir: string; port: number }) => Promise<Started>> = {
  eventStore: async (options) => (await import('@orderloom/embedded/event-store/index')).startEventStore(options),
  broker: async (options) => (await import('@orderloom/embedded/broker/index')).startBroker(options),
  documentStore: async (options) =>
    (await import('@orderloom/embedded/document-store/index')).startDocumentStore(options),
};
const variables = { eventStore: 'EVENTSTORE_URL', broker: 'KAFKA_BROKERS', documentStore: 'MONGODB_URL' } as const;

/**
 * Engines for a test: embedded ones on temporary folders and free ports, or those that `EVENTSTORE_URL`,
 * `KAFKA_BROKERS` and `MONGODB_URL` name, so that the same suites run against real servers.
 */
export const startTestEngines = async (
  which: readonly Engines[] = ['eventStore', 'broker', 'documentStore'],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<TestEngines> => {
  const root = await mkdtemp(join(tmpdir(), 'orderloom-test-'));
  const started = new Map<Engines, Started>();
  const urls: Record<Engines, string> = { eventStore: '', broker: '', documentStore: '' };
  const embedded: Record<Engines, boolean> = { eventStore: false, broker: false, documentStore: false };

  const start = async (engine: Engines, port = 0): Promise<void> => {
    const running = await starters[engine]({ dataDir: join(root, engine), port });
    started.set(engine, running);
    urls[engine] = running.url;
  };
  const close = async (): Promise<void> => {
    await Promise.all([...started.values()].map((engine) => engine.close()));
    started.clear();
    await rm(root, { recursive: true, force: true });
  };

  try {
    // One after the other: under Jest, modules shared by two imports that run at once are not linked in time.
    for (const engine of which) {
      const named = env[variables[engine]];
      if (named) {
        urls[engine] = named;
        continue;
      }
      embedded[engine] = true;
      await start(engine);
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get eventStoreUrl() {
      return urls.eventStore;
    },
    get brokers() {
      return urls.broker;
    },
    get mongoUrl() {
      return urls.documentStore;
    },
    get env() {
      return { EVENTSTORE_URL: urls.eventStore, KAFKA_BROKERS: urls.broker, MONGODB_URL: urls.documentStore };
    },
    embedded,
    async restart(engine, between) {
      const running = started.get(engine);
      if (!running) throw new Error(`${engine} was not started here, so it cannot be restarted`);
      started.delete(engine);
      await running.close();
      await between?.();
      await start(engine, running.port);
    },
    close,
  };
};
