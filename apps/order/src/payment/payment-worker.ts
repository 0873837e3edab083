import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type EventEnvelope, isRefused } from '@orderloom/contracts';
import { type Command, deterministicId } from '@orderloom/event-sourcing';
import { Clock, Logger, Role, Shutdown } from '@orderloom/platform';
import { expiry } from '../order/decide-payment.js';
import { hasEnded } from '../order/ending.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { expected } from '../order/payments.js';
import { isUnderWay } from '../order/refunds.js';
import { OrderRepository } from '../order.repository.js';
import { answerCommand, underwayCommand } from './answer-command.js';
import { MoneyPolicy } from './money-policy.js';
import { PaymentTasks } from './payment-tasks.js';
import type { ProviderAnswer, ProviderRequest, Underway } from './provider.js';
import { PaymentProviders } from './providers.js';
import type { PaymentTask } from './task-of.js';

/** Provider calls in flight at once. */
const CONCURRENCY = 64;
/** How often abandoned tasks are looked for when nothing is due earlier. */
const IDLE_MS = 15_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

/** What became of one task. */
interface Answered {
  task: PaymentTask;
  answer: ProviderAnswer | 'dropped';
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
    private readonly providers: PaymentProviders,
    private readonly orders: OrderRepository,
    private readonly policy: MoneyPolicy,
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

  /** Takes on what events of this service ask for. Fulfilled when the tasks are durable, not when they are done. */
  async take(events: readonly EventEnvelope[]): Promise<void> {
    if (events.length === 0) return;
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
    const waiting: { _id: string; afterMs: number; providerReference?: string }[] = [];
    const commands: Command<Order, OrderEvent>[] = [];
    const asked: Answered[] = [];
    const done: string[] = [];
    for (const one of answered) {
      const { task, answer } = one;
      if (answer === 'dropped') done.push(task._id);
      else {
        if (answer.outcome === 'pending') waiting.push(waitOf(task, answer, this.clock.millis()));
        // What is only busy changes nothing.
        if (answer.outcome === 'pending' && answer.action === undefined && answer.accepted !== true) continue;
        commands.push(this.#command(task, answer));
        asked.push(one);
      }
    }
    const settled = await this.orders.handleMany(commands);
    for (const [index, outcome] of settled.entries()) {
      const { task: { _id } = { _id: '' }, answer } = asked[index] ?? {};
      if (answer === undefined) continue;
      if (!outcome.ok && isRefused(outcome.error)) {
        // The order does not want this answer; asking the provider again would not change that.
        this.logger.error({ err: outcome.error, task: _id }, 'an order refused the answer of the payment provider');
      }
      const final = answer === 'dropped' || answer.outcome !== 'pending';
      if (outcome.ok || isRefused(outcome.error)) {
        if (final) done.push(_id);
      } else if (final) waiting.push({ _id, afterMs: FIRST_BACKOFF_MS });
    }
    await this.tasks.settle(done, waiting);
    if (waiting.length > 0) this.#wake(Math.min(IDLE_MS, ...waiting.map(({ afterMs }) => afterMs)));
  }

  /** @returns `dropped` when there is nothing (any more) to ask for and nothing to record */
  async #ask(task: PaymentTask): Promise<ProviderAnswer | 'dropped'> {
    const { id, orderId, attempts, kind } = task;
    if (kind === 'lapse') {
      return { outcome: 'voided', occurredAt: this.clock.now(), reason: 'AUTHORIZATION_EXPIRED' };
    }
    const provider = this.providers.of(task.provider);
    const request: ProviderRequest = { ...requestOf(task) };
    try {
      if (kind === 'capture') return await provider.capture({ ...request, id: task.captureId ?? id });
      if (kind === 'void') return await provider.cancel(request);
      if (kind === 'refund') {
        if (attempts > 0 && !(await this.#isRefundOpen(orderId, id))) return 'dropped';
        return await provider.refund(request);
      }
      if (attempts > 0) {
        const stands = await this.#standing(orderId, id);
        if (stands !== 'open') {
          if (stands === 'unwanted') await provider.cancel(request);
          return stands === 'unwanted'
            ? { outcome: 'failed', code: 'ORDER_CANCELLED', reason: 'The order was cancelled.', retriable: false }
            : 'dropped';
        }
      }
      if (task.dueAt !== null && this.clock.now() > task.dueAt) {
        if (attempts > 0) await provider.cancel(request);
        return { outcome: 'failed', ...expiry };
      }
      return await provider.charge(request);
    } catch (error) {
      this.logger.warn({ err: error, task: task._id }, 'the payment provider could not be asked');
      return { outcome: 'pending', retryAfterMs: Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempts) };
    }
  }

  /**
   * Nobody is charged for an order that was cancelled while the request waited, nor for a request that was taken back.
   * One that has just been asked for is not looked up again: should a cancellation win that race, the money goes back
   * by itself.
   */
  async #standing(orderId: string, paymentId: string): Promise<'open' | 'unwanted' | 'closed'> {
    const { state } = await this.orders.load(orderId);
    const payment = state.payments.find((one) => one.paymentId === paymentId);
    const waits = payment !== undefined && expected(payment) > 0 && payment.authorized === 0;
    if (waits) return hasEnded(state) ? 'unwanted' : 'open';
    return payment?.failure?.code === 'PAYMENT_WITHDRAWN' ? 'unwanted' : 'closed';
  }

  async #isRefundOpen(orderId: string, refundId: string): Promise<boolean> {
    const { state } = await this.orders.load(orderId);
    return state.refunds.some((refund) => refund.refundId === refundId && isUnderWay(refund));
  }

  #command(task: PaymentTask, answer: ProviderAnswer): Command<Order, OrderEvent> {
    const now = this.clock.now();
    const { kind, provider } = task;
    // What lapses is let go by itself.
    const asked = { ...task, kind: kind === 'lapse' ? ('void' as const) : kind };
    return {
      id: task.orderId,
      context: {
        actor: `provider:${provider === '' ? 'order' : provider}`,
        correlationId: task.id,
        causationId: deterministicId('payment-answer', task._id, answer.outcome),
        handler: 'order.payment',
        now,
      },
      decide: (order) =>
        answer.outcome === 'pending'
          ? underwayCommand(asked, provider, answer, order)
          : answerCommand(asked, answer, order, now, this.policy),
    };
  }
}

const requestOf = (task: PaymentTask): ProviderRequest => {
  const { _id: key, id, orderId, amount, currency, method, attempts } = task;
  return {
    id,
    key,
    orderId,
    amount,
    currency,
    method,
    attempts,
    ...(task.providerReference === undefined ? {} : { providerReference: task.providerReference }),
    ...(task.account === undefined ? {} : { account: task.account }),
    ...(task.authorizeOnly === undefined ? {} : { authorizeOnly: task.authorizeOnly }),
  };
};

/** When to look again: as the provider says, but not after the customer's time is up. */
const waitOf = (task: PaymentTask, answer: Underway, now: number) => {
  const left = task.dueAt === null ? answer.retryAfterMs : Math.max(1, Date.parse(task.dueAt) - now + 1);
  const { providerReference } = answer;
  return {
    _id: task._id,
    afterMs: Math.min(answer.retryAfterMs, left),
    ...(providerReference === undefined ? {} : { providerReference }),
  };
};
