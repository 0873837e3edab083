import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Id, Time } from './common.js';

export const AlertRaisedV1 = defineEvent(
  'analytics',
  'AlertRaised',
  1,
  Type.Object({
    alertId: Id(),
    kind: Id(),
    subject: Id('What the alert is about: a stream id, a topic, a projection.'),
    inputs: Type.Record(Type.String(), Type.Unknown(), { description: 'What the rule saw.' }),
    occurredAt: Time(),
  }),
  { title: 'Alert raised', description: 'A rule found something that needs a look.' },
);

/** Every public event of the analytics service. */
export const analyticsEvents = [AlertRaisedV1] as const;

/** Stored events of `alert-` streams. */
export type AnalyticsEvent = DomainEventOf<(typeof analyticsEvents)[number]>;
/** Data of the analytics events by bare name. */
export type AnalyticsEventData = { [E in AnalyticsEvent as E['type']]: E['data'] };
