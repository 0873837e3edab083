import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock, Logger, Shutdown } from '@orderloom/platform';
import { missDeadline } from '../order/decide-deadline.js';
import { type Priority, priorityOf } from '../order/waits.js';
import { OrderRepository } from '../order.repository.js';
import { type Waiting, withDeadlines } from '../views/list/waiting.js';
import { OrderList } from '../views/order-list.js';
import type { OrderDocument } from '../views/orders.projection.js';
import type { DeadlinePolicy } from './policy.js';
import { DeadlinePolicies } from './policy-store.js';

/** Orders that one look takes. */
const BATCH = 200;
/** Looks are this far apart; deadlines are hours. */
const EVERY_MS = 10_000;
const ACTOR = 'order.deadlines';

/**
 * Looks for orders that wait longer than they should and says so on each, once. The order list knows every deadline, so
 * there is nothing to set, keep or clear: one look into its index finds all that are due, also after a restart. Only the
 * process that keeps the list looks.
 */
@Injectable()
export class WatchDeadlines implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly list: OrderList,
    private readonly orders: OrderRepository,
    private readonly policies: DeadlinePolicies,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    this.shutdown.register('workers', ACTOR, async () => {
      clearInterval(this.#timer);
      await this.#looking;
    });
    this.#timer = setInterval(() => {
      if (this.list.leading) this.#looking = this.look().catch((error: unknown) => this.#failed(error));
    }, EVERY_MS);
    this.#timer.unref();
  }

  /** Records every deadline that is missed now. @returns how many were recorded */
  async look(): Promise<number> {
    const now = this.clock.now();
    let recorded = 0;
    for (;;) {
      const due = (await this.list
        .collection()
        .find({ dueAt: { $gt: '', $lte: now } }, { projection: { waits: 1, revision: 1 } })
        .sort({ dueAt: 1, _id: 1 })
        .limit(BATCH)
        .toArray()) as unknown as Pick<OrderDocument, '_id' | 'waits' | 'revision'>[];
      if (due.length === 0) return recorded;
      const { policy } = await this.policies.read();
      const count = await this.#record(due, policy, now);
      recorded += count;
      // What is left was taken up by something else meanwhile; the list will show it by the next look.
      if (count === 0 || due.length < BATCH) return recorded;
    }
  }

  /** Puts the deadlines of all waiting orders where a new policy wants them. */
  async replan(policy: DeadlinePolicy): Promise<number> {
    const orders = this.list.collection();
    let changed = 0;
    const found = orders.find({ dueAt: { $gt: '' } }, { projection: { waits: 1, priority: 1, _sequence: 1 } });
    for await (const stored of found) {
      const row = stored as unknown as OrderDocument & { priority?: string; _sequence: number };
      const columns = withDeadlines(row.waits, policy, (row.priority?.toLowerCase() ?? 'normal') as Priority);
      // Guarded by the sequence: a row that moved on meanwhile has taken the new policy in by itself.
      const { modifiedCount } = await orders.updateOne({ _id: row._id, _sequence: row._sequence } as never, {
        $set: { waits: columns.waits, dueAt: columns.dueAt },
      });
      changed += modifiedCount;
    }
    return changed;
  }

  async #record(
    due: readonly Pick<OrderDocument, '_id' | 'waits' | 'revision'>[],
    policy: DeadlinePolicy,
    now: string,
  ): Promise<number> {
    const commands = due.flatMap(({ _id, waits, revision }) => {
      const overdue = waits.filter((wait) => !wait.missed && wait.dueAt <= now);
      return overdue.slice(0, 1).map((wait) => this.#command(String(_id), revision, wait, policy, now));
    });
    const settled = await this.orders.handleMany(commands);
    let recorded = 0;
    for (const outcome of settled) {
      // An order that has just moved on is looked at again when the list shows it.
      if (outcome.ok && outcome.value.changed) recorded += 1;
    }
    if (recorded > 0) this.logger.warn({ orders: recorded }, 'orders wait longer than they should');
    return recorded;
  }

  #command(id: string, revision: number, { state, since, dueAt }: Waiting, policy: DeadlinePolicy, now: string) {
    const { owner } = policy[state];
    return {
      id,
      decide: (order: Parameters<typeof missDeadline>[1]) =>
        missDeadline({ wait: state, since, dueAt, owner, priority: priorityOf(order), now }, order),
      context: {
        actor: ACTOR,
        correlationId: `deadline-${id}-${state}-${since}`,
        causationId: `deadline-${id}-${state}-${since}`,
        handler: ACTOR,
        now,
        expectedRevision: BigInt(revision),
      },
    };
  }

  #failed(error: unknown): void {
    this.logger.error({ err: error }, 'deadlines could not be looked at; tried again');
  }
}
