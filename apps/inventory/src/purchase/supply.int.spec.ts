import { jest } from '@jest/globals';
import { OrderConfirmedV1, OrderSubmittedV1 } from '@orderloom/contracts';
import { eventually, uniqueId } from '@orderloom/testing';
import { type Fact, ServiceHarness, TestClock } from '@orderloom/testing/service-harness';
import { inventoryService } from '../service.js';

jest.setTimeout(60_000);

const clock = new TestClock();
let inventory: ServiceHarness;

beforeAll(async () => {
  inventory = await ServiceHarness.start(inventoryService, {}, { clock });
}, 60_000);

afterAll(() => inventory?.close(), 30_000);

const get = async (path: string) => (await inventory.get(path)).body;
const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
  inventory.call('POST', path, body, headers);
const put = (path: string, body: object) => inventory.call('PUT', path, body);

const placed = (orderId: string, sku: string, quantity: number, more: object = {}): Fact[] => {
  const line = { lineId: 'L1', sku, name: sku, quantity, unitPrice: 100, gross: 100, discount: 0, net: 100 };
  return [
    {
      definition: OrderSubmittedV1,
      subject: `order-${orderId}`,
      data: {
        orderId,
        number: orderId,
        channel: 'web',
        mode: 'live',
        locale: 'en',
        shipTo: { country: 'DE' },
        currency: 'EUR',
        lines: [line],
        totals: { gross: 100, discount: 0, net: 100, shipping: 0, total: 100 },
        paymentTerms: 'invoice',
        occurredAt: clock.now(),
        ...more,
      },
    },
    { definition: OrderConfirmedV1, subject: `order-${orderId}`, data: { checks: [], occurredAt: clock.now() } },
  ];
};

describe('from the purchase order to the shelf', () => {
  it('suggests what to buy, drafts it, lets the supplier answer by a link, and takes the delivery in', async () => {
    const [supplierId, sku, other] = [uniqueId('sup'), uniqueId('BUY-A'), uniqueId('BUY-B')];
    await put(`/api/suppliers/${supplierId}`, { company: 'Supply', minimumOrder: { amount: 5_000, currency: 'EUR' } });
    const product = { supplierId, purchasePrice: { amount: 250, currency: 'EUR' }, leadTimeDays: 5 };
    await put(`/api/products/${sku}`, { ...product, name: 'A', reorderLevel: 10, upToLevel: 40, purchaseMultiple: 12 });
    await put(`/api/products/${other}`, { ...product, name: 'B' });
    await post('/api/stock/receipts', { sku, quantity: 8 });
    await inventory.publish(...placed(uniqueId('o'), other, 3));
    const suggested = await eventually(async () => {
      const { items } = await get(`/api/replenishment/suggestions?supplierId=${supplierId}`);
      expect(items).toMatchObject([{ total: 9_750, minimumReached: true }]);
      return items[0].lines;
    }, 'both lines to be suggested');
    expect(suggested).toMatchObject([
      { sku, quantity: 36, available: 8, reorderPoint: 10, upTo: 40 },
      { sku: other, quantity: 3, waiting: 3, position: -3 },
    ]);

    const dry = (await post('/api/replenishment/purchase-orders?dryRun=true', { supplierId })).body;
    expect(dry.items).toMatchObject([{ dryRun: true, events: [{ type: 'PurchaseOrderCreated' }] }]);
    const drafted = (await post('/api/replenishment/purchase-orders', { supplierId })).body;
    const { id } = drafted.items[0];
    expect((await post('/api/replenishment/purchase-orders', { supplierId })).body.items).toMatchObject([
      { id, changed: false },
    ]);
    const draft = await get(`/api/purchases/${id}`);
    expect(draft).toMatchObject({
      status: 'DRAFT',
      suggested: true,
      total: 9_750,
      lines: [{ expectedOn: '2026-03-06' }, {}],
    });
    expect(draft.actions).toMatchObject([{ action: 'send', possible: true }, { code: 'PURCHASE_NOT_SENT' }, {}]);

    await post(`/api/purchases/${id}/send`, { answerDays: 2 });
    const link = (await post(`/api/purchases/${id}/portal-link`, { days: 5 })).body;
    const asSupplier = (path: string, body?: object) =>
      fetch(`${inventory.service.url}${path}`, {
        method: body ? 'POST' : 'GET',
        ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
      });
    expect(await (await asSupplier(link.path)).json()).toMatchObject({ status: 'SENT', open: true });
    const lines = [
      { lineId: 'L1', quantity: 24, expectedOn: '2026-03-08' },
      { lineId: 'L2', quantity: 3, expectedOn: '2026-03-09' },
    ];
    const tried = await (await asSupplier(`${link.path}/confirm?dryRun=true`, { lines })).json();
    expect(tried).toMatchObject({ dryRun: true, events: [{ type: 'PurchaseOrderConfirmed' }] });
    expect((await get(`/api/purchases/${id}`)).status).toBe('SENT');
    expect((await asSupplier(`${link.path}/confirm`, { lines })).status).toBe(200);
    expect((await asSupplier(`${link.path}x`)).status).toBe(404);
    expect((await inventory.get(`/api/supplier-portal/${id}`)).body.code).toBe('LINK_INVALID');

    await eventually(async () => {
      expect(await get(`/api/stock/${sku}/promise?quantity=20`)).toMatchObject({
        day: '2026-03-08',
        basis: 'INBOUND',
        promised: [
          { day: '2026-03-01', available: 8 },
          { day: '2026-03-08', available: 32 },
        ],
      });
    }, 'the confirmed goods to be promised');
    const whole = (
      await post('/api/stock/promises', {
        lines: [
          { sku, quantity: 8 },
          { sku: other, quantity: 1 },
        ],
      })
    ).body;
    // Three of the other are waited for: the next one takes the lead time.
    expect(whole).toMatchObject({ lines: [{ basis: 'STOCK' }, { basis: 'LEAD_TIME' }], whole: '2026-03-06' });

    const delivery = { lines: [{ lineId: 'L1', quantity: 24 }], reference: 'DN 1' };
    const received = await post(`/api/purchases/${id}/receipts`, delivery, { 'idempotency-key': id });
    expect(received.body.state).toMatchObject({ status: 'PART_RECEIVED' });
    await post(`/api/purchases/${id}/receipts`, delivery, { 'idempotency-key': id });
    await eventually(async () => expect((await get(`/api/stock/${sku}`)).onHand).toBe(32), 'the goods on the shelf');
    clock.advance(9 * 86_400_000);
    const last = await post(`/api/purchases/${id}/receipts`, { lines: [{ lineId: 'L2', quantity: 3 }] });
    expect(last.body.state).toMatchObject({ status: 'CLOSED', outcome: 'COMPLETE' });
    // The order that waited got them.
    await eventually(
      async () => expect(await get(`/api/stock/${other}`)).toMatchObject({ onHand: 3, reserved: 3 }),
      'the waiting order to be served',
    );
    await eventually(async () => {
      expect(await get(`/api/suppliers/${supplierId}/score`)).toMatchObject({ orders: 1, onTime: 0, price: 1 });
    }, 'the score');
    expect((await get(`/api/purchases?supplierId=${supplierId}&status=CLOSED`)).items).toMatchObject([{ id }]);
  });

  it('refuses what cannot be, and tells of a supplier that does not answer', async () => {
    const [supplierId, sku] = [uniqueId('sup'), uniqueId('BUY')];
    await put(`/api/products/${sku}`, { name: 'A' });
    const body = { supplierId, lines: [{ sku, quantity: 5 }] };
    expect((await post('/api/purchases', body)).body.code).toBe('SUPPLIER_NOT_FOUND');
    await put(`/api/suppliers/${supplierId}`, { company: 'Supply' });
    const bad = await post('/api/purchases', { supplierId, lines: [{ sku: `${sku}-none`, quantity: 5 }] });
    expect(bad.body.fields).toMatchObject([{ path: 'lines.0.sku', code: 'PRODUCT_NOT_FOUND' }]);
    const { id } = (await post('/api/purchases', body)).body;
    expect((await post(`/api/purchases/${id}/receipts`, { lines: [{ lineId: 'L1', quantity: 1 }] })).body.code).toBe(
      'PURCHASE_NOT_SENT',
    );
    await post(`/api/purchases/${id}/send`, { answerDays: 1 });
    await inventory.settled();
    clock.advance(2 * 86_400_000);
    await eventually(
      async () =>
        expect(await get(`/api/purchases/${id}`)).toMatchObject({ overdue: true, waitingFor: { what: 'ANSWER' } }),
      'the overdue answer to be told',
    );
    expect((await post(`/api/purchases/${id}/cancel`, { reason: 'too late' })).body.state.status).toBe('CANCELLED');
  });
});

describe('demand', () => {
  it('of past and new orders is forecast, and levels are computed from it', async () => {
    const sku = uniqueId('FC');
    await put(`/api/products/${sku}`, { name: 'F', replenishBy: 'computed', leadTimeDays: 3 });
    await post('/api/stock/receipts', { sku, quantity: 50 });
    const day = (n: number) => new Date(clock.millis() - n * 86_400_000).toISOString();
    const past = Array.from({ length: 56 }, (_, n) => {
      const quantity = (56 - n) % 7 === 0 ? 9 : 2;
      return placed(uniqueId('h'), sku, quantity, { mode: 'history', occurredAt: day(56 - n) })[0]!;
    });
    await inventory.publish(...past);
    await eventually(async () => {
      const forecast = await get(`/api/forecasts/${sku}?horizon=7`);
      expect(forecast).toMatchObject({ method: 'seasonal-naive', periods: 56, total: 21 });
      const errors = new Map(
        forecast.backtests.map((one: { method: string; againstNaive: number }) => [one.method, one.againstNaive]),
      );
      expect([errors.get('naive'), errors.get('seasonal-naive')]).toEqual([1, 0]);
    }, 'the past to be forecast from');
    const { levels, changes } = (await post('/api/replenishment/levels?dryRun=true')).body;
    expect(changes).toContainEqual({ sku, events: [expect.objectContaining({ type: 'ProductChanged' })] });
    const computed = levels.find((one: { sku: string }) => one.sku === sku);
    expect(computed).toMatchObject({ inputs: { daily: 3.4, leadTimeDays: 3, serviceLevelPercent: 95 } });
    expect((await post('/api/replenishment/levels')).body.changed).toContain(sku);
    await eventually(
      async () => expect(await get(`/api/products/${sku}`)).toMatchObject({ reorderLevel: computed.reorderPoint }),
      'the level to be written',
    );
    const live = uniqueId('o');
    await inventory.publish(...placed(live, sku, 4));
    await eventually(async () => expect((await inventory.get(`/api/sourcing/${live}`)).status).toBe(200), 'the order');
    clock.advance(86_400_000);
    const { history } = await get(`/api/forecasts/${sku}`);
    expect(history.at(-1)).toMatchObject({ units: 4 });
  });
});
