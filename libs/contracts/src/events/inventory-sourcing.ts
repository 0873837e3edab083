import Type, { type Static } from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Count, Id, Note, optional, Quantity, Text, Time } from './common.js';

const LocationSchema = Type.Object({
  location: Id(),
  name: Text(),
  country: optional(Text('ISO 3166-1 alpha-2.')),
  latitude: optional(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: optional(Type.Number({ minimum: -180, maximum: 180 })),
  priority: optional(Type.Integer({ minimum: 0, maximum: 100, description: 'Higher is preferred.' })),
  parcelCost: optional(Type.Integer({ minimum: 0, description: 'Cost of sending a parcel from here, minor units.' })),
  leadHours: optional(Type.Integer({ minimum: 0, description: 'From the release to the handover.' })),
  closed: Type.Boolean({ description: 'True: nothing is sent from here.' }),
});

export const LocationRegisteredV1 = defineEvent('inventory', 'LocationRegistered', 1, LocationSchema, {
  title: 'Location registered',
  description: 'What sourcing needs to know of a location.',
});

export const LocationChangedV1 = defineEvent('inventory', 'LocationChanged', 1, LocationSchema, {
  title: 'Location changed',
  description: 'The location as it is now, in full.',
});

/** Fields of an order that conditions may ask about. */
export const conditionFields = [
  'channel',
  'country',
  'currency',
  'paymentTerms',
  'sku',
  'category',
  'total',
  'units',
  'lines',
  'weightGrams',
] as const;

/** What locations are compared by. */
export const criteria = ['distance', 'cost', 'balance', 'promise', 'priority', 'wholeOrder'] as const;

/** What happens to units that the profile's rules leave open. */
export const fallbacks = ['wait', 'split', 'anywhere', 'whole-or-wait'] as const;

/** Rules by which stock is found for orders. */
export const ProfileSchema = Type.Object({
  profileId: Id(),
  version: Type.Integer({ minimum: 1 }),
  name: Text(),
  rank: Type.Integer({
    minimum: 0,
    description: 'The first profile whose conditions hold is used, lowest rank first.',
  }),
  conditions: Type.Array(
    Type.Object({
      field: Type.Enum([...conditionFields]),
      op: Type.Enum(['in', 'notIn', 'atLeast', 'atMost']),
      values: optional(Type.Array(Text())),
      value: optional(Type.Integer()),
    }),
    { description: 'All must hold; none: it always does.' },
  ),
  locations: optional(Type.Array(Id(), { description: 'Candidates; absent: every location that is not closed.' })),
  weights: Type.Array(Type.Object({ criterion: Type.Enum([...criteria]), weight: Quantity }), {
    description: 'What counts how much.',
  }),
  maxSplits: optional(Type.Integer({ minimum: 1, description: 'Most locations an order may come from.' })),
  fallback: Type.Enum([...fallbacks], { description: 'What happens to units that these rules leave open.' }),
});

export const SourcingProfileSavedV1 = defineEvent('inventory', 'SourcingProfileSaved', 1, ProfileSchema, {
  title: 'Sourcing profile saved',
  description: 'A version of the rules by which stock is found; decisions name the version they were made by.',
});

export const SourcingProfileRetiredV1 = defineEvent(
  'inventory',
  'SourcingProfileRetired',
  1,
  Type.Object({ profileId: Id(), version: Type.Integer({ minimum: 1 }) }),
  { title: 'Sourcing profile retired', description: 'It is used no more; its versions remain.' },
);

/** Part of a bundle that was reserved. */
export const ComponentSchema = Type.Object({
  sku: Id(),
  quantity: Quantity,
  reservationId: Id(),
  name: optional(Text()),
});

/** What a decision was made from: facts of the order. */
export const OrderFactsSchema = Type.Object({
  channel: optional(Text()),
  country: optional(Text()),
  currency: optional(Text()),
  paymentTerms: optional(Text()),
  total: optional(Type.Integer()),
  requiredBy: optional(Time()),
  priority: optional(Type.Integer()),
});

/** Facts of an order that sourcing goes by. */
export type OrderFacts = Static<typeof OrderFactsSchema>;

/** Additions to a decision: which rules made it, from which facts. */
export const decisionDetails = {
  profile: optional(Type.Object({ profileId: Id(), version: Type.Integer({ minimum: 1 }), name: Text() })),
  order: optional(OrderFactsSchema),
};

/** Additions to a candidate: what it could give, and how it scored, 0–1, in total and per criterion. */
export const candidateDetails = {
  usable: optional(
    Type.Integer({
      minimum: 0,
      description:
        'Units that this order could be given: without safety stock, expired lots, and what is kept for others. Absent: all that are available.',
    }),
  ),
  score: optional(Type.Number()),
  criteria: optional(Type.Array(Type.Object({ criterion: Type.Enum([...criteria]), score: Type.Number() }))),
};

export const SourcingPrioritisedV1 = defineEvent(
  'inventory',
  'SourcingPrioritised',
  1,
  Type.Object({ orderId: Id(), priority: Type.Integer({ minimum: 0, maximum: 100 }), reason: Text() }),
  { title: 'Sourcing prioritised', description: 'The order gets arriving goods before others of lower priority.' },
);

const ShortLine = Type.Object({
  lineId: Id(),
  sku: Id(),
  quantity: Quantity,
  waitUntil: optional(
    Type.String({ format: 'date', description: 'When the goods should be there; absent: not known.' }),
  ),
  substitutes: Type.Array(Type.Object({ sku: Id(), name: Text(), available: Count })),
});

export const ShortageRaisedV1 = defineEvent(
  'inventory',
  'ShortageRaised',
  1,
  Type.Object({
    orderId: Id(),
    shortageId: Id(),
    lines: Type.Array(ShortLine, { minItems: 1 }),
    options: Type.Array(Type.Enum(['WAIT', 'SUBSTITUTE', 'PART_DELIVERY', 'CANCEL'])),
    answerBy: Time('Without an answer until then the order waits.'),
  }),
  { title: 'Shortage raised', description: 'Units of an order are not there; somebody may choose what happens.' },
);

export const ShortageAnsweredV1 = defineEvent(
  'inventory',
  'ShortageAnswered',
  1,
  Type.Object({
    orderId: Id(),
    shortageId: Id(),
    answers: Type.Array(
      Type.Object({
        lineId: Id(),
        sku: Id(),
        quantity: Quantity,
        answer: Type.Enum(['WAIT', 'SUBSTITUTE', 'PART_DELIVERY', 'CANCEL']),
        substitute: optional(Id()),
        waitUntil: optional(Type.String({ format: 'date' })),
      }),
      { minItems: 1 },
    ),
    by: Type.Enum(['customer', 'desk', 'deadline']),
    note: optional(Note()),
    occurredAt: Time(),
  }),
  { title: 'Shortage answered', description: 'What happens to the units that are not there.' },
);

/** Events of `location-` streams. */
export const locationEvents = [LocationRegisteredV1, LocationChangedV1] as const;
/** Events of `profile-` streams. */
export const profileEvents = [SourcingProfileSavedV1, SourcingProfileRetiredV1] as const;
/** Further events of `sourcing-` streams. */
export const shortageEvents = [SourcingPrioritisedV1, ShortageRaisedV1, ShortageAnsweredV1] as const;

export type LocationEvent = DomainEventOf<(typeof locationEvents)[number]>;
export type ProfileEvent = DomainEventOf<(typeof profileEvents)[number]>;
export type ProfileData = Static<typeof ProfileSchema>;
export type LocationData = Static<typeof LocationSchema>;
export type ShortageEvent = DomainEventOf<(typeof shortageEvents)[number]>;
export type ShortageEventData = { [E in ShortageEvent as E['type']]: E['data'] };
