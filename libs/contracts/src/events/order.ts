import Type from 'typebox';
import { type DataOf, type DomainEventOf, defineEvent } from '../envelope.js';
import { amendmentEvents } from './amendments.js';
import {
  Amount,
  allocationDetails,
  ContactSchema,
  Currency,
  DeliveryWishSchema,
  Id,
  LineQuantity,
  LocaleSchema,
  Note,
  optional,
  PaymentTermsSchema,
  Quantity,
  ReservedLine,
  ShipToSchema,
  Text,
  Time,
} from './common.js';
import { orderChangeEvents } from './order-changes.js';
import {
  CustomSchema,
  ExchangeForSchema,
  IntakeSourceSchema,
  orderIntakeEvents,
  PrioritySchema,
} from './order-intake.js';
import { OrderLineSchema, TotalsSchema } from './order-lines.js';
import { FeeSchema, orderMoneyEvents, PaymentPlanSchema, RefundRouteSchema, TaxSchema } from './order-money.js';
import { orderReturnEvents } from './order-returns.js';
import { orderReviewEvents } from './order-review.js';
import { LinesUnfilledV1 } from './order-unfilled.js';

const OrderPromiseSchema = Type.Object(
  {
    promisedAt: Time(),
    earliestAt: Time(),
    location: Id('Where it most likely leaves.'),
    carrier: Id(),
    service: Id(),
    reason: Type.Enum(['BEST', 'IN_TIME', 'LATE'], {
      description: '`LATE`: nothing comes by the date asked for, this is the fastest.',
    }),
  },
  { description: 'When it should be there, as said while it was placed.' },
);

export const OrderSubmittedV1 = defineEvent(
  'order',
  'OrderSubmitted',
  1,
  Type.Object({
    orderId: Id(),
    number: Id('The number people use.'),
    channel: Id('Where the order came from: web, phone, shop, import …'),
    externalNumber: optional(Id("The channel's own number, unique per channel.")),
    mode: Type.Enum(['live', 'history'], {
      description: '`history` records what already happened: nothing is reserved, shipped or sent because of it.',
    }),
    importId: optional(Id()),
    createMissing: optional(Type.Array(Type.Enum(['products', 'customers']))),
    customerId: optional(Id()),
    customer: optional(ContactSchema),
    locale: LocaleSchema,
    shipTo: ShipToSchema,
    currency: Currency,
    lines: Type.Array(OrderLineSchema),
    totals: TotalsSchema,
    taxesIncluded: optional(
      Type.Boolean({ description: 'Prices hold their taxes. Absent or false: taxes come on top.' }),
    ),
    shippingTaxes: optional(Type.Array(TaxSchema)),
    fees: optional(Type.Array(FeeSchema)),
    paymentTerms: PaymentTermsSchema,
    payment: optional(PaymentPlanSchema),
    deliveryWish: optional(DeliveryWishSchema),
    requiredBy: optional(Time()),
    takenBy: optional(Id('Who took the order, where that was a person.')),
    source: optional(IntakeSourceSchema),
    tags: optional(Type.Array(Id())),
    priority: optional(PrioritySchema),
    custom: optional(CustomSchema),
    exchangeFor: optional(ExchangeForSchema),
    promise: optional(OrderPromiseSchema),
    occurredAt: Time('When the order was placed.'),
  }),
  { title: 'Order submitted', description: 'An order was placed, with its lines and prices fixed as sold.' },
);

export const OrderCreditedV1 = defineEvent(
  'order',
  'OrderCredited',
  1,
  Type.Object({
    credits: Type.Array(
      Type.Object({
        creditId: Id(),
        sku: Id(),
        name: Text(),
        quantity: Quantity,
        unitPrice: Amount(),
        amount: Amount('Credited for this entry, minor units, positive.'),
      }),
    ),
    amount: Amount('All that is no longer owed, minor units, positive; the sum of the credits where there are any.'),
    refundId: optional(Id('The refund that gives it back.')),
    currency: Currency,
    reason: Text(),
    occurredAt: Time(),
  }),
  { title: 'Order credited', description: 'Money is owed to the customer, e.g. for lines of negative quantity.' },
);

export const OrderConfirmedV1 = defineEvent(
  'order',
  'OrderConfirmed',
  1,
  Type.Object({
    checks: Type.Array(
      Type.Object({
        check: Id(),
        outcome: Type.Enum(['passed']),
        inputs: Type.Record(Type.String(), Type.Unknown()),
      }),
    ),
    occurredAt: Time(),
  }),
  { title: 'Order confirmed', description: 'Every automatic check passed; the order may be fulfilled.' },
);

export const PartDeliveryAgreedV1 = defineEvent(
  'order',
  'PartDeliveryAgreed',
  1,
  Type.Object({ shortageId: Id(), by: Type.Enum(['customer', 'desk', 'deadline']), occurredAt: Time() }),
  { title: 'Part delivery agreed', description: 'What is there is sent; the rest follows when it has come.' },
);

export const LinesAllocatedV1 = defineEvent(
  'order',
  'LinesAllocated',
  1,
  Type.Object({
    decisionId: Id(),
    allocations: Type.Array(
      Type.Object({
        lineId: Id(),
        sku: Id(),
        location: Id(),
        quantity: Quantity,
        reservationId: Id(),
        ...allocationDetails,
      }),
    ),
  }),
  { title: 'Lines allocated', description: 'Stock is reserved for these quantities.' },
);

export const LinesBackorderedV1 = defineEvent(
  'order',
  'LinesBackordered',
  1,
  Type.Object({
    decisionId: Id(),
    lines: Type.Array(Type.Object({ lineId: Id(), sku: Id(), quantity: Quantity })),
    reason: Text(),
  }),
  { title: 'Lines backordered', description: 'These quantities wait for stock.' },
);

export const PaymentRequestedV1 = defineEvent(
  'order',
  'PaymentRequested',
  1,
  Type.Object({
    paymentId: Id(),
    attempt: Type.Integer({ minimum: 1 }),
    provider: Id(),
    method: Id(),
    amount: Amount(),
    currency: Currency,
    dueAt: Time(),
    part: optional(Type.Integer({ minimum: 1, description: 'Which part of the payment plan.' })),
    purpose: optional(Type.Enum(['deposit', 'balance'])),
    capture: optional(Type.Enum(['manual'], { description: 'The money is only to be set aside.' })),
    account: optional(Id('Gift card or store credit account.')),
  }),
  { title: 'Payment requested', description: 'The payment provider is asked for the amount.' },
);

export const PaymentCapturedV1 = defineEvent(
  'order',
  'PaymentCaptured',
  1,
  Type.Object({
    paymentId: Id(),
    amount: Amount(),
    currency: Currency,
    providerReference: Id(),
    provider: optional(Id('Who collected it, where nobody here asked for it: a marketplace, a carrier.')),
    method: optional(Id()),
    occurredAt: Time(),
    captureId: optional(Id('Which capture, where a payment is taken in parts.')),
  }),
  { title: 'Payment captured', description: 'The money was received.' },
);

export const PaymentFailedV1 = defineEvent(
  'order',
  'PaymentFailed',
  1,
  Type.Object({
    paymentId: Id(),
    attempt: Type.Integer({ minimum: 1 }),
    code: Id(),
    reason: Text(),
    final: Type.Boolean({ description: 'No further attempt will be made.' }),
  }),
  { title: 'Payment failed', description: 'The provider refused or could not be reached.' },
);

export const FulfilmentReleasedV1 = defineEvent(
  'order',
  'FulfilmentReleased',
  1,
  Type.Object({
    fulfilmentId: Id(),
    location: Id(),
    lines: Type.Array(ReservedLine),
    shipTo: ShipToSchema,
    customer: optional(ContactSchema),
    customerId: optional(Id()),
    number: Id(),
    requiredBy: optional(Time()),
    deliveryWish: optional(DeliveryWishSchema),
    epoch: optional(Type.Integer({ minimum: 1, description: 'How often the order was reopened before.' })),
  }),
  { title: 'Fulfilment released', description: 'A location may pick, pack and ship these lines.' },
);

export const LinesShippedV1 = defineEvent(
  'order',
  'LinesShipped',
  1,
  Type.Object({
    fulfilmentId: optional(Id()),
    shipmentId: optional(Id()),
    carrier: optional(Text()),
    trackingNumber: optional(Id()),
    promisedAt: optional(Time('When it should be there, as said at the handover.')),
    lines: Type.Array(LineQuantity, {
      description: 'Empty when only carrier and tracking number of a known shipment became known.',
    }),
    occurredAt: Time(),
  }),
  { title: 'Lines shipped', description: 'These quantities left the location.' },
);

export const DeliveryPromiseChangedV1 = defineEvent(
  'order',
  'DeliveryPromiseChanged',
  1,
  Type.Object({
    fulfilmentId: optional(Id('What a location was asked to send.')),
    shipmentId: optional(Id('What is on its way.')),
    promisedAt: Time(),
    before: optional(Time('As it was said before.')),
    reason: Id('`RELEASED`, or what changed a shipment on its way.'),
    occurredAt: Time(),
  }),
  {
    title: 'Delivery promise changed',
    description: 'A part of the order will be there at another time than was said.',
  },
);

export const LinesDeliveredV1 = defineEvent(
  'order',
  'LinesDelivered',
  1,
  Type.Object({ shipmentId: optional(Id()), lines: Type.Array(LineQuantity), occurredAt: Time() }),
  { title: 'Lines delivered', description: 'These quantities reached the customer.' },
);

export const OrderCompletedV1 = defineEvent('order', 'OrderCompleted', 1, Type.Object({ occurredAt: Time() }), {
  title: 'Order completed',
  description: 'Everything is delivered and paid, or invoiced.',
});

export const OrderCancelledV1 = defineEvent(
  'order',
  'OrderCancelled',
  1,
  Type.Object({
    reason: Text(),
    note: optional(Note()),
    lines: Type.Array(
      Type.Object({
        lineId: Id(),
        quantity: Quantity,
        amount: Amount('Net of the units.'),
        tax: optional(Amount('Taxes of the units, where there are any.')),
      }),
    ),
    amount: optional(Amount('All that is no longer owed: the lines and the shipping charge.')),
    currency: optional(Currency),
    rejected: optional(
      Type.Object(
        { holdId: optional(Id()), type: Id() },
        { description: 'The seller did not want it: the hold whose rejection ended it, or who else decided so.' },
      ),
    ),
    epoch: optional(Type.Integer({ minimum: 1, description: 'How often it was reopened before.' })),
    occurredAt: Time(),
  }),
  { title: 'Order cancelled', description: 'The open quantities will not be delivered.' },
);

export const RefundRequestedV1 = defineEvent(
  'order',
  'RefundRequested',
  1,
  Type.Object({
    refundId: Id(),
    paymentId: Id(),
    amount: Amount(),
    currency: Currency,
    reason: Text(),
    approval: optional(Type.Enum(['required'], { description: 'Nothing is paid before somebody approves it.' })),
    provider: optional(Id()),
    method: optional(Id()),
    providerReference: optional(Id('Of the payment that is given back.')),
    account: optional(Id('Gift card or store credit account the payment came from.')),
    route: optional(RefundRouteSchema),
    credit: optional(Amount('Part that is still owed until it is credited with the refund.')),
    key: optional(Id('What asked for it, e.g. a return: asked twice, done once.')),
    note: optional(Note()),
  }),
  { title: 'Refund requested', description: 'Captured money shall go back to the customer.' },
);

export const RefundSucceededV1 = defineEvent(
  'order',
  'RefundSucceeded',
  1,
  Type.Object({
    refundId: Id(),
    providerReference: Id(),
    occurredAt: Time(),
    amount: Amount(),
    currency: Currency,
  }),
  { title: 'Refund succeeded', description: 'The provider paid the money back.' },
);

export const RefundFailedV1 = defineEvent(
  'order',
  'RefundFailed',
  1,
  Type.Object({ refundId: Id(), code: Id(), reason: Text(), attempt: Type.Integer({ minimum: 1 }) }),
  { title: 'Refund failed', description: 'The provider did not pay the money back; it can be tried again.' },
);

export const OrderDeadlineMissedV1 = defineEvent(
  'order',
  'OrderDeadlineMissed',
  1,
  Type.Object({
    wait: Text(),
    since: Time(),
    dueAt: Time(),
    owner: Text(),
    priority: Text(),
    occurredAt: Time(),
  }),
  {
    title: 'Deadline missed',
    description:
      'The order waits longer for something than the policy allows; `owner` is the role that has to see to it.',
  },
);

export const OrderPersonalDataErasedV1 = defineEvent(
  'order',
  'OrderPersonalDataErased',
  1,
  Type.Object({
    orderId: Id(),
    keyIds: Type.Array(Id(), {
      description: 'The destroyed keys: what was sealed under them can no longer be read by anybody.',
    }),
    requestedBy: Id(),
    occurredAt: Time(),
  }),
  {
    title: 'Personal data of an order erased',
    description: 'What was known of a guest, and what was written about the order, was made unreadable for good.',
  },
);

/** Every public event of the order service. */
export const orderEvents = [
  OrderSubmittedV1,
  OrderCreditedV1,
  OrderConfirmedV1,
  LinesAllocatedV1,
  LinesBackorderedV1,
  PartDeliveryAgreedV1,
  PaymentRequestedV1,
  PaymentCapturedV1,
  PaymentFailedV1,
  FulfilmentReleasedV1,
  LinesShippedV1,
  DeliveryPromiseChangedV1,
  LinesDeliveredV1,
  OrderCompletedV1,
  OrderCancelledV1,
  RefundRequestedV1,
  RefundSucceededV1,
  RefundFailedV1,
  ...orderIntakeEvents,
  ...orderReturnEvents,
  OrderDeadlineMissedV1,
  ...orderReviewEvents,
  ...orderChangeEvents,
  ...amendmentEvents,
  ...orderMoneyEvents,
  LinesUnfilledV1,
  OrderPersonalDataErasedV1,
] as const;

/** Stored events of an `order-` stream, discriminated by their bare name. */
export type OrderEvent = DomainEventOf<(typeof orderEvents)[number]>;
/** Data of the order events by bare name. */
export type OrderEventData = { [E in OrderEvent as E['type']]: E['data'] };
/** A line as sold. */
export type OrderLine = DataOf<typeof OrderSubmittedV1>['lines'][number];
/** Sums of an order, minor units. */
export type OrderTotals = DataOf<typeof OrderSubmittedV1>['totals'];
