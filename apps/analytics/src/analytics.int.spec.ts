// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { jest } from '@jest/globals';
import {
  LinesAllocatedV1,
  LinesDeliveredV1,
  LinesShippedV1,
  OrderCancelledV1,
  OrderCompletedV1,
  OrderConfirmedV1,
  OrderCreditedV1,
  OrderSubmittedV1,
  ProductChangedV1,
  ProductRegisteredV1,
} from '@orderloom/contracts';
import { eventually } from '@orderloom/testing';
import { type Fact, ServiceHarness } from '@orderloom/testing/service-harness';
import { type CounterDoc, FactRecorder } from './facts/fact-recorder.js';
import { analyticsService } from './service.js';

jest.setTimeout(60_000);

let analytics: ServiceHarness;
beforeAll(async () => {
  analytics = await ServiceHarness.start(analyticsService);
}, 90_000);
afterAll(() => analytics?.close(), 30_000);

const line = (lineId: string, sku: string, quantity: number, net: number) => ({
  lineId,
  sku,
  name: sku,
  quantity,
  unitPrice: 500,
  gross: net + 100,
  discount: 100,
  net,
});
const submitted = (orderId: string, more: object = {}): Fact => ({
  definition: OrderSubmittedV1,
  subject: `order-${orderId}`,
  data: {
    orderId,
    number: orderId,
    channel: 'web',
    mode: 'live',
    customerId: 'ALFKI',
    locale: 'en',
    shipTo: { country: 'DE' },
    currency: 'USD',
    lines: [line('L1', 'A', 2, 900), line('L2', 'B', 1, 400)],
    totals: { gross: 1500, discount: 200, net: 1300, shipping: 50, total: 1350 },
    paymentTerms: 'invoice',
    requiredBy: '2026-03-02T00:00:00.000Z',
    occurredAt: '2026-03-01T10:00:00.000Z',
    ...more,
  },
});
const follow = (orderId: string, definition: Fact['definition'], data: object, time?: string): Fact => ({
  definition,
  subject: `order-${orderId}`,
  data,
  ...(time === undefined ? {} : { time }),
});
const at = (time: string) => ({ occurredAt: `2026-03-${time}.000Z` });

/** Two orders of one customer, a guest's that is cancelled, one in another currency that nobody has sent. */
const book = (): Fact[] => [
  submitted('one'),
  follow('one', OrderCreditedV1, {
    credits: [],
    amount: 120,
    currency: 'USD',
    reason: 'damaged',
    ...at('01T10:00:00'),
  }),
  follow('one', OrderConfirmedV1, { checks: [], ...at('01T10:00:01') }),
  follow('one', LinesAllocatedV1, { decisionId: 'd', allocations: [] }, '2026-03-01T10:00:11.000Z'),
  follow('one', LinesShippedV1, { lines: [{ lineId: 'L1', quantity: 2 }], ...at('01T12:00:00') }),
  follow('one', LinesShippedV1, { lines: [{ lineId: 'L2', quantity: 1 }], ...at('03T12:00:00') }),
  follow('one', LinesDeliveredV1, { lines: [{ lineId: 'L1', quantity: 2 }], ...at('04T12:00:00') }),
  follow('one', OrderCompletedV1, at('04T12:00:00')),
  submitted('two', { occurredAt: '2026-03-05T10:00:00.000Z' }),
  submitted('guest', { customerId: undefined, shipTo: { country: 'FR' } }),
  follow('guest', OrderCancelledV1, {
    reason: 'CUSTOMER_REQUEST',
    lines: [
      { lineId: 'L1', quantity: 2, amount: 900 },
      { lineId: 'L2', quantity: 1, amount: 400 },
    ],
    ...at('01T11:00:00'),
  }),
  submitted('euro', { currency: 'EUR', customerId: 'BONAP' }),
];
const summary = async (query = '') => (await analytics.get(`/api/analytics/summary${query}`)).body;

const EXACT = {
  currency: 'USD',
  currencies: ['USD', 'EUR'],
  orders: 3,
  lines: 6,
  units: 9,
  customers: 1,
  gross: { amount: 4500, currency: 'USD' },
  net: { amount: 3900, currency: 'USD' },
  shipping: { amount: 150, currency: 'USD' },
  credited: { amount: 120, currency: 'USD' },
  cancelled: { amount: 1300, currency: 'USD' },
  openOrders: 1,
  notShipped: 1,
  shippedLate: 1,
  ordersCancelled: 1,
};

describe('the summary', () => {
  it('says so when there is nothing', async () => {
    expect(await summary()).toMatchObject({ orders: 0, currencies: [], days: [], products: [], steps: [] });
  });

  it('is exact, however often events are delivered', async () => {
    const envelopes = analytics.envelopes(book());
    await analytics.send(envelopes.slice(0, 5));
    await analytics.send(envelopes);
    await analytics.send(envelopes.slice(3));
    await analytics.settled();
    expect(await summary()).toMatchObject(EXACT);
    expect(await summary('?currency=EUR')).toMatchObject({
      orders: 1,
      customers: 1,
      net: { amount: 1300, currency: 'EUR' },
    });
    expect(await summary('?currency=CNY')).toMatchObject({ orders: 0, currency: 'CNY' });
  });

  it('is the same after a transaction that failed half-way and a restart', async () => {
    const recorder = analytics.service.app.get(FactRecorder);
    const envelopes = analytics.envelopes([submitted('aborted', { currency: 'CHF' })]);
    const received = envelopes.map((envelope) => ({ ...envelope, topic: 'orders.v1', partition: 0, offset: '0' }));
    // The counters cannot be written: a document of the same id is in the way of nothing, a broken one is.
    const counters = recorder.counters;
    const broken = { _id: '2026-03-01|CHF|order|live', counts: { orders: 'not a number' } } as unknown as CounterDoc;
    await counters.insertOne(broken);
    await expect(recorder.record(received)).rejects.toThrow();
    expect(await recorder.facts.findOne({ _id: 'aborted' })).toBeNull();
    await counters.deleteOne({ _id: broken._id });
    await analytics.send(envelopes);
    await analytics.settled();
    await analytics.stopService();
    await analytics.startService();
    await analytics.send(envelopes);
    await analytics.settled();
    expect(await summary('?currency=CHF')).toMatchObject({ orders: 1, net: { amount: 1300 } });
    expect(await summary()).toMatchObject({ ...EXACT, currencies: ['USD', 'CHF', 'EUR'] });
  });

  it('counts by the day of the order, both ends of the range included', async () => {
    expect(await summary('?from=2026-03-02')).toMatchObject({
      from: '2026-03-02',
      orders: 1,
      days: [{ key: '2026-03-05', net: 1300 }],
    });
    expect(await summary('?to=2026-03-04&currency=USD')).toMatchObject({ orders: 2 });
    expect(await summary('?from=2026-03-01&to=2026-03-05T23:59:59Z&currency=USD')).toMatchObject({ orders: 3 });
    expect(await summary('?from=2026-03-06')).toMatchObject({ orders: 0 });
  });

  it('breaks down by country, product and category, with the names of today', async () => {
    await analytics.publish(
      {
        definition: ProductRegisteredV1,
        subject: 'product-A',
        data: { sku: 'A', name: 'Tea', category: 'Drinks', reorderLevel: 0, discontinued: false },
      },
      {
        definition: ProductChangedV1,
        subject: 'product-A',
        data: { sku: 'A', name: 'Chai', category: 'Drinks', reorderLevel: 0, discontinued: false },
      },
    );
    await analytics.settled();
    const { countries, products, categories } = await summary();
    expect(countries).toMatchObject([
      { key: 'DE', orders: 2, net: 2600 },
      { key: 'FR', orders: 1, net: 1300 },
    ]);
    expect(products).toMatchObject([
      { key: 'A', name: 'Chai', orders: 3, net: 2700 },
      { key: 'B', orders: 3, net: 1200 },
    ]);
    expect(categories).toMatchObject([
      { key: 'Drinks', net: 2700 },
      { key: '', net: 1200 },
    ]);
  });

  it('tells how long steps take', async () => {
    const { steps } = await summary();
    const byName = new Map(steps.map((step: { step: string }) => [step.step, step]));
    expect(byName.get('check')).toMatchObject({ count: 1 });
    const allocate = byName.get('allocate') as { p50Ms: number; p90Ms: number };
    expect(Math.abs(allocate.p50Ms - 10_000)).toBeLessThan(250);
    expect(allocate.p90Ms).toBe(allocate.p50Ms);
  });

  it.each([
    ['from=yesterday', 'from', 'NOT_A_TIME'],
    ['to=2026-13-01', 'to', 'NOT_A_TIME'],
    ['currency=gold', 'currency', 'NOT_A_CURRENCY'],
    ['colour=red', 'colour', 'UNKNOWN_FIELD'],
  ])('refuses %s in the reader’s language', async (query, path, code) => {
    const refused = await analytics.get(`/api/analytics/summary?${query}`, { 'accept-language': 'zh-CN' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', fields: [{ path, code }] } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body.detail).toMatch(/[\u4e00-\u9fff]/);
  });

  it('refuses a range that ends before it begins', async () => {
    const refused = await analytics.get('/api/analytics/summary?from=2026-03-02&to=2026-03-01');
    expect(refused).toMatchObject({ status: 422, body: { code: 'RANGE_INVALID', fields: [{ path: 'to' }] } });
  });
});

describe('what cannot be handled', () => {
  it('is listed, holds up its own stream only, and goes on when it is given up', async () => {
    await analytics.publish(
      follow('headless', OrderConfirmedV1, { checks: [], ...at('01T10:00:00') }),
      submitted('after', { currency: 'GBP' }),
    );
    await eventually(async () => expect(await summary('?currency=GBP')).toMatchObject({ orders: 1 }));
    const letters = await eventually(
      async () => {
        const { items } = (await analytics.get('/api/operations/analytics/dead-letters')).body;
        return items.length > 0 ? items : false;
      },
      { deadlineMs: 20_000, message: 'the event is in the dead letters' },
    );
    expect(letters).toMatchObject([
      { group: 'analytics.facts', topic: 'orders.v1', key: 'order-headless', kind: 'dead' },
    ]);
    const given = await analytics.call('POST', '/api/operations/analytics/dead-letters/discard', {
      group: 'analytics.facts',
      topic: 'orders.v1',
      key: 'order-headless',
    });
    expect(given).toMatchObject({ status: 202, body: { messages: 1 } });
    await eventually(
      async () => (await analytics.get('/api/operations/analytics/dead-letters')).body.items.length === 0,
    );
    const keyless = await analytics.call('POST', '/api/operations/analytics/dead-letters/discard', {
      group: 'analytics.facts',
      topic: 'orders.v1',
    });
    expect(keyless).toMatchObject({ status: 422, body: { fields: [{ path: 'key', code: 'REQUIRED' }] } });
    const mistyped = await analytics.call('POST', '/api/operations/analytics/dead-letters/replay', {
      group: 'analytics.fax',
      topic: 'orders.v1',
    });
    expect(mistyped).toMatchObject({ status: 422, body: { fields: [{ path: 'group', code: 'NOT_ONE_OF' }] } });
    expect((await analytics.call('POST', '/api/operations/analytics/projections/none/rebuild')).status).toBe(404);
    expect((await analytics.get('/api/operations/analytics')).body).toMatchObject({
      service: 'analytics',
      relay: { lag: 0 },
    });
  });

  it('shows as unready while an engine is away, and comes back by itself', async () => {
    const ready = async () => {
      const { status, body } = await analytics.get('/health/ready');
      return {
        status,
        down: Object.entries(body.checks)
          .filter(([, c]) => (c as { status: string }).status === 'down')
          .map(([name]) => name),
      };
    };
    expect(await ready()).toEqual({ status: 200, down: [] });
    await analytics.engines.restart('eventStore', async () => {
      expect(await ready()).toMatchObject({ status: 503, down: ['eventstore'] });
      expect((await analytics.get('/health/live')).status).toBe(200);
    });
    await eventually(async () => (await ready()).status === 200, { deadlineMs: 20_000, message: 'ready again' });
    const metrics = (await analytics.get('/metrics')).body;
    for (const name of ['consumer', 'relay', 'projection']) expect(metrics).toContain(`orderloom_${name}_lag`);
    expect(metrics).toMatch(/orderloom_consumer_lag\{group="analytics\.facts"[^}]*\} 0/);
  });
});
