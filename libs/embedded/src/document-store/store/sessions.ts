import { Long } from 'bson';
import { afterPrefix } from '../../storage/index.js';
import { decode, encode } from '../bson/decode.js';
import { type Doc, isDoc, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { Area } from './keys.js';
import type { Store } from './store.js';
import { Transaction } from './transaction.js';

interface OpenTransaction {
  readonly number: bigint;
  readonly transaction: Transaction;
  state: 'open' | 'committed' | 'aborted';
}

/** As MongoDB's transactionLifetimeLimitSeconds. */
const TRANSACTION_LIFETIME_MS = 60_000;
/** As MongoDB's localLogicalSessionTimeoutMinutes. */
const SESSION_LIFETIME_MS = 30 * 60_000;

/** How often is looked for what has outlived itself. */
const EXPIRE_MS = 5_000;

/** Transactions of the clients' sessions, and the last retryable write of each. */
export class Sessions {
  private readonly transactions = new Map<string, OpenTransaction>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly store: Store) {
    this.timer = setInterval(() => this.expire(), EXPIRE_MS).unref();
  }

  /**
   * The transaction a command belongs to, begun when it says so.
   * @throws MongoError 251 when there is none (any more), 225 for an old number
   */
  transactionOf(session: string, number: bigint, start: boolean): Transaction {
    const known = this.transactions.get(session);
    if (start) {
      if (known !== undefined && number <= known.number) {
        throw new MongoError(
          number === known.number ? 50911 : 225,
          `Cannot start transaction ${number} on session because a newer or equal transaction ${known.number} has already started.`,
        );
      }
      if (known?.state === 'open') known.transaction.end();
      const transaction = new Transaction(this.store.kv);
      this.transactions.set(session, { number, transaction, state: 'open' });
      return transaction;
    }
    if (known === undefined || known.number !== number || known.state === 'aborted') throw noTransaction(number);
    if (known.state === 'committed')
      throw new MongoError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
    return known.transaction;
  }

  /** Commits, or answers once more when it was committed already. @throws MongoError 251, 112 */
  async commit(session: string, number: bigint): Promise<void> {
    const known = this.transactions.get(session);
    if (known === undefined || known.number !== number || known.state === 'aborted') throw noTransaction(number);
    if (known.state === 'committed') return;
    try {
      if (known.transaction.hasChanges) await this.store.write(() => known.transaction.apply(this.store.catalog));
      known.state = 'committed';
    } catch (error) {
      known.state = 'aborted';
      throw error;
    } finally {
      known.transaction.end();
    }
  }

  /** @throws MongoError 251 when there is none, 256 when it was committed */
  abort(session: string, number: bigint): void {
    const known = this.transactions.get(session);
    if (known === undefined || known.number !== number || known.state === 'aborted') throw noTransaction(number);
    if (known.state === 'committed')
      throw new MongoError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
    known.state = 'aborted';
    known.transaction.end();
  }

  /** A command of the transaction failed: MongoDB aborts the whole. */
  fail(session: string, number: bigint): void {
    const known = this.transactions.get(session);
    if (known?.number === number && known.state === 'open') this.abort(session, number);
  }

  end(session: string): void {
    const known = this.transactions.get(session);
    if (known?.state === 'open') known.transaction.end();
    this.transactions.delete(session);
  }

  get openTransactions(): number {
    return [...this.transactions.values()].filter(({ state }) => state === 'open').length;
  }

  /** The reply of this very write when it was done before (the client lost the answer and asks again). */
  repeated(session: string, number: bigint): Doc | undefined {
    const bytes = this.store.kv.get(sessionKey(session));
    if (bytes === undefined) return undefined;
    const record = decode(bytes);
    const known = record['txnNumber'];
    const reply = record['reply'];
    const last = known instanceof Long ? known.toBigInt() : BigInt(toNumber(known) ?? -1);
    if (number < last)
      throw new MongoError(
        225,
        `Retryable write with txnNumber ${number} is prohibited on session because a newer retryable write with txnNumber ${last} has already started on this session.`,
      );
    return number === last && isDoc(reply) ? reply : undefined;
  }

  /** Keeps the reply with the write it belongs to; only inside the write's job. */
  remember(session: string, number: bigint, reply: Doc): void {
    this.store.kv.put(sessionKey(session), encode({ txnNumber: Long.fromBigInt(number), at: new Date(), reply }));
  }

  /** Forgets sessions that ended, in the storage too. */
  async forget(sessions: readonly string[]): Promise<void> {
    for (const session of sessions) this.end(session);
    const kept = sessions.map(sessionKey).filter((key) => this.store.kv.get(key) !== undefined);
    if (kept.length > 0) {
      await this.store.write(() => {
        for (const key of kept) this.store.kv.remove(key);
      });
    }
  }

  /** Removes the records of sessions that nobody used for half an hour. */
  async sweep(): Promise<void> {
    const from = Buffer.from([Area.session]);
    const limit = Date.now() - SESSION_LIFETIME_MS;
    const old: Buffer[] = [];
    let start: Buffer = from;
    for (;;) {
      const entries = this.store.kv.range(start, afterPrefix(from)!, false, 500);
      for (const { key, value } of entries) {
        const at = decode(value)['at'];
        if (!(at instanceof Date) || at.getTime() < limit) old.push(key);
      }
      if (entries.length < 500) break;
      start = Buffer.concat([entries.at(-1)!.key, Buffer.from([0])]);
    }
    if (old.length > 0) {
      await this.store.write(() => {
        for (const key of old) this.store.kv.remove(key);
      });
    }
  }

  close(): void {
    clearInterval(this.timer);
    for (const session of [...this.transactions.keys()]) this.end(session);
  }

  private expire(): void {
    const now = Date.now();
    for (const [session, known] of this.transactions) {
      const age = now - known.transaction.startedAt;
      if (known.state === 'open' && age > TRANSACTION_LIFETIME_MS) {
        known.state = 'aborted';
        known.transaction.end();
      } else if (age > SESSION_LIFETIME_MS) this.transactions.delete(session);
    }
  }
}

function sessionKey(session: string): Buffer {
  return Buffer.concat([Buffer.from([Area.session]), Buffer.from(session, 'hex')]);
}

function noTransaction(number: bigint): MongoError {
  return new MongoError(251, `Given transaction number ${number} does not match any in-progress transactions.`, {}, [
    'TransientTransactionError',
  ]);
}
