import { unreleasedAllocations } from './allocations.js';
import { settleAmendments } from './amend-apply.js';
import { childId } from './child-ids.js';
import type { FulfilmentReleased, OrderEvent } from './events.js';
import { isBlocked } from './holds.js';
import {
  capturesOfShipped,
  type RefundPolicy,
  refundOfExcess,
  requestParts,
  voidsOfUnneeded,
} from './money-follow-up.js';
import { evolve, type Order } from './order.js';
import { isSecured, isSettled, type PlannedPart } from './payment-plan.js';
import { every, isFullyAllocated, isFullyDelivered, wanted } from './quantities.js';

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
        .map(({ lineId, sku, quantity, reservationId, name, components }) => ({
          lineId,
          sku,
          name: name ?? names.get(lineId) ?? sku,
          quantity,
          reservationId,
          ...(components === undefined ? {} : { components }),
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
      ...(order.epoch === 0 ? {} : { epoch: order.epoch }),
    },
  }));
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Asks for money where it is due, or hands goods to warehouses where the money is there as agreed. */
const paymentOrRelease = (order: Order, now: string): OrderEvent[] => {
  if (order.status !== 'CONFIRMED' || order.mode === 'history') return [];
  const ask = (when: PlannedPart['due']): OrderEvent[] =>
    isBlocked(order, 'CAPTURE') ? [] : requestParts(order, when, now);
  // What is owed after the release is asked for then.
  const balance = (): OrderEvent[] => (order.payment === null ? [] : ask('delivery'));
  if (every(order, (line) => line.released === wanted(line))) return balance();
  const ready = isFullyAllocated(order) || (order.partDelivery && unreleasedAllocations(order).length > 0);
  if (!ready) return order.payment?.ask === 'ordered' ? ask('release') : [];
  if (order.paymentTerms === 'prepaid' && !isSecured(order)) return ask('release');
  // What must not ship is not handed to a warehouse either: nobody could call it back.
  return isBlocked(order, 'RELEASE', 'SHIP') ? [] : [...releases(order), ...balance()];
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

const completion = (order: Order, occurredAt: string): OrderEvent[] =>
  order.status === 'CONFIRMED' && isFullyDelivered(order) && isSettled(order)
    ? [{ type: 'OrderCompleted', data: { occurredAt } }]
    : [];

/**
 * What the order does by itself once `events` have happened: be confirmed, ask for payment, release, give money back,
 * complete. Open holds keep it from the steps they block.
 * @param occurredAt when the cause happened
 * @returns `events` and what follows from them
 */
export const withFollowUps = (
  order: Order,
  events: readonly OrderEvent[],
  context: { now: string; occurredAt?: string; refunds?: RefundPolicy },
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
    ...refundOfExcess(after, context.refunds),
    ...paymentOrRelease(after, context.now),
    ...capturesOfShipped(after),
    ...voidsOfUnneeded(after),
    ...completion(after, context.occurredAt ?? context.now),
  ];
  return [...events, ...follow];
};
