import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import {
  ContactSchema,
  DeliveryWishSchema,
  Id,
  LineQuantity,
  optional,
  Quantity,
  ReservedLine,
  ShipToSchema,
  Text,
  Time,
} from './common.js';
import { fulfilmentGroupEvents } from './logistics-groups.js';
import { DeliveryTermsPublishedV1 } from './logistics-terms.js';
import { scanFacts, trackingEvents } from './logistics-tracking.js';
import { CarrierChoiceSchema, fulfilmentWorkEvents, handoverFacts } from './logistics-work.js';

const step = { fulfilmentId: Id(), orderId: Id() };

export const FulfilmentCreatedV1 = defineEvent(
  'logistics',
  'FulfilmentCreated',
  1,
  Type.Object({
    ...step,
    orderNumber: Id(),
    releaseId: optional(Id('The release it is a part of, where that was split.')),
    epoch: optional(Type.Integer({ minimum: 1, description: 'How often the order was reopened before.' })),
    location: Id(),
    lines: Type.Array(ReservedLine),
    shipTo: ShipToSchema,
    customer: optional(ContactSchema),
    customerId: optional(Id()),
    requiredBy: optional(Time()),
    deliveryWish: optional(DeliveryWishSchema),
    dueAt: optional(Time('When the location should have handed it over.')),
    promisedAt: optional(Time('When it should be with the customer, as computed when it was released.')),
  }),
  { title: 'Fulfilment created', description: 'A location has a fulfilment order to work on.' },
);

export const FulfilmentAcceptedV1 = defineEvent(
  'logistics',
  'FulfilmentAccepted',
  1,
  Type.Object({ ...step, occurredAt: Time() }),
  { title: 'Fulfilment accepted', description: 'The location took the work on.' },
);

const PickingSchema = Type.Object({ ...step, lines: Type.Array(LineQuantity), occurredAt: Time() });

export const PickingStartedV1 = defineEvent('logistics', 'PickingStarted', 1, PickingSchema, {
  title: 'Picking started',
  description: 'Work on collecting the units began.',
});

export const PickingCompletedV1 = defineEvent('logistics', 'PickingCompleted', 1, PickingSchema, {
  title: 'Picking completed',
  description: 'The units were collected.',
});

const PackingSchema = Type.Object({
  ...step,
  parcels: Type.Array(
    Type.Object({
      parcelId: Id(),
      weightGrams: optional(Type.Integer({ minimum: 0 })),
      carton: optional(Id('Code of the carton.')),
      lengthMm: optional(Type.Integer({ minimum: 1 })),
      widthMm: optional(Type.Integer({ minimum: 1 })),
      heightMm: optional(Type.Integer({ minimum: 1 })),
      load: optional(Type.Number({ description: 'Part of the carton that is filled, 0–1.' })),
      lines: Type.Array(LineQuantity),
    }),
  ),
  occurredAt: Time(),
});

export const PackingStartedV1 = defineEvent('logistics', 'PackingStarted', 1, PackingSchema, {
  title: 'Packing started',
  description: 'Work on packing began.',
});

export const PackingCompletedV1 = defineEvent('logistics', 'PackingCompleted', 1, PackingSchema, {
  title: 'Packing completed',
  description: 'Every picked unit is in a parcel.',
});

export const FulfilmentShippedV1 = defineEvent(
  'logistics',
  'FulfilmentShipped',
  1,
  Type.Object({
    ...step,
    shipmentId: Id(),
    carrier: optional(Id()),
    service: optional(Text()),
    trackingNumber: optional(Id()),
    occurredAt: Time(),
    promisedAt: optional(Time()),
    ...handoverFacts,
    choice: optional(CarrierChoiceSchema),
    members: optional(Type.Array(Id(), { description: 'Fulfilment orders whose units went out with it.' })),
  }),
  { title: 'Fulfilment shipped', description: 'The parcels were handed to the carrier.' },
);

const StoppedLine = Type.Object({ lineId: Id(), quantity: Quantity, reservationId: Id() });

export const FulfilmentCancelledV1 = defineEvent(
  'logistics',
  'FulfilmentCancelled',
  1,
  Type.Object({
    ...step,
    reason: Text(),
    stopId: optional(Id('The request of the order that it answers.')),
    releaseId: optional(Id('The release it was made for, where that is another id.')),
    lines: optional(Type.Array(StoppedLine, { description: 'Units that stay in the house.' })),
    occurredAt: Time(),
  }),
  { title: 'Fulfilment cancelled', description: 'Its units are not wanted (any more); nothing more is done.' },
);

export const FulfilmentStopRefusedV1 = defineEvent(
  'logistics',
  'FulfilmentStopRefused',
  1,
  Type.Object({
    ...step,
    stopId: Id('The request of the order that it answers.'),
    releaseId: Id('The release it was made for.'),
    code: Id('Why not: a code of the message catalogue.'),
    occurredAt: Time(),
  }),
  { title: 'Fulfilment stop refused', description: 'It is too late to stop it.' },
);

export const ShipmentDispatchedV1 = defineEvent(
  'logistics',
  'ShipmentDispatched',
  1,
  Type.Object({
    shipmentId: Id(),
    fulfilmentId: Id(),
    orderId: Id(),
    orderNumber: Id(),
    location: optional(Id('Where the units left.')),
    carrier: Id(),
    service: optional(Text()),
    trackingNumber: Id(),
    country: Text(),
    lines: Type.Array(Type.Object({ lineId: Id(), sku: Id(), quantity: Quantity, reservationId: Id() })),
    occurredAt: Time(),
    promisedAt: optional(Time()),
    ...handoverFacts,
  }),
  { title: 'Shipment dispatched', description: 'A shipment is on its way, with carrier and tracking number.' },
);

const TrackingSchema = Type.Object({
  shipmentId: Id(),
  orderId: Id(),
  occurredAt: Time(),
  place: optional(Text()),
  ...scanFacts,
});

export const ShipmentInTransitV1 = defineEvent('logistics', 'ShipmentInTransit', 1, TrackingSchema, {
  title: 'Shipment in transit',
  description: 'The carrier scanned the shipment on its way.',
});

export const ShipmentOutForDeliveryV1 = defineEvent('logistics', 'ShipmentOutForDelivery', 1, TrackingSchema, {
  title: 'Shipment out for delivery',
  description: 'The shipment is on its last leg.',
});

export const ShipmentDeliveredV1 = defineEvent(
  'logistics',
  'ShipmentDelivered',
  1,
  Type.Object({
    shipmentId: Id(),
    fulfilmentId: Id(),
    orderId: Id(),
    lines: Type.Array(LineQuantity),
    occurredAt: Time(),
    ...scanFacts,
  }),
  { title: 'Shipment delivered', description: 'The shipment reached the customer.' },
);

/** Every public event of the logistics service. */
export const logisticsEvents = [
  FulfilmentCreatedV1,
  FulfilmentAcceptedV1,
  PickingStartedV1,
  PickingCompletedV1,
  PackingStartedV1,
  PackingCompletedV1,
  FulfilmentShippedV1,
  FulfilmentCancelledV1,
  FulfilmentStopRefusedV1,
  ...fulfilmentGroupEvents,
  ShipmentDispatchedV1,
  ShipmentInTransitV1,
  ShipmentOutForDeliveryV1,
  ShipmentDeliveredV1,
  ...fulfilmentWorkEvents,
  ...trackingEvents,
  DeliveryTermsPublishedV1,
] as const;

/** Stored events of `fulfilment-` streams. */
export type FulfilmentEvent = DomainEventOf<
  | (typeof fulfilmentGroupEvents)[number]
  | typeof FulfilmentCreatedV1
  | typeof FulfilmentAcceptedV1
  | typeof PickingStartedV1
  | typeof PickingCompletedV1
  | typeof PackingStartedV1
  | typeof PackingCompletedV1
  | typeof FulfilmentShippedV1
  | typeof FulfilmentCancelledV1
  | typeof FulfilmentStopRefusedV1
  | (typeof fulfilmentWorkEvents)[number]
>;
/** Stored events of `shipment-` streams. */
export type ShipmentEvent = DomainEventOf<
  | typeof ShipmentDispatchedV1
  | typeof ShipmentInTransitV1
  | typeof ShipmentOutForDeliveryV1
  | typeof ShipmentDeliveredV1
  | (typeof trackingEvents)[number]
>;
/** All stored events of the logistics service. */
export type LogisticsEvent = DomainEventOf<(typeof logisticsEvents)[number]>;
/** Data of the logistics events by bare name. */
export type LogisticsEventData = { [E in LogisticsEvent as E['type']]: E['data'] };
