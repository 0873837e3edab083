import Type, { type Static } from 'typebox';
import { defineEvent } from '../envelope.js';
import { Id, optional, Text, Time } from './common.js';

const CalendarSchema = Type.Object({
  workingDays: Type.Array(Type.Enum(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'])),
  holidays: optional(Type.Array(Text('A date, `2026-10-01`.'))),
  extraDays: optional(Type.Array(Text('Worked although not a working day (调休).'))),
});

/** On which days people work. */
export interface WorkingCalendar {
  readonly workingDays: readonly string[];
  readonly holidays?: readonly string[];
  readonly extraDays?: readonly string[];
}

const WaySchema = Type.Object({
  carrier: Id(),
  service: Id(),
  kind: Type.Enum(['express', 'standard', 'freight']),
  cutOff: Text('Handed over by then, it leaves the same day. Local time of the location.'),
  calendar: CalendarSchema,
  daysMin: Type.Integer({ minimum: 0, description: 'Working days on the way, at best.' }),
  daysMax: Type.Integer({ minimum: 0, description: 'Working days on the way, as promised.' }),
  takesMs: optional(
    Type.Integer({ minimum: 0, description: 'Simulated: time from order to door, instead of calendars.' }),
  ),
});

export const DeliveryTermsPublishedV1 = defineEvent(
  'logistics',
  'DeliveryTermsPublished',
  1,
  Type.Object({
    location: Id('Where orders most likely leave.'),
    timeZone: Text('IANA time zone of the location.'),
    handlingHours: Type.Number({ minimum: 0, description: 'From order to handover.' }),
    calendar: CalendarSchema,
    lanes: Type.Array(
      Type.Object({
        countries: Type.Array(Text('ISO 3166-1 alpha-2; `*` for all others.')),
        ways: Type.Array(WaySchema, { description: 'For a usual parcel, best first as the policy has it.' }),
      }),
    ),
    occurredAt: Time(),
  }),
  {
    title: 'Delivery terms published',
    description: 'How long delivery takes to each country: what a promise is computed from while an order is placed.',
  },
);

/** Data of `DeliveryTermsPublished`. */
export type DeliveryTerms = Static<(typeof DeliveryTermsPublishedV1)['data']>;
