import { unreleasedAllocations } from './allocations.js';
import { settleAmendments } from './amend-apply.js';
import { hasEnded } from './ending.js';
import type { FulfilmentReleased, OrderEvent, PaymentRequested } from './events.js';
import { isBlocked } from './holds.js';
import { outstanding, overpaid } from './money.js';
import { evolve, type Order } from './order.js';
import { every, isFullyAllocated, isFullyDelivered, wanted } from './quantities.js';

/** How long a customer has to pay before a request lapses. */
export const PAYMENT_WINDOW_HOURS = 72;

/** Ids that belong to an order are made of its id, so that a repeated decision makes the same ones. */
const childId = (order: Order, kind: 'P' | 'F' | 'R' | 'C', n: number): string => `${order.orderId}-${kind}${n}`;

export const paymentIdOf = (order: Order): string => childId(order, 'P', order.payments.length + 1);

const hoursAfter = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * 3_600_000).toISOString();

/** The next attempt to collect what is still owed. */
export const paymentRequest = (order: Order, provider: string, now: string): PaymentRequested => ({
  type: 'PaymentRequested',
  data: {
    paymentId: paymentIdOf(order),
    attempt: order.payments.length + 1,
    provider,
    method: 'card',
    amount: outstanding(order.ledger),
    currency: order.currency,
    dueAt: hoursAfter(now, PAYMENT_WINDOW_HOURS),
  },
});

/**
 * One fulfilment per location, in the order of the locations' names so that ids never depend on arrival order. What was
 * released before stays as it is.
 */
const releases = (order: Order): FulfilmentReleased[] => {
  const allocations = unreleasedAllocations(order);
  const locations = [...new Set(allocations.map((allocation) => allocation.location))].sort();
  const names = new Map(order.lines.map((line) => [line.lineId, line.name]));
  return locations.map((location, index) => ({
    type: 'FulfilmentReleased',
    data: {
      fulfilmentId: childId(order, 'F', order.fulfilments.length + index + 1),
      location,
      lines: allocations
        .filter((allocation) => allocation.location === location)
        .map(({ lineId, sku, quantity, reservationId }) => ({
          lineId,
          sku,
          name: names.get(lineId) ?? sku,
          quantity,
          reservationId,
        }))
        .sort((a, b) =>
          a.lineId === b.lineId ? compare(a.reservationId, b.reservationId) : compare(a.lineId, b.lineId),
        ),
      shipTo: order.shipTo,
      ...(order.customer === null ? {} : { customer: order.customer }),
      ...(order.customerId === null ? {} : { customerId: order.customerId }),
      number: order.number,
      ...(order.requiredBy === null ? {} : { requiredBy: order.requiredBy }),
      ...(order.deliveryWish === null ? {} : { deliveryWish: order.deliveryWish }),
    },
  }));
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is paid beyond what is owed goes back, unless that is under way already. */
const refundOfExcess = (order: Order): OrderEvent[] => {
  if (isBlocked(order, 'REFUND')) return [];
  const underWay = order.refunds
    .filter((refund) => refund.status !== 'SUCCEEDED')
    .reduce((sum, refund) => sum + refund.amount, 0);
  let excess = overpaid(order.ledger) - underWay;
  const events: OrderEvent[] = [];
  // Money goes back the way it came, the latest payment first.
  for (const payment of order.payments.toReversed()) {
    const returned = order.refunds
      .filter((refund) => refund.paymentId === payment.paymentId)
      .reduce((sum, refund) => sum + refund.amount, 0);
    const amount = Math.min(excess, payment.captured - returned);
    if (amount <= 0) continue;
    excess -= amount;
    events.push({
      type: 'RefundRequested',
      data: {
        refundId: childId(order, 'R', order.refunds.length + events.length + 1),
        paymentId: payment.paymentId,
        amount,
        currency: order.currency,
        reason: hasEnded(order) ? `ORDER_${order.status}` : 'OVERPAID',
      },
    });
  }
  return events;
};

const paymentOrRelease = (order: Order, provider: string, now: string): OrderEvent[] => {
  if (order.status !== 'CONFIRMED' || order.mode === 'history') return [];
  if (!isFullyAllocated(order) || every(order, (line) => line.released === wanted(line))) return [];
  if (order.paymentTerms !== 'prepaid' || outstanding(order.ledger) === 0) {
    // What must not ship is not handed to a warehouse either: nobody could call it back.
    return isBlocked(order, 'RELEASE', 'SHIP') ? [] : releases(order);
  }
  return isToBeAsked(order) && !isBlocked(order, 'CAPTURE') ? [paymentRequest(order, provider, now)] : [];
};

/** An order that was held before it was confirmed is confirmed when the last hold that kept it from that has ended. */
const confirmation = (order: Order, occurredAt: string): OrderEvent[] => {
  if (order.status !== 'SUBMITTED' || order.mode === 'history' || order.holds.length === 0) return [];
  // Confirming is what inventory reserves stock on.
  if (isBlocked(order, 'CONFIRM', 'RESERVE')) return [];
  const checks = order.holds.map(({ holdId, type, outcome }) => ({
    check: type,
    outcome: 'passed' as const,
    inputs: { holdId, outcome: outcome ?? 'OPEN' },
  }));
  return [{ type: 'OrderConfirmed', data: { checks, occurredAt } }];
};

/** Nobody was asked yet, or what came was less than is owed by now. A failed attempt waits for a person. */
const isToBeAsked = (order: Order): boolean => {
  const last = order.payments.slice(order.paymentsFrom).at(-1)?.status;
  return (last === undefined || last === 'CAPTURED') && !order.payments.some(({ status }) => status === 'REQUESTED');
};

const completion = (order: Order, occurredAt: string): OrderEvent[] => {
  if (order.status !== 'CONFIRMED' || !isFullyDelivered(order)) return [];
  const settled = order.paymentTerms === 'invoice' || outstanding(order.ledger) === 0;
  return settled ? [{ type: 'OrderCompleted', data: { occurredAt } }] : [];
};

/**
 * What the order does by itself once `events` have happened: be confirmed, ask for payment, release, give money back,
 * complete. Open holds keep it from the steps they block.
 * @param occurredAt when the cause happened
 * @returns `events` and what follows from them
 */
export const withFollowUps = (
  order: Order,
  events: readonly OrderEvent[],
  context: { provider?: string; now: string; occurredAt?: string },
): OrderEvent[] => {
  const heard = events.reduce(evolve, order);
  // First, or the money that came for a change would be taken for too much.
  const amended = settleAmendments(heard, context.now);
  const told = amended.reduce(evolve, heard);
  const confirmed = confirmation(told, context.now);
  const after = confirmed.reduce(evolve, told);
  const follow = [
    ...amended,
    ...confirmed,
    ...refundOfExcess(after),
    ...paymentOrRelease(after, context.provider ?? DEFAULT_PROVIDER, context.now),
    ...completion(after, context.occurredAt ?? context.now),
  ];
  return [...events, ...follow];
};

/** Who collects payments when an order does not say. */
export const DEFAULT_PROVIDER = 'simulated';
