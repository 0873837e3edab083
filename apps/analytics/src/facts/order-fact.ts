import type { AmendmentAppliedV1, DataOf, EventOf, orderEvents } from '@orderloom/contracts';

/** Any public event of the order service. */
export type OrderPublicEvent = EventOf<(typeof orderEvents)[number]>;

/** What analytics counts of one line. Amounts in minor units of the order's currency. */
export interface LineFact {
  sku: string;
  quantity: number;
  gross: number;
  net: number;
}

/** When an order reached each point of its way, ISO 8601 UTC; the last time where it happened in parts. */
export interface Milestones {
  submitted: string;
  confirmed?: string;
  allocated?: string;
  paymentRequested?: string;
  paid?: string;
  released?: string;
  shipped?: string;
  delivered?: string;
  completed?: string;
  cancelled?: string;
}

/** Everything analytics knows of one order: one document per order, folded from its events. */
export interface OrderFact {
  _id: string;
  /** Sequence of the last event folded in. */
  _sequence: number;
  mode: 'live' | 'history';
  channel: string;
  /** Absent for guests. */
  customerId?: string;
  country: string;
  currency: string;
  /** Day the order was placed, UTC, `YYYY-MM-DD`. */
  day: string;
  lines: LineFact[];
  gross: number;
  net: number;
  shipping: number;
  credited: number;
  cancelled: number;
  captured: number;
  refunded: number;
  requiredBy?: string;
  unitsOrdered: number;
  unitsShipped: number;
  unitsCancelled: number;
  at: Milestones;
}

/** A hole in the sequence of an order: the message before it has not arrived. */
export class SequenceHole extends Error {
  override readonly name = 'SequenceHole';
  constructor(
    readonly subject: string,
    readonly expected: number,
    readonly found: number,
  ) {
    super(`${subject}: event ${expected} is missing, found ${found}`);
  }
}

/**
 * Folds one event into the fact of its order. An event that was folded before changes nothing.
 * @throws SequenceHole when an earlier event is missing
 */
export function foldOrder(fact: OrderFact | undefined, event: OrderPublicEvent): OrderFact | undefined {
  const sequence = Number(event.sequence);
  const expected = fact ? fact._sequence + 1 : 0;
  if (sequence < expected) return fact;
  if (sequence > expected) throw new SequenceHole(event.subject, expected, sequence);
  if (!fact) return begin(event);
  const next = { ...fact, _sequence: sequence, at: { ...fact.at } };
  apply(next, event);
  return next;
}

function begin(event: OrderPublicEvent): OrderFact {
  if (event.type !== 'orderloom.order.OrderSubmitted.v1') {
    throw new Error(`${event.subject}: the first event is ${event.type}, not OrderSubmitted`);
  }
  const { data } = event;
  return {
    _id: data.orderId,
    _sequence: 0,
    mode: data.mode,
    channel: data.channel,
    ...(data.customerId === undefined ? {} : { customerId: data.customerId }),
    country: data.shipTo.country,
    currency: data.currency,
    day: data.occurredAt.slice(0, 10),
    lines: data.lines.map(({ sku, quantity, gross, net }) => ({ sku, quantity, gross, net })),
    gross: data.totals.gross,
    net: data.totals.net,
    shipping: data.totals.shipping,
    credited: 0,
    cancelled: 0,
    captured: 0,
    refunded: 0,
    ...(data.requiredBy === undefined ? {} : { requiredBy: data.requiredBy }),
    unitsOrdered: data.lines.reduce((sum, line) => sum + line.quantity, 0),
    unitsShipped: 0,
    unitsCancelled: 0,
    at: { submitted: data.occurredAt },
  };
}

function apply(fact: OrderFact, event: OrderPublicEvent): void {
  switch (event.type) {
    case 'orderloom.order.OrderSubmitted.v1':
      throw new Error(`${event.subject} was submitted twice`);
    case 'orderloom.order.OrderCredited.v1':
      fact.credited += event.data.amount;
      return;
    case 'orderloom.order.OrderConfirmed.v1':
      fact.at.confirmed = event.data.occurredAt;
      return;
    case 'orderloom.order.LinesAllocated.v1':
      fact.at.allocated = event.time;
      return;
    case 'orderloom.order.PaymentRequested.v1':
      fact.at.paymentRequested ??= event.time;
      return;
    case 'orderloom.order.PaymentCaptured.v1':
      fact.captured += event.data.amount;
      fact.at.paid = event.data.occurredAt;
      return;
    case 'orderloom.order.FulfilmentReleased.v1':
      fact.at.released = event.time;
      return;
    case 'orderloom.order.LinesShipped.v1':
      fact.unitsShipped += units(event.data.lines);
      fact.at.shipped = event.data.occurredAt;
      return;
    case 'orderloom.order.LinesDelivered.v1':
      fact.at.delivered = event.data.occurredAt;
      return;
    case 'orderloom.order.OrderCompleted.v1':
      fact.at.completed = event.data.occurredAt;
      return;
    case 'orderloom.order.LinesCancelled.v1':
      fact.cancelled += event.data.amount;
      fact.unitsCancelled += units(event.data.lines);
      return;
    case 'orderloom.order.OrderReopened.v1':
      fact.cancelled -= event.data.lines.reduce((sum, line) => sum + line.amount, 0);
      fact.unitsCancelled -= units(event.data.lines);
      delete fact.at.cancelled;
      return;
    case 'orderloom.order.OrderCancelled.v1':
    case 'orderloom.order.OrderExpired.v1':
      fact.cancelled += event.data.lines.reduce((sum, line) => sum + line.amount, 0);
      fact.unitsCancelled += units(event.data.lines);
      fact.at.cancelled = event.data.occurredAt;
      return;
    case 'orderloom.order.RefundSucceeded.v1':
      fact.refunded += event.data.amount;
      return;
    case 'orderloom.order.LinesUnfilled.v1':
      // What was lost leaves the house a second time.
      if (event.data.shipmentId !== undefined) fact.unitsShipped -= units(event.data.lines);
      return;
    case 'orderloom.order.AmendmentApplied.v1':
      amend(fact, event.data);
      return;
    default:
      // Everything else is no part of what is counted.
      return;
  }
}

/** An order that is sold differently from now on counts as it is sold now, on the day it was placed. */
function amend(fact: OrderFact, data: DataOf<typeof AmendmentAppliedV1>): void {
  const { lines, totals, wanted, requiredBy, shipTo } = data;
  // Lines are kept in the order of their numbers, and none is ever taken out.
  const byNumber = [...fact.lines];
  for (const { lineId, sku, quantity, gross, net } of lines) {
    byNumber[Number(lineId.slice(1)) - 1] = { sku, quantity, gross, net };
  }
  fact.lines = byNumber;
  fact.gross = totals.gross;
  fact.net = totals.net;
  fact.unitsOrdered = wanted.reduce((sum, { quantity }) => sum + quantity, 0) + fact.unitsCancelled;
  if (requiredBy !== undefined) fact.requiredBy = requiredBy;
  if (shipTo !== undefined) fact.country = shipTo.country;
}

const units = (lines: readonly { quantity: number }[]): number => lines.reduce((sum, line) => sum + line.quantity, 0);

/** Units that should leave and have not. */
export const unitsOpen = (fact: OrderFact): number => fact.unitsOrdered - fact.unitsCancelled - fact.unitsShipped;

/** Placed, with goods to send, and not (wholly) shipped nor cancelled. */
export const isNotShipped = (fact: OrderFact): boolean => unitsOpen(fact) > 0;

/** Neither completed nor cancelled. */
export const isOpen = (fact: OrderFact): boolean =>
  fact.at.completed === undefined && fact.at.cancelled === undefined && fact.unitsOrdered > 0;

/** The last part left after the day by which the customer required it. */
export const isShippedLate = (fact: OrderFact): boolean =>
  fact.requiredBy !== undefined &&
  fact.at.shipped !== undefined &&
  !isNotShipped(fact) &&
  Date.parse(fact.at.shipped) > Date.parse(fact.requiredBy);
