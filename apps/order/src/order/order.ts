import { closeAmendments, evolveAmendment } from './amendments.js';
import { deskOf, EMPTY_DESK, evolveDesk } from './desk.js';
import type { DataOf, OrderEvent, SoldLine } from './events.js';
import { endOrder, evolveChange } from './evolve-change.js';
import { evolveReview, NO_REVIEW } from './holds.js';
import { changeLines } from './lines.js';
import { EMPTY_LEDGER } from './money.js';
import type { Order, OrderLine, Shipment } from './order-state.js';
import { evolvePayment } from './payments.js';
import { promiseAgain } from './promise.js';
import { evolveRefund } from './refunds.js';
import { evolveReturned } from './returned.js';
import { unfillLines } from './unfilled.js';

export type * from './order-state.js';

const NOTHING: Order = {
  status: 'NONE',
  orderId: '',
  number: '',
  channel: '',
  externalNumber: null,
  mode: 'live',
  importId: null,
  customerId: null,
  customer: null,
  locale: 'en',
  shipTo: { country: '' },
  currency: '',
  totals: { gross: 0, discount: 0, net: 0, shipping: 0, total: 0 },
  taxesIncluded: false,
  shippingTaxes: [],
  fees: [],
  paymentTerms: 'invoice',
  payment: null,
  deliveryWish: null,
  requiredBy: null,
  promise: null,
  promised: [],
  submittedAt: '',
  completedAt: null,
  cancelledAt: null,
  cancelReason: null,
  lines: [],
  credits: [],
  allocations: [],
  ledger: EMPTY_LEDGER,
  payments: [],
  refunds: [],
  fulfilments: [],
  shipments: [],
  stops: [],
  amendments: [],
  cancellations: [],
  epoch: 0,
  paymentsFrom: 0,
  endedWith: { lines: [], amount: 0 },
  decisions: [],
  missed: [],
  partDelivery: false,
  unfilled: [],
  requestHash: '',
  idempotencyKey: null,
  desk: EMPTY_DESK,
  matchKeys: [],
  ...NO_REVIEW,
};

/** The state before anything is recorded. */
export const initial = (): Order => NOTHING;

const NONE: readonly never[] = [];

const soldLine = (line: SoldLine): OrderLine => ({
  lineId: line.lineId,
  sku: line.sku,
  name: line.name,
  unitPrice: line.unitPrice,
  gross: line.gross,
  discount: line.discount,
  net: line.net,
  orderDiscount: line.orderDiscount ?? 0,
  taxes: line.taxes ?? NONE,
  ordered: line.quantity,
  cancelled: 0,
  allocated: 0,
  backordered: 0,
  released: 0,
  shipped: 0,
  delivered: 0,
  returnRequested: 0,
  returned: 0,
  restocked: 0,
  scrapped: 0,
});

// Written out without spreading: every order passes here three times, when decided, listed and published.
const submitted = (d: DataOf<'OrderSubmitted'>): Order => ({
  status: 'SUBMITTED',
  orderId: d.orderId,
  number: d.number,
  channel: d.channel,
  externalNumber: d.externalNumber ?? null,
  mode: d.mode,
  importId: d.importId ?? null,
  customerId: d.customerId ?? null,
  customer: d.customer ?? null,
  locale: d.locale,
  shipTo: d.shipTo,
  currency: d.currency,
  totals: d.totals,
  taxesIncluded: d.taxesIncluded ?? false,
  shippingTaxes: d.shippingTaxes ?? NONE,
  fees: d.fees ?? NONE,
  paymentTerms: d.paymentTerms,
  payment: d.payment ?? null,
  deliveryWish: d.deliveryWish ?? null,
  requiredBy: d.requiredBy ?? null,
  promise: d.promise ?? null,
  promised: NONE,
  submittedAt: d.occurredAt,
  completedAt: null,
  cancelledAt: null,
  cancelReason: null,
  lines: d.lines.map(soldLine),
  credits: [],
  allocations: [],
  ledger: { ...EMPTY_LEDGER, sold: d.totals.total },
  payments: [],
  refunds: [],
  fulfilments: [],
  shipments: [],
  stops: [],
  amendments: [],
  cancellations: [],
  epoch: 0,
  paymentsFrom: 0,
  endedWith: { lines: [], amount: 0 },
  decisions: [],
  missed: [],
  partDelivery: false,
  unfilled: [],
  requestHash: d.requestHash,
  idempotencyKey: d.idempotencyKey ?? null,
  desk: deskOf(d),
  matchKeys: d.matchKeys ?? [],
  holds: NO_REVIEW.holds,
  questions: NO_REVIEW.questions,
  notes: NO_REVIEW.notes,
  tags: d.tags ?? NO_REVIEW.tags,
  rejected: null,
});

const stillOpen = (line: OrderLine): number => line.ordered - line.cancelled - line.allocated;

const ship = (order: Order, d: DataOf<'LinesShipped'>): Order => {
  const known = d.shipmentId === undefined ? -1 : order.shipments.findIndex((s) => s.shipmentId === d.shipmentId);
  const before = order.shipments[known];
  const shipment: Shipment = {
    shipmentId: d.shipmentId ?? '',
    fulfilmentId: d.fulfilmentId ?? before?.fulfilmentId ?? null,
    carrier: d.carrier ?? before?.carrier ?? null,
    trackingNumber: d.trackingNumber ?? before?.trackingNumber ?? null,
    shippedAt: d.occurredAt,
    promisedAt: d.promisedAt ?? before?.promisedAt ?? null,
    deliveredAt: before?.deliveredAt ?? null,
    lines: before === undefined ? d.lines : [...before.lines, ...d.lines],
  };
  return {
    ...order,
    shipments: before === undefined ? [...order.shipments, shipment] : order.shipments.with(known, shipment),
    lines: changeLines(order, d.lines, (line, quantity) => {
      const shipped = line.shipped + quantity;
      // What is recorded from the past was never allocated or released here, but it has been before it left.
      return {
        ...line,
        shipped,
        released: Math.max(line.released, shipped),
        allocated: Math.max(line.allocated, shipped),
      };
    }),
  };
};

/**
 * Folds one recorded event into the order. Never refuses: what is recorded has happened.
 * Event types this version does not know leave the order as it is.
 */
export const evolve = (order: Order, event: OrderEvent): Order => {
  switch (event.type) {
    case 'OrderSubmitted':
      return submitted(event.data);
    case 'OrderCredited':
      return {
        ...order,
        credits: [...order.credits, ...event.data.credits],
        ledger: { ...order.ledger, credited: order.ledger.credited + event.data.amount },
      };
    case 'OrderConfirmed':
      return { ...order, status: 'CONFIRMED' };
    case 'LinesAllocated':
      return {
        ...order,
        decisions: remember(order.decisions, event.data.decisionId),
        allocations: [...order.allocations, ...event.data.allocations],
        lines: changeLines(order, event.data.allocations, (line, quantity) => {
          const allocated = line.allocated + quantity;
          return { ...line, allocated, backordered: Math.min(line.backordered, stillOpen({ ...line, allocated })) };
        }),
      };
    case 'LinesBackordered':
      return {
        ...order,
        decisions: remember(order.decisions, event.data.decisionId),
        lines: changeLines(order, event.data.lines, (line, quantity) => ({
          ...line,
          backordered: Math.min(quantity, stillOpen(line)),
        })),
      };
    case 'PartDeliveryAgreed':
      return { ...order, partDelivery: true };
    case 'PaymentRequested':
    case 'PaymentCaptured':
    case 'PaymentFailed':
    case 'PaymentActionRequired':
    case 'PaymentAuthorized':
    case 'PaymentCaptureRequested':
    case 'PaymentCaptureFailed':
    case 'PaymentVoidRequested':
    case 'PaymentVoided':
      return evolvePayment(order, event);
    case 'FulfilmentReleased': {
      const { fulfilmentId, location, lines } = event.data;
      return {
        ...order,
        fulfilments: [...order.fulfilments, { fulfilmentId, location, lines }],
        lines: changeLines(order, lines, (line, quantity) => ({ ...line, released: line.released + quantity })),
      };
    }
    case 'LinesShipped':
      return ship(order, event.data);
    case 'DeliveryPromiseChanged':
      return promiseAgain(order, event.data);
    case 'LinesDelivered': {
      const { shipmentId, lines, occurredAt } = event.data;
      return {
        ...order,
        shipments: order.shipments.map((shipment) =>
          shipment.shipmentId === (shipmentId ?? '') ? { ...shipment, deliveredAt: occurredAt } : shipment,
        ),
        lines: changeLines(order, lines, (line, quantity) => ({ ...line, delivered: line.delivered + quantity })),
      };
    }
    case 'OrderCompleted':
      return {
        ...order,
        status: 'COMPLETED',
        completedAt: event.data.occurredAt,
        amendments: closeAmendments(order),
      };
    case 'OrderCancelled':
      return {
        ...endOrder(order, 'CANCELLED', event.data),
        rejected: event.data.rejected ?? null,
      };
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundFailed':
    case 'RefundApproved':
    case 'RefundRejected':
    case 'RefundSubmitted':
    case 'RefundAbandoned':
      return evolveRefund(order, event);
    case 'OrderDeadlineMissed': {
      const { wait, since } = event.data;
      return { ...order, missed: [...order.missed, { wait, since }] };
    }
    case 'LinesCancelled':
    case 'AllocationsReturned':
    case 'OrderExpired':
    case 'OrderReopened':
    case 'StopRequested':
    case 'StopAnswered':
      return evolveChange(order, event);
    case 'LinesReturnRequested':
    case 'LinesReturnEnded':
    case 'LinesReturned':
    case 'LinesDisposed':
    case 'LinesSentBack':
    case 'ReturnSettled':
      return evolveReturned(order, event);
    case 'OrderFactsChanged':
    case 'AttachmentAdded':
    case 'AttachmentRemoved':
    case 'ComplaintRaised':
    case 'ComplaintResolved':
    case 'ChannelNewsSetAside':
    case 'ChannelNewsSettled':
      return evolveDesk(order, event);
    case 'OrderPersonalDataErased':
      return { ...order, erasedAt: event.data.occurredAt };
    case 'LinesUnfilled':
      return unfillLines(order, event.data);
    case 'AmendmentProposed':
    case 'AmendmentPriced':
    case 'AmendmentApproved':
    case 'AmendmentAccepted':
    case 'AmendmentPaymentAwaited':
    case 'AmendmentRebased':
    case 'AmendmentApplied':
    case 'AmendmentDeclined':
    case 'AmendmentExpired':
    case 'AmendmentWithdrawn':
      return evolveAmendment(order, event);
    default:
      return evolveReview(order, event);
  }
};

const remember = (decisions: readonly string[], decisionId: string): readonly string[] =>
  decisions.includes(decisionId) ? decisions : [...decisions, decisionId];
