import { type ServiceName, serviceNames, streamPrefixes, topicOf } from '@orderloom/contracts';
import { comparePositions, type EventStore, type RecordedEvent, toEnvelope } from '@orderloom/event-sourcing';
import type { KafkaClient } from '@orderloom/messaging';
import { toPublic as orderToPublic } from '@orderloom/order/publish';
import { compareAnalytics } from './analytics.js';
import { compareAnswers, type RecordedAnswers } from './answers.js';
import { CustomerReplay, compareCustomers } from './customers.js';
import type { Difference } from './difference.js';
import { compareFulfilments, FulfilmentReplay } from './fulfilments.js';
import { compareNoticeList, compareNotices, NoticeReplay, ReturnNotices } from './notices.js';
import { compareOrderList, OrderReplay, problemsAtRest } from './orders.js';
import { type Get, lagging, readCustomers, readDeadLetters, readList, readSummaries } from './read-platform.js';
import { compareReservations, compareStockList, StockReplay } from './stock.js';
import { TopicCheck } from './topics.js';

/** What the ledger checker looks at. */
export interface Subject {
  readonly get: Get;
  readonly store: EventStore;
  readonly kafka: KafkaClient;
}

export interface ReconcileOptions {
  /** What callers were told; their orders are the only ones with an Idempotency-Key when given. */
  readonly answers?: readonly RecordedAnswers[];
  /** True when every live order must have ended. */
  readonly atRest?: boolean;
  /** Differences of these ids are expected, e.g. keys of messages that a test made unreadable. */
  readonly expected?: (difference: Difference) => boolean;
  /** How long to wait for everything to have caught up, ms. Default 60,000. */
  readonly settleMs?: number;
}

/** What was compared, and what does not agree. */
export interface Reconciliation {
  readonly events: number;
  readonly published: number;
  readonly orders: number;
  readonly differences: readonly Difference[];
}

/** Nothing can be compared while things are still moving. */
export class NotAtRest extends Error {
  override readonly name = 'NotAtRest';
}

/**
 * Replays every stream with the folds that decide, and compares the outcome with the read models as the interface shows
 * them, with the topics, and with what callers were told.
 * @throws NotAtRest when the platform does not come to rest within the time given
 */
export async function reconcile(subject: Subject, options: ReconcileOptions = {}): Promise<Reconciliation> {
  for (let attempt = 1; ; attempt += 1) {
    await caughtUp(subject.get, options.settleMs ?? 60_000);
    const head = await subject.store.head(prefixes);
    const outcome = await compare(subject, options);
    const after = await subject.store.head(prefixes);
    // Whatever is written meanwhile shows up on one side only.
    const quiet = head === null || after === null ? head === after : comparePositions(head, after) === 0;
    if (quiet || outcome.differences.length === 0) return outcome;
    if (attempt === 5) throw new NotAtRest('Events are recorded all the time: stop what places orders, then compare.');
  }
}

const prefixes = serviceNames.flatMap((service) => streamPrefixes[service]);

const ownerOf = (streamId: string): ServiceName | undefined =>
  serviceNames.find((service) => streamPrefixes[service].some((prefix) => streamId.startsWith(prefix)));

async function caughtUp(get: Get, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const behind = await lagging(get);
    if (behind.length === 0) return;
    if (Date.now() > deadline) throw new NotAtRest(`After ${deadlineMs} ms there is still lag: ${behind.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function compare({ get, store, kafka }: Subject, options: ReconcileOptions): Promise<Reconciliation> {
  const orders = new OrderReplay();
  const stock = new StockReplay();
  const fulfilments = new FulfilmentReplay();
  const notices = new NoticeReplay();
  const returns = new ReturnNotices();
  const customers = new CustomerReplay();
  const topics = new TopicCheck();
  const replays: readonly (readonly [prefix: string, replay: { add(event: RecordedEvent): void }])[] = [
    ['order-', orders],
    ['stock-', stock],
    ['fulfilment-', fulfilments],
    ['shipment-', fulfilments],
    ['notification-', notices],
    ['return-', returns],
    ['customer-', customers],
  ];
  let events = 0;
  for await (const batch of store.readAll({ prefixes })) {
    for (const event of batch.events) {
      events += 1;
      const owner = ownerOf(event.streamId);
      if (owner) topics.stored(owner === 'order' ? orderToPublic(event) : toEnvelope(owner, event));
      replays.find(([prefix]) => event.streamId.startsWith(prefix))?.[1].add(event);
    }
  }
  const unreadable: Difference[] = [];
  let published = 0;
  await kafka.history(
    serviceNames.map((service) => topicOf[service]),
    (event) => {
      published += 1;
      topics.published(event);
    },
    ({ topic, partition, offset }, error) => {
      unreadable.push({ check: 'topic', id: `${topic}/${partition}@${offset}`, detail: String(error) });
    },
  );
  const [orderRows, stockRows, noticeRows, customerRows, summaries, dead] = await Promise.all([
    readList(get, '/api/orders', 200),
    readList(get, '/api/stock', 500),
    readList(get, '/api/notifications', 200),
    readCustomers(get),
    readSummaries(get),
    readDeadLetters(get),
  ]);
  const resting = options.atRest
    ? [...orders.orders].flatMap(([id, { order }]) =>
        problemsAtRest(order).map((detail): Difference => ({ check: 'order', id, detail })),
      )
    : [];
  const differences = [
    ...orders.differences,
    ...stock.differences,
    ...fulfilments.differences,
    ...notices.differences,
    ...topics.differences(),
    ...unreadable,
    ...dead,
    ...resting,
    ...compareOrderList(orders.orders, orderRows),
    ...compareStockList(stock.places, stockRows),
    ...compareReservations(stock.reservations, orders.orders),
    ...compareFulfilments(fulfilments, orders.orders),
    ...compareNotices(notices.notices, orders.orders, returns.due),
    ...compareNoticeList(notices.notices, noticeRows),
    ...compareCustomers(customers.customers, orders.orders, customerRows),
    ...compareAnalytics(orders.orders, summaries),
    ...(options.answers ? compareAnswers(options.answers, orders.orders) : []),
  ];
  const { expected } = options;
  return {
    events,
    published,
    orders: orders.orders.size,
    differences: expected ? differences.filter((difference) => !expected(difference)) : differences,
  };
}
