import { Injectable } from '@nestjs/common';
import { type EventOf, type OrderEventData, type orderEvents } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { Delivery } from '../delivery/delivery.js';
import { Keeping, type Kept } from '../delivery/keeping.js';
import { both, queue, suppress } from '../notification/notification.js';
import { Notifications } from '../notification/repository.js';
import { type LiveOrder, type MessageDoc, Messages, type OrderCopy } from './messages.js';
import { changeOf, type Noticed, noticeOf, noticeTypes } from './notice-of.js';

type OrderPublicEvent = EventOf<(typeof orderEvents)[number]>;

interface Notice {
  readonly event: ReceivedEvent;
  readonly order: LiveOrder;
  readonly doc: MessageDoc;
}

/** Turns order events into notices: one per (order, kind, occasion, recipient), whatever is delivered how often. */
@Injectable()
export class WriteNotices {
  constructor(
    private readonly messages: Messages,
    private readonly notifications: Notifications,
    private readonly keeping: Keeping,
    private readonly delivery: Delivery,
    private readonly clock: Clock,
  ) {}

  @OnEvents({ group: 'notification.notices', topics: ['orders.v1'], types: noticeTypes })
  async write(events: readonly ReceivedEvent[]): Promise<void> {
    await this.keepOrders(events);
    const { notices, changed } = await this.noticesOf(events);
    await this.tell(notices);
    // Last: a repeat begins with what was known before.
    if (changed.length === 0) return;
    await this.messages.orders.bulkWrite(
      changed.map(({ _id, lines, total }) => ({ updateOne: { filter: { _id }, update: { $set: { lines, total } } } })),
      { ordered: false },
    );
  }

  private async tell(notices: readonly Notice[]): Promise<void> {
    if (notices.length === 0) return;
    const kept = await this.keeping.settle(notices.map(({ doc }) => doc));
    await this.append(notices, kept);
    // After the append: what is on the work list is recorded as queued. A repeat finds both done.
    await this.messages.messages.bulkWrite(
      notices.map(({ doc: { _id, ...doc } }, index) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: { ...doc, ...kept[index]?.doc } }, upsert: true },
      })),
      { ordered: false },
    );
    if (notices.some(({ doc }, index) => doc.status === 'due' && !kept[index])) this.delivery.wake();
  }

  private async keepOrders(events: readonly ReceivedEvent[]): Promise<void> {
    const orders = events.flatMap((event) =>
      event.type === 'orderloom.order.OrderSubmitted.v1'
        ? [copyOf(event.data as OrderEventData['OrderSubmitted'])]
        : [],
    );
    if (orders.length === 0) return;
    await this.messages.orders.bulkWrite(
      orders.map(({ _id, ...order }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: order }, upsert: true },
      })),
      { ordered: false },
    );
  }

  /** What is to be told, each with the order as it was at that event; and the orders that are otherwise afterwards. */
  private async noticesOf(events: readonly ReceivedEvent[]): Promise<{ notices: Notice[]; changed: LiveOrder[] }> {
    const wanted = events.flatMap((event) => {
      const notice = noticeOf(event as OrderPublicEvent);
      const change = changeOf(event as OrderPublicEvent);
      return notice || change ? [{ event, orderId: event.subject.slice('order-'.length), notice, change }] : [];
    });
    if (wanted.length === 0) return { notices: [], changed: [] };
    const orders = new Map<string, OrderCopy>();
    const ids = [...new Set(wanted.map(({ orderId }) => orderId))];
    const found = this.messages.orders.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 });
    for await (const order of found) orders.set(order._id, order);
    const notices = new Map<string, Notice>();
    const changed = new Map<string, LiveOrder>();
    for (const { event, orderId, notice, change } of wanted) {
      const known = orders.get(orderId);
      // Submitted comes first on the same key, so an order that is not known is a broken topic: let it be seen.
      if (!known) throw new Error(`${event.subject}: ${event.type} came before the order was submitted`);
      if (known.mode === 'history') continue;
      const order: LiveOrder = { ...known, ...change };
      orders.set(orderId, order);
      if (change) changed.set(orderId, order);
      if (!notice) continue;
      const { kind, occasion, more, asked, parcel } = notice;
      const about = occasion === undefined ? [] : [occasion];
      const _id = deterministicId('notification', orderId, kind, recipientKey(order), ...about);
      if (notices.has(_id)) continue;
      const { number, currency, total, lines, locale, customerId, contact } = order;
      const now = this.clock.millis();
      notices.set(_id, {
        event,
        order,
        doc: {
          _id,
          orderId,
          kind,
          ...(occasion === undefined ? {} : { occasion }),
          ...(customerId === undefined ? {} : { customerId }),
          locale,
          ...(contact === undefined ? {} : { recipient: contact }),
          facts: { number, currency, total, lines: parcelOf(parcel, lines) ?? wantedOf(lines), ...more },
          ...(asked === undefined ? {} : { asked }),
          status: isReachable(order) ? 'due' : 'suppressed',
          attempts: 0,
          writtenAt: now,
          dueAt: now,
        },
      });
    }
    return { notices: [...notices.values()], changed: [...changed.values()] };
  }

  private async append(notices: readonly Notice[], kept: readonly (Kept | undefined)[]): Promise<void> {
    const settled = await this.notifications.handleMany(
      notices.map((notice, index) => ({
        id: notice.doc._id,
        decide: decisionOf(notice, kept[index]),
        context: {
          actor: 'notification',
          correlationId: notice.event.correlationid,
          causationId: notice.event.id,
          handler: 'notices',
          now: this.clock.now(),
          expectNew: true,
        },
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}

/** What is recorded of a notice when it is written. */
function decisionOf(
  { order, doc: { _id, orderId, kind, occasion, customerId, locale } }: Notice,
  kept: Kept | undefined,
) {
  if (!isReachable(order)) return suppress({ notificationId: _id, orderId, kind, reason: 'RECIPIENT_MISSING' });
  const queued = queue({
    notificationId: _id,
    orderId,
    kind,
    ...(occasion === undefined ? {} : { occasion }),
    channel: 'email',
    recipientKey: recipientKey(order),
    ...(customerId === undefined ? {} : { customerId }),
    locale,
  });
  return kept ? both(queued, kept.decide) : queued;
}

/** Stands for the recipient in ids and events; nothing personal can be read from it. */
const recipientKey = ({ _id, customerId }: LiveOrder): string =>
  deterministicId('recipient', customerId === undefined ? `order:${_id}` : `customer:${customerId}`);

/** Whether anybody can be told: the order names a contact, or a customer whose profile may. */
const isReachable = ({ contact, customerId }: LiveOrder): boolean => contact !== undefined || customerId !== undefined;

const copyOf = (data: OrderEventData['OrderSubmitted']): OrderCopy =>
  data.mode === 'history' ? { _id: data.orderId, mode: 'history' } : liveCopyOf(data);

const liveCopyOf = (data: OrderEventData['OrderSubmitted']): LiveOrder => ({
  _id: data.orderId,
  mode: 'live',
  number: data.number,
  ...(data.customerId === undefined ? {} : { customerId: data.customerId }),
  ...(data.customer === undefined ? {} : { contact: data.customer }),
  locale: data.locale,
  currency: data.currency,
  total: data.totals.total,
  lines: data.lines.map(({ lineId, name, quantity }) => ({ lineId, name, quantity })),
});

type Told = { name: string; quantity: number }[];

const wantedOf = (lines: LiveOrder['lines']): Told =>
  lines.filter(({ quantity }) => quantity > 0).map(({ name, quantity }) => ({ name, quantity }));

/** What is in a parcel; undefined when that is not known. */
const parcelOf = (parcel: Noticed['parcel'], lines: LiveOrder['lines']): Told | undefined => {
  if (parcel === undefined || parcel.length === 0) return undefined;
  const names = new Map(lines.map(({ lineId, name }) => [lineId, name]));
  if (parcel.some(({ lineId }) => !names.has(lineId))) return undefined;
  return parcel.map(({ lineId, quantity }) => ({ name: names.get(lineId) ?? '', quantity }));
};
