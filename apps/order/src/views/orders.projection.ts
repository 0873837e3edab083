import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { DEFAULT_POLICY, type DeadlinePolicy } from '../deadlines/policy.js';
import { amendmentsUntil } from '../order/amendments.js';
import { payableUntil } from '../order/decide-end.js';
import { EMPTY_DESK } from '../order/desk.js';
import type { DataOf, OrderEvent, OrderEventType } from '../order/events.js';
import { due, net } from '../order/money.js';
import { evolve, initial, type Order } from '../order/order.js';
import { axes } from '../order/status.js';
import { Fold } from './fold.js';
import { FindKeys, isPersonal, wordKey, wordsIn, wordsOf } from './list/find-keys.js';
import { Past } from './list/past.js';
import { type WaitColumns, waiting } from './list/waiting.js';
import type { OrderDocument } from './order-document.js';
import { orderHolds, REVIEW_INDEXES } from './order-holds.js';

export type { OrderDocument } from './order-document.js';

/** What is beside the events when rows are made of them. */
export interface RowContext {
  /** whose contacts are not to be kept */
  readonly erased: { has(customerId: string): boolean };
  readonly people?: {
    prepare(events: readonly ProjectedEvent[]): Promise<void>;
    of(event: ProjectedEvent): readonly string[];
  };
  readonly deadlines: { readonly current: DeadlinePolicy; refresh(): Promise<DeadlinePolicy> };
  readonly folded: Folded;
}

const ALONE: RowContext = {
  erased: new Set(),
  deadlines: { current: DEFAULT_POLICY, refresh: async () => DEFAULT_POLICY },
  folded: () => undefined,
};

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
  DeliveryPromiseChanged: true,
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
  LinesSentBack: true,
  ReturnSettled: true,
  OrderDeadlineMissed: true,
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
  LinesUnfilled: true,
  OrderPersonalDataErased: true,
};

/** Stored events of this service's own streams are what its deciders made; only the type needs looking at. */
const isOrderEvent = (event: { type: string; data: unknown }): event is OrderEvent => Object.hasOwn(TYPES, event.type);

/** The order a document stands for: folded already, or as it was stored. */
const foldOf = (fold: string | Fold): Fold => (typeof fold === 'string' ? new Fold(Fold.read(fold), false) : fold);

const latest = (times: readonly (string | null)[]): string | null =>
  times.reduce((last, time) => (time !== null && (last === null || time > last) ? time : last), null);

/** Plain orders share one object: most have nothing to tell here. */
const NO_FACTS = { priority: 'normal', custom: {}, channelNews: 0, complaints: 0 };

const factColumns = (order: Order): Pick<OrderDocument, 'priority' | 'custom' | 'channelNews' | 'complaints'> => {
  if (order.desk === EMPTY_DESK) return NO_FACTS;
  return {
    priority: order.desk.priority,
    custom: order.desk.custom,
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

/** A row before it is known what it waits for and by what it is found. */
type Row = Omit<OrderDocument, keyof WaitColumns | 'find' | 'past'>;

const created = (order: Order, event: ProjectedEvent): Row => ({
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
  recordedAt: event.time,
  requiredBy: order.requiredBy,
  ...columns(order, event, true),
});

/** Told of every order as it is folded, so that the next command on it need not read its stream. */
export type Folded = (orderId: string, order: Order, revision: bigint) => void;

/** Words of the order itself: nothing in them is personal. */
const ownWords = (order: Order): string[] =>
  wordsOf(
    order.number,
    order.externalNumber,
    order.customerId,
    ...order.lines.flatMap((line) => [line.sku, line.name]),
  ).map(wordKey);

/** Words of lines that a change brings; those of before stay. */
const newWords = ({ type, data }: ProjectedEvent): string[] =>
  type === 'AmendmentApplied'
    ? wordsOf(...(data as DataOf<'AmendmentApplied'>).lines.flatMap(({ sku, name }) => [sku, name])).map(wordKey)
    : [];

/** A row with everything that follows from it and from what it was before. */
const complete = (
  row: Row,
  before: OrderDocument | null,
  event: ProjectedEvent,
  { erased, people, deadlines }: RowContext,
): OrderDocument => {
  const { order } = foldOf(row.fold);
  const isErased = order.erasedAt !== undefined || (row.customerId !== null && erased.has(row.customerId));
  const words = before === null ? ownWords(order) : [...new Set([...wordsIn(before.find), ...newWords(event)])];
  const personal = isErased ? [] : (people?.of(event) ?? []);
  const after: OrderDocument = {
    ...row,
    ...waiting(order, before?.waits ?? [], event, deadlines.current),
    customer: isErased ? null : row.customer,
    ...(order.erasedAt === undefined ? {} : { match: { ...row.match, keys: [] } }),
    past: Past.none,
    find: [],
  };
  after.past = before === null ? Past.none : Past.of(before.past).with(event.time, before, after);
  const kept = isErased ? words.filter((word) => !isPersonal(word)) : words;
  after.find = new FindKeys(after, personal.length === 0 ? kept : [...new Set([...kept, ...personal])]);
  return after;
};

/** `orders`: the order list, folded with the very functions that decide. */
export const ordersProjection = (given: Partial<RowContext> = {}): ProjectionDefinition<OrderDocument> => {
  const context: RowContext = { ...ALONE, ...given };
  return {
    name: 'orders',
    version: 6,
    prefixes: ['order-'],
    keyOf: (event) => keyOfStream(event.streamId),
    keyOfStream,
    async prepare(events) {
      await Promise.all([context.deadlines.refresh(), context.people?.prepare(events)]);
    },
    evolve: (doc, event) => {
      if (!isOrderEvent(event)) return doc;
      const before = doc === null ? null : foldOf(doc.fold);
      const order = evolve(before?.order ?? initial(), event);
      const whole = before?.whole ?? true;
      if (whole) context.folded(order.orderId, order, BigInt(event.sequence));
      const row = doc === null ? created(order, event) : { ...doc, ...columns(order, event, whole) };
      return complete(row, doc, event, context);
    },
    indexes: [
      { key: { submittedAt: -1, _id: -1 } },
      { key: { find: 1, submittedAt: -1, _id: -1 } },
      { key: { total: -1, _id: -1 } },
      { key: { customerId: 1, submittedAt: -1, _id: -1 } },
      { key: { number: 1 } },
      { key: { importId: 1, _id: 1 }, partialFilterExpression: { importId: { $exists: true } } },
      { key: { dueAt: 1, _id: 1 }, partialFilterExpression: { dueAt: { $gt: '' } } },
      ...REVIEW_INDEXES,
      { key: { amendmentsUntil: 1 }, partialFilterExpression: { amendmentsUntil: { $gt: '' } } },
      { key: { payableUntil: 1 }, partialFilterExpression: { payableUntil: { $gt: '' } } },
    ],
  };
};
