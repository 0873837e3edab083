import { Injectable } from '@nestjs/common';
import type { EventEnvelope } from '@orderloom/contracts';
import { Clock, InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { type PaymentTask, taskOf } from './task-of.js';

/** How long a worker has for a task before another may take it over. */
const LOCK_MS = 10_000;

/** The durable queue between what orders ask for and what the provider is asked: a plain collection. */
@Injectable()
export class PaymentTasks {
  readonly #tasks: Collection<PaymentTask>;

  constructor(
    @InjectConnection() connection: Connection,
    private readonly clock: Clock,
  ) {
    this.#tasks = connection.getClient().db(connection.name).collection<PaymentTask>('payment_tasks');
  }

  async prepare(): Promise<void> {
    await this.#tasks.createIndex({ availableAt: 1 });
  }

  /**
   * Queues what these events ask for; asking twice is asking once. The tasks are locked for the caller, who works on
   * them next.
   */
  async add(events: readonly EventEnvelope[]): Promise<PaymentTask[]> {
    const now = this.clock.millis();
    const tasks = events.map((event) => taskOf(event, now + LOCK_MS)).filter((task) => task !== null);
    if (tasks.length === 0) return [];
    const { upsertedIds } = await this.#tasks.bulkWrite(
      tasks.map(({ _id, ...task }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: task }, upsert: true },
      })),
      { ordered: false },
    );
    // One that was there already belongs to whoever holds its lock; one for later to whoever finds it then.
    return tasks.filter((task, index) => upsertedIds[index] !== undefined && task.availableAt <= now + LOCK_MS);
  }

  /** Takes over what has waited long enough, at most `limit`. */
  async take(limit: number): Promise<PaymentTask[]> {
    const now = this.clock.millis();
    const candidates = await this.#tasks
      .find({ availableAt: { $lte: now } })
      .sort({ availableAt: 1 })
      .limit(limit)
      .toArray();
    const taken: PaymentTask[] = [];
    for (const task of candidates) {
      const { modifiedCount } = await this.#tasks.updateOne(
        { _id: task._id, availableAt: task.availableAt },
        { $set: { availableAt: now + LOCK_MS } },
      );
      if (modifiedCount === 1) taken.push(task);
    }
    return taken;
  }

  /** When the next task wants to be taken; null when there is none. */
  async nextAt(): Promise<number | null> {
    const next = await this.#tasks.find().sort({ availableAt: 1 }).limit(1).next();
    return next === null ? null : next.availableAt;
  }

  /** Forgets what is done and puts back what has to wait. */
  async settle(
    done: readonly string[],
    waiting: readonly { _id: string; afterMs: number; providerReference?: string }[],
  ): Promise<void> {
    const now = this.clock.millis();
    const writes = [
      ...(done.length === 0 ? [] : [{ deleteMany: { filter: { _id: { $in: [...done] } } } }]),
      ...waiting.map(({ _id, afterMs, providerReference }) => ({
        updateOne: {
          filter: { _id },
          update: {
            $set: {
              availableAt: now + afterMs,
              ...(providerReference === undefined ? {} : { providerReference }),
            },
            $inc: { attempts: 1 },
          },
        },
      })),
    ];
    if (writes.length > 0) await this.#tasks.bulkWrite(writes, { ordered: false });
  }
}
