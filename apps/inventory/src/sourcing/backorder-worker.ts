import { Injectable } from '@nestjs/common';
import type { ShortageEventData, StockEvent } from '@orderloom/contracts';
import type { CommandContext, EventBatch, RecordedEvent } from '@orderloom/event-sourcing';
import { Clock, Logger } from '@orderloom/platform';
import { type ProductPolicy, safetyStockAt } from '../product/product-policy.js';
import { ReceivePurchases } from '../purchase/receive-purchases.js';
import { SourcingRepository, StockRepository } from '../repositories.js';
import { type Hold, HoldBook } from '../reservation/hold-book.js';
import { ShortageBook } from '../shortage/shortage-book.js';
import { ShortageDesk } from '../shortage/shortage-desk.js';
import { Arrivals } from '../stock/arrivals.js';
import { Places } from '../stock/places.js';
import { available, placeOf, stockId } from '../stock/stock.js';
import { Views } from '../views.js';
import { type Backorder, BackorderQueue, type QueueOrder } from './backorder-queue.js';
import { Sourcer, type SourcingRequest } from './sourcer.js';
import type { Decision, Sourcing } from './sourcing.js';
import { furtherRequest } from './sourcing-request.js';

/** Orders decided together. */
const PAGE = 200;

/** Events after which somebody who waits may get units. */
const FREEING: readonly string[] = [
  'GoodsReceived',
  'StockMovedIn',
  'StockReturned',
  'ReservationReleased',
  'StockAdjusted',
  'StockCounted',
  'AllotmentSet',
] satisfies readonly StockEvent['type'][];

const freesStock = ({ type, data }: RecordedEvent): boolean => {
  if (!FREEING.includes(type)) return false;
  const { delta, difference } = data as { delta?: number; difference?: number };
  return (delta ?? difference ?? 1) > 0;
};

/** Events that may be the first at a place. */
const ARRIVING: readonly string[] = ['GoodsReceived', 'StockAdjusted', 'StockCounted', 'StockMovedIn', 'StockReturned'];

const isDecision = (event: RecordedEvent): event is RecordedEvent & { data: Decision } =>
  event.type === 'SourcingDecided';

/** Holds that were made: whoever made them may have died before noting when they end. */
const holdsIn = (events: readonly RecordedEvent[]): Hold[] =>
  events.flatMap((recorded) => {
    const event = recorded as unknown as StockEvent;
    if (event.type !== 'StockReserved' || !event.data.hold) return [];
    const { reservationId, sku, location, orderId: reference, expiresAt } = event.data;
    return expiresAt === undefined ? [] : [{ _id: reservationId, sku, location, reference, expiresAt }];
  });

const isAnswered = (event: RecordedEvent): event is RecordedEvent & { data: ShortageEventData['ShortageAnswered'] } =>
  event.type === 'ShortageAnswered';

/**
 * Follows the service's own log: keeps the queue of orders that wait, and decides about them again when units
 * become free, first come first served. An order that begins to wait although units are free (they came while it
 * was decided, or were held for orders before it) is decided again at once, so that none can be overlooked.
 */
@Injectable()
export class BackorderWorker {
  constructor(
    private readonly queue: BackorderQueue,
    private readonly sourcer: Sourcer,
    private readonly sourcing: SourcingRepository,
    private readonly ledgers: StockRepository,
    private readonly places: Places,
    private readonly arrivals: Arrivals,
    private readonly purchases: ReceivePurchases,
    private readonly holds: HoldBook,
    private readonly views: Views,
    private readonly shortages: ShortageDesk,
    private readonly shortageBook: ShortageBook,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Handles a batch of the log; repeatable. */
  async handle({ events }: Pick<EventBatch, 'events'>): Promise<void> {
    const stockEvents = events.filter((event) => event.streamId.startsWith('stock-'));
    await this.places.note(
      stockEvents.filter(({ type }) => ARRIVING.includes(type)).map(({ streamId }) => placeOf(streamId)),
    );
    await Promise.all([
      this.holds.noteAll(holdsIn(stockEvents)),
      this.arrivals.follow(stockEvents, this.clock.now()),
      this.purchases.follow(
        events.filter((event) => event.streamId.startsWith('purchase-')),
        this.clock.now(),
      ),
    ]);
    const decisions = events.filter((event) => event.streamId.startsWith('sourcing-'));
    await Promise.all([this.queue.fold(decisions), this.shortageBook.fold(decisions)]);
    await this.#cleanUp(decisions.filter((event) => event.type === 'SourcingCancelled'));
    const causes = new Map<string, RecordedEvent>();
    for (const event of stockEvents.filter(freesStock)) causes.set(placeOf(event.streamId).sku, event);
    for (const event of decisions.filter(isDecision)) {
      for (const line of event.data.lines) if (line.backordered > 0) causes.set(line.sku, event);
    }
    for (const event of decisions.filter(isAnswered)) {
      for (const { substitute } of event.data.answers) if (substitute !== undefined) causes.set(substitute, event);
    }
    if (causes.size > 0) await this.#decideAgain(causes);
    // Only what is still not there is asked about.
    await this.shortages.raise(decisions);
  }

  /** What a decision reserved while the order was cancelled, and a crash kept from giving back. */
  async #cleanUp(cancelled: readonly RecordedEvent[]): Promise<void> {
    if (cancelled.length === 0) return;
    const orders = await Promise.all(
      cancelled.map(async (event) => {
        const orderId = event.streamId.slice('sourcing-'.length);
        const { state } = await this.sourcing.load(orderId);
        return { orderId, reason: 'SOURCING_CANCELLED', state, context: this.#context(event, orderId) };
      }),
    );
    await this.sourcer.releaseAll(orders.filter(({ state }) => state.status === 'CANCELLED' && state.open.length > 0));
  }

  /** Serves orders whose lines were sold before they were there, once their day has come. @returns how many */
  async decideDue(now: string): Promise<number> {
    const due = await this.queue.due(now.slice(0, 10), PAGE);
    if (due.length === 0) return 0;
    await this.#decidePage(due, new Map());
    await this.queue.seenTo(due.map(({ _id }) => _id));
    return due.length;
  }

  async #decideAgain(causes: ReadonlyMap<string, RecordedEvent>): Promise<void> {
    const withBundles = await this.#withBundles(causes);
    const policies = await this.views.policies([...withBundles.keys()]);
    for (const order of ['arrival', 'priority'] as const) {
      const some = [...withBundles].filter(([sku]) => (policies.get(sku)?.release ?? 'arrival') === order);
      if (some.length > 0) await this.#decideInOrder(new Map(some), order, policies);
    }
  }

  /** Where a component becomes free, orders that wait for its bundles are asked, too. */
  async #withBundles(causes: ReadonlyMap<string, RecordedEvent>): Promise<Map<string, RecordedEvent>> {
    const bundles = await this.views.products
      .collection()
      .find({ 'components.sku': { $in: [...causes.keys()] } }, { projection: { components: 1 } })
      .toArray();
    const all = new Map(causes);
    for (const { _id, components = [] } of bundles) {
      const cause = components.map(({ sku }) => causes.get(sku)).find((event) => event !== undefined);
      if (cause && !all.has(_id)) all.set(_id, cause);
    }
    return all;
  }

  async #decideInOrder(
    causes: ReadonlyMap<string, RecordedEvent>,
    order: QueueOrder,
    policies: ReadonlyMap<string, ProductPolicy>,
  ): Promise<void> {
    let after: Backorder | undefined;
    for (;;) {
      const skus = await this.#freeSkus([...causes.keys()], policies);
      if (skus.length === 0) return;
      const waiting = await this.queue.waitingFor(skus, PAGE, after, order);
      if (waiting.length === 0) return;
      await this.#decidePage(waiting, causes);
      if (waiting.length < PAGE) return;
      after = waiting.at(-1);
    }
  }

  async #decidePage(waiting: readonly Backorder[], causes: ReadonlyMap<string, RecordedEvent>): Promise<void> {
    const states = await Promise.all(waiting.map(({ _id }) => this.sourcing.load(_id)));
    const finished: string[] = [];
    const requests: SourcingRequest[] = [];
    waiting.forEach((queued, index) => {
      const state = states[index]?.state;
      if (!state || !stillWaits(state)) {
        finished.push(queued._id);
        return;
      }
      const cause = causes.get(queued.skus.find((sku) => causes.has(sku)) ?? '');
      requests.push(furtherRequest(queued._id, state, state.open, this.#context(cause, queued._id)));
    });
    await this.queue.remove(finished);
    const outcomes = await this.sourcer.sourceAgain(requests);
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
    const served = outcomes.filter((outcome) => outcome.ok && outcome.allocated > 0).length;
    if (served > 0) this.logger.info({ served, waited: waiting.length }, 'orders that waited for goods got some');
  }

  /** Skus with units to give, of those somebody may wait for; bundles are asked for themselves. */
  async #freeSkus(skus: readonly string[], policies: ReadonlyMap<string, ProductPolicy>): Promise<string[]> {
    const places = await this.places.of(skus);
    const free = new Set(skus.filter((sku) => policies.get(sku)?.components !== undefined));
    await Promise.all(
      [...places].flatMap(([sku, locations]) =>
        locations.map(async (location) => {
          const { state } = await this.ledgers.load(stockId(location, sku));
          if (available(state) > safetyStockAt(policies.get(sku), location)) free.add(sku);
        }),
      ),
    );
    return [...free];
  }

  #context(cause: RecordedEvent | undefined, orderId: string): CommandContext {
    const handler = `inventory.backorders.${orderId}`;
    const base = { actor: 'inventory.backorders', handler, now: this.clock.now() };
    if (!cause) return { ...base, correlationId: orderId };
    const { correlationId, traceparent } = cause.metadata;
    return { ...base, correlationId, causationId: cause.id, ...(traceparent === undefined ? {} : { traceparent }) };
  }
}

const stillWaits = (state: Sourcing): boolean => state.status === 'DECIDED' && state.open.length > 0;
