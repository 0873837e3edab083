import { topicOf } from '@orderloom/contracts';
import { type DomainEvent, type RecordedEvent, toEnvelope } from '@orderloom/event-sourcing';
import { submit } from '@orderloom/order/order/decide-submit';
import { initial } from '@orderloom/order/order/order';
import { ORDER_ID, submitCommand } from '@orderloom/order/order/order.fixtures';
import { compareAnalytics, expectedSummaries } from './analytics.js';
import { compareAnswers } from './answers.js';
import { compareNotices, NoticeReplay } from './notices.js';
import { compareOrderList, OrderReplay, problemsAtRest } from './orders.js';
import { compareReservations, compareStockList, StockReplay } from './stock.js';
import { TopicCheck } from './topics.js';

const AT = '2026-03-01T09:30:00.000Z';

/** Events as they come out of the store. */
const recorded = (streamId: string, events: readonly DomainEvent[], from = 0): RecordedEvent[] =>
  events.map((event, index) => ({
    ...event,
    id: `00000000-0000-4000-8000-${String(from + index).padStart(12, '0')}`,
    streamId,
    revision: BigInt(from + index),
    position: { commit: BigInt(from + index), prepare: BigInt(from + index) },
    recordedAt: AT,
    metadata: { schemaVersion: 1, correlationId: 'c', causationId: 'c', actor: 'test', at: AT },
  }));

const placed = submit(submitCommand({ idempotencyKey: 'key-1' }), initial());
const ordersOf = (more: readonly DomainEvent[] = []) => {
  const replay = new OrderReplay();
  for (const event of recorded(`order-${ORDER_ID}`, [...placed, ...more])) replay.add(event);
  return replay;
};
const cancelled: DomainEvent = {
  type: 'OrderCancelled',
  data: {
    reason: 'x',
    lines: [
      { lineId: 'L1', quantity: 3, amount: 3000 },
      { lineId: 'L2', quantity: 2, amount: 1000 },
    ],
    amount: 4400,
    currency: 'EUR',
    occurredAt: AT,
  },
};

describe('orders against their list', () => {
  const row = () => {
    const { _id, fold: _f, customer: _c, revision, ...columns } = ordersOf().orders.get(ORDER_ID)!.document;
    return { id: _id, ...columns, revision: String(revision) };
  };

  it('agree when the list shows what a replay yields', () => {
    const replay = ordersOf();
    expect(replay.differences).toEqual([]);
    expect(compareOrderList(replay.orders, [row()])).toEqual([]);
  });

  it('names the order and the column that differ', () => {
    expect(compareOrderList(ordersOf().orders, [{ ...row(), due: 1 }])).toEqual([
      { check: 'order-list', id: ORDER_ID, detail: 'due is 1, not 4400' },
    ]);
  });

  it('names what is missing, too much, and listed twice', () => {
    const list = [
      { ...row(), id: 'ghost' },
      { ...row(), id: 'ghost' },
    ];
    expect(compareOrderList(ordersOf().orders, list).map(({ id }) => id)).toEqual([ORDER_ID, 'ghost', 'list']);
  });

  it('tells an impossible event, and an order that has not ended', () => {
    const shipped: DomainEvent = {
      type: 'LinesShipped',
      data: { shipmentId: 's', lines: [{ lineId: 'L1', quantity: 4 }], occurredAt: AT },
    };
    expect(ordersOf([shipped]).differences[0]).toMatchObject({ check: 'order', id: ORDER_ID });
    expect(problemsAtRest(ordersOf().orders.get(ORDER_ID)!.order)).toEqual(['is CONFIRMED']);
    expect(problemsAtRest(ordersOf([cancelled]).orders.get(ORDER_ID)!.order)).toEqual([]);
  });
});

describe('stock', () => {
  const place = { sku: 'SKU-1', location: 'main' };
  const figures = (onHand: number, reserved: number) => ({ onHand, reserved, available: onHand - reserved });
  const received: DomainEvent = { type: 'GoodsReceived', data: { ...place, quantity: 3, after: figures(3, 0) } };
  const reservation = { reservationId: 'r1', orderId: ORDER_ID, lineId: 'L1', ...place };
  const reserve = (quantity: number): DomainEvent => ({
    type: 'StockReserved',
    data: { ...reservation, quantity, after: figures(3, quantity) },
  });
  const consume = (quantity: number): DomainEvent => ({
    type: 'ReservationConsumed',
    data: { ...reservation, quantity, after: figures(3 - quantity, 0) },
  });
  const replayOf = (...events: DomainEvent[]) => {
    const replay = new StockReplay();
    for (const event of recorded('stock-main:SKU-1', events)) replay.add(event);
    return replay;
  };

  it('adds up at every prefix, or the event is named', () => {
    expect(replayOf(received, reserve(3), consume(3)).differences).toEqual([]);
    expect(replayOf(received, reserve(4)).differences).toEqual([
      { check: 'stock', id: 'main:SKU-1', detail: 'after event 1: on hand 3, reserved 4, available -1' },
    ]);
  });

  it('is compared with its list', () => {
    const { places } = replayOf(received);
    const { _id, revision, ...columns } = places.get('main:SKU-1')!.document;
    const row = { id: _id, ...columns, revision: String(revision) };
    expect(compareStockList(places, [row])).toEqual([]);
    expect(compareStockList(places, [{ ...row, available: 4 }])[0]?.detail).toBe('available is 4, not 3');
    expect(compareStockList(places, [])[0]?.detail).toBe('is not listed');
  });

  it('is given back by orders that have ended, and taken out only for what was shipped', () => {
    const { reservations } = replayOf(received, reserve(3));
    expect(compareReservations(reservations, ordersOf().orders)).toEqual([]);
    expect(compareReservations(reservations, ordersOf([cancelled]).orders)[0]?.detail).toContain('holds 3');
    expect(compareReservations(reservations, new Map())[0]?.detail).toContain('does not exist');
    const taken = replayOf(received, reserve(3), consume(3)).reservations;
    expect(compareReservations(taken, ordersOf().orders)[0]?.detail).toBe('0 shipped and 3 taken from stock');
  });
});

describe('topics', () => {
  const stored = recorded(`order-${ORDER_ID}`, placed).map((event) => toEnvelope('order', event));
  const check = (...published: typeof stored) => {
    const topics = new TopicCheck();
    for (const envelope of stored) topics.stored(envelope);
    for (const envelope of published) topics.published(envelope);
    return topics.differences().map(({ detail }) => detail);
  };
  const [first, second] = stored as [(typeof stored)[0], (typeof stored)[0]];

  it('may repeat events and must hold all of them in order', () => {
    expect(topicOf.order).toBe('orders.v1');
    expect(check(first, second)).toEqual([]);
    expect(check(first, second, first, second)).toEqual([]);
    expect(check(first)).toEqual(['1 of 2 events are published']);
    expect(check(second, first)[0]).toBe('has 1 after -1');
  });

  it('say what was stored and nothing else', () => {
    expect(check(first, { ...second, data: {} })).toEqual(['says something else in event 1']);
    expect(check(first, second, { ...second, sequence: '2' })[0]).toContain('never stored');
  });
});

describe('notices', () => {
  const queued = (notificationId: string, kind = 'confirmed'): DomainEvent => ({
    type: 'NotificationQueued',
    data: { notificationId, orderId: ORDER_ID, kind, channel: 'email', recipientKey: 'k', locale: 'en' },
  });
  const replayOf = (...events: DomainEvent[]) => {
    const replay = new NoticeReplay();
    for (const event of events) {
      const { notificationId } = event.data as { notificationId: string };
      for (const one of recorded(`notification-${notificationId}`, [event])) replay.add(one);
    }
    return replay;
  };

  it('are written once for each reason', () => {
    const { orders } = ordersOf();
    const one = replayOf(queued('n1'));
    expect([...one.differences, ...compareNotices(one.notices, orders)]).toEqual([]);
    expect(compareNotices(replayOf().notices, orders)[0]?.detail).toBe('is due and was never written');
    const two = replayOf(queued('n1'), queued('n2'));
    expect(two.differences[0]).toMatchObject({ check: 'notice', id: 'n2' });
    expect(compareNotices(two.notices, orders)).toHaveLength(1);
    expect(compareNotices(replayOf(queued('n1'), queued('n2', 'shipped')).notices, orders)[0]?.detail).toBe(
      'was written for no reason',
    );
  });
});

describe('answers', () => {
  const { orders } = ordersOf();

  it('agree with what is stored', () => {
    expect(compareAnswers([{ key: 'key-1', placed: [ORDER_ID, ORDER_ID] }], orders)).toEqual([]);
  });

  it('tell what was acknowledged and is not there, and what nobody asked for', () => {
    expect(compareAnswers([{ key: 'key-2', placed: ['lost'] }], orders).map(({ id }) => id)).toEqual([
      'key-2',
      'key-1',
    ]);
    expect(compareAnswers([{ key: 'key-1', placed: [ORDER_ID, 'other'] }], orders).length).toBeGreaterThan(0);
    expect(compareAnswers([{ key: 'key-1', placed: [ORDER_ID], cancelled: 200 }], orders)[0]?.detail).toBe(
      'was answered as cancelled and is CONFIRMED',
    );
  });
});

describe('analytics', () => {
  it('counts what the orders add up to', () => {
    const { orders } = ordersOf();
    const summaries = expectedSummaries(orders.values());
    expect(summaries.get('EUR')).toMatchObject({ orders: 1, lines: 2, net: { amount: 4000, currency: 'EUR' } });
    expect(compareAnalytics(orders, summaries as Map<string, Record<string, unknown>>)).toEqual([]);
    expect(compareAnalytics(orders, new Map())[0]).toEqual({
      check: 'analytics',
      id: 'summary EUR',
      detail: 'is missing',
    });
  });
});
