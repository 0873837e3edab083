import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { deterministicId } from '@orderloom/event-sourcing';
import { Clock, InstanceRole, Logger, Shutdown } from '@orderloom/platform';
import { expireHold } from '../order/decide-holds.js';
import { OrderRepository } from '../order.repository.js';
import { OrderList } from '../views/order-list.js';

/** Orders whose deadline passed, worked off at once. */
const BATCH = 200;
/** How often deadlines are looked for when none is near: an index answers it. */
const LOOK_EVERY_MS = 5_000;
const SOONEST_MS = 200;

/**
 * Does at a hold's deadline what was said would happen. Deadlines are part of the order, so nothing is lost with a
 * process; two processes doing the same have one effect.
 */
@Injectable()
export class HoldDeadlines implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    private readonly orders: OrderRepository,
    private readonly list: OrderList,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly role: InstanceRole,
    shutdown: Shutdown,
  ) {
    shutdown.register('workers', 'hold deadlines', () => this.stop());
  }

  onApplicationBootstrap(): void {
    if (!this.role.works) return;
    this.#stopped = false;
    this.#wake(SOONEST_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wake(inMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#look().catch((error: unknown) => {
        this.logger.warn({ err: error }, 'deadlines of holds could not be looked for; trying again');
        this.#wake(LOOK_EVERY_MS);
      });
    }, inMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const found = await this.list
      .documents()
      .find({ 'review.timer': { $type: 'string' } }, { projection: { 'review.timer': 1, 'review.holds': 1 } })
      .sort({ 'review.timer': 1 })
      .limit(BATCH)
      .toArray();
    const now = this.clock.now();
    const due = found.filter(({ review }) => (review?.timer ?? now) <= now);
    const commands = due.flatMap(({ _id, review }) =>
      (review?.holds ?? [])
        .filter(({ deadline, atDeadline }) => atDeadline !== 'WAIT' && deadline <= now)
        .map(({ holdId, deadline }) => ({
          id: String(_id),
          decide: (order: Parameters<typeof expireHold>[1]) => expireHold({ holdId, now }, order),
          context: {
            actor: 'order.deadlines',
            correlationId: holdId,
            causationId: deterministicId('hold-deadline', holdId, deadline),
            handler: 'order.deadlines',
            now,
          },
        })),
    );
    for (const outcome of await this.orders.handleMany(commands)) {
      if (!outcome.ok)
        this.logger.error({ err: outcome.error, orderId: outcome.id }, 'a deadline could not be applied');
    }
    const next = found.find(({ review }) => (review?.timer ?? '') > now)?.review?.timer;
    const wait = next === undefined || next === null ? LOOK_EVERY_MS : Date.parse(next) - this.clock.millis();
    // What was done now is shown a moment later: not asked for again at once.
    this.#wake(Math.min(LOOK_EVERY_MS, Math.max(due.length === BATCH ? 50 : SOONEST_MS, wait)));
  }
}
