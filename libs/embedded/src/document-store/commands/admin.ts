import { Binary, Long, ObjectId, Timestamp } from 'bson';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import {
  type Command,
  collectionName,
  countField,
  isTrue,
  listField,
  type Reply,
  sessionId,
  txnNumberOf,
} from './command.js';
import type { Engine } from './context.js';

/** The version whose behaviour is kept to. */
const VERSION = '7.0.0';
const MAX_WIRE_VERSION = 21;
const SET_NAME = 'orderloom';
const electionId = new ObjectId('7fffffff0000000000000001');

let ordinal = 0;
export function now(): Timestamp {
  ordinal = (ordinal + 1) % 0x7fffffff;
  return new Timestamp({ t: Math.floor(Date.now() / 1000), i: ordinal + 1 });
}

/** A replica set of one, so that drivers offer sessions and transactions. */
export function hello(engine: Engine, command: Command): Reply {
  const date = new Date();
  return {
    helloOk: true,
    ...(command.name === 'hello' ? {} : { ismaster: true }),
    isWritablePrimary: true,
    secondary: false,
    setName: SET_NAME,
    setVersion: 1,
    electionId,
    hosts: [engine.address],
    primary: engine.address,
    me: engine.address,
    lastWrite: { opTime: { ts: now(), t: Long.fromNumber(1) }, lastWriteDate: date },
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: date,
    logicalSessionTimeoutMinutes: 30,
    connectionId: command.connectionId,
    minWireVersion: 0,
    maxWireVersion: MAX_WIRE_VERSION,
    readOnly: false,
    ok: 1,
  };
}

export const buildInfo = (): Reply => ({
  version: VERSION,
  gitVersion: 'embedded',
  modules: [],
  allocator: 'system',
  javascriptEngine: 'none',
  sysInfo: 'embedded document store on lmdb',
  versionArray: [7, 0, 0, 0],
  bits: 64,
  debug: false,
  maxBsonObjectSize: 16 * 1024 * 1024,
  storageEngines: ['lmdb'],
  ok: 1,
});

export function serverStatus(engine: Engine): Reply {
  return {
    host: engine.address,
    version: VERSION,
    process: 'orderloom',
    pid: Long.fromNumber(process.pid),
    uptime: (Date.now() - engine.startedAt.getTime()) / 1000,
    localTime: new Date(),
    mem: { resident: Math.round(process.memoryUsage.rss() / 1_048_576) },
    metrics: { cursor: { open: { total: engine.cursors.size } } },
    transactions: { currentOpen: engine.sessions.openTransactions },
    storageEngine: { name: 'lmdb', persistent: true },
    ok: 1,
  };
}

const parameters: Doc = {
  featureCompatibilityVersion: { version: '7.0' },
  authenticationMechanisms: [],
  ttlMonitorEnabled: true,
};

export function getParameter(_engine: Engine, { body }: Command): Reply {
  const wanted = body['getParameter'];
  if (wanted === '*' || (isDoc(wanted) && isTrue(wanted['allParameters']))) return { ...parameters, ok: 1 };
  const found = Object.fromEntries(Object.entries(parameters).filter(([name]) => name in body));
  if (Object.keys(found).length === 0) throw new MongoError(72, 'no option found to get');
  return { ...found, ok: 1 };
}

export function connectionStatus(): Reply {
  return { authInfo: { authenticatedUsers: [], authenticatedUserRoles: [], authenticatedUserPrivileges: [] }, ok: 1 };
}

export function getMore({ cursors }: Engine, command: Command): Reply {
  const { body, db } = command;
  const id = body['getMore'];
  const collection = body['collection'];
  if (typeof collection !== 'string')
    throw new MongoError(14, "BSON field 'getMore.collection' is the wrong type, expected type 'string'");
  const number = id instanceof Long ? id.toBigInt() : typeof id === 'number' ? BigInt(id) : 0n;
  const batchSize = body['batchSize'] === undefined ? undefined : countField(body, 'batchSize', 0);
  return cursors.next(number, `${db}.${collection}`, batchSize === 0 ? undefined : batchSize);
}

export function killCursors({ cursors }: Engine, command: Command): Reply {
  collectionName(command);
  const ids = (listField(command.body, 'cursors') ?? []).map((id) =>
    id instanceof Long ? id.toBigInt() : BigInt(Number(id)),
  );
  const { killed, missing } = cursors.kill(ids);
  const longs = (list: bigint[]): Long[] => list.map((id) => Long.fromBigInt(id));
  return { cursorsKilled: longs(killed), cursorsNotFound: longs(missing), cursorsAlive: [], cursorsUnknown: [], ok: 1 };
}

export const startSession = (): Reply => ({
  id: { id: new Binary(crypto.getRandomValues(new Uint8Array(16)), 4) },
  timeoutMinutes: 30,
  ok: 1,
});

export async function endSessions(engine: Engine, { body, name }: Command): Promise<Reply> {
  const sessions = (listField(body, name) ?? []).flatMap((session) => sessionId({ lsid: session }) ?? []);
  for (const session of sessions) engine.cursors.endSession(session);
  await engine.sessions.forget(sessions);
  return { ok: 1 };
}

export async function commitTransaction({ sessions }: Engine, { body }: Command): Promise<Reply> {
  const [session, number] = identify(body);
  await sessions.commit(session, number);
  return { ok: 1 };
}

export function abortTransaction({ sessions }: Engine, { body }: Command): Reply {
  const [session, number] = identify(body);
  sessions.abort(session, number);
  return { ok: 1 };
}

function identify(body: Doc): [session: string, number: bigint] {
  const session = sessionId(body);
  const number = txnNumberOf(body);
  if (session === undefined || number === undefined) throw new MongoError(251, 'The command needs lsid and txnNumber');
  return [session, number];
}
