import { join } from 'node:path';
import { startBroker } from './broker/index.js';
import { startDocumentStore } from './document-store/index.js';
import type { Engine } from './engine.js';
import { startEventStore } from './event-store/index.js';
import { lockFolder } from './storage/index.js';

/** The engines by the names of their folders. */
export const engineNames = ['event-store', 'broker', 'document-store'] as const;
export type EngineName = (typeof engineNames)[number];

export interface EnginesOptions {
  /** The folder that holds one subfolder per engine; made when missing. */
  readonly dataDir: string;
  /** 0 or nothing: any free port. */
  readonly ports?: { readonly eventStore?: number; readonly broker?: number; readonly documentStore?: number };
  readonly host?: string;
  /** Which ones; all by default. */
  readonly only?: readonly EngineName[];
}

export interface Engines {
  /** What the services take: EVENTSTORE_URL, KAFKA_BROKERS, MONGODB_URL. An engine that was not asked for has none. */
  readonly urls: { readonly eventStore?: string; readonly broker?: string; readonly documentStore?: string };
  /** Closes broker, event store and document store, then lets go of the folder. */
  close(): Promise<void>;
}

/**
 * Starts the three embedded engines on one data folder.
 *
 * @throws FolderInUse when another process works on it; the engine's own error when a port is taken
 */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const lock = await lockFolder(options.dataDir);
  const started: Engine[] = [];
  const closeAll = async (): Promise<void> => {
    // Backwards, so that what was started last and may lean on the others goes first.
    for (const engine of started.splice(0).reverse()) await engine.close();
    await lock.release();
  };
  const only = options.only ?? engineNames;
  const start = async (
    engine: (options: { dataDir: string; port: number; host: string }) => Promise<Engine>,
    name: EngineName,
    port: number | undefined,
  ): Promise<string | undefined> => {
    if (!only.includes(name)) return undefined;
    const running = await engine({
      dataDir: join(options.dataDir, name),
      port: port ?? 0,
      host: options.host ?? '127.0.0.1',
    });
    started.push(running);
    return running.url;
  };
  try {
    const documentStore = await start(startDocumentStore, 'document-store', options.ports?.documentStore);
    const eventStore = await start(startEventStore, 'event-store', options.ports?.eventStore);
    const broker = await start(startBroker, 'broker', options.ports?.broker);
    return {
      urls: {
        ...(eventStore === undefined ? {} : { eventStore }),
        ...(broker === undefined ? {} : { broker }),
        ...(documentStore === undefined ? {} : { documentStore }),
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
