import type { Engine, EngineOptions } from '../engine.js';
import { gossip, serverFeatures } from './features.js';
import { type Method, startGrpcServer } from './grpc/server.js';
import { EventLog } from './log/event-log.js';
import { newEventId } from './log/writer.js';
import { PersistentSubscriptions } from './persistent/service.js';
import { append, remove } from './streams/append.js';
import { batchAppend } from './streams/batch-append.js';
import { read } from './streams/read.js';

/** As EventStoreDB: larger than any append may be, so that a batch of them fits. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

/**
 * Starts the embedded event store: EventStoreDB's gRPC protocol on an LMDB log.
 *
 * @throws when the folder cannot be written or the port is taken
 */
export async function startEventStore(options: EngineOptions): Promise<Engine> {
  const host = options.host ?? '127.0.0.1';
  const log = new EventLog(options.dataDir);
  const groups = new PersistentSubscriptions(log);
  const id = newEventId();
  let port = options.port ?? 0;
  const streams = '/event_store.client.streams.Streams';
  const persistent = '/event_store.client.persistent_subscriptions.PersistentSubscriptions';
  const methods = new Map<string, Method>([
    [`${streams}/Read`, (call) => read(log, call)],
    [`${streams}/Append`, (call) => append(log, call)],
    [`${streams}/BatchAppend`, (call) => batchAppend(log, call)],
    [`${streams}/Delete`, (call) => remove(log, call, 'delete')],
    [`${streams}/Tombstone`, (call) => remove(log, call, 'tombstone')],
    [`${persistent}/Create`, (call) => groups.create(call)],
    [`${persistent}/Update`, (call) => groups.update(call)],
    [`${persistent}/Delete`, (call) => groups.delete(call)],
    [`${persistent}/Read`, (call, headers) => groups.read(call, headers)],
    [`${persistent}/GetInfo`, (call) => groups.getInfo(call)],
    [`${persistent}/ReplayParked`, (call) => groups.replayParked(call)],
    [`${persistent}/List`, (call) => groups.list(call)],
    [`${persistent}/RestartSubsystem`, (call) => groups.restart(call)],
    ['/event_store.client.server_features.ServerFeatures/GetSupportedMethods', (call) => serverFeatures(call)],
    ['/event_store.client.gossip.Gossip/Read', (call) => gossip(call, { id, host, port })],
  ]);
  const server = await startGrpcServer({ host, port, methods, maxMessageBytes: MAX_MESSAGE_BYTES }).catch(
    async (error: unknown) => {
      await log.close();
      throw error;
    },
  );
  port = server.port;
  return {
    url: `esdb://${host}:${port}?tls=false`,
    port,
    stats: () => ({
      appended: log.appended,
      position: log.lastPosition,
      commits: log.tables.storage.stats().commits,
      sessions: server.sessions(),
      calls: server.calls(),
    }),
    close: async () => {
      await server.close();
      await groups.close();
      await log.close();
    },
  };
}
