import { Injectable } from '@nestjs/common';
import {
  type Command,
  type CommandContext,
  EventStore,
  type Handled,
  type Preview,
  type Settled,
} from '@orderloom/event-sourcing';
import { InstanceRole, Vault } from '@orderloom/platform';
import { SealingRepository, type Words } from '@orderloom/service';
import { keyOfWords } from './intake/seal-order.js';
import { orderAggregate } from './order/aggregate.js';
import type { OrderEvent } from './order/events.js';
import { evolve, type Order } from './order/order.js';
import type { OrderReview } from './order/review.js';

/** Orders kept in memory: those under way are asked for again with every step they take, by whoever moves them on. */
const KEPT = { working: 10_000, answering: 1_000 };

/** Where people write in their own words about an order, or its customer does. */
const WORDS: Words<Order, OrderEvent> = {
  events: {
    OrderSubmitted: [],
    OrderCancelled: [],
    LinesCancelled: [],
    OrderReopened: [],
    StopRequested: [],
    FulfilmentReleased: [],
    AmendmentProposed: [],
    AmendmentApproved: [],
    AmendmentAccepted: [],
    AmendmentApplied: [],
    AmendmentDeclined: ['reason'],
    AmendmentWithdrawn: ['reason'],
    RefundRequested: [],
    RefundApproved: [],
  },
  keyIdOf(orderId, order, events) {
    const [first] = events;
    const begins = order.status === 'NONE' && first?.type === 'OrderSubmitted';
    return keyOfWords(begins ? first.data : { ...order, orderId, customerId: order.customerId ?? undefined });
  },
};

/** Looks at an order as a change will leave it. */
export type LookAtChange = (change: {
  before: Order;
  after: Order;
  now: string;
  actor: string;
}) => Promise<OrderReview>;

type Decide = (order: Order) => readonly OrderEvent[];

/** A change would be made that nobody has looked at yet. */
class NotLookedAt extends Error {
  constructor(
    readonly before: Order,
    readonly after: Order,
  ) {
    super('a change has to be looked at before it is made');
  }
}

/** Orders by id. */
@Injectable()
export class OrderRepository extends SealingRepository<Order, OrderEvent> {
  #look: LookAtChange | undefined;

  constructor(store: EventStore, role: InstanceRole, vault: Vault) {
    super(store, orderAggregate, vault, WORDS, { cacheSize: role.works ? KEPT.working : KEPT.answering });
  }

  /**
   * From now on no change of an order is made that was not looked at: whatever makes it, an approval, the customer's
   * consent or the money that has come, what checks and rules say of it lies in the same append. Only commands that make
   * a change are decided twice; all others cost nothing more.
   */
  lookAtChangesWith(look: LookAtChange): void {
    this.#look = look;
  }

  override async handle(id: string, decide: Decide, context: CommandContext): Promise<Handled<Order, OrderEvent>> {
    try {
      return await super.handle(id, this.#guarded(decide), context);
    } catch (error) {
      return super.handle(id, this.#guarded(decide, await this.#reviewAfter(error, context)), context);
    }
  }

  override async handleMany(commands: readonly Command<Order, OrderEvent>[]): Promise<Settled<Order, OrderEvent>[]> {
    const guarded = commands.map((command) => ({ ...command, decide: this.#guarded(command.decide) }));
    const settled = await super.handleMany(guarded);
    return Promise.all(
      settled.map(async (outcome, index): Promise<Settled<Order, OrderEvent>> => {
        const command = commands[index];
        if (outcome.ok || command === undefined || !(outcome.error instanceof NotLookedAt)) return outcome;
        const { id, decide, context } = command;
        try {
          const review = await this.#reviewAfter(outcome.error, context);
          return { ok: true, value: await super.handle(id, this.#guarded(decide, review), context) };
        } catch (error) {
          return { ok: false, id, error };
        }
      }),
    );
  }

  override async preview(
    id: string,
    decide: Decide,
    context?: Partial<CommandContext>,
  ): Promise<Preview<Order, OrderEvent>> {
    try {
      return await super.preview(id, this.#guarded(decide), context);
    } catch (error) {
      const { now = new Date().toISOString(), actor = '' } = context ?? {};
      return super.preview(id, this.#guarded(decide, await this.#reviewAfter(error, { now, actor })), context);
    }
  }

  /** Lets a decision through that makes no change of the order, or one that was looked at. */
  #guarded(decide: Decide, review?: OrderReview): Decide {
    if (this.#look === undefined) return decide;
    if (review !== undefined) return (order) => decide({ ...order, reviewOfChange: review });
    return (order) => {
      const events = decide(order);
      const last = events.findLastIndex(({ type }) => type === 'AmendmentApplied');
      if (last >= 0) throw new NotLookedAt(order, events.slice(0, last + 1).reduce(evolve, order));
      return events;
    };
  }

  /** @throws any other error as it is */
  async #reviewAfter(
    error: unknown,
    { now, actor }: { now?: string | undefined; actor: string },
  ): Promise<OrderReview> {
    if (!(error instanceof NotLookedAt) || this.#look === undefined) throw error;
    const { before, after } = error;
    return this.#look({ before, after, now: now ?? new Date().toISOString(), actor });
  }
}
