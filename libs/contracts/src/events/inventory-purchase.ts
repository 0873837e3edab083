import Type, { type Static } from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Amount, Count, Currency, Id, optional, Quantity, Text, Time } from './common.js';
import { SerialsSchema } from './inventory-ledger.js';

const Day = (description: string) => Type.String({ format: 'date', description });
const purchase = { purchaseId: Id() };
const lineId = Type.String({ pattern: '^L[1-9][0-9]*$', description: '`L1`, `L2`, … within the purchase order.' });

export const PurchaseOrderCreatedV1 = defineEvent(
  'inventory',
  'PurchaseOrderCreated',
  1,
  Type.Object({
    ...purchase,
    number: Id(),
    supplierId: Id(),
    location: Id('Where the goods go.'),
    currency: optional(Currency),
    lines: Type.Array(
      Type.Object({
        lineId,
        sku: Id(),
        quantity: Quantity,
        unitPrice: optional(Amount('Expected price of a unit, minor units.')),
        expectedOn: Day('When it should arrive, before the supplier has said so.'),
      }),
      { minItems: 1 },
    ),
    suggested: optional(Type.Boolean({ description: 'True: made from suggestions of the replenishment.' })),
    note: optional(Text()),
  }),
  { title: 'Purchase order created', description: 'A draft of what to buy from a supplier.' },
);

export const PurchaseOrderSentV1 = defineEvent(
  'inventory',
  'PurchaseOrderSent',
  1,
  Type.Object({ ...purchase, answerBy: Time('When the supplier should have answered.'), occurredAt: Time() }),
  { title: 'Purchase order sent', description: 'The supplier has the order.' },
);

export const PurchaseOrderConfirmedV1 = defineEvent(
  'inventory',
  'PurchaseOrderConfirmed',
  1,
  Type.Object({
    ...purchase,
    lines: Type.Array(
      Type.Object({
        lineId,
        quantity: Count,
        expectedOn: Day('When the supplier says it arrives.'),
        unitPrice: optional(Amount('Price of a unit, minor units.')),
      }),
    ),
    by: Type.Enum(['supplier', 'buyer']),
    note: optional(Text()),
    occurredAt: Time(),
  }),
  { title: 'Purchase order confirmed', description: 'What the supplier delivers, and when; may be said again.' },
);

export const PurchaseReceivedV1 = defineEvent(
  'inventory',
  'PurchaseReceived',
  1,
  Type.Object({
    ...purchase,
    receiptId: Id(),
    location: Id(),
    lines: Type.Array(
      Type.Object({
        lineId,
        sku: Id(),
        quantity: Quantity,
        lot: optional(Id()),
        expiresOn: optional(Day('Last day the lot may be sold on.')),
        serials: optional(SerialsSchema),
      }),
      { minItems: 1 },
    ),
    reference: optional(Text('Number of the delivery note.')),
    occurredAt: Time(),
  }),
  { title: 'Purchase received', description: 'Goods of a purchase order arrived; the stock ledgers follow.' },
);

export const PurchaseOrderOverdueV1 = defineEvent(
  'inventory',
  'PurchaseOrderOverdue',
  1,
  Type.Object({ ...purchase, what: Type.Enum(['ANSWER', 'DELIVERY']), dueAt: Time(), occurredAt: Time() }),
  { title: 'Purchase order overdue', description: 'The supplier has not answered, or not delivered, in time.' },
);

export const PurchaseOrderClosedV1 = defineEvent(
  'inventory',
  'PurchaseOrderClosed',
  1,
  Type.Object({ ...purchase, outcome: Type.Enum(['COMPLETE', 'SHORT']), reason: optional(Text()), occurredAt: Time() }),
  { title: 'Purchase order closed', description: 'Nothing more is expected of it.' },
);

export const PurchaseOrderCancelledV1 = defineEvent(
  'inventory',
  'PurchaseOrderCancelled',
  1,
  Type.Object({ ...purchase, reason: Text(), occurredAt: Time() }),
  { title: 'Purchase order cancelled', description: 'It was called off before anything arrived.' },
);

/** Events of `purchase-` streams. */
export const purchaseEvents = [
  PurchaseOrderCreatedV1,
  PurchaseOrderSentV1,
  PurchaseOrderConfirmedV1,
  PurchaseReceivedV1,
  PurchaseOrderOverdueV1,
  PurchaseOrderClosedV1,
  PurchaseOrderCancelledV1,
] as const;

/** Stored events of `purchase-` streams. */
export type PurchaseEvent = DomainEventOf<(typeof purchaseEvents)[number]>;
/** Data of the purchase events by bare name. */
export type PurchaseEventData = { [E in PurchaseEvent as E['type']]: E['data'] };
/** A line of a purchase order as ordered. */
export type PurchaseLine = Static<(typeof PurchaseOrderCreatedV1)['data']>['lines'][number];
