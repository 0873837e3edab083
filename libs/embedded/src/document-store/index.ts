import type { Engine, EngineOptions } from '../engine.js';
import type { Engine as Internals } from './commands/context.js';
import { Cursors } from './commands/cursors.js';
import { Sessions } from './store/sessions.js';
import { Store } from './store/store.js';
import { expireDocuments } from './ttl.js';
import { WireServer } from './wire/server.js';

export interface DocumentStoreOptions extends EngineOptions {
  /** How often expired documents of TTL indexes are deleted. Default 60 000 ms, as MongoDB. */
  readonly ttlIntervalMs?: number;
}

/**
 * Starts the embedded document store: a MongoDB-protocol server for one machine on LMDB.
 *
 * @throws the system's error when the port is taken or the folder cannot be written
 */
export async function startDocumentStore(options: DocumentStoreOptions): Promise<Engine> {
  const host = options.host ?? '127.0.0.1';
  const store = await Store.open(options.dataDir);
  const sessions = new Sessions(store);
  const internals: Internals = { store, sessions, cursors: new Cursors(), address: host, startedAt: new Date() };
  const server = new WireServer(internals);
  let port: number;
  try {
    port = await server.listen(options.port ?? 0, host);
  } catch (error) {
    sessions.close();
    internals.cursors.close();
    await store.close();
    throw error;
  }
  internals.address = `${host}:${port}`;

  let sweeping: Promise<void> = Promise.resolve();
  let busy = false;
  const sweep = async (): Promise<void> => {
    busy = true;
    try {
      await expireDocuments(store);
      await sessions.sweep();
    } catch (error) {
      process.emitWarning(
        `The document store could not delete expired documents: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => {
    if (!busy) sweeping = sweep();
  }, options.ttlIntervalMs ?? 60_000).unref();

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await server.close();
    internals.cursors.close();
    sessions.close();
    await sweeping;
    await store.close();
  };
  return {
    url: `mongodb://${host}:${port}/?directConnection=true`,
    port,
    close: () => (closing ??= close()),
    stats: () => ({
      ...store.stats(),
      connections: server.open,
      cursors: internals.cursors.size,
      transactions: sessions.openTransactions,
    }),
  };
}
