import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Id, LocaleSchema, optional, Text, Time } from './common.js';

const notice = { notificationId: Id(), orderId: Id(), kind: Id('What the notice says: confirmed, shipped, …') };

export const NotificationQueuedV1 = defineEvent(
  'notification',
  'NotificationQueued',
  1,
  Type.Object({
    ...notice,
    occasion: optional(Id('Tells notices of one kind about one order apart, where there can be several.')),
    channel: Type.Enum(['email']),
    recipientKey: Id('Hash of the recipient; holds no personal data.'),
    customerId: optional(Id()),
    locale: LocaleSchema,
  }),
  { title: 'Notification queued', description: 'A notice will be sent, once per order, kind, occasion and recipient.' },
);

export const NotificationSentV1 = defineEvent(
  'notification',
  'NotificationSent',
  1,
  Type.Object({ ...notice, providerMessageId: Id(), occurredAt: Time() }),
  { title: 'Notification sent', description: 'The provider accepted the notice.' },
);

export const NotificationFailedV1 = defineEvent(
  'notification',
  'NotificationFailed',
  1,
  Type.Object({
    ...notice,
    code: Id(),
    reason: Text(),
    attempt: Type.Integer({ minimum: 1 }),
    final: Type.Boolean({ description: 'No further attempt will be made.' }),
  }),
  { title: 'Notification failed', description: 'The provider refused or could not be reached.' },
);

export const NotificationSuppressedV1 = defineEvent(
  'notification',
  'NotificationSuppressed',
  1,
  Type.Object({ ...notice, reason: Text() }),
  { title: 'Notification suppressed', description: 'The notice is not sent, and why.' },
);

/** Every public event of the notification service. */
export const notificationEvents = [
  NotificationQueuedV1,
  NotificationSentV1,
  NotificationFailedV1,
  NotificationSuppressedV1,
] as const;

/** Stored events of `notification-` streams. */
export type NotificationEvent = DomainEventOf<(typeof notificationEvents)[number]>;
/** Data of the notification events by bare name. */
export type NotificationEventData = { [E in NotificationEvent as E['type']]: E['data'] };
