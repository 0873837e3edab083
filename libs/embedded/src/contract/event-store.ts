import { EventStoreDBClient } from '@eventstore/db-client';
import { startEventStore } from '../event-store/index.js';
import { temporaryFolder } from './temporary.js';

export interface EventStoreUnderTest {
  readonly url: string;
  readonly client: EventStoreDBClient;
  /** Another connection to the same server. */
  connect(): EventStoreDBClient;
  stop(): Promise<void>;
}

/** The server that `EVENTSTORE_URL` names, else an embedded one on a folder of its own. */
export async function eventStoreUnderTest(): Promise<EventStoreUnderTest> {
  const given = process.env['EVENTSTORE_URL'];
  const folder = await temporaryFolder();
  const engine = given ? undefined : await startEventStore({ dataDir: folder.path });
  const url = given || (engine?.url ?? '');
  const clients: EventStoreDBClient[] = [];
  const connect = (): EventStoreDBClient => {
    const client = EventStoreDBClient.connectionString(url);
    clients.push(client);
    return client;
  };
  return {
    url,
    client: connect(),
    connect,
    stop: async () => {
      // The client waits for ever for calls that failed in certain ways.
      const disposed = Promise.all(clients.map((client) => client.dispose()));
      await Promise.race([disposed, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
      await engine?.close();
      await folder.remove();
    },
  };
}

/** The `index` that the suites put into an event's data; -1 when there is none. */
export function indexIn(event: { readonly data: unknown } | undefined): number {
  return (event?.data as { index?: number } | undefined)?.index ?? -1;
}
