import { Injectable } from '@nestjs/common';
import type { EventOf, OrderEventData, orderEvents, returnEvents } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { Delivery } from '../delivery/delivery.js';
import { Keeping, type Kept } from '../delivery/keeping.js';
import { both, queue, suppress } from '../notification/notification.js';
import { Notifications } from '../notification/repository.js';
import { type LiveOrder, type MessageDoc, Messages, type OrderCopy } from './messages.js';
import { changeOf, type Noticed, noticeOf, noticeTypes, orderOf } from './notice-of.js';

type OrderPublicEvent = EventOf<(typeof orderEvents)[number]> | EventOf<(typeof returnEvents)[number]>;

/** A notice that is to be written, and the event it comes from. */
interface Wanted {
  readonly event: Pick<ReceivedEvent, 'id' | 'correlationid'>;
  readonly orderId: string;
  /** A return of the order, whose events come by another way than the order's own. */
  readonly ofReturn: boolean;
  readonly notice: Noticed | undefined;
  readonly change?: ReturnType<typeof changeOf>;
}

interface Notice {
  readonly event: Wanted['event'];
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
    const introduced = await this.keepOrders(events);
    const wanted = events.flatMap((event): Wanted[] => {
      const notice = noticeOf(event as OrderPublicEvent);
      const change = changeOf(event as OrderPublicEvent);
      const ofReturn = event.subject.startsWith('return-');
      return notice || change ? [{ event, orderId: orderOf(event), ofReturn, notice, change }] : [];
    });
    const { notices, changed } = await this.noticesOf([...(await this.overtaken(introduced)), ...wanted]);
    await this.tell(notices);
    if (introduced.length > 0 || wanted.some(({ ofReturn }) => ofReturn)) {
      const written = notices.map(({ event }) => event.id);
      await this.messages.early.deleteMany({ $or: [{ orderId: { $in: introduced } }, { _id: { $in: written } }] });
    }
    // Last: a repeat begins with what was known before.
    if (changed.length === 0) return;
    await this.messages.orders.bulkWrite(
      changed.map(({ _id, lines, total }) => ({ updateOne: { filter: { _id }, update: { $set: { lines, total } } } })),
      { ordered: false },
    );
  }

  /** Notices of returns that were read before their orders. */
  private async overtaken(orders: readonly string[]): Promise<Wanted[]> {
    if (orders.length === 0) return [];
    const found = await this.messages.early.find({ orderId: { $in: [...orders] } }).toArray();
    return found.map(({ _id, correlationid, orderId, ...notice }) => ({
      event: { id: _id, correlationid },
      orderId,
      ofReturn: true,
      notice,
    }));
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

  /** @returns the ids of the orders that these events introduce */
  private async keepOrders(events: readonly ReceivedEvent[]): Promise<string[]> {
    const orders = events.flatMap((event) =>
      event.type === 'orderloom.order.OrderSubmitted.v1'
        ? [copyOf(event.data as OrderEventData['OrderSubmitted'])]
        : [],
    );
    if (orders.length === 0) return [];
    await this.messages.orders.bulkWrite(
      orders.map(({ _id, ...order }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: order }, upsert: true },
      })),
      { ordered: false },
    );
    return orders.map(({ _id }) => _id);
  }

  private async ordersOf(wanted: readonly Wanted[]): Promise<Map<string, OrderCopy>> {
    const orders = new Map<string, OrderCopy>();
    const ids = [...new Set(wanted.map(({ orderId }) => orderId))];
    const found = this.messages.orders.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 });
    for await (const order of found) orders.set(order._id, order);
    return orders;
  }

  /** Keeps notices of returns until their orders are known, then looks once more: an order may have come meanwhile. */
  private async keepEarly(early: readonly Wanted[]): Promise<Map<string, OrderCopy>> {
    await this.messages.early.bulkWrite(
      early.flatMap(({ event: { id, correlationid }, orderId, notice }) => {
        if (notice === undefined) return [];
        const { kind, occasion, more } = notice;
        const kept = { orderId, correlationid, kind, ...(occasion === undefined ? {} : { occasion }), more };
        return [{ updateOne: { filter: { _id: id }, update: { $setOnInsert: kept }, upsert: true } }];
      }),
      { ordered: false },
    );
    return this.ordersOf(early);
  }

  /** What is to be told, each with the order as it was at that event; and the orders that are otherwise afterwards. */
  private async noticesOf(wanted: readonly Wanted[]): Promise<{ notices: Notice[]; changed: LiveOrder[] }> {
    if (wanted.length === 0) return { notices: [], changed: [] };
    const orders = await this.ordersOf(wanted);
    const early = wanted.filter(({ orderId, ofReturn }) => ofReturn && !orders.has(orderId));
    if (early.length > 0) for (const [id, order] of await this.keepEarly(early)) orders.set(id, order);
    const notices = new Map<string, Notice>();
    const changed = new Map<string, LiveOrder>();
    for (const { event, orderId, ofReturn, notice, change } of wanted) {
      const known = orders.get(orderId);
      if (!known && ofReturn) continue;
      // Submitted comes first on the same key, so an order that is not known is a broken topic: let it be seen.
      if (!known) throw new Error(`event ${event.id}: order ${orderId} is told of before it was submitted`);
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
