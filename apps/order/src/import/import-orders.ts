import { createHash } from 'node:crypto';
import { type FieldProblem, isRefused, type Refused } from '@orderloom/contracts';
import type { Command, Handled, Logger, Repository, Settled } from '@orderloom/event-sourcing';
import type { KafkaClient, Watermarks } from '@orderloom/messaging';
import type { Clock, ImportContext, ImportItem, ItemOutcome, Vault } from '@orderloom/platform';
import type { Catalogue } from '../catalogue/catalogue.js';
import { orderIdOf, requestHashOf } from '../intake/order-id.js';
import { type FindProduct, type PricedOrder, priceOrder } from '../intake/price-lines.js';
import { type SealedParts, sealOrders } from '../intake/seal-order.js';
import { placing } from '../intake/submit-order.js';
import { type Draft, recordHistory, submit } from '../order/decide-submit.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { type OrderReviews, type Reviewed, toReview } from '../review/order-reviews.js';
import type { OrderList } from '../views/order-list.js';
import type { OrderRow } from './order-columns.js';
import { type FileOrder, isPersonal, type RowProblem, readOrder } from './read-order.js';

/** How long a job waits, once, for what other imports have just finished to arrive here. */
const CATCH_UP_MS = 20_000;
/** How long is waited for the order list: whoever is told that something is imported looks there next. */
const SHOWN_MS = 5_000;
/** Batches that may be recorded before the list shows the first of them. */
const BATCHES_AHEAD = 4;
/** Jobs whose start is remembered; older ones are long over. */
const KEPT_JOBS = 100;

/** The local copies of other services' things that a job has to be able to rely on. */
export interface Copies {
  readonly topics: readonly string[];
  caughtUpWith(watermarks: Watermarks, deadlineMs: number): Promise<void>;
}

/** An order of the file that can be recorded. */
interface Ready {
  index: number;
  orderId: string;
  order: FileOrder;
  priced: PricedOrder;
}

/** Takes in orders of a file, many at a time: each is one append. */
export class ImportOrders {
  readonly #prepared = new Map<string, Promise<void>>();
  /** Per job the last order of each of the newest batches. */
  readonly #behind = new Map<string, readonly Handled<Order, OrderEvent>[]>();

  constructor(
    private readonly orders: Repository<Order, OrderEvent>,
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
    private readonly kafka: Pick<KafkaClient, 'highWatermarks'>,
    private readonly copies: Copies,
    private readonly list: Pick<OrderList, 'shows'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly reviews: Pick<OrderReviews, 'look'>,
  ) {}

  async handleBatch(items: readonly ImportItem<OrderRow>[], context: ImportContext): Promise<ItemOutcome[]> {
    await this.#prepare(context.importId);
    const outcomes = new Array<ItemOutcome | undefined>(items.length);
    const read = items.map((item, index) => this.#read(item, context, index, outcomes));
    const orders = read.filter((order) => order !== null);
    const [find, known] = await Promise.all([
      this.catalogue.findProducts(orders.flatMap(({ order }) => order.request.lines.map((line) => line.sku))),
      this.catalogue.knownCustomers(orders.flatMap(({ order }) => order.request.customerId ?? [])),
    ]);
    const ready = orders
      .map(({ order, index }) => check(order, index, find, known, context, outcomes))
      .filter((order) => order !== null);
    await this.#record(ready, find, context, outcomes);
    return outcomes.map((outcome) => outcome ?? { accepted: true });
  }

  #read(
    item: ImportItem<OrderRow>,
    context: ImportContext,
    index: number,
    outcomes: (ItemOutcome | undefined)[],
  ): { order: FileOrder; index: number } | null {
    const problems: RowProblem[] = [];
    const { mode, currency } = context;
    const order = readOrder(item.rows, { mode, ...(currency === undefined ? {} : { currency }) }, problems);
    if (order !== null) return { order, index };
    outcomes[index] = firstOf(problems);
    return null;
  }

  async #record(
    ready: readonly Ready[],
    find: FindProduct,
    context: ImportContext,
    outcomes: (ItemOutcome | undefined)[],
  ): Promise<void> {
    const sealed = await this.#seal(ready, outcomes);
    const now = this.clock.now();
    const commands: Command<Order, OrderEvent>[] = [];
    const indexes: number[] = [];
    for (const [position, one] of ready.entries()) {
      const parts = sealed[position];
      if (parts === undefined || parts === null) continue;
      // The past is recorded as it was; only what is still to be fulfilled is looked at.
      const reviewed = context.mode === 'live' ? await this.#review(one, find, context, now) : undefined;
      commands.push(commandOf(one, parts, context, now, reviewed));
      indexes.push(one.index);
    }
    const settled = await this.orders.handleMany(commands);
    for (const [position, outcome] of settled.entries()) {
      const index = indexes[position] ?? -1;
      if (outcome.ok) outcomes[index] = { accepted: true };
      else if (isRefused(outcome.error)) outcomes[index] = refusal(outcome.error);
      // Anything else is no fault of the file: the job stops and can be resumed.
      else throw outcome.error;
    }
    await this.#followed(context.importId, settled);
  }

  #review({ order, orderId, priced }: Ready, find: FindProduct, { actor }: ImportContext, now: string) {
    const toLookAt = toReview(order.request, priced, find, { orderId, seller: actor, at: order.orderedAt ?? now });
    return this.reviews.look(toLookAt, 'submit', now, { remember: true });
  }

  /** Fulfilled when the order list shows what was imported: only then is the import done. */
  async finish({ importId }: Pick<ImportContext, 'importId'>): Promise<void> {
    const behind = this.#behind.get(importId) ?? [];
    this.#behind.delete(importId);
    const last = behind.at(-1);
    if (last) await this.#untilShown(last);
  }

  /** Notes how far the list has to come, and waits when it is several batches behind. */
  async #followed(importId: string, settled: readonly Settled<Order, OrderEvent>[]): Promise<void> {
    const last = lastOf(settled);
    if (!last) return;
    const behind = this.#behind.get(importId) ?? [];
    this.#behind.set(importId, [...behind.slice(1 - BATCHES_AHEAD), last]);
    const oldest = behind.length >= BATCHES_AHEAD ? behind[0] : undefined;
    if (oldest) await this.#untilShown(oldest);
  }

  /** A list that is slow, or being rebuilt, holds up no import. */
  async #untilShown({ id, revision }: Handled<Order, OrderEvent>): Promise<void> {
    await this.list.shows(id, revision, SHOWN_MS).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the order list does not show what was imported yet');
    });
  }

  /** All at once; only when that fails, one by one, to find whose key was destroyed. */
  async #seal(ready: readonly Ready[], outcomes: (ItemOutcome | undefined)[]): Promise<(SealedParts | null)[]> {
    const parts = ready.map(({ order: { request } }) => {
      const { address, country } = request.shipTo;
      return {
        ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
        ...(request.customer === undefined ? {} : { customer: request.customer }),
        shipTo: { country, ...(address === undefined || !isPersonal(address) ? {} : { address }) },
      };
    });
    try {
      return await sealOrders(this.vault, parts);
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
    return Promise.all(
      parts.map(async (part, position) => {
        try {
          return (await sealOrders(this.vault, [part]))[0] ?? null;
        } catch (error) {
          const index = ready[position]?.index ?? -1;
          if (!isRefused(error)) throw error;
          outcomes[index] = refusal(error);
          return null;
        }
      }),
    );
  }

  /**
   * Waits, once per job, until the local copies hold everything the topics hold now, so that a products import that
   * is completed is visible to the orders import started after it.
   */
  #prepare(importId: string): Promise<void> {
    const known = this.#prepared.get(importId);
    if (known !== undefined) return known;
    const prepared = this.#catchUp();
    // A failure is not kept: the next try of the job waits again.
    prepared.catch(() => this.#prepared.delete(importId));
    this.#prepared.set(importId, prepared);
    if (this.#prepared.size > KEPT_JOBS) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    return prepared;
  }

  async #catchUp(): Promise<void> {
    const { topics } = this.copies;
    await this.copies.caughtUpWith(await this.kafka.highWatermarks(topics), CATCH_UP_MS);
    this.logger.debug({ topics }, 'local copies are caught up');
  }
}

/** The log's last of what was recorded, which is shown last. */
const lastOf = (settled: readonly Settled<Order, OrderEvent>[]): Handled<Order, OrderEvent> | undefined => {
  let last: Handled<Order, OrderEvent> | undefined;
  for (const outcome of settled) {
    if (!outcome.ok || outcome.value.position === undefined) continue;
    if (outcome.value.position.commit > (last?.position?.commit ?? -1n)) last = outcome.value;
  }
  return last;
};

/** An item has one reason; the first one found is the one told. */
const firstOf = (problems: readonly RowProblem[]): ItemOutcome => {
  const first = problems[0];
  if (first === undefined) return { accepted: false, code: 'CSV_VALUE_INVALID' };
  return { accepted: false, code: first.code, details: first.details, row: first.row };
};

const refusal = (error: Refused): ItemOutcome => {
  const code =
    error.code === 'DUPLICATE_EXTERNAL_NUMBER' && typeof error.details['number'] === 'string'
      ? 'ORDER_CHANGED_IN_FILE'
      : error.code;
  return { accepted: false, code, details: error.details };
};

const check = (
  order: FileOrder,
  index: number,
  find: FindProduct,
  known: ReadonlySet<string>,
  context: ImportContext,
  outcomes: (ItemOutcome | undefined)[],
): Ready | null => {
  const { request } = order;
  const { customerId } = request;
  const create = context.createMissing;
  if (customerId !== undefined && !known.has(customerId) && !create.includes('customers')) {
    outcomes[index] = { accepted: false, code: 'CUSTOMER_UNKNOWN', details: { customerId } };
    return null;
  }
  const address = request.shipTo.address;
  if (context.mode === 'live' && (address === undefined || missingOf(address).length > 0)) {
    const missing = address === undefined ? ['street'] : missingOf(address);
    outcomes[index] = { accepted: false, code: 'ADDRESS_INCOMPLETE', details: { missing } };
    return null;
  }
  const problems: FieldProblem[] = [];
  const createMissingProducts = create.includes('products');
  const rules =
    context.mode === 'history'
      ? { createMissingProducts, allowDiscontinued: true }
      : { createMissingProducts, soldAt: order.orderedAt ?? context.startedAt };
  const priced = priceOrder(request, find, problems, rules);
  if (priced !== null) return { index, orderId: orderIdOf(request), order, priced };
  const first = problems[0];
  const line = Number(/^lines\.(\d+)\./.exec(first?.path ?? '')?.[1] ?? Number.NaN);
  const row = order.lineRows[line];
  outcomes[index] = {
    accepted: false,
    code: first?.code ?? 'CSV_VALUE_INVALID',
    ...(first?.details === undefined ? {} : { details: first.details }),
    ...(row === undefined ? {} : { row }),
  };
  return null;
};

const missingOf = (address: { name: string; street: string; city: string; country: string }): string[] =>
  (['name', 'street', 'city', 'country'] as const).filter((field) => address[field] === '');

const commandOf = (
  ready: Ready,
  sealed: SealedParts,
  context: ImportContext,
  now: string,
  reviewed: Reviewed | undefined,
): Command<Order, OrderEvent> => {
  const { orderId, order, priced } = ready;
  const { request } = order;
  const draft: Draft = {
    orderId,
    number: request.externalNumber,
    channel: request.channel,
    externalNumber: request.externalNumber,
    importId: context.importId,
    ...(context.createMissing.length === 0 ? {} : { createMissing: [...context.createMissing] }),
    ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
    ...(sealed.customer === undefined ? {} : { customer: sealed.customer }),
    locale: context.locale,
    shipTo: sealed.shipTo,
    currency: priced.currency,
    lines: priced.lines,
    totals: priced.totals,
    paymentTerms: request.paymentTerms,
    ...(request.deliveryWish === undefined ? {} : { deliveryWish: request.deliveryWish }),
    ...(request.requiredBy === undefined ? {} : { requiredBy: request.requiredBy }),
    occurredAt: order.orderedAt ?? context.startedAt,
    requestHash: hashOf(order),
  };
  const { checks } = priced;
  return {
    id: orderId,
    decide: (state) =>
      context.mode === 'live'
        ? submit({ ...placing(draft, priced, reviewed), now }, state)
        : recordHistory(
            {
              draft,
              checks,
              credits: order.credits.map(({ row: _row, ...credit }, index) => ({
                creditId: `${orderId}-C${index + 1}`,
                ...credit,
              })),
              creditReason: 'negative quantity in the order book',
              ...(order.shippedAt === undefined ? {} : { shippedAt: order.shippedAt }),
              ...(order.carrier === undefined ? {} : { carrier: order.carrier }),
            },
            state,
          ),
    context: {
      actor: context.actor,
      correlationId: context.correlationId,
      handler: 'order.import',
      now,
      expectNew: true,
    },
  };
};

/** The same rows give the same fingerprint whenever and however often they are read. */
const hashOf = ({ request, credits, orderedAt, shippedAt }: FileOrder): string =>
  createHash('sha256')
    .update(requestHashOf(request))
    .update(JSON.stringify([orderedAt ?? null, shippedAt ?? null, credits.map((c) => [c.sku, c.quantity, c.amount])]))
    .digest('base64url')
    .slice(0, 22);
