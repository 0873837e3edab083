import type { InvoiceEvent } from '@orderloom/contracts';
import type { OrderEvent } from '../order/events.js';
import { divideHalfUp, due } from '../order/money.js';
import { evolve, initial, type Order } from '../order/order.js';
import { sumOf } from '../order/pricing.js';
import { worthOfUnits } from '../order/worth.js';

/** An invoice or credit note that got its number. */
export type Issued = InvoiceEvent['data'];
/** One that is to get its number. */
export type Paper = Omit<Issued, 'series' | 'number'>;

/** An order's event with what a paper needs to name it. */
export interface Told {
  readonly id: string;
  readonly revision: bigint;
  readonly event: OrderEvent;
}

/** What an order is worth now with its taxes, minor units; `credited` is taken off in proportion. */
export const amountsOf = (order: Order): { net: number; tax: number; total: number } => {
  const goods = order.lines.map((line) =>
    worthOfUnits(line, line.cancelled, line.ordered - line.cancelled, order.taxesIncluded),
  );
  const beside = sumOf(order.shippingTaxes) + order.fees.reduce((sum, fee) => sum + sumOf(fee.taxes), 0);
  const taxes = goods.reduce((sum, { tax }) => sum + tax, beside);
  const total = due(order.ledger);
  const before = order.ledger.sold - order.ledger.cancelled;
  const tax = before === 0 ? 0 : Number(divideHalfUp(BigInt(taxes) * BigInt(total), BigInt(before)));
  return { net: total - tax, tax, total };
};

/** The part of an amount that is tax, at the order's own proportion. */
const split = (order: Order, amount: number): { net: number; tax: number; total: number } => {
  const { tax, total } = amountsOf(order);
  const part = total === 0 ? 0 : Number(divideHalfUp(BigInt(tax) * BigInt(amount), BigInt(total)));
  return { net: amount - part, tax: part, total: amount };
};

const paperOf = (order: Order, revision: bigint, issuedAt: string) => ({
  orderId: order.orderId,
  orderNumber: order.number,
  orderRevision: Number(revision),
  ...(order.customerId === null ? {} : { customerId: order.customerId }),
  currency: order.currency,
  locale: order.locale,
  issuedAt,
});

/**
 * The papers an order needs and does not have: one invoice over what is owed when it is issued, and afterwards a credit
 * note or a further invoice for every event that changes what is owed.
 * @param issued what it has already, in any order
 * @param first whether the first invoice may be issued now
 */
export const missingPapers = (
  history: readonly Told[],
  issued: readonly Issued[],
  issuedAt: string,
  first: boolean,
): Paper[] => {
  const known = new Set(issued.map(({ key }) => key));
  const invoice = issued.find(({ key, orderId }) => key === orderId);
  let order = initial();
  const papers: Paper[] = [];
  for (const { id, revision, event } of history) {
    const before = order;
    order = evolve(order, event);
    const change = due(order.ledger) - due(before.ledger);
    if (invoice === undefined || revision <= BigInt(invoice.orderRevision) || change === 0) continue;
    const refundId = 'refundId' in event.data ? event.data.refundId : undefined;
    const key = refundId ?? id;
    if (known.has(key)) continue;
    papers.push({
      key,
      kind: change < 0 ? 'credit_note' : 'invoice',
      ...paperOf(order, revision, issuedAt),
      ...split(before, Math.abs(change)),
      ...(refundId === undefined ? {} : { refundId }),
      ...(change < 0 ? { invoiceNumber: invoice.number } : {}),
    });
  }
  if (invoice !== undefined || !first || due(order.ledger) <= 0) return papers;
  const revision = history.at(-1)?.revision ?? 0n;
  return [{ key: order.orderId, kind: 'invoice', ...paperOf(order, revision, issuedAt), ...amountsOf(order) }];
};

/** The order as it stood when a paper was issued. */
export const orderAt = (history: readonly Told[], revision: number): Order =>
  history
    .filter((told) => told.revision <= BigInt(revision))
    .reduce((order, told) => evolve(order, told.event), initial());
