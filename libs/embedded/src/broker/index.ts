import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { Engine, EngineOptions } from '../engine.js';
import { openStorage } from '../storage/index.js';
import type { Broker, BrokerSettings } from './broker.js';
import { Connection } from './connection.js';
import type { Context, Handlers, Reply } from './context.js';
import { Groups } from './groups/groups.js';
import { clusterHandlers } from './handlers/cluster-handlers.js';
import { configHandlers } from './handlers/config-handlers.js';
import { fetchHandler } from './handlers/fetch-handler.js';
import { groupHandlers } from './handlers/group-handlers.js';
import { logHandlers } from './handlers/log-handlers.js';
import { offsetHandlers } from './handlers/offset-handlers.js';
import { produceHandler } from './handlers/produce-handler.js';
import { topicHandlers } from './handlers/topic-handlers.js';
import { ProducerIds } from './log/producer-ids.js';
import { openTables, type Tables } from './log/tables.js';
import type { ApiName } from './protocol/apis.js';
import { Topics } from './topics/topics.js';

export type { BrokerSettings } from './broker.js';

export interface BrokerOptions extends EngineOptions, Partial<BrokerSettings> {
  /** The address that clients are told to connect to. Default: the one they have reached the broker at. */
  readonly advertisedHost?: string;
  /** Connections without traffic are closed after this. Default ten minutes. */
  readonly idleMs?: number;
  /** Told when a request failed inside the broker; its connection is closed. Default: a line on stderr. */
  readonly onFailure?: (error: unknown) => void;
}

const MEBIBYTE = 1024 * 1024;
const NODE_ID = 1;
const CLUSTER_ID = Buffer.from('cluster-id');
/** How long requests in hand may take to end when the broker closes. */
const CLOSE_MS = 1000;

const defaults: BrokerSettings = {
  autoCreateTopics: true,
  defaultPartitions: 24,
  maxRequestBytes: 100 * MEBIBYTE,
  maxFetchBytes: 16 * MEBIBYTE,
  minSessionTimeoutMs: 1000,
  maxSessionTimeoutMs: 1_800_000,
  initialRebalanceDelayMs: 100,
  retentionCheckMs: 300_000,
  maxTopicPartitions: 10_000,
};

/**
 * Starts the Kafka broker for one machine.
 *
 * @returns its `url` is `host:port`, as clients take it in their list of brokers
 * @throws when the port is taken or the folder cannot be used
 */
export async function startBroker(options: BrokerOptions): Promise<Engine> {
  const storage = openStorage(options.dataDir);
  const tables = openTables(storage);
  const settings = pickSettings(options);
  const clusterId = await readClusterId(tables);
  const connections = new Set<{ socket: Socket; connection: Connection }>();
  let port = 0;
  const topics = new Topics(tables);
  const broker: Broker = {
    settings,
    tables,
    topics,
    groups: new Groups(tables, { initialRebalanceDelayMs: settings.initialRebalanceDelayMs, maxMembers: 10_000 }),
    producerIds: new ProducerIds(tables),
    counters: { requests: 0, batchesAppended: 0, bytesAppended: 0, bytesFetched: 0, failures: 0 },
    clusterId,
    nodeId: NODE_ID,
    address: (localHost) => ({ host: options.advertisedHost ?? localHost.replace(/^::ffff:/, ''), port }),
  };
  const handlers: Handlers<ApiName> = {
    ...clusterHandlers(broker),
    ...topicHandlers(broker),
    ...configHandlers(broker),
    ...produceHandler(broker),
    ...fetchHandler(broker),
    ...logHandlers(broker),
    ...groupHandlers(broker),
    ...offsetHandlers(broker),
  };
  let closing = false;
  const failed = (error: unknown): void => {
    if (closing) return;
    broker.counters.failures += 1;
    if (options.onFailure !== undefined) options.onFailure(error);
    else process.stderr.write(`broker: ${error instanceof Error ? error.stack : String(error)}\n`);
  };
  const dispatch = (api: ApiName, request: unknown, context: Context): Reply<unknown> => {
    broker.counters.requests += 1;
    // The request was decoded with the schema of this very API.
    const handler = handlers[api] as (request: unknown, context: Context) => Reply<unknown>;
    return handler(request, context);
  };
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new Connection(socket, {
      maxRequestBytes: settings.maxRequestBytes,
      idleMs: options.idleMs ?? 600_000,
      dispatch,
      failed,
    });
    const entry = { socket, connection };
    connections.add(entry);
    socket.on('close', () => connections.delete(entry));
  });
  const host = options.host ?? '127.0.0.1';
  try {
    port = await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  } catch (error) {
    await topics.stop();
    await storage.close();
    throw error;
  }
  const retention = setInterval(() => void topics.retain(Date.now()).catch(failed), settings.retentionCheckMs);
  retention.unref();

  const close = async (): Promise<void> => {
    closing = true;
    clearInterval(retention);
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
    broker.groups.close();
    await storage.idle();
    // What was just flushed is answered before the connections end.
    await new Promise((resolve) => setImmediate(resolve));
    for (const { socket } of connections) socket.destroySoon();
    const deadline = setTimeout(() => {
      for (const { socket } of connections) socket.destroy();
    }, CLOSE_MS);
    await stopped;
    clearTimeout(deadline);
    await topics.stop();
    await storage.close();
  };
  let closed: Promise<void> | undefined;

  return {
    url: `${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`,
    port,
    close: () => {
      closed ??= close();
      return closed;
    },
    stats: () => ({
      ...broker.counters,
      connections: connections.size,
      bufferedBytes: [...connections].reduce((sum, { connection }) => sum + connection.buffered, 0),
      topics: topics.size,
      groups: broker.groups.size,
      groupMembers: broker.groups.memberCount,
      storageWrites: storage.stats().writes,
      storageCommits: storage.stats().commits,
    }),
  };
}

function pickSettings(options: Partial<BrokerSettings>): BrokerSettings {
  const given = Object.entries(options).filter(([name, value]) => name in defaults && value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** Made on the first start. 22 characters, as Kafka's are. */
async function readClusterId(tables: Tables): Promise<string> {
  const known = tables.meta.get(CLUSTER_ID);
  if (known !== undefined) return known.toString();
  const made = randomBytes(16).toString('base64url');
  await tables.storage.write(() => tables.meta.putSync(CLUSTER_ID, Buffer.from(made)));
  return made;
}
