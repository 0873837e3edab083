import type { Contact, Sealed } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { payableUntil } from '../order/decide-end.js';
import { EMPTY_DESK } from '../order/desk.js';
import type { OrderEvent, OrderEventType } from '../order/events.js';
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
  /** the import it came with; absent for others */
  importId?: string;
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
  /** what later orders are compared with: keyed hashes and quantities; never shown */
  match: { keys: string[]; basket: [sku: string, quantity: number][] };
  submittedAt: string;
  requiredBy: string | null;
  shippedAt: string | null;
  deliveredAt: string | null;
  completedAt: string | null;
  cancelledAt: string | null;
  /** until when a payment that is waited for should come */
  payableUntil: string | null;
  /** labels, priority and company fields; filtered by `facets`, which is absent where there are none */
  priority: string;
  custom: Readonly<Record<string, string | number | boolean>>;
  facets?: string[];
  /** news of the channel that somebody has to look at */
  channelNews: number;
  /** complaints without an answer */
  complaints: number;
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
  OrderFactsChanged: true,
  AttachmentAdded: true,
  AttachmentRemoved: true,
  ComplaintRaised: true,
  ComplaintResolved: true,
  ChannelNewsSetAside: true,
  ChannelNewsSettled: true,
  LinesReturnRequested: true,
  LinesReturnEnded: true,
  LinesReturned: true,
  LinesDisposed: true,
  ReturnSettled: true,
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
  LinesUnfilled: true,
};

/** Stored events of this service's own streams are what its deciders made; only the type needs looking at. */
const isOrderEvent = (event: { type: string; data: unknown }): event is OrderEvent => Object.hasOwn(TYPES, event.type);

/** The order a document stands for: folded already, or as it was stored. */
const foldOf = (fold: string | Fold): Fold => (typeof fold === 'string' ? new Fold(Fold.read(fold), false) : fold);

const latest = (times: readonly (string | null)[]): string | null =>
  times.reduce((last, time) => (time !== null && (last === null || time > last) ? time : last), null);

/** A value of a label, the priority or a company field as one text, the same in documents and in filters. */
export const facet = (name: 'tag' | 'priority' | `custom.${string}`, value: string | number | boolean): string =>
  `${name}:${String(value)}`;

const facetsOf = ({ tags, desk }: Order): string[] => [
  ...tags.map((tag) => facet('tag', tag)),
  ...(desk.priority === 'normal' ? [] : [facet('priority', desk.priority)]),
  ...Object.entries(desk.custom).map(([key, value]) => facet(`custom.${key}`, value)),
];

/** Plain orders share one object: most have nothing to tell here. */
const NO_FACTS = { priority: 'normal', custom: {}, channelNews: 0, complaints: 0 };

const factColumns = (
  order: Order,
): Pick<OrderDocument, 'priority' | 'custom' | 'facets' | 'channelNews' | 'complaints'> => {
  if (order.desk === EMPTY_DESK && order.tags.length === 0) return NO_FACTS;
  const facets = facetsOf(order);
  return {
    priority: order.desk.priority,
    custom: order.desk.custom,
    ...(facets.length === 0 ? {} : { facets }),
    channelNews: order.desk.channelNews.filter((news) => news.settledAt === null).length,
    complaints: order.desk.complaints.filter((complaint) => complaint.resolvedAt === null).length,
  };
};

const columns = (order: Order, event: ProjectedEvent, whole: boolean) => ({
  ...axes(order),
  due: due(order.ledger),
  paid: net(order.ledger),
  shippedAt: latest(order.shipments.map((shipment) => shipment.shippedAt)),
  deliveredAt: latest(order.shipments.map((shipment) => shipment.deliveredAt)),
  completedAt: order.completedAt,
  cancelledAt: order.cancelledAt,
  payableUntil: payableUntil(order),
  ...factColumns(order),
  updatedAt: event.time,
  review: orderHolds(order),
  tags: [...order.tags],
  revision: event.sequence,
  fold: new Fold(order, whole),
});

const created = (order: Order, event: ProjectedEvent): OrderDocument => ({
  _id: order.orderId,
  number: order.number,
  channel: order.channel,
  externalNumber: order.externalNumber,
  ...(order.importId === null ? {} : { importId: order.importId }),
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
  match: { keys: [...order.matchKeys], basket: order.lines.map((line) => [line.sku, line.ordered]) },
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
      if (doc === null) return scrubbed(created(order, event));
      const { facets: _before, ...kept } = doc;
      return scrubbed({ ...kept, ...columns(order, event, whole) });
    },
    indexes: [
      { key: { submittedAt: -1, _id: -1 } },
      { key: { status: 1, submittedAt: -1, _id: -1 } },
      { key: { payment: 1, submittedAt: -1, _id: -1 } },
      { key: { fulfilment: 1, submittedAt: -1, _id: -1 } },
      { key: { customerId: 1, submittedAt: -1, _id: -1 } },
      { key: { skus: 1, submittedAt: -1, _id: -1 } },
      { key: { number: 1 } },
      { key: { channel: 1, submittedAt: -1, _id: -1 } },
      { key: { facets: 1, submittedAt: -1, _id: -1 }, partialFilterExpression: { facets: { $exists: true } } },
      { key: { importId: 1, _id: 1 }, partialFilterExpression: { importId: { $exists: true } } },
      { key: { total: -1, _id: -1 } },
      ...REVIEW_INDEXES,
      { key: { payableUntil: 1 }, partialFilterExpression: { payableUntil: { $gt: '' } } },
    ],
  };
};
