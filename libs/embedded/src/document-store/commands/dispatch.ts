import { aggregate } from '../aggregate/aggregate.js';
import { asMongoError, MongoError } from '../errors.js';
import {
  abortTransaction,
  buildInfo,
  commitTransaction,
  connectionStatus,
  endSessions,
  getMore,
  getParameter,
  hello,
  killCursors,
  serverStatus,
  startSession,
} from './admin.js';
import {
  collStats,
  create,
  dbStats,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.js';
import { type Command, type Reply, sessionId, txnNumberOf } from './command.js';
import type { Engine } from './context.js';
import { remove } from './delete.js';
import { explain } from './explain.js';
import { count, distinct, find } from './find.js';
import { findAndModify } from './find-and-modify.js';
import { collMod, createIndexes, dropIndexes, listIndexes } from './indexes.js';
import { insert } from './insert.js';
import { update } from './update.js';

type Handler = (engine: Engine, command: Command) => Reply | Promise<Reply>;

const done = (): Reply => ({ ok: 1 });

const handlers = new Map<string, Handler>(
  Object.entries({
    hello,
    isMaster: hello,
    ismaster: hello,
    ping: done,
    buildInfo,
    buildinfo: buildInfo,
    getParameter,
    getCmdLineOpts: (): Reply => ({ argv: [], parsed: {}, ok: 1 }),
    getLog: (): Reply => ({ totalLinesWritten: 0, log: [], ok: 1 }),
    hostInfo: (): Reply => ({ system: { currentTime: new Date() }, os: {}, extra: {}, ok: 1 }),
    serverStatus,
    connectionStatus,
    whatsmyuri: (): Reply => ({ you: '127.0.0.1:0', ok: 1 }),
    atlasVersion: (): Reply => new MongoError(59, "no such command: 'atlasVersion'").toReply(),
    getFreeMonitoringStatus: (): Reply => ({ state: 'disabled', ok: 1 }),
    replSetGetStatus: ({ address }: Engine): Reply => ({
      set: 'orderloom',
      myState: 1,
      members: [{ _id: 0, name: address, health: 1, state: 1, stateStr: 'PRIMARY', self: true }],
      ok: 1,
    }),
    fsync: done,
    insert,
    update,
    delete: remove,
    find,
    getMore,
    killCursors,
    findAndModify,
    findandmodify: findAndModify,
    count,
    distinct,
    aggregate,
    explain,
    createIndexes,
    listIndexes,
    dropIndexes,
    deleteIndexes: dropIndexes,
    collMod,
    create,
    drop,
    dropDatabase,
    renameCollection,
    listCollections,
    listDatabases,
    collStats,
    collstats: collStats,
    dbStats,
    dbstats: dbStats,
    startSession,
    refreshSessions: done,
    endSessions,
    killSessions: endSessions,
    commitTransaction,
    abortTransaction,
  } satisfies Record<string, Handler>),
);

/** What may run inside a transaction. */
const transactional = new Set([
  'insert',
  'update',
  'delete',
  'find',
  'getMore',
  'killCursors',
  'findAndModify',
  'findandmodify',
  'distinct',
  'aggregate',
  'count',
  'commitTransaction',
  'abortTransaction',
  'ping',
]);

/** Runs a command; a failure becomes its error reply, and ends the transaction it happened in. */
export async function dispatch(engine: Engine, command: Command): Promise<Reply> {
  const { name, body } = command;
  const inTransaction = body['autocommit'] === false;
  try {
    const handler = handlers.get(name);
    if (handler === undefined) throw new MongoError(59, `no such command: '${name}'`);
    if (inTransaction && !transactional.has(name))
      throw new MongoError(263, `Cannot run '${name}' in a multi-document transaction.`);
    return await handler(engine, command);
  } catch (error) {
    const known = asMongoError(error);
    if (!inTransaction) return new MongoError(known.code, known.message, known.extra).toReply();
    const session = sessionId(body);
    const number = txnNumberOf(body);
    if (session !== undefined && number !== undefined && name !== 'commitTransaction')
      engine.sessions.fail(session, number);
    return known.toReply();
  }
}
