import { jest } from '@jest/globals';
import { type Json, Shop } from './shop.js';

jest.setTimeout(90_000);

let shop: Shop;
beforeAll(async () => {
  // Every story has a product of its own and begins with empty shelves.
  const products = { GLASS: 1_200, PLATE: 1_000, JUG: 2_500, BOWL: 800, TRAY: 3_000, SPOON: 250, FORK: 300 };
  shop = await Shop.open(products, { stocked: 0 });
}, 240_000);
afterAll(() => shop?.close(), 30_000);

/** What is on the shelves of each location. */
const shelves = async (sku: string): Promise<Record<string, number>> => {
  const { locations } = await shop.get(`/api/stock/${sku}`);
  return Object.fromEntries(locations.map(({ location, onHand }: Json) => [location, onHand]));
};
const waitsFor = (id: string, quantity: number): Promise<Json> =>
  shop.until(
    `/api/sourcing/${id}/shortage`,
    (one) => one.waitingFor[0]?.quantity === quantity && one.question !== null,
    `${quantity} units are waited for`,
  );
const sources = (id: string): Promise<Json> => shop.get(`/api/sourcing/${id}`);

describe('stories of goods', () => {
  it('received, sold out, waited for, received again, shipped', async () => {
    await shop.receive('GLASS', 3);
    const first = await shop.place({ GLASS: 2 });
    await shop.delivered(first);
    const second = await shop.place({ GLASS: 4 });
    const { question } = await waitsFor(second, 3);
    expect(question.options).toEqual(['WAIT', 'PART_DELIVERY', 'CANCEL']);
    expect(await shop.order(second)).toMatchObject({
      fulfilment: 'BACKORDERED',
      lines: [{ ordered: 4, allocated: 1, backordered: 3 }],
      money: { captured: 0 },
    });
    await shop.stock('GLASS', ({ onHand, available }) => onHand === 1 && available === 0, 'the last one is taken');
    // Who comes later gets nothing before who waits.
    const third = await shop.place({ GLASS: 1 });
    await waitsFor(third, 1);
    await shop.receive('GLASS', 3);
    expect(await shop.delivered(second)).toMatchObject({ money: { due: 4_800, captured: 4_800 } });
    expect((await shop.order(third)).fulfilment).toBe('BACKORDERED');
    await shop.receive('GLASS', 5);
    await shop.delivered(third);
    await shop.stock('GLASS', ({ onHand, reserved }) => onHand === 4 && reserved === 0, 'received 11, sent 7');
    expect(await shop.history(second)).toEqual([
      'OrderSubmitted',
      'OrderConfirmed',
      'LinesAllocated',
      'LinesBackordered',
      'LinesAllocated',
      'PaymentRequested',
      'PaymentCaptured',
      'FulfilmentReleased',
      'LinesShipped',
      'LinesDelivered',
      'OrderCompleted',
    ]);
    await shop.told(second, 'confirmed', 'shipped', 'delivered');
  });

  it('part of it is there: the customer takes that at once and the rest later, and pays once', async () => {
    await shop.receive('PLATE', 2);
    const id = await shop.place({ PLATE: 5 });
    await waitsFor(id, 3);
    const { path } = await shop.post(`/api/sourcing/${id}/shortage/link`);
    const answers = [{ lineId: 'L1', answer: 'PART_DELIVERY' }];
    expect((await shop.stranger('POST', `${path}/answer`, { answers })).status).toBe(200);
    const half = await shop.passesUntil(id, ({ lines }) => lines[0].delivered === 2, 'two plates are there');
    expect(half).toMatchObject({ status: 'CONFIRMED', fulfilment: 'PARTIALLY_DELIVERED', money: { captured: 5_000 } });
    await shop.receive('PLATE', 3);
    const done = await shop.delivered(id);
    expect(done.money).toMatchObject({ due: 5_000, captured: 5_000, outstanding: 0 });
    expect(done.shipments.map(({ lines }: Json) => lines[0].quantity)).toEqual([2, 3]);
    expect(done.payments).toHaveLength(1);
    await shop.stock('PLATE', ({ onHand, reserved }) => onHand === 0 && reserved === 0, 'all have left');
    expect(await shop.history(id)).toEqual([
      'OrderSubmitted',
      'OrderConfirmed',
      'LinesAllocated',
      'LinesBackordered',
      'PartDeliveryAgreed',
      'PaymentRequested',
      'PaymentCaptured',
      'FulfilmentReleased',
      'LinesShipped',
      'LinesDelivered',
      'LinesAllocated',
      'FulfilmentReleased',
      'LinesShipped',
      'LinesDelivered',
      'OrderCompleted',
    ]);
    // Each parcel is told of, with what is in it.
    const [, first, second] = await shop.told(id, 'confirmed', 'shipped', 'shipped', 'delivered');
    expect(first.text).toContain('2 × Product PLATE');
    expect(second.text).toContain('3 × Product PLATE');
    expect([first, second].map(({ text }) => /Tracking number: (\S+)/.exec(text)?.[1])).toEqual(
      done.shipments.map(({ trackingNumber }: Json) => trackingNumber),
    );
  });

  it('a location that rejects an order: the goods come from another, the customer pays once', async () => {
    await shop.receive('JUG', 6);
    await shop.receive('JUG', 5, { location: 'east' });
    const id = await shop.place({ JUG: 2 });
    const [first] = await shop.fulfilments(id);
    expect(first.location).toBe('main');
    await shop.post(`/api/fulfilments/${first.id}/reject`, { reason: 'NO_CAPACITY' });
    const [, second] = await shop.fulfilments(id, 2);
    expect(second).toMatchObject({ location: 'east', units: 2 });
    const done = await shop.delivered(id);
    expect(done.money).toMatchObject({ due: 5_000, captured: 5_000, refunded: 0 });
    expect(done.payments).toHaveLength(1);
    expect(await shelves('JUG')).toEqual({ main: 6, east: 3 });
    const { decisions, reservations } = await sources(id);
    expect(decisions).toHaveLength(2);
    expect(decisions[1].lines[0]).toMatchObject({ allocations: [{ location: 'east', quantity: 2 }] });
    expect(reservations.filter(({ status }: Json) => status === 'CONSUMED')).toMatchObject([{ location: 'east' }]);
    expect(await shop.history(id)).toEqual(expect.arrayContaining(['LinesUnfilled']));
    await shop.told(id, 'confirmed', 'shipped', 'delivered');
  });

  it('a shelf that holds less than the books say: what was found goes, the rest comes from elsewhere', async () => {
    await shop.receive('BOWL', 9);
    await shop.receive('BOWL', 4, { location: 'east' });
    const id = await shop.place({ BOWL: 3 });
    const [first] = await shop.fulfilments(id);
    await shop.work(first.id, 'accept');
    const counted = { lines: [{ lineId: 'L1', quantity: 1 }] };
    expect(await shop.refused('POST', `/api/fulfilments/${first.id}/pick`, counted)).toMatchObject({ status: 422 });
    await shop.post(`/api/fulfilments/${first.id}/pick`, { ...counted, reason: 'NOT_FOUND_AT_BIN' });
    const [, second] = await shop.fulfilments(id, 2);
    expect(second).toMatchObject({ location: 'east', units: 2 });
    const done = await shop.delivered(id);
    expect(done.shipments.map(({ lines }: Json) => lines[0].quantity).sort()).toEqual([1, 2]);
    expect(done.money).toMatchObject({ due: 2_400, captured: 2_400, refunded: 0 });
    // Two were never there, one left.
    expect(await shelves('BOWL')).toEqual({ main: 6, east: 2 });
    const { items } = await shop.get('/api/stock/BOWL/ledger?location=main');
    expect(items.filter(({ details }: Json) => details.reason === 'SHORT_PICK')).toMatchObject([
      { type: 'StockAdjusted', change: { onHand: -2 } },
    ]);
    await shop.told(id, 'confirmed', 'shipped', 'shipped', 'delivered');
  });

  it('a parcel that is lost: its playbook says what to do, it is sent again, the carrier pays', async () => {
    await shop.receive('TRAY', 5);
    const id = await shop.place({ TRAY: 2 });
    const sent = await shop.passesUntil(id, ({ shipments }) => shipments.length === 1, 'it has left');
    const [{ shipmentId }] = sent.shipments;
    await shop.post(`/api/simulation/shipments/${shipmentId}`, { incident: 'lost' });
    const lost = await shop.until(`/api/shipments/${shipmentId}`, ({ status }) => status === 'LOST', 'it is lost');
    expect(lost.exceptions).toMatchObject([{ kind: 'LOST', playbook: { kind: 'LOST' } }]);
    const possible = lost.actions.filter((one: Json) => one.possible).map(({ action }: Json) => action);
    expect(possible).toEqual(expect.arrayContaining(['RESEND', 'REQUEST_REFUND', 'FILE_CLAIM']));
    const resend = () => shop.post(`/api/shipments/${shipmentId}/exceptions/1/actions`, { action: 'RESEND' });
    expect((await resend()).changed).toBe(true);
    expect((await resend()).changed).toBe(false);
    const claim = { amount: 6_000, currency: 'EUR', exceptionId: `${shipmentId}/E1` };
    await shop.post(`/api/shipments/${shipmentId}/claims`, claim);
    await shop.post(`/api/shipments/${shipmentId}/claims/1/settle`, { outcome: 'PAID', amount: 6_000 });
    const done = await shop.delivered(id);
    expect(done).toMatchObject({
      lines: [{ ordered: 2, shipped: 2, delivered: 2 }],
      money: { due: 6_000, captured: 6_000, refunded: 0 },
    });
    expect(done.shipments).toMatchObject([{ lines: [], deliveredAt: null }, { lines: [{ quantity: 2 }] }]);
    expect((await shop.get(`/api/shipments/${shipmentId}`)).claims).toMatchObject([{ paid: 6_000 }]);
    await shop.stock('TRAY', ({ onHand, reserved }) => onHand === 1 && reserved === 0, 'four have left the house');
    await shop.told(id, 'confirmed', 'shipped', 'shipped', 'delivered');
  });

  it('from the purchase order to the shelf, and to the customer who waited for it', async () => {
    await shop.put('/api/suppliers/silver', { company: 'Silver Supply' });
    await shop.put('/api/products/SPOON', {
      name: 'Spoon',
      unitPrice: { amount: 250, currency: 'EUR' },
      supplierId: 'silver',
      purchasePrice: { amount: 100, currency: 'EUR' },
      leadTimeDays: 5,
      reorderLevel: 10,
      upToLevel: 40,
      purchaseMultiple: 12,
    });
    const waiting = await shop.place({ SPOON: 6 });
    await waitsFor(waiting, 6);
    const { items } = await shop.until(
      '/api/replenishment/suggestions?supplierId=silver',
      (page) => page.items[0]?.lines[0]?.waiting === 6,
      'spoons are suggested',
    );
    expect(items[0].lines).toMatchObject([{ sku: 'SPOON', position: -6, quantity: 48 }]);
    const drafted = await shop.post('/api/replenishment/purchase-orders', { supplierId: 'silver' });
    const purchase = `/api/purchases/${drafted.items[0].id}`;
    await shop.post(`${purchase}/send`, { answerDays: 2 });
    const { path } = await shop.post(`${purchase}/portal-link`, { days: 5 });
    expect((await shop.stranger('GET', path)).body).toMatchObject({ status: 'SENT', open: true });
    const expectedOn = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    const confirmed = { lines: [{ lineId: 'L1', quantity: 48, expectedOn }] };
    expect((await shop.stranger('POST', `${path}/confirm`, confirmed)).status).toBe(200);
    await shop.until(
      '/api/stock/SPOON/promise?quantity=10',
      ({ basis, day }) => basis === 'INBOUND' && day === expectedOn,
      'what is on its way is promised',
    );
    const delivery = { lines: [{ lineId: 'L1', quantity: 20 }], reference: 'DN 1' };
    const first = await shop.post(`${purchase}/receipts`, delivery, { 'idempotency-key': 'dn-1' });
    expect(first.state.status).toBe('PART_RECEIVED');
    await shop.post(`${purchase}/receipts`, delivery, { 'idempotency-key': 'dn-1' });
    expect(await shop.delivered(waiting)).toMatchObject({ money: { captured: 1_500 } });
    const rest = await shop.post(`${purchase}/receipts`, { lines: [{ lineId: 'L1', quantity: 28 }] });
    expect(rest.state).toMatchObject({ status: 'CLOSED', outcome: 'COMPLETE' });
    await shop.stock('SPOON', ({ onHand, reserved }) => onHand === 42 && reserved === 0, '48 came, 6 have left');
    await shop.until('/api/suppliers/silver/score', ({ orders }) => orders === 1, 'the supplier has a score');
    await shop.told(waiting, 'confirmed', 'shipped', 'delivered');
  });

  it('a count that differs: written down with what was expected, never below what is promised', async () => {
    await shop.receive('FORK', 10);
    const id = await shop.place({ FORK: 4 });
    await shop.stock('FORK', ({ reserved }) => reserved === 4, 'four are promised');
    const count = { sku: 'FORK', counted: 7, reason: 'YEAR_END' };
    const preview = await shop.post('/api/stock/counts?dryRun=true', count);
    expect(preview.change.after).toMatchObject({ onHand: 7 });
    const counted = await shop.post('/api/stock/counts', count, { 'idempotency-key': 'count-1' });
    expect(counted.events[0].data).toMatchObject({ expected: 10, counted: 7, difference: -3 });
    expect((await shop.post('/api/stock/counts', count, { 'idempotency-key': 'count-1' })).changed).toBe(false);
    await shop.stock('FORK', ({ onHand, available }) => onHand === 7 && available === 3, 'three are free');
    expect((await shop.refused('POST', '/api/stock/counts', { ...count, counted: 3 })).code).toBe(
      'COUNT_BELOW_RESERVED',
    );
    await shop.delivered(id);
    const after = await shop.stock('FORK', ({ onHand }) => onHand === 3, 'four have left');
    expect(after.locations).toMatchObject([{ received: 10, adjusted: -3, consumed: 4, reserved: 0 }]);
    const { items } = await shop.get('/api/stock/FORK/ledger?location=main');
    expect(items.map(({ type, after }: Json) => [type, after.onHand, after.reserved])).toEqual([
      ['ReservationConsumed', 3, 0],
      ['StockCounted', 7, 4],
      ['StockReserved', 10, 4],
      ['GoodsReceived', 10, 0],
    ]);
    expect(items[1]).toMatchObject({ actor: 'admin', details: { expected: 10, difference: -3, reason: 'YEAR_END' } });
    await shop.told(id, 'confirmed', 'shipped', 'delivered');
  });

  it('leaves every ledger as a replay finds it', async () => {
    expect(await shop.differences()).toEqual([]);
  });
});
