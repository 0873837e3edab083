import { Refused } from '@orderloom/contracts';
import { mustNotHaveEnded } from './ending.js';
import type { DataOf, LineQuantity, OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { outstanding } from './money.js';
import { paymentIdOf } from './money-follow-up.js';
import { evolve, type Order } from './order.js';
import { collectsAtDoor, dueByInvoice } from './payment-plan.js';
import { isFullyDelivered } from './quantities.js';
import { about, mustExist } from './refusals.js';

export interface Ship {
  shipmentId: string;
  fulfilmentId: string;
  carrier?: string;
  trackingNumber?: string;
  promisedAt?: string;
  lines: LineQuantity[];
  occurredAt: string;
  now: string;
}

const sumByLine = (lines: readonly LineQuantity[]): LineQuantity[] => {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of lines) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return [...sums].map(([lineId, quantity]) => ({ lineId, quantity }));
};

/** What leaves the house must have been released before: nothing is shipped that nobody sold. */
const mustBeReleased = (command: Ship | Deliver, lines: readonly LineQuantity[], order: Order): void => {
  mustNotHaveEnded(order, { shipmentId: command.shipmentId });
  for (const { lineId, quantity } of lines) {
    const line = order.lines.find((candidate) => candidate.lineId === lineId);
    if (line === undefined || line.shipped + quantity > line.released) {
      throw new Refused('SHIPMENT_NOT_RELEASED', { ...about(order), shipmentId: command.shipmentId, lineId, quantity });
    }
  }
};

const shipped = (command: Ship | Deliver, lines: LineQuantity[]): OrderEvent => {
  const data: DataOf<'LinesShipped'> = {
    fulfilmentId: command.fulfilmentId,
    shipmentId: command.shipmentId,
    lines,
    occurredAt: command.occurredAt,
  };
  if ('carrier' in command && command.carrier !== undefined) data.carrier = command.carrier;
  if ('trackingNumber' in command && command.trackingNumber !== undefined) data.trackingNumber = command.trackingNumber;
  if ('promisedAt' in command && command.promisedAt !== undefined) data.promisedAt = command.promisedAt;
  return { type: 'LinesShipped', data };
};

/**
 * Records a parcel that left, once per shipment. When its delivery was heard of first, only carrier and tracking
 * number are added.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED, SHIPMENT_NOT_RELEASED
 */
export const ship = (command: Ship, order: Order): OrderEvent[] => {
  mustExist(order);
  const known = order.shipments.find((shipment) => shipment.shipmentId === command.shipmentId);
  if (known !== undefined) {
    const tellsMore = known.trackingNumber === null && command.trackingNumber !== undefined;
    return tellsMore ? [shipped({ ...command, occurredAt: known.shippedAt }, [])] : [];
  }
  const lines = sumByLine(command.lines);
  mustBeReleased(command, lines, order);
  const event = shipped(command, lines);
  // Only money that is set aside has to do with what leaves the house.
  return order.ledger.authorized === 0 ? [event] : withFollowUps(order, [event], command);
};

export interface Deliver {
  shipmentId: string;
  fulfilmentId: string;
  lines: LineQuantity[];
  occurredAt: string;
  now: string;
}

/**
 * Records a delivered parcel, once per shipment; what was delivered must have been shipped, so a delivery heard of
 * first records both. Cash on delivery is collected with the last parcel, and the order completes when all is done.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED, SHIPMENT_NOT_RELEASED
 */
export const deliver = (command: Deliver, order: Order): OrderEvent[] => {
  mustExist(order);
  const known = order.shipments.find((shipment) => shipment.shipmentId === command.shipmentId);
  // One without lines was given up and its units went out again: it is no delivery any more.
  if (known !== undefined && (known.deliveredAt !== null || known.lines.length === 0)) return [];
  const events: OrderEvent[] = [];
  const lines = sumByLine(known?.lines ?? command.lines);
  if (known === undefined) {
    mustBeReleased(command, lines, order);
    events.push(shipped(command, lines));
  }
  const { shipmentId, occurredAt } = command;
  events.push({ type: 'LinesDelivered', data: { shipmentId, lines, occurredAt } });
  const after = events.reduce(evolve, order);
  const amount = outstanding(after.ledger) - dueByInvoice(after);
  if (collectsAtDoor(order) && isFullyDelivered(after) && amount > 0) {
    events.push({
      type: 'PaymentCaptured',
      data: {
        paymentId: paymentIdOf(order),
        amount,
        currency: order.currency,
        providerReference: shipmentId,
        occurredAt,
      },
    });
  }
  return withFollowUps(order, events, command);
};
