import { Inject, Injectable } from '@nestjs/common';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Vault } from '@orderloom/platform';
import { Catalogue } from '../catalogue/catalogue.js';
import { FieldReader } from '../intake/field-reader.js';
import type { RequestedLine } from '../intake/order-request.js';
import { MAX_LINES, MAX_QUANTITY, readLines, readShipTo, readWish } from '../intake/parse-order.js';
import { priceOrder } from '../intake/price-lines.js';
import { sealOrders } from '../intake/seal-order.js';
import type { AmendmentPolicy } from '../order/amend-policy.js';
import { type ProposeAmendment, proposeAmendment, type RequestedChanges } from '../order/decide-amend.js';
import type { Address, OrderEvent, PaymentTerms, ShipTo } from '../order/events.js';
import type { Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';
import { AMENDMENT_POLICY } from './policy.js';

const FIELDS = new Set([
  'requestedBy',
  'reason',
  'note',
  'lines',
  'add',
  'shipTo',
  'deliveryWish',
  'requiredBy',
  'paymentTerms',
]);
const LINE_FIELDS = new Set(['lineId', 'quantity', 'unitPrice']);
const MAX_PRICE = 1_000_000_000_000;

/** A change as asked for: shapes are right, whether it can be made is not yet known. */
export interface AmendmentRequest {
  requestedBy: 'CUSTOMER' | 'STAFF';
  reason: string;
  note?: string;
  changes: Omit<RequestedChanges, 'added' | 'shipTo'>;
  add: RequestedLine[];
  shipTo?: { country: string; address?: Address };
}

const readChangedLines = (reader: FieldReader): RequestedChanges['lines'] =>
  reader.list('lines', MAX_LINES)?.map((line) => {
    line.onlyFields(LINE_FIELDS);
    const lineId = line.id('lineId');
    if (lineId === undefined && !line.has('lineId')) line.problem('lineId', 'REQUIRED');
    if (!line.has('quantity') && !line.has('unitPrice')) line.problem('quantity', 'REQUIRED');
    const quantity = line.integer('quantity', 0, MAX_QUANTITY, 'QUANTITY_INVALID');
    const unitPrice = line.integer('unitPrice', 0, MAX_PRICE, 'PRICE_INVALID');
    return {
      lineId: lineId ?? '',
      ...(quantity === undefined ? {} : { quantity }),
      ...(unitPrice === undefined ? {} : { unitPrice }),
    };
  });

/** Reads the body of a proposal. Says everything that is wrong with it at once. @throws Refused VALIDATION_FAILED */
export const parseAmendment = (body: unknown): AmendmentRequest => {
  const problems: FieldProblem[] = [];
  const reader = FieldReader.of(body, problems);
  reader.onlyFields(FIELDS);
  const lines = readChangedLines(reader);
  const named = (lines ?? []).map(({ lineId }) => lineId);
  if (new Set(named).size < named.length) reader.problem('lines', 'AMENDMENT_LINE_TWICE');
  const note = reader.text('note', 2000);
  const deliveryWish = readWish(reader);
  const requiredBy = reader.time('requiredBy');
  const paymentTerms = reader.oneOf<PaymentTerms>('paymentTerms', ['prepaid', 'invoice', 'cod']);
  const shipTo = reader.has('shipTo') ? readShipTo(reader) : undefined;
  const request: AmendmentRequest = {
    requestedBy: reader.oneOf('requestedBy', ['CUSTOMER', 'STAFF']) ?? 'CUSTOMER',
    reason: reader.text('reason', 200) ?? 'CUSTOMER_REQUEST',
    ...(note === undefined ? {} : { note }),
    changes: {
      ...(lines === undefined ? {} : { lines }),
      ...(deliveryWish === undefined ? {} : { deliveryWish }),
      ...(requiredBy === undefined ? {} : { requiredBy }),
      ...(paymentTerms === undefined ? {} : { paymentTerms }),
    },
    add: reader.has('add') ? readLines(reader, 'add') : [],
    ...(shipTo === undefined ? {} : { shipTo }),
  };
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return request;
};

/** Prices what is added and seals what is personal, so that the order can decide. */
@Injectable()
export class ProposeAmendmentHandler {
  constructor(
    private readonly orders: OrderRepository,
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
    @Inject(AMENDMENT_POLICY) private readonly policy: AmendmentPolicy,
  ) {}

  /**
   * The decision behind a proposal.
   * @param seal false for a dry run: nothing personal is kept, so nothing is sealed
   * @throws Refused VALIDATION_FAILED, CUSTOMER_ERASED
   */
  async decider(
    id: string,
    request: AmendmentRequest,
    context: { amendmentId: string; now: string; seal: boolean },
  ): Promise<(order: Order) => OrderEvent[]> {
    const { add, shipTo, changes, ...asked } = request;
    let complete: RequestedChanges = changes;
    if (add.length > 0 || shipTo !== undefined) {
      const { state } = await this.orders.load(id);
      if (add.length > 0) complete = { ...complete, added: await this.#price(state, add, context.now) };
      if (shipTo !== undefined) complete = { ...complete, shipTo: await this.#seal(state, shipTo, context.seal) };
    }
    const { amendmentId, now } = context;
    const command: ProposeAmendment = { ...asked, amendmentId, changes: complete, now };
    return (order) => proposeAmendment(command, this.policy, order);
  }

  async #price(order: Order, add: RequestedLine[], now: string): Promise<NonNullable<RequestedChanges['added']>> {
    const find = await this.catalogue.findProducts(add.map(({ sku }) => sku));
    const problems: FieldProblem[] = [];
    const { channel, shipTo, paymentTerms, currency } = order;
    // An order that is not there has no currency; the decider says so.
    const known = currency === '' ? {} : { currency };
    const priced = priceOrder(
      { channel, shipTo: { country: shipTo.country }, paymentTerms, shipping: 0, lines: add, ...known },
      find,
      problems,
      { soldAt: now },
    );
    if (priced === null) {
      const own = problems.map((problem) => ({ ...problem, path: problem.path.replace(/^lines/, 'add') }));
      throw new Refused('VALIDATION_FAILED', {}, own);
    }
    return priced.lines.map(({ sku, name, quantity, unitPrice, discount }) => ({
      sku,
      name,
      quantity,
      unitPrice,
      discount,
    }));
  }

  async #seal(order: Order, shipTo: { country: string; address?: Address }, seal: boolean): Promise<ShipTo> {
    const { country, address } = shipTo;
    if (!seal || address === undefined || order.status === 'NONE') return { country };
    const { customerId, erasedAt, orderId } = order;
    if (erasedAt !== undefined) throw new Refused('PERSONAL_DATA_ERASED', { orderId });
    const [sealed] = await sealOrders(this.vault, [{ ...(customerId === null ? {} : { customerId }), shipTo }]);
    return sealed?.shipTo ?? { country };
  }
}
