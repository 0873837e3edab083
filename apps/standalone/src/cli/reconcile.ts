import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStore } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import { describeDifference } from '../ledger/difference.js';
import { NotAtRest, reconcile } from '../ledger/reconcile.js';
import { describeDrift, reconcileStock } from '../ledger/reconcile-stock.js';
import { type Api, CallFailed } from './api.js';

/** Where the engines are, as the options or the environment say. */
export interface EngineOptions {
  readonly eventStore?: string | undefined;
  readonly kafka?: string | undefined;
}

/** Compares everything with everything and prints what does not agree. @returns the exit code: 1 with differences */
export async function reconcilePlatform(
  api: Api,
  options: EngineOptions,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<number> {
  const kept = keptAddresses(env);
  const eventStoreUrl = options.eventStore ?? env['EVENTSTORE_URL'] ?? kept['EVENTSTORE_URL'];
  const brokers = options.kafka ?? env['KAFKA_BROKERS'] ?? kept['KAFKA_BROKERS'];
  if (!eventStoreUrl || !brokers) {
    throw new CallFailed(
      'reconcile reads the engines, too: name them with --eventstore and --kafka (the start screen shows both), or EVENTSTORE_URL and KAFKA_BROKERS.',
    );
  }
  const store = EventStore.connect(eventStoreUrl);
  const kafka = new KafkaClient({ brokers, clientId: 'orderloom-reconcile' });
  try {
    const { events, published, orders, differences } = await reconcile({ get: (path) => api.json(path), store, kafka });
    for (const difference of differences) print(describeDifference(difference));
    print(`${events} events, ${published} published, ${orders} orders: ${differences.length} differences`);
    return differences.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof NotAtRest) throw new CallFailed(error.message);
    throw error;
  } finally {
    await kafka.close();
    await store.close();
  }
}

/**
 * Compares the stock counters with a replay of the stock ledgers and prints what does not agree.
 * @param explain also what the figures of the ledger are made of
 * @returns the exit code: 1 with differences
 */
export async function reconcileStockCounters(
  api: Api,
  options: EngineOptions,
  env: NodeJS.ProcessEnv,
  explain: boolean,
  print: (line: string) => void,
): Promise<number> {
  const url = options.eventStore ?? env['EVENTSTORE_URL'] ?? keptAddresses(env)['EVENTSTORE_URL'];
  if (!url) throw new CallFailed('reconcile stock reads the event store: name it with --eventstore or EVENTSTORE_URL.');
  const store = EventStore.connect(url);
  try {
    const { events, places, drifts } = await reconcileStock({ get: (path) => api.json(path), store });
    for (const drift of drifts) for (const line of describeDrift(drift, explain)) print(line);
    print(`${events} entries, ${places} ledgers: ${drifts.length} with drift`);
    if (drifts.length > 0) print('To make the counters whole: npm run orderloom -- rebuild inventory stock');
    return drifts.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof NotAtRest) throw new CallFailed(error.message);
    throw error;
  } finally {
    await store.close();
  }
}

/** What a standalone run leaves in its data folder. */
function keptAddresses(env: NodeJS.ProcessEnv): Partial<Record<string, string>> {
  const file = join(env['ORDERLOOM_DATA'] || '.orderloom', 'engines.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}
