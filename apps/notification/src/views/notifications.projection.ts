import type { NotificationEventData } from '@orderloom/contracts';
import type { ProjectionDefinition } from '@orderloom/projections';

/** A notice as lists show it. */
export interface NotificationView {
  _id: string;
  orderId: string;
  kind: string;
  status: 'queued' | 'sent' | 'failed' | 'suppressed';
  channel: string;
  locale?: string;
  customerId?: string;
  attempts: number;
  /** Why it was not sent, or not yet: a code of the catalogue. */
  code?: string;
  queuedAt: string;
  settledAt?: string;
}

/** Read model of `notification-` streams. */
export const notificationsProjection: ProjectionDefinition<NotificationView> = {
  name: 'notifications',
  version: 1,
  prefixes: ['notification-'],
  indexes: [
    { key: { queuedAt: -1, _id: -1 } },
    { key: { orderId: 1 } },
    { key: { customerId: 1, queuedAt: -1, _id: -1 }, sparse: true },
    { key: { status: 1, queuedAt: -1, _id: -1 } },
  ],
  keyOf: ({ data }) => (data as { notificationId: string }).notificationId,
  evolve: (doc, { type, data, time }) => {
    const view: NotificationView = doc ?? {
      ...base(data as NotificationEventData['NotificationSent']),
      status: 'queued',
      channel: 'email',
      attempts: 0,
      queuedAt: time,
    };
    switch (type) {
      case 'NotificationQueued': {
        const { channel, locale, customerId } = data as NotificationEventData['NotificationQueued'];
        return { ...view, channel, locale, ...(customerId === undefined ? {} : { customerId }) };
      }
      case 'NotificationSent':
        return { ...withoutCode(view), status: 'sent', settledAt: time };
      case 'NotificationFailed': {
        const { attempt, final, code } = data as NotificationEventData['NotificationFailed'];
        return { ...view, attempts: attempt, code, ...(final ? { status: 'failed', settledAt: time } : {}) };
      }
      case 'NotificationSuppressed': {
        const { reason } = data as NotificationEventData['NotificationSuppressed'];
        return { ...view, status: 'suppressed', code: reason, settledAt: time };
      }
      default:
        return view;
    }
  },
};

/** What failed before it went well is no longer worth telling. */
const withoutCode = ({ code: _code, ...view }: NotificationView): NotificationView => view;

const base = ({ notificationId, orderId, kind }: { notificationId: string; orderId: string; kind: string }) => ({
  _id: notificationId,
  orderId,
  kind,
});
