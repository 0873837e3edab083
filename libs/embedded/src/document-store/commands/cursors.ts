import { randomInt } from 'node:crypto';
import { Long } from 'bson';
import { encode } from '../bson/decode.js';
import type { Doc } from '../bson/types.js';
import { cursorReply } from '../bson/write.js';
import { MongoError } from '../errors.js';

/** Raw documents, one at a time. */
export type Source = Iterator<Buffer, undefined>;

interface OpenCursor {
  readonly id: bigint;
  readonly namespace: string;
  readonly source: Source;
  /** Read ahead: did not fit into the last batch. */
  waiting: Buffer | undefined;
  readonly batchSize: number;
  usedAt: number;
  readonly connectionId: number;
  readonly session: string | undefined;
}

/** Documents in the first batch when the client does not say. */
const DEFAULT_FIRST_BATCH = 101;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** As MongoDB's cursorTimeoutMillis. */
const IDLE_MS = 10 * 60_000;

/** The open cursors. What a cursor holds is the place where it goes on, not the documents to come. */
export class Cursors {
  private readonly open = new Map<bigint, OpenCursor>();
  private readonly timer = setInterval(() => this.expire(), 60_000).unref();

  get size(): number {
    return this.open.size;
  }

  /** The reply with the first batch; the cursor stays open when there is more. */
  first(
    source: Source,
    namespace: string,
    options: { batchSize: number | undefined; single?: boolean; connectionId: number; session?: string | undefined },
    tail: Doc = { ok: 1 },
  ): Buffer[] {
    const { batch, waiting, done } = take(source, undefined, options.batchSize ?? DEFAULT_FIRST_BATCH);
    let id = 0n;
    if (!done && options.single !== true) {
      id = BigInt(randomInt(1, 2 ** 47)) * 4n + BigInt(randomInt(0, 4));
      this.open.set(id, {
        id,
        namespace,
        source,
        waiting,
        batchSize: options.batchSize ?? 0,
        usedAt: Date.now(),
        connectionId: options.connectionId,
        session: options.session,
      });
    }
    return cursorReply('firstBatch', batch, encode({ id: Long.fromBigInt(id), ns: namespace }), encode(tail));
  }

  /** The reply with the next batch. @throws MongoError 43 */
  next(id: bigint, namespace: string, batchSize: number | undefined): Buffer[] {
    const cursor = this.open.get(id);
    if (cursor === undefined) throw new MongoError(43, `cursor id ${id} not found`);
    if (cursor.namespace !== namespace)
      throw new MongoError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    cursor.usedAt = Date.now();
    let taken: ReturnType<typeof take>;
    try {
      taken = take(cursor.source, cursor.waiting, batchSize ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      this.open.delete(id);
      throw error;
    }
    cursor.waiting = taken.waiting;
    if (taken.done) this.open.delete(id);
    return cursorReply(
      'nextBatch',
      taken.batch,
      encode({ id: Long.fromBigInt(taken.done ? 0n : id), ns: namespace }),
      encode({ ok: 1 }),
    );
  }

  kill(ids: readonly bigint[]): { killed: bigint[]; missing: bigint[] } {
    const killed: bigint[] = [];
    const missing: bigint[] = [];
    for (const id of ids) (this.open.delete(id) ? killed : missing).push(id);
    return { killed, missing };
  }

  endSession(session: string): void {
    for (const [id, cursor] of this.open) if (cursor.session === session) this.open.delete(id);
  }

  close(): void {
    clearInterval(this.timer);
    this.open.clear();
  }

  private expire(): void {
    const limit = Date.now() - IDLE_MS;
    for (const [id, cursor] of this.open) if (cursor.usedAt < limit) this.open.delete(id);
  }
}

function take(
  source: Source,
  first: Buffer | undefined,
  size: number,
): { batch: Buffer[]; waiting: Buffer | undefined; done: boolean } {
  const batch: Buffer[] = [];
  let bytes = 0;
  let waiting = first;
  while (batch.length < size) {
    const next = waiting ?? source.next().value;
    waiting = undefined;
    if (next === undefined) return { batch, waiting: undefined, done: true };
    if (batch.length > 0 && bytes + next.length > MAX_BATCH_BYTES) return { batch, waiting: next, done: false };
    batch.push(next);
    bytes += next.length + 8;
  }
  // Look one ahead, so that a cursor without more documents closes at once; not for `batchSize: 0`.
  if (size === 0) return { batch, waiting, done: false };
  const ahead = waiting ?? source.next().value;
  return { batch, waiting: ahead, done: ahead === undefined };
}
