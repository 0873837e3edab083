import type {
  amendmentEvents,
  Contact,
  DomainEventOf,
  OrderPromise,
  orderChangeEvents,
  Sealed,
  ShipTo,
} from '@orderloom/contracts';
import type { IntakeEvent, SubmittedFacts } from './desk.js';
import type { ReviewEvent } from './holds.js';
import type { MoneyEvent, PaymentPlan, RefundRequest } from './money-events.js';
import type { Fee, Tax } from './pricing.js';
import type { OrderReturnEvent } from './returned.js';

export type { Address, Contact, ShipTo } from '@orderloom/contracts';

export type OrderMode = 'live' | 'history';
export type PaymentTerms = 'prepaid' | 'invoice' | 'cod';
export type Locale = 'zh-CN' | 'en';

/** A line as sold. Money in minor units of the order's currency; nothing re-prices it later. */
export interface SoldLine {
  lineId: string;
  sku: string;
  name: string;
  quantity: number;
  unitPrice: number;
  /** quantity × unitPrice */
  gross: number;
  discount: number;
  /** gross − discount */
  net: number;
  /** part of `discount` that comes from the discount on the whole order */
  orderDiscount?: number;
  taxes?: Tax[];
}

export interface Totals {
  gross: number;
  discount: number;
  net: number;
  shipping: number;
  /** net + shipping + fees + taxes on top: what the customer owes */
  total: number;
  /** spread over the lines and part of `discount` */
  orderDiscount?: number;
  fees?: number;
  /** all taxes, within the prices or on top */
  tax?: number;
}

export interface DeliveryWish {
  /** ISO date the customer wishes for. */
  requestedDate?: string;
  note?: string;
}

export interface Allocation {
  lineId: string;
  sku: string;
  location: string;
  quantity: number;
  reservationId: string;
  /** of what goes instead of what was ordered */
  name?: string;
  /** of a bundle: what it is made of, all units together */
  components?: { sku: string; quantity: number; name?: string }[];
}

export interface Credit {
  creditId: string;
  sku: string;
  name: string;
  /** units credited, positive */
  quantity: number;
  unitPrice: number;
  /** minor units credited, positive */
  amount: number;
}

export interface ReleasedLine {
  lineId: string;
  sku: string;
  name: string;
  quantity: number;
  reservationId: string;
}

export interface LineQuantity {
  lineId: string;
  quantity: number;
}

type Event<T extends string, D> = { readonly type: T; readonly data: D };

export type OrderSubmitted = Event<
  'OrderSubmitted',
  {
    orderId: string;
    number: string;
    channel: string;
    externalNumber?: string;
    mode: OrderMode;
    importId?: string;
    createMissing?: ('products' | 'customers')[];
    customerId?: string;
    customer?: Sealed<Contact>;
    locale: Locale;
    shipTo: ShipTo;
    currency: string;
    lines: SoldLine[];
    totals: Totals;
    /** prices hold their taxes; absent: taxes come on top */
    taxesIncluded?: boolean;
    shippingTaxes?: Tax[];
    fees?: Fee[];
    paymentTerms: PaymentTerms;
    payment?: PaymentPlan;
    deliveryWish?: DeliveryWish;
    requiredBy?: string;
    /** when it should be there, as said while it was placed */
    promise?: OrderPromise;
    occurredAt: string;
    /** Keyed hashes of customer, phone and address: what duplicates are found by. Not published. */
    matchKeys?: string[];
    /** Fingerprint of what was asked for, free of personal data; tells a retry from another order. Not published. */
    requestHash: string;
    /** The caller's Idempotency-Key, when it gave one. Not published. */
    idempotencyKey?: string;
  } & SubmittedFacts
>;
export type OrderCredited = Event<
  'OrderCredited',
  { credits: Credit[]; amount: number; currency: string; reason: string; occurredAt: string; refundId?: string }
>;
export interface Check {
  check: string;
  outcome: 'passed';
  inputs: Record<string, unknown>;
}
export type OrderConfirmed = Event<'OrderConfirmed', { checks: Check[]; occurredAt: string }>;
export type LinesAllocated = Event<'LinesAllocated', { decisionId: string; allocations: Allocation[] }>;
export type PartDeliveryAgreed = Event<
  'PartDeliveryAgreed',
  { shortageId: string; by: 'customer' | 'desk' | 'deadline'; occurredAt: string }
>;
export type LinesBackordered = Event<
  'LinesBackordered',
  { decisionId: string; lines: { lineId: string; sku: string; quantity: number }[]; reason: string }
>;
export type PaymentRequested = Event<
  'PaymentRequested',
  {
    paymentId: string;
    attempt: number;
    provider: string;
    method: string;
    amount: number;
    currency: string;
    dueAt: string;
    /** part of the payment plan, from 1 */
    part?: number;
    purpose?: 'deposit' | 'balance';
    capture?: 'manual';
    account?: string;
  }
>;
export type PaymentCaptured = Event<
  'PaymentCaptured',
  {
    paymentId: string;
    amount: number;
    currency: string;
    providerReference: string;
    /** who collected it, and how, where nobody here asked for it: a marketplace, a carrier */
    provider?: string;
    method?: string;
    occurredAt: string;
    captureId?: string;
  }
>;
export type PaymentFailed = Event<
  'PaymentFailed',
  { paymentId: string; attempt: number; code: string; reason: string; final: boolean }
>;
export type FulfilmentReleased = Event<
  'FulfilmentReleased',
  {
    fulfilmentId: string;
    location: string;
    lines: ReleasedLine[];
    shipTo: ShipTo;
    customer?: Sealed<Contact>;
    customerId?: string;
    number: string;
    requiredBy?: string;
    deliveryWish?: DeliveryWish;
    /** how often it was reopened before */
    epoch?: number;
  }
>;
export type DeliveryPromiseChanged = Event<
  'DeliveryPromiseChanged',
  {
    fulfilmentId?: string;
    shipmentId?: string;
    promisedAt: string;
    before?: string;
    reason: string;
    occurredAt: string;
  }
>;
export type LinesShipped = Event<
  'LinesShipped',
  {
    fulfilmentId?: string;
    shipmentId?: string;
    carrier?: string;
    trackingNumber?: string;
    promisedAt?: string;
    /** Empty when only the carrier and tracking number became known late. */
    lines: LineQuantity[];
    occurredAt: string;
  }
>;
export type LinesDelivered = Event<
  'LinesDelivered',
  { shipmentId?: string; lines: LineQuantity[]; occurredAt: string }
>;
export type OrderCompleted = Event<'OrderCompleted', { occurredAt: string }>;
export type OrderCancelled = Event<
  'OrderCancelled',
  {
    reason: string;
    note?: string;
    /** units cancelled and the net amount that goes with them */
    lines: { lineId: string; quantity: number; amount: number; tax?: number }[];
    /** all that is no longer owed: the lines and the shipping charge */
    amount: number;
    currency: string;
    /** the seller did not want it: the hold whose rejection ended the order, or who else decided so */
    rejected?: { holdId?: string; type: string };
    /** how often it was reopened before */
    epoch?: number;
    occurredAt: string;
  }
>;
export type RefundRequested = Event<'RefundRequested', RefundRequest>;
export type RefundSucceeded = Event<
  'RefundSucceeded',
  { refundId: string; amount: number; currency: string; providerReference: string; occurredAt: string }
>;
export type OrderDeadlineMissed = Event<
  'OrderDeadlineMissed',
  { wait: string; since: string; dueAt: string; owner: string; priority: string; occurredAt: string }
>;
export type RefundFailed = Event<'RefundFailed', { refundId: string; code: string; reason: string; attempt: number }>;

/** What cuts an order short, stops it or takes it up again; its stored form is the public one. */
export type OrderChangeEvent = DomainEventOf<(typeof orderChangeEvents)[number]>;

/** What happens to the changes of an order; its stored form is the public one. */
export type AmendmentEvent = DomainEventOf<(typeof amendmentEvents)[number]>;

export type LinesUnfilled = Event<
  'LinesUnfilled',
  {
    fulfilmentId: string;
    /** The shipment the units were lost with; absent when they never left. */
    shipmentId?: string;
    location: string;
    reason: 'REJECTED' | 'SHORT' | 'RESEND';
    lines: { lineId: string; sku: string; quantity: number; reservationId: string }[];
    occurredAt: string;
  }
>;

export type OrderPersonalDataErased = Event<
  'OrderPersonalDataErased',
  { orderId: string; keyIds: string[]; requestedBy: string; occurredAt: string }
>;

/** Everything that can be recorded about an order: what `order-{orderId}` holds. */
export type OrderEvent =
  | OrderSubmitted
  | OrderCredited
  | OrderConfirmed
  | LinesAllocated
  | LinesBackordered
  | PartDeliveryAgreed
  | PaymentRequested
  | PaymentCaptured
  | PaymentFailed
  | FulfilmentReleased
  | LinesShipped
  | DeliveryPromiseChanged
  | LinesDelivered
  | OrderCompleted
  | OrderCancelled
  | RefundRequested
  | RefundSucceeded
  | RefundFailed
  | IntakeEvent
  | OrderReturnEvent
  | OrderDeadlineMissed
  | ReviewEvent
  | OrderChangeEvent
  | AmendmentEvent
  | MoneyEvent
  | LinesUnfilled
  | OrderPersonalDataErased;

export type OrderEventType = OrderEvent['type'];
export type DataOf<T extends OrderEventType> = Extract<OrderEvent, { type: T }>['data'];
