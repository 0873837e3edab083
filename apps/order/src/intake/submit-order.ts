import { type FieldProblem, type OrderPromise, Refused } from '@orderloom/contracts';
import type { Handled, Preview, Repository } from '@orderloom/event-sourcing';
import type { RequestContext, Vault } from '@orderloom/platform';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type Draft, recordHistory, type SubmitOrder as SubmitCommand, submit } from '../order/decide-submit.js';
import type { SubmittedFacts } from '../order/desk.js';
import type { OrderEvent } from '../order/events.js';
import { evolve, type Order } from '../order/order.js';
import type { PaymentProviders } from '../payment/providers.js';
import { type OrderReviews, type Reviewed, toReview } from '../review/order-reviews.js';
import { orderIdOf, requestHashOf } from './order-id.js';
import type { OrderRequest } from './order-request.js';
import { planPayment } from './plan-payment.js';
import { type FindProduct, type PricedOrder, priceOrder } from './price-lines.js';
import { type SealedParts, sealOrders } from './seal-order.js';

export interface SubmitOptions {
  idempotencyKey?: string;
  /** The id it shall have; made of the channel's number or the key when left out. */
  orderId?: string;
  /** When it was placed, where that was before now. */
  orderedAt?: string;
  /** What is recorded beside what was asked for. */
  facts?: Pick<SubmittedFacts, 'source' | 'exchangeFor'>;
  /** Recorded only: nothing is reserved, sent or told. */
  historyOnly?: boolean;
  /** What follows in the same append, decided on the order as it is then. */
  followedBy?: (order: Order) => OrderEvent[];
}

/** What a company has set up that intake keeps to. Read from memory: it costs a plain order nothing. */
export interface IntakeRules {
  /** Problems of an order's company fields. */
  check(request: OrderRequest, problems: FieldProblem[]): void;
  /** The number people use; a promise only where a channel counts its orders. */
  numberOf(request: OrderRequest, orderId: string, now: string): string | Promise<string>;
  /** The same for a dry run: nothing is counted. */
  previewNumber(request: OrderRequest, orderId: string): string;
}

/** Takes orders in: checks, prices, seals, and appends them in one round trip to the event store. */
export class SubmitOrder {
  constructor(
    private readonly orders: Repository<Order, OrderEvent>,
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
    private readonly providers: Pick<PaymentProviders, 'nameFor'>,
    private readonly reviews: OrderReviews,
    private readonly company: IntakeRules,
  ) {}

  /**
   * Places an order. The same request again gives the first order, with `changed` false.
   * @throws Refused VALIDATION_FAILED with every problem; DUPLICATE_EXTERNAL_NUMBER; IDEMPOTENCY_KEY_REUSED;
   * CUSTOMER_ERASED
   */
  async submit(
    request: OrderRequest,
    context: RequestContext,
    options: SubmitOptions = {},
  ): Promise<Handled<Order, OrderEvent>> {
    const orderId = options.orderId ?? orderIdOf(request, options.idempotencyKey);
    const [priced, find] = await this.#price(request, orderId, context.now);
    const parts = { shipTo: request.shipTo, ...pick(request) };
    const [sealed] = await sealOrders(this.vault, [parts]);
    if (sealed === undefined) throw new Error('sealing gave nothing back');
    const given = this.company.numberOf(request, orderId, context.now);
    const number = typeof given === 'string' ? given : await given;
    const promise = await this.#promise(request, context, options);
    // Last of what can fail: an order that was looked at is remembered until it is placed or refused.
    const reviewed = await this.#review(request, priced, find, { orderId, number }, context, true);
    const draft = draftOf(request, priced, sealed, { orderId, number, ...promise }, context, options);
    const { actor, correlationId, now, traceparent } = context;
    const command = placing(draft, priced, reviewed);
    const placed = this.orders.handle(orderId, (order) => decide(command, options, order), {
      actor,
      correlationId,
      now,
      expectNew: true,
      ...(traceparent === undefined ? {} : { traceparent }),
    });
    placed.then(
      ({ changed }) => changed || reviewed?.forget(),
      () => reviewed?.forget(),
    );
    const handled = await placed;
    if (!handled.changed) await this.#mustBeSamePerson(request, handled.state);
    return handled;
  }

  /** What `submit` would record, without the sealed parts; nothing is kept. */
  async preview(
    request: OrderRequest,
    context: RequestContext,
    options: SubmitOptions = {},
  ): Promise<Preview<Order, OrderEvent>> {
    const orderId = options.orderId ?? orderIdOf(request, options.idempotencyKey);
    const [priced, find] = await this.#price(request, orderId, context.now);
    const promise = await this.#promise(request, context, options);
    const ids = { orderId, number: this.company.previewNumber(request, orderId), ...promise };
    const reviewed = await this.#review(request, priced, find, ids, context, false);
    const draft = draftOf(request, priced, { shipTo: { country: request.shipTo.country } }, ids, context, options);
    const command = placing(draft, priced, reviewed);
    return this.orders.preview(orderId, (order) => decide(command, options, order));
  }

  /** When it should be there. What is only recorded from the past is promised to nobody. */
  async #promise(
    { shipTo: { country }, requiredBy }: OrderRequest,
    { now }: RequestContext,
    { historyOnly }: SubmitOptions,
  ): Promise<{ promise?: OrderPromise }> {
    if (historyOnly === true) return {};
    const promise = await this.catalogue.promise({ country, requiredBy, at: Date.parse(now) });
    return promise === undefined ? {} : { promise };
  }

  /** What checks and rules say; nothing for an order that is there already. */
  async #review(
    request: OrderRequest,
    priced: PricedOrder,
    find: FindProduct,
    ids: { orderId: string; number: string },
    { actor, now }: RequestContext,
    remember: boolean,
  ): Promise<Reviewed | undefined> {
    if (priced.lines.length === 0) return undefined;
    const order = toReview(request, priced, find, { ...ids, seller: actor, at: now });
    return this.reviews.look(order, 'submit', now, { remember });
  }

  /**
   * Prices by the catalogue. An order that is there already was priced when it was placed: a retry must find it even
   * when the product has gone since.
   */
  async #price(request: OrderRequest, orderId: string, now: string): Promise<[PricedOrder, FindProduct]> {
    const find = await this.catalogue.findProducts(request.lines.map((line) => line.sku));
    const problems: FieldProblem[] = [];
    const priced = priceOrder(request, find, problems, { soldAt: now });
    this.company.check(request, problems);
    if (priced !== null) {
      const { total } = priced.totals;
      const payment = planPayment(request, { total, currency: priced.currency }, this.providers, problems);
      if (problems.length === 0) return [payment === undefined ? priced : { ...priced, payment }, find];
    }
    const first = await this.orders.load(orderId);
    if (first.state.status === 'NONE' || first.state.requestHash !== requestHashOf(request)) {
      throw new Refused('VALIDATION_FAILED', {}, problems);
    }
    const { currency, totals } = first.state;
    return [{ currency, totals, lines: [], checks: [] }, find];
  }

  /** The fingerprint leaves people and places out, so a request that repeats everything else is compared in the open. */
  async #mustBeSamePerson(request: OrderRequest, order: Order): Promise<void> {
    const [contact, address] = await Promise.all([
      order.customer === null ? null : this.vault.unseal(order.customer),
      order.shipTo.address === undefined ? null : this.vault.unseal(order.shipTo.address),
    ]);
    const differs =
      (contact !== null && !same(contact, request.customer)) ||
      (address !== null && !same(address, request.shipTo.address)) ||
      (order.customer === null && request.customer !== undefined);
    if (!differs) return;
    const first = { orderId: order.orderId, number: order.number };
    if (order.externalNumber === null) throw new Refused('IDEMPOTENCY_KEY_REUSED', first);
    throw new Refused('DUPLICATE_EXTERNAL_NUMBER', {
      ...first,
      channel: order.channel,
      externalNumber: order.externalNumber,
    });
  }
}

/** The command that places an order as it was reviewed. */
export const placing = (draft: Draft, priced: PricedOrder, reviewed: Reviewed | undefined): SubmitCommand => ({
  draft:
    reviewed === undefined || reviewed.matchKeys.length === 0 ? draft : { ...draft, matchKeys: reviewed.matchKeys },
  checks: reviewed === undefined ? priced.checks : [...priced.checks, ...reviewed.checks],
  ...(reviewed?.review === undefined ? {} : { review: reviewed.review }),
});

const pick = (request: OrderRequest): Pick<OrderRequest, 'customerId' | 'customer'> => ({
  ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
  ...(request.customer === undefined ? {} : { customer: request.customer }),
});

/** Equal whatever the order of the fields. */
const same = (a: object, b: object | undefined): boolean => b !== undefined && canonical(a) === canonical(b);
const canonical = (value: object): string => JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));

/** Submits, and lets follow what is to follow on the order as it is then. */
const decide = (command: SubmitCommand, options: SubmitOptions, order: Order): OrderEvent[] => {
  const { draft, checks } = command;
  const placed =
    options.historyOnly === true
      ? recordHistory({ draft, checks, credits: [], creditReason: '' }, order)
      : submit(command, order);
  return options.followedBy === undefined ? placed : [...placed, ...options.followedBy(placed.reduce(evolve, order))];
};

const draftOf = (
  request: OrderRequest,
  priced: PricedOrder,
  sealed: SealedParts,
  { orderId, number, promise }: { orderId: string; number: string; promise?: OrderPromise },
  context: RequestContext,
  options: SubmitOptions,
): Draft => ({
  orderId,
  number,
  channel: request.channel,
  ...(request.externalNumber === undefined ? {} : { externalNumber: request.externalNumber }),
  ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
  ...(sealed.customer === undefined ? {} : { customer: sealed.customer }),
  locale: request.locale ?? context.locale,
  shipTo: sealed.shipTo,
  currency: priced.currency,
  lines: priced.lines,
  totals: priced.totals,
  paymentTerms: request.paymentTerms,
  ...(priced.payment === undefined ? {} : { payment: priced.payment }),
  ...(request.deliveryWish === undefined ? {} : { deliveryWish: request.deliveryWish }),
  ...(request.requiredBy === undefined ? {} : { requiredBy: request.requiredBy }),
  ...(promise === undefined ? {} : { promise }),
  ...request.facts,
  ...options.facts,
  occurredAt: options.orderedAt ?? context.now,
  requestHash: requestHashOf(request),
  ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
});
