import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Command } from '@orderloom/event-sourcing';
import { Clock, InjectSettings, Logger, Shutdown } from '@orderloom/platform';
import { expireAmendments } from '../order/decide-amend.js';
import { expire } from '../order/decide-end.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';
import type { OrderSettings } from '../settings.js';
import { OrderList } from '../views/order-list.js';

/** How often it is looked for what has waited too long, ms. */
const EVERY_MS = 20_000;
/** Orders handled together. */
const BATCH = 200;
const HOUR_MS = 3_600_000;

const hoursBefore = (time: string, hours: number): string => new Date(Date.parse(time) - hours * HOUR_MS).toISOString();

/**
 * Ends what has waited too long. Deadlines are columns of the order list, so they outlive every process and are there
 * again after a rebuild; whether one still holds is decided by the order itself. Any number of processes may look.
 */
@Injectable()
export class LapseWorker implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    private readonly orders: OrderRepository,
    private readonly list: OrderList,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @InjectSettings() private readonly settings: Pick<OrderSettings, 'UNPAID_ORDERS' | 'UNPAID_GRACE_HOURS'>,
    shutdown: Shutdown,
  ) {
    shutdown.register('workers', 'lapsing orders', () => this.stop());
  }

  onApplicationBootstrap(): void {
    this.#stopped = false;
    this.#wake();
  }

  /** Finishes what it has in hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Ends everything that is overdue now. @returns how many orders changed */
  async lapse(): Promise<number> {
    const now = this.clock.now();
    const commands: Command<Order, OrderEvent>[] = [];
    if (this.settings.UNPAID_ORDERS === 'expire') {
      const overdueAt = hoursBefore(now, this.settings.UNPAID_GRACE_HOURS);
      const ids = await this.list.overdue('payableUntil', overdueAt, BATCH);
      commands.push(...ids.map((id) => this.#command(id, now, (order) => expire({ overdueAt, now }, order))));
    }
    const late = await this.list.overdue('amendmentsUntil', now, BATCH);
    commands.push(...late.map((id) => this.#command(id, now, (order) => expireAmendments({ now }, order))));
    const settled = await this.orders.handleMany(commands);
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
    return settled.filter((outcome) => outcome.ok && outcome.value.changed).length;
  }

  #command(id: string, now: string, decide: (order: Order) => OrderEvent[]): Command<Order, OrderEvent> {
    return { id, decide, context: { actor: 'order.lapse', correlationId: id, handler: 'order.lapse', now } };
  }

  #wake(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.lapse().then(
        () => this.#wake(),
        (error: unknown) => {
          this.logger.warn({ err: error }, 'overdue orders could not be ended; they are tried again');
          this.#wake();
        },
      );
    }, EVERY_MS);
    this.#timer.unref();
  }
}
