import type { NotificationEvent, NotificationEventData } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { evolve, initial, type Notification } from '@orderloom/notification/notification/notification';
import { type NotificationView, notificationsProjection } from '@orderloom/notification/views/notifications.projection';
import { fromRecorded } from '@orderloom/projections';
import { compareFields, compareIds, type Difference } from './difference.js';
import type { ReplayedOrder } from './orders.js';

/** Replays the `notification-` streams of a log. */
export class NoticeReplay {
  readonly notices = new Map<string, { readonly state: Notification; readonly view: NotificationView }>();
  readonly differences: Difference[] = [];
  readonly #firstOf = new Map<string, string>();

  add(event: RecordedEvent): void {
    const id = event.streamId.slice('notification-'.length);
    const before = this.notices.get(id);
    const state = evolve(before?.state ?? initial(), event as unknown as NotificationEvent);
    const view = notificationsProjection.evolve(before?.view ?? null, fromRecorded(event));
    if (view) this.notices.set(id, { state, view });
    if (event.type === 'NotificationSent' && before?.state.status === 'sent') {
      this.differences.push({ check: 'notice', id, detail: 'was sent twice' });
    }
    if (event.type !== 'NotificationQueued') return;
    const { orderId, kind, occasion = '', recipientKey } = event.data as NotificationEventData['NotificationQueued'];
    const key = `${orderId} ${kind} ${occasion} ${recipientKey}`;
    const first = this.#firstOf.get(key) ?? id;
    this.#firstOf.set(key, first);
    if (before || first !== id) {
      this.differences.push({
        check: 'notice',
        id,
        detail: `is another "${kind}" of the order ${orderId}, after ${first}`,
      });
    }
  }
}

/** Steps of a return that its customer is told of, and the kind of each notice. */
const RETURN_KINDS: ReadonlyMap<string, string> = new Map([
  ['ReturnRequested', 'return-requested'],
  ['ReturnApproved', 'return-approved'],
  ['ReturnDeclined', 'return-declined'],
  ['ReturnReceived', 'return-received'],
  ['ReturnSentBack', 'return-sent-back'],
  ['ReturnResolved', 'return-resolved'],
]);

/** Reads the `return-` streams of a log for what their customers have to be told. */
export class ReturnNotices {
  /** In the order of the log. */
  readonly due: { readonly orderId: string; readonly kind: string }[] = [];

  add({ type, data }: RecordedEvent): void {
    const kind = RETURN_KINDS.get(type);
    const { orderId, lines } = data as { readonly orderId: string; readonly lines?: readonly unknown[] };
    // Saying that nothing more will come is no arrival.
    if (kind === undefined || (type === 'ReturnReceived' && lines?.length === 0)) return;
    this.due.push({ orderId, kind });
  }
}

/** The kinds of notice that an order has given reason for so far. */
export function noticesDue({ order, fact, told }: ReplayedOrder): string[] {
  if (order.mode === 'history') return [];
  return [
    ...(fact.at.confirmed === undefined ? [] : ['confirmed']),
    ...(fact.at.completed === undefined ? [] : ['delivered']),
    ...told,
    ...(order.payments.some(({ failure }) => failure?.final) ? ['payment-failed'] : []),
  ];
}

/** Every notice that is due was written, and no other. */
export function compareNotices(
  notices: NoticeReplay['notices'],
  orders: ReadonlyMap<string, ReplayedOrder>,
  returns: ReturnNotices['due'] = [],
): Difference[] {
  const due = [
    ...[...orders].flatMap(([id, order]) => noticesDue(order).map((kind) => `${id}/${kind}`)),
    ...returns
      .filter(({ orderId }) => orders.get(orderId)?.order.mode !== 'history')
      .map(({ orderId, kind }) => `${orderId}/${kind}`),
  ];
  const written = [...notices.values()].map(({ view }) => `${view.orderId}/${view.kind}`);
  return compareIds('notice', numbered(due), numbered(written), {
    missing: 'is due and was never written',
    unexpected: 'was written for no reason',
  });
}

/** Tells equal entries apart by their number: what happens twice is told twice. */
function numbered(entries: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return entries.map((entry) => {
    const count = (counts.get(entry) ?? 0) + 1;
    counts.set(entry, count);
    return count === 1 ? entry : `${entry}#${count}`;
  });
}

/** Compares the list of notices with the replay. */
export function compareNoticeList(
  notices: NoticeReplay['notices'],
  rows: readonly (Readonly<Record<string, unknown>> & { id: string })[],
): Difference[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const differences = compareIds('notice-list', notices.keys(), byId.keys(), {
    missing: 'is not listed',
    unexpected: 'is listed and has no stream',
  });
  for (const [id, { view }] of notices) {
    const { _id, ...columns } = view;
    const row = byId.get(id);
    if (row) differences.push(...compareFields('notice-list', id, columns, row));
  }
  return differences;
}
