import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Id, ReservedLine, Time } from './common.js';

const step = { fulfilmentId: Id(), orderId: Id() };

export const FulfilmentSplitV1 = defineEvent(
  'logistics',
  'FulfilmentSplit',
  1,
  Type.Object({
    ...step,
    splitId: Id('Said twice, done once.'),
    parts: Type.Array(Type.Object({ fulfilmentId: Id(), lines: Type.Array(ReservedLine) })),
    occurredAt: Time(),
  }),
  {
    title: 'Fulfilment split',
    description: 'Its units go out in several parcels, each a fulfilment order of its own.',
  },
);

export const FulfilmentRejoinedV1 = defineEvent(
  'logistics',
  'FulfilmentRejoined',
  1,
  Type.Object({ ...step, partId: Id(), lines: Type.Array(ReservedLine), occurredAt: Time() }),
  { title: 'Fulfilment rejoined', description: 'The units of a part are taken back before anybody worked on it.' },
);

export const FulfilmentMergedV1 = defineEvent(
  'logistics',
  'FulfilmentMerged',
  1,
  Type.Object({
    ...step,
    into: Id('The fulfilment order whose parcel it goes out with.'),
    mergeId: Id(),
    occurredAt: Time(),
  }),
  { title: 'Fulfilment merged', description: 'It goes out in the parcel of another order of the same customer.' },
);

export const FulfilmentJoinedV1 = defineEvent(
  'logistics',
  'FulfilmentJoined',
  1,
  Type.Object({
    ...step,
    mergeId: Id('Tells one merging from a later one of the same.'),
    member: Type.Object({
      fulfilmentId: Id(),
      orderId: Id(),
      orderNumber: Id(),
      lines: Type.Array(ReservedLine),
    }),
    occurredAt: Time(),
  }),
  {
    title: 'Fulfilment joined',
    description: 'Its parcel takes the units of another order of the same customer along.',
  },
);

export const FulfilmentLeftV1 = defineEvent(
  'logistics',
  'FulfilmentLeft',
  1,
  Type.Object({ ...step, memberId: Id(), mergeId: Id(), occurredAt: Time() }),
  { title: 'Fulfilment left', description: 'Another order no longer goes out with its parcel.' },
);

export const FulfilmentUnmergedV1 = defineEvent(
  'logistics',
  'FulfilmentUnmerged',
  1,
  Type.Object({ ...step, from: Id(), mergeId: Id(), occurredAt: Time() }),
  { title: 'Fulfilment unmerged', description: 'It goes out on its own again.' },
);

/** Events by which fulfilment orders are split and merged before work on them begins. */
export const fulfilmentGroupEvents = [
  FulfilmentSplitV1,
  FulfilmentRejoinedV1,
  FulfilmentMergedV1,
  FulfilmentJoinedV1,
  FulfilmentLeftV1,
  FulfilmentUnmergedV1,
] as const;

/** Stored events of splitting and merging. */
export type FulfilmentGroupEvent = DomainEventOf<(typeof fulfilmentGroupEvents)[number]>;
