import type { InvoiceEvent } from '@orderloom/contracts';
import type { OrderEvent } from '../order/events.js';
import { due } from '../order/money.js';
import { evolve, initial, type Order } from '../order/order.js';
import { sumOf } from '../order/pricing.js';
import { NO_TAXES, taxesAfter } from './taxes-owed.js';

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

/** What of a change is tax, never more than all of it: a swap of taxes alone is no paper of its own. */
const split = (amount: number, tax: number): { net: number; tax: number; total: number } => {
  const part = Math.min(amount, Math.max(0, tax));
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
  let owed = NO_TAXES;
  const papers: Paper[] = [];
  for (const { id, revision, event } of history) {
    const before = order;
    const owedBefore = owed;
    order = evolve(order, event);
    owed = taxesAfter(owedBefore, before, event, order);
    const change = due(order.ledger) - due(before.ledger);
    if (invoice === undefined || revision <= BigInt(invoice.orderRevision) || change === 0) continue;
    const refundId = 'refundId' in event.data ? event.data.refundId : undefined;
    const key = refundId ?? id;
    if (known.has(key)) continue;
    papers.push({
      key,
      kind: change < 0 ? 'credit_note' : 'invoice',
      ...paperOf(order, revision, issuedAt),
      ...split(Math.abs(change), Math.sign(change) * (sumOf(owed) - sumOf(owedBefore))),
      ...(refundId === undefined ? {} : { refundId }),
      ...(change < 0 ? { invoiceNumber: invoice.number } : {}),
    });
  }
  if (invoice !== undefined || !first || due(order.ledger) <= 0) return papers;
  const revision = history.at(-1)?.revision ?? 0n;
  const amounts = split(due(order.ledger), sumOf(owed));
  return [{ key: order.orderId, kind: 'invoice', ...paperOf(order, revision, issuedAt), ...amounts }];
};

/** The order as it stood when a paper was issued. */
export const orderAt = (history: readonly Told[], revision: number): Order =>
  history
    .filter((told) => told.revision <= BigInt(revision))
    .reduce((order, told) => evolve(order, told.event), initial());
