import { type FieldProblem, Refused } from '@orderloom/contracts';
import type { Handled, Preview, Repository } from '@orderloom/event-sourcing';
import type { RequestContext, Vault } from '@orderloom/platform';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type Draft, submit } from '../order/decide-submit.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import type { PaymentProviders } from '../payment/providers.js';
import { orderIdOf, readableNumber, requestHashOf } from './order-id.js';
import type { OrderRequest } from './order-request.js';
import { planPayment } from './plan-payment.js';
import { type PricedOrder, priceOrder } from './price-lines.js';
import { type SealedParts, sealOrders } from './seal-order.js';

export interface SubmitOptions {
  idempotencyKey?: string;
}

/** Takes orders in: checks, prices, seals, and appends them in one round trip to the event store. */
export class SubmitOrder {
  constructor(
    private readonly orders: Repository<Order, OrderEvent>,
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
    private readonly providers: Pick<PaymentProviders, 'nameFor'>,
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
    const orderId = orderIdOf(request, options.idempotencyKey);
    const priced = await this.#price(request, orderId);
    const parts = { shipTo: request.shipTo, ...pick(request) };
    const [sealed] = await sealOrders(this.vault, [parts]);
    if (sealed === undefined) throw new Error('sealing gave nothing back');
    const draft = draftOf(request, priced, sealed, orderId, context, options);
    const { actor, correlationId, now, traceparent } = context;
    const handled = await this.orders.handle(orderId, (order) => submit({ draft, checks: priced.checks }, order), {
      actor,
      correlationId,
      now,
      expectNew: true,
      ...(traceparent === undefined ? {} : { traceparent }),
    });
    if (!handled.changed) await this.#mustBeSamePerson(request, handled.state);
    return handled;
  }

  /** What `submit` would record, without the sealed parts; nothing is kept. */
  async preview(
    request: OrderRequest,
    context: RequestContext,
    options: SubmitOptions = {},
  ): Promise<Preview<Order, OrderEvent>> {
    const orderId = orderIdOf(request, options.idempotencyKey);
    const priced = await this.#price(request, orderId);
    const draft = draftOf(request, priced, { shipTo: { country: request.shipTo.country } }, orderId, context, options);
    return this.orders.preview(orderId, (order) => submit({ draft, checks: priced.checks }, order));
  }

  /**
   * Prices by the catalogue. An order that is there already was priced when it was placed: a retry must find it even
   * when the product has gone since.
   */
  async #price(request: OrderRequest, orderId: string): Promise<PricedOrder> {
    const find = await this.catalogue.findProducts(request.lines.map((line) => line.sku));
    const problems: FieldProblem[] = [];
    const priced = priceOrder(request, find, problems);
    if (priced !== null) {
      const { total } = priced.totals;
      const payment = planPayment(request, { total, currency: priced.currency }, this.providers, problems);
      if (problems.length === 0) return payment === undefined ? priced : { ...priced, payment };
    }
    const first = await this.orders.load(orderId);
    if (first.state.status === 'NONE' || first.state.requestHash !== requestHashOf(request)) {
      throw new Refused('VALIDATION_FAILED', {}, problems);
    }
    const { currency, totals } = first.state;
    return { currency, totals, lines: [], checks: [] };
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

const pick = (request: OrderRequest): Pick<OrderRequest, 'customerId' | 'customer'> => ({
  ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
  ...(request.customer === undefined ? {} : { customer: request.customer }),
});

/** Equal whatever the order of the fields. */
const same = (a: object, b: object | undefined): boolean => b !== undefined && canonical(a) === canonical(b);
const canonical = (value: object): string => JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));

const draftOf = (
  request: OrderRequest,
  priced: PricedOrder,
  sealed: SealedParts,
  orderId: string,
  context: RequestContext,
  options: SubmitOptions,
): Draft => ({
  orderId,
  number: request.externalNumber ?? readableNumber(orderId),
  channel: request.channel,
  ...(request.externalNumber === undefined ? {} : { externalNumber: request.externalNumber }),
  ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
  ...(sealed.customer === undefined ? {} : { customer: sealed.customer }),
  locale: request.locale ?? context.locale,
  shipTo: sealed.shipTo,
  currency: priced.currency,
  lines: priced.lines,
  totals: priced.totals,
  ...(priced.taxesIncluded === undefined ? {} : { taxesIncluded: true }),
  ...(priced.shippingTaxes === undefined ? {} : { shippingTaxes: priced.shippingTaxes }),
  ...(priced.fees === undefined ? {} : { fees: priced.fees }),
  paymentTerms: request.paymentTerms,
  ...(priced.payment === undefined ? {} : { payment: priced.payment }),
  ...(request.deliveryWish === undefined ? {} : { deliveryWish: request.deliveryWish }),
  ...(request.requiredBy === undefined ? {} : { requiredBy: request.requiredBy }),
  occurredAt: context.now,
  requestHash: requestHashOf(request),
  ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
});
