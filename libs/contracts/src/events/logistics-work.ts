import Type from 'typebox';
import { defineEvent } from '../envelope.js';
import { Count, Currency, Id, LineQuantity, Note, optional, Quantity, Text, Time } from './common.js';

const step = { fulfilmentId: Id(), orderId: Id() };

/** Units of a reservation at a location. */
export const ReservedUnits = Type.Object({ lineId: Id(), sku: Id(), quantity: Quantity, reservationId: Id() });

/** Why a carrier was chosen: what was looked at, what it would have cost elsewhere, and the rule that decided. */
export const CarrierChoiceSchema = Type.Object({
  reason: Id('Code of the message catalogue.'),
  policy: Type.Enum(['cost', 'promise', 'score', 'given']),
  inputs: Type.Object({
    country: Text(),
    zone: optional(Id()),
    weightGrams: Count,
    chargeableGrams: optional(Count),
    volumeCm3: optional(Count),
    urgent: Type.Boolean(),
    bulky: Type.Boolean(),
    requiredBy: optional(Time()),
  }),
  candidates: Type.Array(
    Type.Object({
      carrier: Id(),
      service: Id(),
      cost: optional(Type.Integer({ description: 'Minor units.' })),
      currency: optional(Currency),
      promisedAt: optional(Time()),
      score: optional(Type.Number({ description: '0–1, higher is better.' })),
      refused: optional(Id('Why it was not possible: a code of the catalogue.')),
    }),
  ),
});

/** What goes with a handover beside carrier and tracking number. */
export const handoverFacts = {
  cost: optional(Type.Integer({ description: 'What the carrier charges, minor units.' })),
  currency: optional(Currency),
  zone: optional(Id()),
  weightGrams: optional(Count),
  chargeableGrams: optional(Count),
  parcels: optional(Count),
  load: optional(Type.Number({ description: 'Part of the cartons that is filled, 0–1.' })),
};

export const FulfilmentRejectedV1 = defineEvent(
  'logistics',
  'FulfilmentRejected',
  1,
  Type.Object({
    ...step,
    location: Id(),
    reason: Id('Code, e.g. `NO_CAPACITY`.'),
    note: optional(Note()),
    lines: Type.Array(ReservedUnits),
    occurredAt: Time(),
  }),
  { title: 'Fulfilment rejected', description: 'The location will not do it: these units need another source.' },
);

export const FulfilmentShortV1 = defineEvent(
  'logistics',
  'FulfilmentShort',
  1,
  Type.Object({
    ...step,
    location: Id(),
    reason: Id('Code, e.g. `NOT_FOUND_AT_BIN`.'),
    note: optional(Note()),
    lines: Type.Array(ReservedUnits, { description: 'Units that were not there.' }),
    rest: Type.Array(LineQuantity, { description: 'Units that were picked and go on; empty: nothing is left to do.' }),
    occurredAt: Time(),
  }),
  {
    title: 'Fulfilment short',
    description: 'Fewer units were found than were reserved: the missing ones are re-sourced.',
  },
);

export const UnitsScannedV1 = defineEvent(
  'logistics',
  'UnitsScanned',
  1,
  Type.Object({
    ...step,
    stage: Type.Enum(['pick', 'pack']),
    scanId: Id('Names the scan: a repeat is not counted again.'),
    lineId: Id(),
    sku: Id(),
    quantity: Quantity,
    parcelId: optional(Id()),
    occurredAt: Time(),
  }),
  { title: 'Units scanned', description: 'Units went through the scanner while they were picked or packed.' },
);

export const FulfilmentLabelledV1 = defineEvent(
  'logistics',
  'FulfilmentLabelled',
  1,
  Type.Object({
    ...step,
    shipmentId: Id(),
    carrier: Id(),
    service: optional(Text()),
    trackingNumber: Id(),
    promisedAt: optional(Time()),
    ...handoverFacts,
    choice: optional(CarrierChoiceSchema),
    occurredAt: Time(),
  }),
  { title: 'Fulfilment labelled', description: 'A carrier is booked and its labels can be printed.' },
);

export const FulfilmentOverdueV1 = defineEvent(
  'logistics',
  'FulfilmentOverdue',
  1,
  Type.Object({ ...step, location: Id(), status: Id(), dueAt: Time(), occurredAt: Time() }),
  { title: 'Fulfilment overdue', description: 'The location should have handed this over by now.' },
);

/** Events of `fulfilment-` streams beside the straight way. */
export const fulfilmentWorkEvents = [
  FulfilmentRejectedV1,
  FulfilmentShortV1,
  UnitsScannedV1,
  FulfilmentLabelledV1,
  FulfilmentOverdueV1,
] as const;
