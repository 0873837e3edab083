import type { PurchaseEvent } from '@orderloom/contracts';
import { givenFor, spec } from '@orderloom/testing';
import { scoreOf } from '../supplier/supplier-score.js';
import {
  cancelPurchase,
  closePurchase,
  confirmPurchase,
  createPurchase,
  overduePurchase,
  receivePurchase,
  sendPurchase,
} from './decide.js';
import { type Purchase, purchase, toCome } from './purchase.js';

const purchaseId = 'p1';
const now = '2026-03-01T09:00:00.000Z';
const draft = {
  purchaseId,
  number: 'PO-1',
  supplierId: 's1',
  location: 'main',
  currency: 'EUR',
  lines: [
    { lineId: 'L1', sku: 'A', quantity: 10, unitPrice: 200, expectedOn: '2026-03-10' },
    { lineId: 'L2', sku: 'B', quantity: 5, expectedOn: '2026-03-12' },
  ],
};
const created: PurchaseEvent = { type: 'PurchaseOrderCreated', data: draft };
const sent: PurchaseEvent = {
  type: 'PurchaseOrderSent',
  data: { purchaseId, answerBy: '2026-03-04T09:00:00.000Z', occurredAt: now },
};
const says = (quantity: number, expectedOn: string, unitPrice?: number) => ({
  purchaseId,
  lines: [{ lineId: 'L1', quantity, expectedOn, ...(unitPrice === undefined ? {} : { unitPrice }) }],
  by: 'supplier' as const,
  occurredAt: now,
});
const confirmed: PurchaseEvent = { type: 'PurchaseOrderConfirmed', data: says(8, '2026-03-15', 220) };
const delivery = (receiptId: string, quantities: Record<string, number>, occurredAt = now) => ({
  purchaseId,
  receiptId,
  location: 'main',
  lines: Object.entries(quantities).map(([lineId, quantity]) => ({
    lineId,
    sku: lineId === 'L1' ? 'A' : 'B',
    quantity,
  })),
  occurredAt,
});
const received = (receiptId: string, quantities: Record<string, number>, at?: string): PurchaseEvent => ({
  type: 'PurchaseReceived',
  data: delivery(receiptId, quantities, at),
});
const given = givenFor(purchase);
const receive = (receiptId: string, quantities: Record<string, number>) => (state: Purchase) =>
  receivePurchase(delivery(receiptId, quantities), state);
const close = (state: Purchase) => closePurchase({ purchaseId, now }, state);
const cancel = (state: Purchase) => cancelPurchase({ purchaseId, reason: 'not needed', now }, state);
const send = (state: Purchase) => sendPurchase({ purchaseId, answerBy: now, occurredAt: now }, state);
const confirm = (quantity: number, day: string) => (state: Purchase) => confirmPurchase(says(quantity, day), state);

describe('a purchase order', () => {
  it('is drafted and sent once', () => {
    spec(purchase)
      .when((state) => createPurchase(draft, state))
      .then(created);
    given(created)
      .when((state) => createPurchase(draft, state))
      .thenNothing();
    given(created).when(send).thenTypes('PurchaseOrderSent');
    given(created, sent).when(send).thenNothing();
    spec(purchase).when(send).thenRefused('PURCHASE_NOT_FOUND');
  });

  it('is confirmed with dates, and again when they change', () => {
    given(created).when(confirm(8, '2026-03-15')).thenRefused('PURCHASE_NOT_SENT');
    given(created, sent).when(confirm(10, '2026-03-10')).thenTypes('PurchaseOrderConfirmed');
    given(created, sent, confirmed).when(confirm(8, '2026-03-15')).thenNothing();
    given(created, sent, confirmed)
      .when(confirm(8, '2026-03-20'))
      .thenState((state) => {
        expect(state.lines[0]).toMatchObject({ expected: 8, expectedOn: '2026-03-20', unitPrice: 220 });
        // On time is measured by what was agreed first.
        expect(state.agreedOn).toBe('2026-03-15');
      });
    given(created, sent, received('r1', { L1: 4 }))
      .when(confirm(3, '2026-03-15'))
      .thenRefused('PURCHASE_LINE_ARRIVED');
  });

  it('takes deliveries in once each, and is closed by the last', () => {
    given(created, sent, confirmed)
      .when(receive('r1', { L1: 4 }))
      .thenState((state) => expect([state.status, toCome(state.lines[0]!)]).toEqual(['PART_RECEIVED', 4]));
    const part = [created, sent, confirmed, received('r1', { L1: 4 })];
    given(...part)
      .when(receive('r1', { L1: 4 }))
      .thenNothing();
    given(...part)
      .when(receive('r2', { L1: 4, L2: 5 }))
      .thenTypes('PurchaseReceived', 'PurchaseOrderClosed');
    given(...part)
      .when(receive('r2', { L9: 1 }))
      .thenRefused('PURCHASE_LINE_NOT_FOUND');
    given(created)
      .when(receive('r1', { L1: 4 }))
      .thenRefused('PURCHASE_NOT_SENT');
  });

  it('is closed short, or called off while nothing has arrived', () => {
    const part = [created, sent, received('r1', { L1: 4 })];
    given(...part)
      .when(close)
      .thenTypes('PurchaseOrderClosed');
    given(...part)
      .when(cancel)
      .thenRefused('PURCHASE_ARRIVED');
    given(created, sent).when(cancel).thenTypes('PurchaseOrderCancelled');
    given(created).when(close).thenRefused('PURCHASE_NOT_SENT');
    const closed: PurchaseEvent = {
      type: 'PurchaseOrderClosed',
      data: { purchaseId, outcome: 'SHORT', occurredAt: now },
    };
    given(...part, closed)
      .when(close)
      .thenNothing();
    given(...part, closed)
      .when(receive('r1', { L1: 4 }))
      .thenNothing();
    given(...part, closed)
      .when(receive('r2', { L1: 4 }))
      .thenRefused('PURCHASE_ENDED');
    given(...part, closed)
      .when(cancel)
      .thenRefused('PURCHASE_ENDED');
  });

  it('tells once of an answer and of a delivery that did not come', () => {
    const late = (at: string) => (state: Purchase) => overduePurchase(at, state);
    given(created, sent).when(late('2026-03-03T00:00:00.000Z')).thenNothing();
    given(created, sent).when(late('2026-03-05T00:00:00.000Z')).thenTypes('PurchaseOrderOverdue');
    const told: PurchaseEvent = {
      type: 'PurchaseOrderOverdue',
      data: { purchaseId, what: 'ANSWER', dueAt: '2026-03-04T09:00:00.000Z', occurredAt: now },
    };
    given(created, sent, told).when(late('2026-03-05T00:00:00.000Z')).thenNothing();
    given(created, sent, told, confirmed)
      .when(late('2026-03-13T00:00:00.000Z'))
      .thenState((state) => expect(state.overdue).toContain('DELIVERY:2026-03-12T23:59:59.999Z'));
    given(created).when(late('2027-01-01T00:00:00.000Z')).thenNothing();
  });
});

describe('the score of a supplier', () => {
  const fold = (...events: PurchaseEvent[]): Purchase =>
    events.reduce<Purchase>((state, event) => purchase.evolve(state, event), purchase.initial());
  const done = (at: string, quantities: Record<string, number>): Purchase =>
    fold(created, sent, confirmed, received('r1', quantities, at), {
      type: 'PurchaseOrderClosed',
      data: { purchaseId, outcome: 'SHORT', occurredAt: at },
    });

  it('counts punctuality, completeness and price of what has ended', () => {
    const punctual = done('2026-03-11T09:00:00.000Z', { L1: 10, L2: 5 });
    const late = done('2026-03-21T09:00:00.000Z', { L1: 5 });
    expect(scoreOf([punctual, late, fold(created, sent)], '2026-03-30')).toEqual({
      orders: 2,
      onTime: 0.5,
      complete: 0.667,
      price: 1.1,
      leadTimeDays: 15,
      score: 61,
    });
  });

  it('says nothing before there is anything to say', () => {
    expect(scoreOf([fold(created)], '2026-03-30')).toMatchObject({ orders: 0, score: null });
  });
});
