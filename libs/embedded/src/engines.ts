import { join } from 'node:path';
import type { Engine, EngineOptions } from './engine.js';
import { startEngineThread } from './engine-thread.js';
import { type EngineName, engineNames, starters } from './starters.js';
import { lockFolder } from './storage/index.js';

export interface EnginesOptions {
  /** The folder that holds one subfolder per engine; made when missing. */
  readonly dataDir: string;
  /** 0 or nothing: any free port. */
  readonly ports?: { readonly eventStore?: number; readonly broker?: number; readonly documentStore?: number };
  readonly host?: string;
  /** Which ones; all by default. */
  readonly only?: readonly EngineName[];
  /**
   * Broker and document store get a thread each, so that an append waits for neither. Called when one of them has ended
   * by itself: the engines are of no use then. Without it all run in this thread.
   */
  readonly onThreadGone?: (error: Error) => void;
}

export interface Engines {
  /** What the services take: EVENTSTORE_URL, KAFKA_BROKERS, MONGODB_URL. An engine that was not asked for has none. */
  readonly urls: { readonly eventStore?: string; readonly broker?: string; readonly documentStore?: string };
  /** Closes broker, event store and document store, then lets go of the folder. */
  close(): Promise<void>;
}

/** What was acknowledged to a caller is worth more than what is made of it. */
const BEHIND_THE_EVENT_STORE = 5;

/**
 * Starts the three embedded engines on one data folder.
 *
 * @throws FolderInUse when another process works on it; the engine's own error when a port is taken
 */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const { dataDir, host = '127.0.0.1', only = engineNames, ports, onThreadGone } = options;
  const lock = await lockFolder(dataDir);
  const started = new Map<EngineName, Engine>();
  const closeAll = async (): Promise<void> => {
    // Those that lean on nobody go last.
    const engines = [started.get('broker'), started.get('event-store'), started.get('document-store')];
    started.clear();
    for (const engine of engines) await engine?.close();
    await lock.release();
  };
  const start = async (name: EngineName, port = 0): Promise<void> => {
    if (!only.includes(name)) return;
    const engine: EngineOptions = { dataDir: join(dataDir, name), port, host };
    const inThread = onThreadGone !== undefined && name !== 'event-store';
    started.set(
      name,
      inThread
        ? await startEngineThread(name, engine, BEHIND_THE_EVENT_STORE, onThreadGone)
        : await starters[name](engine),
    );
  };
  const all = await Promise.allSettled([
    start('document-store', ports?.documentStore),
    start('event-store', ports?.eventStore),
    start('broker', ports?.broker),
  ]);
  const failed = all.find((one) => one.status === 'rejected');
  if (failed) {
    await closeAll();
    throw failed.reason;
  }
  const urlOf = (name: EngineName) => started.get(name)?.url;
  const [eventStore, broker, documentStore] = [urlOf('event-store'), urlOf('broker'), urlOf('document-store')];
  return {
    urls: {
      ...(eventStore === undefined ? {} : { eventStore }),
      ...(broker === undefined ? {} : { broker }),
      ...(documentStore === undefined ? {} : { documentStore }),
    },
    close: closeAll,
  };
}
