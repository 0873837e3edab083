import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Count, Id, MoneySchema, optional, Quantity, SealedSchema, Text, Time } from './common.js';
import { ProductSchema } from './inventory-catalogue.js';
import { AfterSchema, LotsSchema, SerialsSchema, stockLedgerEvents } from './inventory-ledger.js';
import { purchaseEvents } from './inventory-purchase.js';
import {
  ComponentSchema,
  candidateDetails,
  decisionDetails,
  locationEvents,
  profileEvents,
  shortageEvents,
} from './inventory-sourcing.js';

/** Units set aside, and which of them: present only where lots, serials, channels or time limits are in play. */
const reservationDetails = {
  lots: optional(LotsSchema),
  channel: optional(Text('Sales channel the units are for.')),
  allotted: optional(Quantity),
};

export const ProductRegisteredV1 = defineEvent('inventory', 'ProductRegistered', 1, ProductSchema, {
  title: 'Product registered',
  description: 'A product can be ordered from now on.',
});

export const ProductChangedV1 = defineEvent('inventory', 'ProductChanged', 1, ProductSchema, {
  title: 'Product changed',
  description: 'The product as it is now, in full. Placed orders keep the prices they were sold at.',
});

export const GoodsReceivedV1 = defineEvent(
  'inventory',
  'GoodsReceived',
  1,
  Type.Object({
    sku: Id(),
    location: Id(),
    quantity: Quantity,
    receiptId: optional(Id('Names the receipt: a repeated one with the same id is not counted again.')),
    reference: optional(Text()),
    note: optional(Text()),
    lots: optional(LotsSchema),
    serials: optional(SerialsSchema),
    after: optional(AfterSchema),
  }),
  { title: 'Goods received', description: 'Units arrived at a location.' },
);

export const StockAdjustedV1 = defineEvent(
  'inventory',
  'StockAdjusted',
  1,
  Type.Object({
    sku: Id(),
    location: Id(),
    delta: Type.Integer({ description: 'Units added (positive) or written off (negative).' }),
    reason: Text(),
    adjustmentId: optional(Id('Names the adjustment: a repeated one with the same id is not counted again.')),
    lot: optional(Id('The lot that was corrected.')),
    expiresOn: optional(Type.String({ format: 'date', description: 'Of a lot that was not known here.' })),
    serials: optional(SerialsSchema),
    serialsAssumed: optional(
      Type.Boolean({ description: 'True: nobody said which serial numbers are gone; the lowest ones are taken off.' }),
    ),
    after: optional(AfterSchema),
  }),
  { title: 'Stock adjusted', description: 'A count or a write-off changed what is on hand.' },
);

const reservation = {
  reservationId: Id(),
  orderId: Id(),
  lineId: Id(),
  sku: Id(),
  location: Id(),
  quantity: Quantity,
};

export const StockReservedV1 = defineEvent(
  'inventory',
  'StockReserved',
  1,
  Type.Object({
    ...reservation,
    ...reservationDetails,
    hold: optional(Type.Boolean({ description: 'True: set aside by hand or for a cart; `orderId` is its reference.' })),
    expiresAt: optional(Time('Released by itself at this time unless an order takes it.')),
    priority: optional(Type.Integer()),
    after: AfterSchema,
  }),
  { title: 'Stock reserved', description: 'Units are set aside for an order line.' },
);

export const ReservationReleasedV1 = defineEvent(
  'inventory',
  'ReservationReleased',
  1,
  Type.Object({
    ...reservation,
    ...reservationDetails,
    reason: Text(),
    releaseId: optional(Id('When only some of its units are freed: what freed them.')),
    after: AfterSchema,
  }),
  { title: 'Reservation released', description: 'Reserved units are free again.' },
);

export const ReservationConsumedV1 = defineEvent(
  'inventory',
  'ReservationConsumed',
  1,
  Type.Object({
    ...reservation,
    shipmentId: optional(Id()),
    lots: optional(LotsSchema),
    serials: optional(SerialsSchema),
    serialsAssumed: optional(
      Type.Boolean({ description: 'True: nobody said which serial numbers left; the lowest ones are taken off.' }),
    ),
    after: AfterSchema,
  }),
  { title: 'Reservation consumed', description: 'Reserved units left the location.' },
);

export const StockLowV1 = defineEvent(
  'inventory',
  'StockLow',
  1,
  Type.Object({ sku: Id(), location: Id(), available: Type.Integer(), reorderLevel: Count }),
  { title: 'Stock low', description: 'Available stock fell to the reorder level or below.' },
);

export const SourcingDecidedV1 = defineEvent(
  'inventory',
  'SourcingDecided',
  1,
  Type.Object({
    orderId: Id(),
    decisionId: Id(),
    epoch: optional(Type.Integer({ minimum: 1, description: 'How often the order was reopened before.' })),
    ...decisionDetails,
    lines: Type.Array(
      Type.Object({
        lineId: Id(),
        sku: Id(),
        requested: Quantity,
        allocations: Type.Array(
          Type.Object({
            location: Id(),
            quantity: Quantity,
            reservationId: Id(),
            sku: optional(Id("What goes instead, where it is another sku than the line's.")),
            name: optional(Text('Name of what goes instead.')),
            components: optional(
              Type.Array(ComponentSchema, { description: 'Of a bundle: what was reserved, each under its own id.' }),
            ),
          }),
        ),
        backordered: Count,
        reason: Text('Why this split was chosen.'),
        awaitedUntil: optional(Text('Sold before it is there: served from this day on.')),
        candidates: Type.Array(Type.Object({ location: Id(), available: Type.Integer(), ...candidateDetails })),
      }),
    ),
  }),
  { title: 'Sourcing decided', description: 'Which location supplies which quantity of each line, and why.' },
);

export const SourcingCancelledV1 = defineEvent(
  'inventory',
  'SourcingCancelled',
  1,
  Type.Object({ orderId: Id(), reason: Text() }),
  { title: 'Sourcing cancelled', description: 'The order needs no more stock; its reservations were released.' },
);

const DemandLine = Type.Object({ lineId: Id(), sku: Id(), quantity: Count });

export const SourcingDemandChangedV1 = defineEvent(
  'inventory',
  'SourcingDemandChanged',
  1,
  Type.Object({
    orderId: Id(),
    orderSequence: Type.Integer({ minimum: 0, description: "Sequence of the order's event that says so." }),
    epoch: optional(Type.Integer({ minimum: 1, description: 'How often the order was reopened.' })),
    returned: optional(
      Type.Array(Type.Object({ lineId: Id(), reservationId: Id(), quantity: Quantity }), {
        description: 'Reserved units that the order does not need (any more).',
      }),
    ),
    wanted: optional(Type.Array(DemandLine, { description: 'Units of each line that are wanted from now on.' })),
    avoid: optional(Id('A location that could not send the units: it is not asked again.')),
    open: Type.Array(DemandLine, { description: 'Units of each line that no stock is found for yet.' }),
  }),
  { title: 'Sourcing demand changed', description: 'The order needs more or less stock than before.' },
);

/** How to reach a supplier. Only ever published sealed. */
export interface SupplierContact {
  contactName?: string;
  street?: string;
  city?: string;
  region?: string;
  postalCode?: string;
  email?: string;
  phone?: string;
}

const SupplierSchema = Type.Object({
  supplierId: Id(),
  company: Text(),
  country: optional(Text()),
  contact: optional(SealedSchema<SupplierContact>('contact person, address, phone.')),
  minimumOrder: optional(MoneySchema),
  leadTimeDays: optional(Count),
});

export const SupplierRegisteredV1 = defineEvent('inventory', 'SupplierRegistered', 1, SupplierSchema, {
  title: 'Supplier registered',
  description: 'A company that supplies products.',
});

export const SupplierChangedV1 = defineEvent('inventory', 'SupplierChanged', 1, SupplierSchema, {
  title: 'Supplier changed',
  description: 'The supplier as it is now, in full.',
});

/** Every public event of the inventory service. */
export const inventoryEvents = [
  ProductRegisteredV1,
  ProductChangedV1,
  GoodsReceivedV1,
  StockAdjustedV1,
  StockReservedV1,
  ReservationReleasedV1,
  ReservationConsumedV1,
  StockLowV1,
  ...stockLedgerEvents,
  SourcingDecidedV1,
  SourcingCancelledV1,
  SourcingDemandChangedV1,
  SupplierRegisteredV1,
  SupplierChangedV1,
  ...purchaseEvents,
  ...locationEvents,
  ...profileEvents,
  ...shortageEvents,
] as const;

/** Stored events of `product-` streams. */
export type ProductEvent = DomainEventOf<typeof ProductRegisteredV1 | typeof ProductChangedV1>;
/** Stored events of `stock-` streams. */
export type StockEvent = DomainEventOf<
  | typeof GoodsReceivedV1
  | typeof StockAdjustedV1
  | typeof StockReservedV1
  | typeof ReservationReleasedV1
  | typeof ReservationConsumedV1
  | typeof StockLowV1
  | (typeof stockLedgerEvents)[number]
>;
/** Stored events of `sourcing-` streams. */
export type SourcingEvent = DomainEventOf<
  | typeof SourcingDecidedV1
  | typeof SourcingCancelledV1
  | typeof SourcingDemandChangedV1
  | (typeof shortageEvents)[number]
>;
/** Stored events of `supplier-` streams. */
export type SupplierEvent = DomainEventOf<typeof SupplierRegisteredV1 | typeof SupplierChangedV1>;
/** All stored events of the inventory service. */
export type InventoryEvent = DomainEventOf<(typeof inventoryEvents)[number]>;
/** Data of the inventory events by bare name. */
export type InventoryEventData = { [E in InventoryEvent as E['type']]: E['data'] };
/** Stock of a sku at a location. */
export type StockAfter = InventoryEventData['StockReserved']['after'];
