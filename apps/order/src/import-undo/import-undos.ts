import type { OnApplicationBootstrap } from '@nestjs/common';
import { isRefused, type RefusalCode, Refused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import type { Clock, Logger, RequestContext, Shutdown } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { cancel } from '../order/decide-cancel.js';
import type { OrderRepository } from '../order.repository.js';
import type { OrderList } from '../views/order-list.js';

/** An undoing of an import. Its position is written after what it stands for is durable. */
export interface UndoJob {
  /** id of the import */
  _id: string;
  status: 'running' | 'completed';
  actor: string;
  correlationId: string;
  startedAt: string;
  finishedAt: string | null;
  /** last order that is done with */
  after: string;
  undone: number;
  kept: number;
  /** nobody else works on it before, ms since 1970 */
  lockedUntil: number;
}

/** What became of one order. */
export interface UndoResult {
  _id: string;
  importId: string;
  orderId: string;
  number: string;
  outcome: 'UNDONE' | 'KEPT';
  code?: RefusalCode;
}

const BATCH = 200;
const LOCK_MS = 30_000;
const LOOK_EVERY_MS = 15_000;
/** Where the goods of orders stand that can be undone. */
const UNTOUCHED = ['NONE', 'UNALLOCATED', 'BACKORDERED', 'ALLOCATED', 'CANCELLED'];

/**
 * Undoes imports: cancels every order of one, as a job that goes on after a crash, with a result per order. What was
 * told about the orders stays on record; nothing recorded is deleted.
 */
export class ImportUndos implements OnApplicationBootstrap {
  readonly #jobs: Collection<UndoJob>;
  readonly #results: Collection<UndoResult>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    connection: Connection,
    private readonly orders: OrderRepository,
    private readonly list: Pick<OrderList, 'documents'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    const db = connection.getClient().db(connection.name);
    this.#jobs = db.collection<UndoJob>('import_undos');
    this.#results = db.collection<UndoResult>('import_undo_results');
    shutdown.register('workers', 'import undo', async () => {
      this.#stopped = true;
      clearInterval(this.#timer);
      await this.#running;
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#jobs.createIndex({ status: 1, lockedUntil: 1 });
    await this.#results.createIndex({ importId: 1, _id: 1 });
    this.#poke();
    this.#timer = setInterval(() => this.#poke(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /**
   * Starts undoing an import; the one that was started before when there is one.
   * @throws Refused IMPORT_ALREADY_RELEASED when a warehouse knows of any of its orders
   */
  async start(importId: string, context: RequestContext): Promise<UndoJob> {
    const known = await this.#jobs.findOne({ _id: importId });
    if (known !== null) return known;
    const released = await this.countReleased(importId);
    if (released > 0) throw new Refused('IMPORT_ALREADY_RELEASED', { importId, count: released });
    const job: UndoJob = {
      _id: importId,
      status: 'running',
      actor: context.actor,
      correlationId: context.correlationId,
      startedAt: context.now,
      finishedAt: null,
      after: '',
      undone: 0,
      kept: 0,
      lockedUntil: 0,
    };
    await this.#jobs.updateOne({ _id: importId }, { $setOnInsert: without(job) }, { upsert: true });
    this.#poke();
    return job;
  }

  /** Orders of an import that a warehouse was told about, or that left long ago. */
  countReleased(importId: string): Promise<number> {
    return this.list.documents().countDocuments({ importId, fulfilment: { $nin: UNTOUCHED } });
  }

  /** How many orders would be undone. */
  countOpen(importId: string): Promise<number> {
    return this.list
      .documents()
      .countDocuments({ importId, fulfilment: { $in: UNTOUCHED }, status: { $ne: 'CANCELLED' } });
  }

  /** @throws Refused IMPORT_NOT_UNDONE */
  async find(importId: string): Promise<UndoJob> {
    const job = await this.#jobs.findOne({ _id: importId });
    if (job === null) throw new Refused('IMPORT_NOT_UNDONE', { importId });
    return job;
  }

  /** Results after an order, in the order of their ids. */
  results(importId: string, after: string | undefined, limit: number): Promise<UndoResult[]> {
    return this.#results
      .find({ importId, ...(after === undefined ? {} : { _id: { $gt: after } }) })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
  }

  #poke(): void {
    if (this.#stopped) return;
    this.#running = this.#running
      .then(() => this.#work())
      .catch((error: unknown) => this.logger.warn({ err: error }, 'an import could not be undone; it is tried again'));
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      const now = this.clock.millis();
      const job = await this.#jobs.findOneAndUpdate(
        { status: 'running', lockedUntil: { $lte: now } },
        { $set: { lockedUntil: now + LOCK_MS } },
        { returnDocument: 'after' },
      );
      if (job === null) return;
      await this.#undo(job);
    }
  }

  async #undo(job: UndoJob): Promise<void> {
    let { after, lockedUntil } = job;
    while (!this.#stopped) {
      const batch = await this.list
        .documents()
        .find({ importId: job._id, _id: { $gt: after } }, { projection: { _id: 1, number: 1 } })
        .sort({ _id: 1 })
        .limit(BATCH)
        .toArray();
      if (batch.length === 0) {
        const done = { status: 'completed', finishedAt: this.clock.now() } as const;
        await this.#jobs.updateOne({ _id: job._id, lockedUntil }, { $set: done });
        return;
      }
      const results = await this.#cancel(job, batch);
      await this.#results.bulkWrite(
        results.map(({ _id, ...result }) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: result }, upsert: true },
        })),
        { ordered: false },
      );
      after = String(batch.at(-1)?._id);
      const undone = results.filter(({ outcome }) => outcome === 'UNDONE').length;
      const next = this.clock.millis() + LOCK_MS;
      const { matchedCount } = await this.#jobs.updateOne(
        { _id: job._id, lockedUntil },
        { $set: { after, lockedUntil: next }, $inc: { undone, kept: results.length - undone } },
      );
      // Somebody else has taken it over.
      if (matchedCount === 0) return;
      lockedUntil = next;
    }
    // Stopped in between: whoever starts next goes on at once.
    await this.#jobs.updateOne({ _id: job._id, lockedUntil }, { $set: { lockedUntil: 0 } });
  }

  async #cancel(job: UndoJob, batch: readonly { _id: unknown; number: string }[]): Promise<UndoResult[]> {
    const now = this.clock.now();
    const settled = await this.orders.handleMany(
      batch.map(({ _id }) => ({
        id: String(_id),
        decide: (order) => cancel({ reason: 'IMPORT_UNDONE', now }, order),
        context: {
          actor: job.actor,
          correlationId: job.correlationId,
          causationId: deterministicId('import-undo', job._id, String(_id)),
          handler: 'order.import-undo',
          now,
        },
      })),
    );
    return settled.map((outcome, index) => {
      const orderId = String(batch[index]?._id);
      const result = { _id: `${job._id}|${orderId}`, importId: job._id, orderId, number: batch[index]?.number ?? '' };
      if (outcome.ok) return { ...result, outcome: 'UNDONE' };
      // Anything but a refusal is no answer: the batch is done again.
      if (!isRefused(outcome.error)) throw outcome.error;
      return { ...result, outcome: 'KEPT', code: outcome.error.code };
    });
  }
}

const without = ({ _id, ...job }: UndoJob): Omit<UndoJob, '_id'> => job;
