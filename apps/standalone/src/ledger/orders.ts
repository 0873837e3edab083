import { foldOrder, type OrderFact, type OrderPublicEvent } from '@orderloom/analytics/facts/order-fact';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { isOver } from '@orderloom/order/order/decide-cancel';
import type { OrderEvent } from '@orderloom/order/order/events';
import { due, net } from '@orderloom/order/order/money';
import { evolve, initial, type Order } from '@orderloom/order/order/order';
import { lineInvariantHolds } from '@orderloom/order/order/quantities';
import { paymentStatus } from '@orderloom/order/order/status';
import { toPublic } from '@orderloom/order/publish';
import { type OrderDocument, ordersProjection } from '@orderloom/order/views/orders.projection';
import { fromRecorded } from '@orderloom/projections';
import { compareFields, compareIds, type Difference } from './difference.js';

/** An order as replayed from its stream by every fold that the platform has of it. */
export interface ReplayedOrder {
  readonly order: Order;
  readonly document: OrderDocument;
  readonly fact: OrderFact;
  /** Kinds of notice that its changes gave reason for, one for each time. */
  readonly told: readonly string[];
}

/** Replays the orders of a log; keeps what folds yield, not the events. */
export class OrderReplay {
  readonly orders = new Map<string, ReplayedOrder>();
  readonly differences: Difference[] = [];
  readonly #list = ordersProjection();

  /** The next event of an `order-` stream. */
  add(event: RecordedEvent): void {
    const id = event.streamId.slice('order-'.length);
    const before = this.orders.get(id);
    // The stream holds what this service's deciders made.
    const order = evolve(before?.order ?? initial(), event as unknown as OrderEvent);
    const document = this.#list.evolve(before?.document ?? null, fromRecorded(event));
    const fact = foldOrder(before?.fact, toPublic(event) as OrderPublicEvent);
    if (!document || !fact) {
      this.differences.push({ check: 'order', id, detail: `${event.type} folds to nothing` });
      return;
    }
    this.orders.set(id, { order, document, fact, told: [...(before?.told ?? []), ...toldBy(event, before?.order)] });
    for (const detail of problemsOf(order)) {
      this.differences.push({ check: 'order', id, detail: `after event ${event.revision}: ${detail}` });
    }
  }
}

/** What an end or a change of an order tells its customer. */
function toldBy(event: RecordedEvent, before: Order | undefined): string[] {
  const data = event.data as {
    amendmentId?: string;
    rejected?: unknown;
    by?: string;
    needs?: { need: string }[];
    refundId?: string;
    approval?: string;
    shipmentId?: string;
    shipTo?: unknown;
  };
  // An order that was taken up again is told of each of its ends.
  switch (event.type) {
    case 'LinesShipped':
      // Carrier and number that became known later are no other parcel.
      return before?.shipments.some(({ shipmentId }) => shipmentId === data.shipmentId) ? [] : ['shipped'];
    case 'OrderCancelled':
      if (before?.status === 'CANCELLED') return [];
      return [data.rejected === undefined ? 'cancelled' : 'rejected'];
    case 'RefundRequested':
      // One that is asked for once more was told before.
      if (before?.refunds.some(({ refundId }) => refundId === data.refundId)) return [];
      return [data.approval === 'required' ? 'refund-waiting' : 'refund-approved'];
    case 'RefundApproved':
      return ['refund-approved'];
    case 'RefundRejected':
      return ['refund-rejected'];
    case 'RefundSucceeded':
      return ['refunded'];
    case 'PaymentActionRequired':
      return ['payment-due'];
    case 'OrderExpired':
      return ['expired'];
    case 'CustomerAsked':
      return ['question'];
    case 'HoldResolved':
      return data.shipTo === undefined ? [] : ['address-corrected'];
    case 'OrderReopened':
      return ['reopened'];
    case 'AmendmentApplied':
      return ['changed'];
    case 'AmendmentPriced':
    case 'AmendmentApproved':
      return data.needs?.[0]?.need === 'CUSTOMER' ? ['change-consent'] : [];
    case 'AmendmentDeclined':
      return data.by === 'CUSTOMER' ? [] : ['change-declined'];
    case 'AmendmentExpired':
      return ['change-declined'];
    case 'LinesCancelled':
      return data.amendmentId === undefined ? ['units-cancelled'] : [];
    default:
      return [];
  }
}

/** What must hold of an order after every one of its events. */
export function problemsOf(order: Order): string[] {
  const problems: string[] = [];
  for (const line of order.lines) {
    if (!lineInvariantHolds(line)) problems.push(`the quantities contradict each other: ${JSON.stringify(line)}`);
  }
  const { authorized, captured, refunded } = order.ledger;
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
  const taken = sum(order.payments.flatMap(({ captures }) => captures.map(({ amount }) => amount)));
  if (taken !== captured) problems.push(`captured ${captured}, its payments say ${taken}`);
  if (sum(order.payments.map((payment) => payment.authorized)) !== authorized || authorized < 0) {
    problems.push(`authorized ${authorized}, its payments say otherwise`);
  }
  if (refunded > captured) problems.push(`refunded ${refunded} of ${captured} captured`);
  if (order.status === 'COMPLETED' && order.mode === 'live' && order.paymentTerms !== 'invoice') {
    if (net(order.ledger) < due(order.ledger)) {
      problems.push(`completed with ${net(order.ledger)} paid of ${due(order.ledger)}`);
    }
  }
  return problems;
}

/** What must hold of a live order once nothing is left to do: it has ended and its money is where it belongs. */
export function problemsAtRest(order: Order): string[] {
  if (order.mode === 'history') return [];
  const problems: string[] = [];
  if (!isOver(order)) problems.push(`is ${order.status}`);
  const payment = paymentStatus(order);
  if (payment === 'REFUND_PENDING' || payment === 'REQUESTED') problems.push(`its payment is ${payment}`);
  return problems;
}

/** What a row shows that follows from the events alone. */
const shownColumns = (document: ReplayedOrder['document']): Record<string, unknown> => {
  const { _id, fold, match, find, past, revision, ...columns } = document;
  // Contacts are opened for the reader and gone once erased; deadlines follow the policy of the day.
  const { customer, waits, dueAt, ...shown } = columns;
  return { ...shown, revision: String(revision) };
};

/** Compares the order list with the replay, row by row. */
export function compareOrderList(
  replayed: ReadonlyMap<string, ReplayedOrder>,
  rows: readonly (Readonly<Record<string, unknown>> & { id: string })[],
): Difference[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const differences = compareIds('order-list', replayed.keys(), byId.keys(), {
    missing: 'is not listed',
    unexpected: 'is listed and has no stream',
  });
  if (rows.length !== byId.size) {
    differences.push({ check: 'order-list', id: 'list', detail: `${rows.length} rows for ${byId.size} orders` });
  }
  for (const [id, { document }] of replayed) {
    const row = byId.get(id);
    if (!row) continue;
    differences.push(...compareFields('order-list', id, shownColumns(document), row));
  }
  return differences;
}
