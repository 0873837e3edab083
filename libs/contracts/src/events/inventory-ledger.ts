import Type, { type Static } from 'typebox';
import { defineEvent } from '../envelope.js';
import { Count, Id, optional, Quantity, Text, Time } from './common.js';

/** Stock of one sku at one location after an event: `available = onHand − reserved`. */
export const AfterSchema = Type.Object(
  { onHand: Count, reserved: Count, available: Type.Integer() },
  { description: 'Stock after the event; available = onHand − reserved.' },
);

/** Units of lots. */
export const LotsSchema = Type.Array(
  Type.Object({
    lot: Id(),
    quantity: Quantity,
    expiresOn: optional(Type.String({ format: 'date', description: 'Last day it may be sold on.' })),
  }),
  { minItems: 1, description: 'Which lots the units are of; units of no lot are not listed.' },
);

/** Units of a lot. */
export type LotQuantity = Static<typeof LotsSchema>[number];

/** Serial numbers. */
export const SerialsSchema = Type.Array(Id(), { minItems: 1, description: 'Serial numbers of the units.' });

const place = { sku: Id(), location: Id() };
const details = { lots: optional(LotsSchema), serials: optional(SerialsSchema) };

export const StockCountedV1 = defineEvent(
  'inventory',
  'StockCounted',
  1,
  Type.Object({
    ...place,
    countId: Id(),
    expected: Count,
    counted: Count,
    difference: Type.Integer({ description: 'counted − expected.' }),
    lot: optional(Id('The lot that was counted; absent: all units.')),
    expiresOn: optional(Type.String({ format: 'date', description: 'Of a lot that was not known here.' })),
    serialsMissing: optional(SerialsSchema),
    serialsFound: optional(SerialsSchema),
    reason: optional(Text()),
    after: AfterSchema,
  }),
  { title: 'Stock counted', description: 'Somebody counted; the ledger follows the count.' },
);

export const StockMovedOutV1 = defineEvent(
  'inventory',
  'StockMovedOut',
  1,
  Type.Object({
    ...place,
    moveId: Id(),
    to: Id(),
    quantity: Quantity,
    ...details,
    reason: optional(Text()),
    after: AfterSchema,
  }),
  { title: 'Stock moved out', description: 'Units left for another location; they arrive there with the same move.' },
);

export const StockMovedInV1 = defineEvent(
  'inventory',
  'StockMovedIn',
  1,
  Type.Object({ ...place, moveId: Id(), from: Id(), quantity: Quantity, ...details, after: AfterSchema }),
  { title: 'Stock moved in', description: 'Units arrived from another location.' },
);

export const StockReturnedV1 = defineEvent(
  'inventory',
  'StockReturned',
  1,
  Type.Object({
    ...place,
    returnId: Id(),
    quantity: Quantity,
    orderId: optional(Id()),
    lineId: optional(Id()),
    ...details,
    reason: optional(Text()),
    after: AfterSchema,
  }),
  { title: 'Stock returned', description: 'Units that had left came back and can be sold again.' },
);

export const StockScrappedV1 = defineEvent(
  'inventory',
  'StockScrapped',
  1,
  Type.Object({ ...place, scrapId: Id(), quantity: Quantity, ...details, reason: Text(), after: AfterSchema }),
  { title: 'Stock scrapped', description: 'Units were destroyed or written off: breakage, expiry.' },
);

export const ReservationExtendedV1 = defineEvent(
  'inventory',
  'ReservationExtended',
  1,
  Type.Object({ ...place, reservationId: Id(), expiresAt: Time() }),
  { title: 'Reservation extended', description: 'A reservation with a time limit lasts longer, or less long.' },
);

export const AllotmentSetV1 = defineEvent(
  'inventory',
  'AllotmentSet',
  1,
  Type.Object({
    ...place,
    channel: Text('Sales channel.'),
    quantity: Count,
    exclusive: Type.Boolean({ description: 'True: the channel sells these units only, none of the others.' }),
  }),
  { title: 'Allotment set', description: 'Units are kept for a sales channel; 0 ends it.' },
);

/** Further events of `stock-` streams. */
export const stockLedgerEvents = [
  StockCountedV1,
  StockMovedOutV1,
  StockMovedInV1,
  StockReturnedV1,
  StockScrappedV1,
  ReservationExtendedV1,
  AllotmentSetV1,
] as const;
