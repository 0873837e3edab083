import Type from 'typebox';
import { defineEvent } from '../envelope.js';
import { Currency, Id, Note, optional, Text, Time } from './common.js';
import { ReservedUnits } from './logistics-work.js';

const parcel = { shipmentId: Id(), orderId: Id() };

/** Which scan of the carrier it was; absent where nobody scanned. */
export const scanFacts = {
  scanKey: optional(Id('Names the scan: a repeat is not recorded again.')),
  code: optional(Id("The carrier's own code.")),
};

/** What can go wrong on the way. */
export const exceptionKinds = [
  'ADDRESS_UNKNOWN',
  'REFUSED',
  'NOT_REACHED',
  'DAMAGED',
  'LOST',
  'CUSTOMS',
  'DELAYED',
  'CARRIER_PROBLEM',
] as const;

/** What can be done about it. */
export const exceptionActions = [
  'CONTACT_CUSTOMER',
  'REDELIVER',
  'RETURN_TO_SENDER',
  'RESEND',
  'REQUEST_REFUND',
  'FILE_CLAIM',
  'CLOSE',
] as const;

export const ShipmentScannedV1 = defineEvent(
  'logistics',
  'ShipmentScanned',
  1,
  Type.Object({
    ...parcel,
    scanKey: Id('Names the scan: a repeat is not recorded again.'),
    status: Id(),
    code: optional(Id("The carrier's own code.")),
    place: optional(Text()),
    occurredAt: Time(),
  }),
  { title: 'Shipment scanned', description: 'A scan that changes nothing but the track, e.g. one that came late.' },
);

export const ShipmentPromiseChangedV1 = defineEvent(
  'logistics',
  'ShipmentPromiseChanged',
  1,
  Type.Object({
    ...parcel,
    promisedAt: Time(),
    before: optional(Time()),
    reason: Id(),
    ...scanFacts,
    occurredAt: Time(),
  }),
  { title: 'Shipment promise changed', description: 'The shipment will be there at another time than was said.' },
);

export const ShipmentDeliveryFailedV1 = defineEvent(
  'logistics',
  'ShipmentDeliveryFailed',
  1,
  Type.Object({
    ...parcel,
    attempt: Type.Integer({ minimum: 1 }),
    reason: Id(),
    place: optional(Text()),
    ...scanFacts,
    occurredAt: Time(),
  }),
  { title: 'Delivery failed', description: 'The carrier was at the door in vain; it comes again or brings it back.' },
);

export const ShipmentReturningV1 = defineEvent(
  'logistics',
  'ShipmentReturning',
  1,
  Type.Object({ ...parcel, reason: Id(), ...scanFacts, occurredAt: Time() }),
  { title: 'Shipment returning', description: 'The shipment is on its way back to where it left.' },
);

export const ShipmentReturnedToSenderV1 = defineEvent(
  'logistics',
  'ShipmentReturnedToSender',
  1,
  Type.Object({
    ...parcel,
    location: optional(Id()),
    lines: Type.Array(ReservedUnits),
    ...scanFacts,
    occurredAt: Time(),
  }),
  { title: 'Shipment returned to sender', description: 'The shipment is back where it left.' },
);

export const ShipmentLostV1 = defineEvent(
  'logistics',
  'ShipmentLost',
  1,
  Type.Object({ ...parcel, ...scanFacts, occurredAt: Time() }),
  { title: 'Shipment lost', description: 'The carrier no longer knows where it is.' },
);

export const ShipmentExceptionRaisedV1 = defineEvent(
  'logistics',
  'ShipmentExceptionRaised',
  1,
  Type.Object({
    ...parcel,
    exceptionId: Id(),
    kind: Type.Enum([...exceptionKinds]),
    ...scanFacts,
    note: optional(Note()),
    place: optional(Text()),
    owner: Id('Role that has to act.'),
    dueAt: Time('Until when something has to be done.'),
    playbook: Type.Object({ kind: Id(), version: Type.Integer({ minimum: 0 }) }),
    actions: Type.Array(Type.Enum([...exceptionActions]), { description: 'What the playbook proposes, best first.' }),
    occurredAt: Time(),
  }),
  { title: 'Shipment exception raised', description: 'Something went wrong on the way; the playbook says what to do.' },
);

export const ShipmentActionTakenV1 = defineEvent(
  'logistics',
  'ShipmentActionTaken',
  1,
  Type.Object({
    ...parcel,
    fulfilmentId: Id(),
    exceptionId: Id(),
    action: Type.Enum([...exceptionActions]),
    location: optional(Id()),
    lines: Type.Array(ReservedUnits, { description: 'Units it is about, for RESEND and REQUEST_REFUND; else empty.' }),
    date: optional(Time()),
    note: optional(Note()),
    occurredAt: Time(),
  }),
  { title: 'Shipment action taken', description: 'A step of a playbook was carried out.' },
);

export const ShipmentExceptionClosedV1 = defineEvent(
  'logistics',
  'ShipmentExceptionClosed',
  1,
  Type.Object({ ...parcel, exceptionId: Id(), outcome: Id(), occurredAt: Time() }),
  { title: 'Shipment exception closed', description: 'Nothing is left to do about it.' },
);

export const ShipmentDeadlineNearV1 = defineEvent(
  'logistics',
  'ShipmentDeadlineNear',
  1,
  Type.Object({ ...parcel, promisedAt: Time(), occurredAt: Time() }),
  { title: 'Shipment deadline near', description: 'It should be on its last leg by now and is not.' },
);

export const ShipmentOverdueV1 = defineEvent(
  'logistics',
  'ShipmentOverdue',
  1,
  Type.Object({ ...parcel, promisedAt: Time(), occurredAt: Time() }),
  { title: 'Shipment overdue', description: 'The promised time is over and the shipment is not there.' },
);

export const CarrierClaimFiledV1 = defineEvent(
  'logistics',
  'CarrierClaimFiled',
  1,
  Type.Object({
    ...parcel,
    claimId: Id(),
    exceptionId: optional(Id()),
    carrier: Id(),
    amount: Type.Integer({ minimum: 1, description: 'Claimed, minor units.' }),
    currency: Currency,
    note: optional(Note()),
    dueAt: Time('Until when an answer is expected.'),
    occurredAt: Time(),
  }),
  { title: 'Carrier claim filed', description: 'The carrier is asked to pay for a loss or damage.' },
);

export const CarrierClaimSettledV1 = defineEvent(
  'logistics',
  'CarrierClaimSettled',
  1,
  Type.Object({
    ...parcel,
    claimId: Id(),
    outcome: Type.Enum(['PAID', 'REFUSED', 'WITHDRAWN']),
    amount: Type.Integer({ minimum: 0, description: 'Paid, minor units.' }),
    currency: Currency,
    occurredAt: Time(),
  }),
  { title: 'Carrier claim settled', description: 'The carrier paid, refused, or the claim was given up.' },
);

/** Events of `shipment-` streams beside the straight way. */
export const trackingEvents = [
  ShipmentScannedV1,
  ShipmentPromiseChangedV1,
  ShipmentDeliveryFailedV1,
  ShipmentReturningV1,
  ShipmentReturnedToSenderV1,
  ShipmentLostV1,
  ShipmentExceptionRaisedV1,
  ShipmentActionTakenV1,
  ShipmentExceptionClosedV1,
  ShipmentDeadlineNearV1,
  ShipmentOverdueV1,
  CarrierClaimFiledV1,
  CarrierClaimSettledV1,
] as const;
