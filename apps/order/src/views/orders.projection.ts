import type { Contact, Sealed } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { amendmentsUntil } from '../order/amendments.js';
import { payableUntil } from '../order/decide-end.js';
import type { DataOf, OrderEvent, OrderEventType } from '../order/events.js';
import { due, net } from '../order/money.js';
import { evolve, initial, type Order } from '../order/order.js';
import { axes } from '../order/status.js';
import { Fold } from './fold.js';
import { type OrderHolds, orderHolds, REVIEW_INDEXES } from './order-holds.js';

/** An order as lists show it. Small: lists read many. */
export interface OrderDocument {
  _id: string;
  number: string;
  channel: string;
  externalNumber: string | null;
  mode: string;
  status: string;
  payment: string;
  fulfilment: string;
  paymentTerms: string;
  customerId: string | null;
  /** sealed; opened for the reader */
  customer: Sealed<Contact> | null;
  country: string;
  currency: string;
  total: number;
  due: number;
  paid: number;
  skus: string[];
  lines: number;
  units: number;
  submittedAt: string;
  requiredBy: string | null;
  shippedAt: string | null;
  deliveredAt: string | null;
  completedAt: string | null;
  cancelledAt: string | null;
  /** until when a payment that is waited for should come */
  payableUntil: string | null;
  /** until when the first of its open changes has to be decided */
  amendmentsUntil: string | null;
  updatedAt: string;
  /** open holds, what they are waiting for and how to find them again */
  review: OrderHolds | null;
  tags: string[];
  revision: number;
  /** what folding goes on from */
  fold: string | Fold;
}

const keyOfStream = (streamId: string): string => streamId.slice('order-'.length);

const TYPES: Readonly<Record<OrderEventType, true>> = {
  OrderSubmitted: true,
  OrderCredited: true,
  OrderConfirmed: true,
  LinesAllocated: true,
  LinesBackordered: true,
  PartDeliveryAgreed: true,
  PaymentRequested: true,
  PaymentCaptured: true,
  PaymentFailed: true,
  FulfilmentReleased: true,
  LinesShipped: true,
  LinesDelivered: true,
  OrderCompleted: true,
  OrderCancelled: true,
  RefundRequested: true,
  RefundSucceeded: true,
  RefundFailed: true,
  OrderChecked: true,
  HoldPlaced: true,
  HoldAssigned: true,
  HoldApproved: true,
  HoldResolved: true,
  HoldRejected: true,
  HoldExpired: true,
  CustomerAsked: true,
  CustomerAnswered: true,
  OrderNoted: true,
  OrderTagged: true,
  LinesCancelled: true,
  AllocationsReturned: true,
  OrderExpired: true,
  OrderReopened: true,
  StopRequested: true,
  StopAnswered: true,
  AmendmentProposed: true,
  AmendmentPriced: true,
  AmendmentApproved: true,
  AmendmentAccepted: true,
  AmendmentPaymentAwaited: true,
  AmendmentRebased: true,
  AmendmentApplied: true,
  AmendmentDeclined: true,
  AmendmentExpired: true,
  AmendmentWithdrawn: true,
  PaymentActionRequired: true,
  PaymentAuthorized: true,
  PaymentCaptureRequested: true,
  PaymentCaptureFailed: true,
  PaymentVoidRequested: true,
  PaymentVoided: true,
  RefundApproved: true,
  RefundRejected: true,
  RefundSubmitted: true,
  RefundAbandoned: true,
};

/** Stored events of this service's own streams are what its deciders made; only the type needs looking at. */
const isOrderEvent = (event: { type: string; data: unknown }): event is OrderEvent => Object.hasOwn(TYPES, event.type);

/** The order a document stands for: folded already, or as it was stored. */
const foldOf = (fold: string | Fold): Fold => (typeof fold === 'string' ? new Fold(Fold.read(fold), false) : fold);

const latest = (times: readonly (string | null)[]): string | null =>
  times.reduce((last, time) => (time !== null && (last === null || time > last) ? time : last), null);

const columns = (order: Order, event: ProjectedEvent, whole: boolean) => ({
  ...axes(order),
  due: due(order.ledger),
  paid: net(order.ledger),
  shippedAt: latest(order.shipments.map((shipment) => shipment.shippedAt)),
  deliveredAt: latest(order.shipments.map((shipment) => shipment.deliveredAt)),
  completedAt: order.completedAt,
  cancelledAt: order.cancelledAt,
  payableUntil: payableUntil(order),
  amendmentsUntil: amendmentsUntil(order),
  ...(event.type === 'AmendmentApplied' ? amended(event.data as DataOf<'AmendmentApplied'>) : {}),
  updatedAt: event.time,
  review: orderHolds(order),
  tags: [...order.tags],
  revision: event.sequence,
  fold: new Fold(order, whole),
});

/** Columns that nothing but a change of the order changes. */
const amended = ({ totals, wanted, shipTo, requiredBy, paymentTerms }: DataOf<'AmendmentApplied'>) => {
  const left = wanted.filter(({ quantity }) => quantity > 0);
  return {
    total: totals.total,
    skus: [...new Set(left.map(({ sku }) => sku))],
    lines: left.length,
    units: left.reduce((sum, { quantity }) => sum + quantity, 0),
    ...(shipTo === undefined ? {} : { country: shipTo.country }),
    ...(requiredBy === undefined ? {} : { requiredBy }),
    ...(paymentTerms === undefined ? {} : { paymentTerms }),
  };
};

const created = (order: Order, event: ProjectedEvent): OrderDocument => ({
  _id: order.orderId,
  number: order.number,
  channel: order.channel,
  externalNumber: order.externalNumber,
  mode: order.mode,
  paymentTerms: order.paymentTerms,
  customerId: order.customerId,
  customer: order.customer,
  country: order.shipTo.country,
  currency: order.currency,
  total: order.totals.total,
  skus: [...new Set(order.lines.map((line) => line.sku))],
  lines: order.lines.length,
  units: order.lines.reduce((sum, line) => sum + line.ordered, 0),
  submittedAt: order.submittedAt,
  requiredBy: order.requiredBy,
  ...columns(order, event, true),
});

/** Told of every order as it is folded, so that the next command on it need not read its stream. */
export type Folded = (orderId: string, order: Order, revision: bigint) => void;

/**
 * `orders`: the order list, folded with the very functions that decide.
 * @param erased whose contacts are not to be kept
 */
export const ordersProjection = (
  erased: { has(customerId: string): boolean } = new Set(),
  folded: Folded = () => undefined,
): ProjectionDefinition<OrderDocument> => {
  const scrubbed = (doc: OrderDocument): OrderDocument =>
    doc.customer !== null && doc.customerId !== null && erased.has(doc.customerId) ? { ...doc, customer: null } : doc;
  return {
    name: 'orders',
    version: 2,
    prefixes: ['order-'],
    keyOf: (event) => keyOfStream(event.streamId),
    keyOfStream,
    evolve: (doc, event) => {
      if (!isOrderEvent(event)) return doc;
      const before = doc === null ? null : foldOf(doc.fold);
      const order = evolve(before?.order ?? initial(), event);
      const whole = before?.whole ?? true;
      if (whole) folded(order.orderId, order, BigInt(event.sequence));
      return scrubbed(doc === null ? created(order, event) : { ...doc, ...columns(order, event, whole) });
    },
    indexes: [
      { key: { submittedAt: -1, _id: -1 } },
      { key: { status: 1, submittedAt: -1, _id: -1 } },
      { key: { payment: 1, submittedAt: -1, _id: -1 } },
      { key: { fulfilment: 1, submittedAt: -1, _id: -1 } },
      { key: { customerId: 1, submittedAt: -1, _id: -1 } },
      { key: { skus: 1, submittedAt: -1, _id: -1 } },
      { key: { number: 1 } },
      { key: { total: -1, _id: -1 } },
      ...REVIEW_INDEXES,
      { key: { amendmentsUntil: 1 }, partialFilterExpression: { amendmentsUntil: { $gt: '' } } },
      { key: { payableUntil: 1 }, partialFilterExpression: { payableUntil: { $gt: '' } } },
    ],
  };
};
