import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { isRefused, PaymentRequestedV1, RefundRequestedV1, topicOf } from '@orderloom/contracts';
import { type Command, deterministicId } from '@orderloom/event-sourcing';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock, Logger, Role, Shutdown } from '@orderloom/platform';
import { capturePayment, failPayment } from '../order/decide-payment.js';
import { failRefund, succeedRefund } from '../order/decide-refund.js';
import { hasEnded } from '../order/ending.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';
import { type PaymentTask, PaymentTasks } from './payment-tasks.js';
import type { ProviderAnswer } from './provider.js';
import { SimulatedProvider } from './simulated-provider.js';

/** Provider calls in flight at once. */
const CONCURRENCY = 64;
/** How often abandoned tasks are looked for when nothing is due earlier. */
const IDLE_MS = 15_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

/** What became of one task. */
interface Answered {
  task: PaymentTask;
  answer: ProviderAnswer;
}

/**
 * Asks the provider for what orders asked for, and records the answers in their streams. Tasks outlive the process; a
 * provider that cannot be reached is asked again later, and a payment nobody answers lapses on its due date.
 */
@Injectable()
export class PaymentWorker implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    private readonly tasks: PaymentTasks,
    private readonly provider: SimulatedProvider,
    private readonly orders: OrderRepository,
    private readonly clock: Clock,
    private readonly logger: Logger,
    shutdown: Shutdown,
    private readonly role: Role,
  ) {
    shutdown.register('workers', 'payments', () => this.stop());
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.role.works) return;
    await this.tasks.prepare();
    this.#stopped = false;
    this.#wake(0);
  }

  /** Finishes what it has in hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /**
   * Takes on what this service's own events ask for. They are read from its topic, where they cost nothing to those who
   * do not want them. Fulfilled when the tasks are durable, not when they are done.
   */
  @OnEvents({
    group: 'order.payments',
    topics: [topicOf.order],
    types: [PaymentRequestedV1.type, RefundRequestedV1.type],
  })
  async take(events: readonly ReceivedEvent[]): Promise<void> {
    const added = await this.tasks.add(events);
    if (added.length > 0 && !this.#stopped) this.#schedule(() => this.#work(added));
  }

  /** Work is done one batch after another: answers of one batch share their appends. */
  #schedule(work: () => Promise<void>): void {
    this.#running = this.#running.then(work).catch((error: unknown) => {
      this.logger.error({ err: error }, 'payments could not be worked on; they are tried again');
      this.#wake(FIRST_BACKOFF_MS);
    });
  }

  #wake(inMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#schedule(() => this.#poll()), inMs);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    if (this.#stopped) return;
    const taken = await this.tasks.take(500);
    if (taken.length > 0) await this.#work(taken);
    const next = await this.tasks.nextAt();
    const wait = next === null ? IDLE_MS : Math.min(IDLE_MS, Math.max(20, next - this.clock.millis()));
    this.#wake(wait);
  }

  async #work(tasks: readonly PaymentTask[]): Promise<void> {
    const answered: Answered[] = [];
    for (let start = 0; start < tasks.length && !this.#stopped; start += CONCURRENCY) {
      const some = tasks.slice(start, start + CONCURRENCY);
      answered.push(...(await Promise.all(some.map(async (task) => ({ task, answer: await this.#ask(task) })))));
    }
    const waiting: { _id: string; afterMs: number }[] = [];
    const commands: Command<Order, OrderEvent>[] = [];
    const ids: string[] = [];
    for (const { task, answer } of answered) {
      if (answer.outcome === 'pending') waiting.push({ _id: task._id, afterMs: answer.retryAfterMs });
      else {
        commands.push(this.#command(task, answer));
        ids.push(task._id);
      }
    }
    const done: string[] = [];
    const settled = await this.orders.handleMany(commands);
    for (const [index, outcome] of settled.entries()) {
      const _id = ids[index];
      if (_id === undefined) continue;
      if (outcome.ok) done.push(_id);
      else if (isRefused(outcome.error)) {
        // The order does not want this answer; asking the provider again would not change that.
        this.logger.error({ err: outcome.error, task: _id }, 'an order refused the answer of the payment provider');
        done.push(_id);
      } else waiting.push({ _id, afterMs: FIRST_BACKOFF_MS });
    }
    await this.tasks.settle(done, waiting);
    if (waiting.length > 0) this.#wake(Math.min(...waiting.map(({ afterMs }) => afterMs)));
  }

  async #ask(task: PaymentTask): Promise<ProviderAnswer> {
    if (task.dueAt !== null && this.clock.now() > task.dueAt) {
      return {
        outcome: 'failed',
        code: 'PAYMENT_EXPIRED',
        reason: 'The payment did not come in time.',
        retriable: false,
      };
    }
    const { id, orderId, amount, currency, method, attempts } = task;
    const request = { id, orderId, amount, currency, method, attempts };
    try {
      if (task.kind === 'refund') return await this.provider.refund(request);
      if (attempts > 0 && (await this.#isCancelled(orderId))) {
        return { outcome: 'failed', code: 'ORDER_CANCELLED', reason: 'The order was cancelled.', retriable: false };
      }
      return await this.provider.charge(request);
    } catch (error) {
      this.logger.warn({ err: error, task: task._id }, 'the payment provider could not be asked');
      return { outcome: 'pending', retryAfterMs: Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** task.attempts) };
    }
  }

  /**
   * Nobody is charged for an order that was cancelled while the request waited. One that has just been asked for is not
   * looked up again: should a cancellation win that race, the money goes back by itself.
   */
  async #isCancelled(orderId: string): Promise<boolean> {
    return hasEnded((await this.orders.load(orderId)).state);
  }

  #command(task: PaymentTask, answer: Exclude<ProviderAnswer, { outcome: 'pending' }>): Command<Order, OrderEvent> {
    const now = this.clock.now();
    const causationId = deterministicId('payment-answer', task._id, answer.outcome);
    return {
      id: task.orderId,
      context: {
        actor: `provider:${this.provider.name}`,
        correlationId: task.id,
        causationId,
        handler: 'order.payment',
        now,
      },
      decide: (order) => answerCommand(task, answer, order, now),
    };
  }
}

/** Records what the provider answered: the command that an answer, direct or by callback, means for the order. */
export const answerCommand = (
  task: Pick<PaymentTask, 'kind' | 'id' | 'amount' | 'currency'>,
  answer: Exclude<ProviderAnswer, { outcome: 'pending' }>,
  order: Order,
  now: string,
): OrderEvent[] => {
  if (task.kind === 'payment') {
    const { id: paymentId, amount, currency } = task;
    if (answer.outcome === 'failed') {
      const { code, reason, retriable } = answer;
      return failPayment({ paymentId, code, reason, retriable, now }, order);
    }
    const { providerReference, occurredAt } = answer;
    return capturePayment({ paymentId, amount, currency, providerReference, occurredAt, now }, order);
  }
  if (answer.outcome === 'failed') {
    return failRefund({ refundId: task.id, code: answer.code, reason: answer.reason }, order);
  }
  const { providerReference, occurredAt } = answer;
  return succeedRefund({ refundId: task.id, providerReference, occurredAt }, order);
};
