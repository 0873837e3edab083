import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Amount, Currency, Id, LineQuantity, Note, optional, Quantity, SealedSchema, Text, Time } from './common.js';

/** What becomes of a unit that came back. */
export const DISPOSITIONS = ['RESTOCK', 'REFURBISH', 'SCRAP', 'SEND_BACK'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** What the customer gets for what came back. */
export const RESOLUTIONS = ['REFUND', 'EXCHANGE', 'STORE_CREDIT', 'REPAIR', 'NONE'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Why goods come back: under the return policy, or under the warranty of the product. */
export const RETURN_KINDS = ['RETURN', 'WARRANTY'] as const;
export type ReturnKind = (typeof RETURN_KINDS)[number];

const ReturnLine = Type.Object({
  lineId: Id(),
  sku: Id(),
  name: Text(),
  quantity: Quantity,
  reason: Id('Stable code, e.g. DAMAGED, WRONG_ITEM, NOT_WANTED.'),
  photos: optional(Type.Array(Type.String({ maxLength: 2000 }), { description: 'Links to pictures.' })),
  amount: Amount('What these units were sold for, minor units.'),
});

const ExchangeLine = Type.Object({ sku: Id(), quantity: Quantity, unitPrice: optional(Amount()) });

const common = { returnId: Id(), orderId: Id() };

// ---- the return itself: stream `return-{returnId}` ----

export const ReturnRequestedV1 = defineEvent(
  'order',
  'ReturnRequested',
  1,
  Type.Object({
    ...common,
    number: Id('The number people use.'),
    orderNumber: Id(),
    channel: Id(),
    customerId: optional(Id()),
    kind: Type.Enum([...RETURN_KINDS]),
    currency: Currency,
    lines: Type.Array(ReturnLine),
    goodsBack: Type.Boolean({ description: 'False: the customer keeps the goods.' }),
    wish: Type.Enum([...RESOLUTIONS]),
    exchange: optional(Type.Array(ExchangeLine)),
    advance: Type.Boolean({ description: 'The replacement leaves before the goods are back.' }),
    comment: optional(SealedSchema<string>("the customer's words.")),
    policy: Type.Object({
      policy: Id(),
      version: Type.Integer({ minimum: 0 }),
      inputs: Type.Record(Type.String(), Type.Unknown()),
    }),
    complaintId: optional(Id()),
    dueAt: Time('By when somebody should decide.'),
    occurredAt: Time(),
  }),
  { title: 'Return requested', description: 'The customer wants to give something back.' },
);

export const ReturnApprovedV1 = defineEvent(
  'order',
  'ReturnApproved',
  1,
  Type.Object({
    ...common,
    automatic: Type.Boolean(),
    note: optional(Note()),
    label: optional(
      Type.Object({
        labelId: Id(),
        address: Text('Where the goods go.'),
        carrier: optional(Text()),
        url: optional(Type.String({ maxLength: 2000, description: "The carrier's own label, by link." })),
      }),
    ),
    advance: optional(Type.Boolean({ description: 'The replacement leaves now.' })),
    exchange: optional(Type.Array(ExchangeLine)),
    amount: optional(Amount('What the returned units were sold for, minor units.')),
    currency: optional(Currency),
    dueAt: Time('By when the goods should be here, or by when it should be resolved.'),
    occurredAt: Time(),
  }),
  { title: 'Return approved', description: 'The goods may come back, or the customer may keep them.' },
);

export const ReturnDeclinedV1 = defineEvent(
  'order',
  'ReturnDeclined',
  1,
  Type.Object({
    ...common,
    reason: Text(),
    note: optional(Note()),
    lines: Type.Array(LineQuantity, { description: 'Units that will not come back.' }),
    occurredAt: Time(),
  }),
  { title: 'Return declined', description: 'The return is not accepted, was taken back or ran out of time.' },
);

export const ReturnDispatchedV1 = defineEvent(
  'order',
  'ReturnDispatched',
  1,
  Type.Object({
    ...common,
    carrier: optional(Text()),
    trackingNumber: optional(Id()),
    dueAt: Time(),
    occurredAt: Time(),
  }),
  { title: 'Return dispatched', description: 'The customer has sent the goods.' },
);

export const ReturnReceivedV1 = defineEvent(
  'order',
  'ReturnReceived',
  1,
  Type.Object({
    ...common,
    receiptId: Id(),
    location: Id('Where they arrived.'),
    lines: Type.Array(LineQuantity),
    complete: Type.Boolean({ description: 'Nothing more is waited for.' }),
    missing: Type.Array(LineQuantity, { description: 'Units that will not come, once it is complete.' }),
    dueAt: Time('By when they should be inspected.'),
    occurredAt: Time(),
  }),
  { title: 'Return received', description: 'Some or all of the goods are here.' },
);

export const ReturnInspectedV1 = defineEvent(
  'order',
  'ReturnInspected',
  1,
  Type.Object({
    ...common,
    inspectionId: Id(),
    location: Id(),
    units: Type.Array(
      Type.Object({
        lineId: Id(),
        sku: Id(),
        quantity: Quantity,
        disposition: Type.Enum([...DISPOSITIONS]),
        condition: optional(Id('Stable code, e.g. NEW, USED, BROKEN.')),
        accepted: Type.Boolean({ description: 'The customer gets something for these units.' }),
        note: optional(Note()),
      }),
    ),
    complete: Type.Boolean({ description: 'Every unit that arrived is inspected and no more are waited for.' }),
    dueAt: Time('By when it should be resolved.'),
    startedAt: optional(Time('When somebody began to inspect.')),
    occurredAt: Time(),
  }),
  { title: 'Return inspected', description: 'For each unit it is decided what becomes of it.' },
);

export const ReturnResolvedV1 = defineEvent(
  'order',
  'ReturnResolved',
  1,
  Type.Object({
    ...common,
    resolution: Type.Enum([...RESOLUTIONS]),
    lines: Type.Array(Type.Object({ lineId: Id(), sku: Id(), name: Text(), quantity: Quantity, amount: Amount() }), {
      description: 'Units the customer gets something for, with their share of the amount.',
    }),
    amount: Amount('What the customer gets, minor units: refund, store credit, or value of the exchange.'),
    deduction: Amount('Taken off for wear or missing parts, minor units.'),
    shipping: Amount('Part of `amount` that gives back the charge for delivery.'),
    currency: Currency,
    customerId: optional(Id()),
    exchange: optional(Type.Array(ExchangeLine)),
    exchangeOrderId: optional(Id('The order that replaces the goods.')),
    note: optional(Note()),
    dueAt: Time('By when it should be closed.'),
    occurredAt: Time(),
  }),
  { title: 'Return resolved', description: 'It is decided what the customer gets.' },
);

export const ReturnSentBackV1 = defineEvent(
  'order',
  'ReturnSentBack',
  1,
  Type.Object({
    ...common,
    sendingId: Id(),
    lines: Type.Array(
      Type.Object({
        lineId: Id(),
        sku: Id(),
        name: Text(),
        quantity: Quantity,
        unpaid: Amount('Units of these the customer got nothing else for, and so owns as before.'),
      }),
    ),
    carrier: optional(Text()),
    trackingNumber: optional(Id()),
    note: optional(Text()),
    occurredAt: Time(),
  }),
  { title: 'Return sent back', description: 'Goods went back to the customer: repaired, or not accepted.' },
);

export const ReturnClosedV1 = defineEvent(
  'order',
  'ReturnClosed',
  1,
  Type.Object({
    ...common,
    outcome: Id('What was done: REFUNDED, EXCHANGED, CREDITED, REPAIRED, NOTHING.'),
    occurredAt: Time(),
  }),
  { title: 'Return closed', description: 'Everything that was promised is under way; nobody has to do anything more.' },
);

// ---- what the order keeps of it: stream `order-{orderId}` ----

export const LinesReturnRequestedV1 = defineEvent(
  'order',
  'LinesReturnRequested',
  1,
  Type.Object({ returnId: Id(), lines: Type.Array(LineQuantity), occurredAt: Time() }),
  { title: 'Lines return requested', description: 'These delivered units are to come back.' },
);

export const LinesReturnEndedV1 = defineEvent(
  'order',
  'LinesReturnEnded',
  1,
  Type.Object({ returnId: Id(), lines: Type.Array(LineQuantity), reason: Id(), occurredAt: Time() }),
  { title: 'Lines return ended', description: 'These units will not come back after all.' },
);

export const LinesReturnedV1 = defineEvent(
  'order',
  'LinesReturned',
  1,
  Type.Object({ returnId: Id(), receiptId: Id(), lines: Type.Array(LineQuantity), occurredAt: Time() }),
  { title: 'Lines returned', description: 'These units came back.' },
);

export const LinesDisposedV1 = defineEvent(
  'order',
  'LinesDisposed',
  1,
  Type.Object({
    returnId: Id(),
    inspectionId: Id(),
    units: Type.Array(Type.Object({ lineId: Id(), quantity: Quantity, disposition: Type.Enum([...DISPOSITIONS]) })),
    occurredAt: Time(),
  }),
  { title: 'Lines disposed', description: 'What became of units that came back.' },
);

export const LinesSentBackV1 = defineEvent(
  'order',
  'LinesSentBack',
  1,
  Type.Object({ returnId: Id(), sendingId: Id(), lines: Type.Array(LineQuantity), occurredAt: Time() }),
  { title: 'Lines sent back', description: 'These units that came back are with the customer again.' },
);

export const ReturnSettledV1 = defineEvent(
  'order',
  'ReturnSettled',
  1,
  Type.Object({
    returnId: Id(),
    resolution: Type.Enum([...RESOLUTIONS]),
    amount: Amount(),
    currency: Currency,
    exchangeOrderId: optional(Id()),
    occurredAt: Time(),
  }),
  { title: 'Return settled', description: 'The order has what a return came to; money follows beside it.' },
);

/** Events of `return-` streams. */
export const returnEvents = [
  ReturnRequestedV1,
  ReturnApprovedV1,
  ReturnDeclinedV1,
  ReturnDispatchedV1,
  ReturnReceivedV1,
  ReturnInspectedV1,
  ReturnResolvedV1,
  ReturnSentBackV1,
  ReturnClosedV1,
] as const;

/** What orders keep of their returns. */
export const orderReturnEvents = [
  LinesReturnRequestedV1,
  LinesReturnEndedV1,
  LinesReturnedV1,
  LinesDisposedV1,
  LinesSentBackV1,
  ReturnSettledV1,
] as const;

/** Stored events of a `return-` stream, discriminated by their bare name. */
export type ReturnEvent = DomainEventOf<(typeof returnEvents)[number]>;
/** Data of the return events by bare name. */
export type ReturnEventData = { [E in ReturnEvent as E['type']]: E['data'] };
