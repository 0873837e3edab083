import type { Call, CallHandlers } from './grpc/call.js';
import { uuidText } from './log/record.js';
import { Writer } from './protobuf.js';

/** The version whose answers this engine gives. */
export const SERVER_VERSION = '23.10.8';

const STREAMS = 'event_store.client.streams.streams';
const PERSISTENT = 'event_store.client.persistent_subscriptions.persistentsubscriptions';

/** Method → features, named as EventStoreDB names them (all lower case). */
const SUPPORTED: readonly (readonly [service: string, method: string, features: readonly string[]])[] = [
  [STREAMS, 'read', ['position', 'events']],
  [STREAMS, 'append', []],
  [STREAMS, 'batchappend', ['deadline_duration']],
  [STREAMS, 'delete', []],
  [STREAMS, 'tombstone', []],
  [PERSISTENT, 'create', ['stream', 'all']],
  [PERSISTENT, 'update', ['stream', 'all']],
  [PERSISTENT, 'delete', ['stream', 'all']],
  [PERSISTENT, 'read', ['stream', 'all']],
  [PERSISTENT, 'getinfo', ['stream', 'all']],
  [PERSISTENT, 'replayparked', ['stream', 'all']],
  [PERSISTENT, 'list', ['stream', 'all']],
  [PERSISTENT, 'restartsubsystem', []],
  ['event_store.client.gossip.gossip', 'read', []],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods', []],
];

const supported = (): Buffer => {
  const answer = new Writer();
  for (const [service, method, features] of SUPPORTED) {
    answer.message(1, (entry) => {
      entry.string(1, method).string(2, service);
      for (const feature of features) entry.string(3, feature);
    });
  }
  return answer.string(2, SERVER_VERSION).finish();
};

/** ServerFeatures/GetSupportedMethods: clients choose BatchAppend when it is listed. */
export function serverFeatures(call: Call): CallHandlers {
  return { message: () => undefined, end: () => call.succeed(supported()) };
}

const LEADER = 8;

/** Gossip/Read: a cluster of one, which leads. */
export function gossip(call: Call, member: { id: Buffer; host: string; port: number }): CallHandlers {
  const answer = (): Buffer =>
    new Writer()
      .message(1, (info) =>
        info
          .message(1, (id) => id.string(2, uuidText(member.id)))
          // .NET ticks, as EventStoreDB sends them.
          .big(2, BigInt(Date.now()) * 10_000n + 621_355_968_000_000_000n)
          .uint(3, LEADER)
          .bool(4, true)
          .message(5, (endPoint) => endPoint.string(1, member.host).uint(2, member.port)),
      )
      .finish();
  return { message: () => undefined, end: () => call.succeed(answer()) };
}
