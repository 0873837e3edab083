import type { Doc } from '../bson/types.js';
import { asMongoError, MongoError } from '../errors.js';
import type { SizeSink } from '../store/collection.js';
import type { Kv } from '../store/kv.js';
import { Blocked } from '../store/kv.js';
import type { Sessions } from '../store/sessions.js';
import type { Store } from '../store/store.js';
import type { Transaction } from '../store/transaction.js';
import { type Command, isTrue, sessionId, txnNumberOf } from './command.js';
import type { Cursors } from './cursors.js';

/** What the handlers work with. */
export interface Engine {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  /** `host:port`, as clients reach this engine. */
  address: string;
  readonly startedAt: Date;
}

/** The transaction the command runs in, if any. */
export function transactionOf(engine: Engine, { body }: Command): Transaction | undefined {
  if (body['autocommit'] !== false) return undefined;
  const session = sessionId(body);
  const number = txnNumberOf(body);
  if (session === undefined || number === undefined) throw new MongoError(72, 'A transaction needs lsid and txnNumber');
  return engine.sessions.transactionOf(session, number, isTrue(body['startTransaction']));
}

/** What the command reads: its transaction's view, or what is committed. */
export function reader(engine: Engine, command: Command): Kv {
  return transactionOf(engine, command) ?? engine.store.kv;
}

export interface WriteError {
  readonly index: number;
  readonly error: MongoError;
}

/** More statements than this are spread over several flushed transactions, so that readers get their turn. */
const STATEMENTS_PER_JOB = 2_000;

/**
 * Runs `count` statements in order, in the command's transaction or in shared flushed ones, and answers when
 * all of it is on disk. A statement decides before it writes, so a refused one leaves nothing behind.
 *
 * @param prepare called once inside the first job (to make the collection)
 * @param reply the command's reply; kept with the write, so that a repeated request finds it
 */
export async function runStatements(
  engine: Engine,
  command: Command,
  count: number,
  ordered: boolean,
  prepare: () => void,
  step: (kv: Kv, sink: SizeSink, index: number) => void,
  reply: (errors: readonly WriteError[]) => Doc,
): Promise<Doc> {
  const { store, sessions } = engine;
  const errors: WriteError[] = [];
  const transaction = transactionOf(engine, command);
  if (transaction !== undefined) {
    await store.write(prepare);
    for (let index = 0; index < count; index += 1) step(transaction, transaction, index);
    return reply(errors);
  }
  const session = sessionId(command.body);
  const number = txnNumberOf(command.body);
  if (session !== undefined && number !== undefined) {
    const before = sessions.repeated(session, number);
    if (before !== undefined) return before;
  }
  let next = 0;
  let answer: Doc | undefined;
  while (answer === undefined) {
    let blocked: Blocked | undefined;
    const job = (): Doc | undefined => {
      blocked = undefined;
      if (next === 0) prepare();
      const stop = Math.min(count, next + STATEMENTS_PER_JOB);
      while (next < stop) {
        try {
          step(store.kv, store.catalog, next);
        } catch (error) {
          if (error instanceof Blocked) {
            blocked = error;
            return undefined;
          }
          errors.push({ index: next, error: asMongoError(error) });
          if (ordered) {
            next = count;
            break;
          }
        }
        next += 1;
      }
      if (next < count) return undefined;
      const done = reply(errors);
      if (session !== undefined && number !== undefined) sessions.remember(session, number, done);
      return done;
    };
    answer = await store.write(job);
    await (blocked as Blocked | undefined)?.released;
  }
  return answer;
}

/** `writeErrors` as the reply holds them. */
export function writeErrorsField(errors: readonly WriteError[]): Doc {
  if (errors.length === 0) return {};
  return {
    writeErrors: errors.map(({ index, error }) => ({ index, code: error.code, ...error.extra, errmsg: error.message })),
  };
}
