import type { NotificationEvent, NotificationEventData } from '@orderloom/contracts';

/** A notice to one recipient, folded from its stream. */
export type Notification =
  | { readonly status: 'none' }
  | {
      readonly status: 'queued' | 'sent' | 'failed' | 'suppressed';
      readonly notificationId: string;
      readonly orderId: string;
      readonly kind: string;
      /** Tries so far that the provider refused. */
      readonly attempts: number;
    };

/** Tries before a notice is given up: with the pauses between them a little more than a day. */
export const MAX_ATTEMPTS = 14;

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** Pause after the given number of failed tries, milliseconds: 30 s, doubled each time, at most six hours. */
export const pauseAfter = (attempts: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);

export const initial = (): Notification => ({ status: 'none' });

export function evolve(state: Notification, event: NotificationEvent): Notification {
  const { notificationId, orderId, kind } = event.data;
  const attempts = state.status === 'none' ? 0 : state.attempts;
  const notice = { notificationId, orderId, kind, attempts };
  switch (event.type) {
    case 'NotificationQueued':
      return { ...notice, status: 'queued' };
    case 'NotificationSent':
      return { ...notice, status: 'sent' };
    case 'NotificationFailed':
      return { ...notice, status: event.data.final ? 'failed' : 'queued', attempts: event.data.attempt };
    case 'NotificationSuppressed':
      return { ...notice, status: 'suppressed' };
    default:
      return event satisfies never;
  }
}

/** Queues the notice; a notice that was queued, sent, given up or suppressed before stays as it is. */
export const queue =
  (data: NotificationEventData['NotificationQueued']) =>
  (state: Notification): NotificationEvent[] =>
    state.status === 'none' ? [{ type: 'NotificationQueued', data }] : [];

/** Both decisions at once, the second on what the first one led to. */
export const both =
  (first: (state: Notification) => NotificationEvent[], second: (state: Notification) => NotificationEvent[]) =>
  (state: Notification): NotificationEvent[] => {
    const events = first(state);
    return [...events, ...second(events.reduce(evolve, state))];
  };

/** Records that there is nobody to send it to, or that it must not be sent. */
export const suppress =
  (data: NotificationEventData['NotificationSuppressed']) =>
  (state: Notification): NotificationEvent[] =>
    state.status === 'none' || state.status === 'queued' ? [{ type: 'NotificationSuppressed', data }] : [];

/** Records that the provider accepted the notice. */
export const markSent =
  (providerMessageId: string, occurredAt: string) =>
  (state: Notification): NotificationEvent[] => {
    if (state.status !== 'queued') return [];
    const { notificationId, orderId, kind } = state;
    return [{ type: 'NotificationSent', data: { notificationId, orderId, kind, providerMessageId, occurredAt } }];
  };

/** Records a failed try; the last one, or one that no repetition will mend, gives the notice up. */
export const markFailed =
  (code: string, reason: string, permanent: boolean) =>
  (state: Notification): NotificationEvent[] => {
    if (state.status !== 'queued') return [];
    const { notificationId, orderId, kind } = state;
    const attempt = state.attempts + 1;
    const final = permanent || attempt >= MAX_ATTEMPTS;
    return [{ type: 'NotificationFailed', data: { notificationId, orderId, kind, code, reason, attempt, final } }];
  };
