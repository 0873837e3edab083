import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import {
  CustomerErasedV1,
  CustomerRegisteredV1,
  DeliveryTermsPublishedV1,
  type EventDefinition,
  type EventEnvelope,
  FulfilmentCreatedV1,
  ProductRegisteredV1,
  ShipmentDeliveredV1,
  ShipmentDispatchedV1,
  SourcingDecidedV1,
  topicOf,
} from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { KafkaClient, type ReceivedEvent } from '@orderloom/messaging';
import { createLogger, type RunningService, startService } from '@orderloom/platform';
import { eventually, startTestEngines, type TestEngines } from '@orderloom/testing';
import { DRAFTS_VIEW as ORDER_DRAFTS } from './drafts/drafts.controller.js';
import { erasePersonalData } from './order/decide-erase.js';
import { OrderRepository } from './order.repository.js';
import { orderService } from './service.js';
import { ErasedCustomers } from './views/erased-customers.js';

/** JSON of an answer, read loosely: tests say what they expect of it. */
type Json = Record<string, unknown>;

interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

/** The order service on engines of its own, with the other services played by the test. */
class OrderHarness {
  readonly #sequences = new Map<string, number>();
  #readers = 0;
  #service: RunningService | undefined;
  readonly #token = 'test-token-test-token';

  private constructor(
    readonly engines: TestEngines,
    readonly kafka: KafkaClient,
    private readonly data: string,
    private readonly masterKey: string,
  ) {}

  static async start(): Promise<OrderHarness> {
    const engines = await startTestEngines();
    const kafka = new KafkaClient({ brokers: engines.brokers, clientId: 'test' });
    const data = await mkdtemp(join(tmpdir(), 'order-int-'));
    const harness = new OrderHarness(engines, kafka, data, randomBytes(32).toString('base64'));
    await harness.startService();
    return harness;
  }

  async startService(): Promise<void> {
    this.#service = await startService(
      orderService,
      {
        ...this.engines.env,
        PORT: '0',
        ORDERLOOM_ADMIN_TOKEN: this.#token,
        ORDERLOOM_MASTER_KEY: this.masterKey,
        ORDERLOOM_DATA: this.data,
      },
      { logger: createLogger('order', process.env['TEST_LOG'] === '1' ? 'debug' : 'error') },
    );
  }

  async stopService(): Promise<void> {
    await this.#service?.close();
    this.#service = undefined;
  }

  async close(): Promise<void> {
    await this.stopService();
    await this.kafka.close();
    await this.engines.close();
    await rm(this.data, { recursive: true, force: true });
  }

  get service(): RunningService {
    if (this.#service === undefined) throw new Error('the service is not running');
    return this.#service;
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const isText = typeof body === 'string';
    const response = await fetch(`${this.service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    const parsed: unknown = json ? JSON.parse(text) : { text };
    return { status: response.status, headers: response.headers, body: parsed as Json };
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.request('POST', path, body ?? {}, headers);
  }

  /** Publishes a fact of another service, as its relay would. */
  async publish(definition: EventDefinition, subject: string, data: unknown): Promise<void> {
    await this.publishMany([{ definition, subject, data }]);
  }

  async publishMany(facts: readonly { definition: EventDefinition; subject: string; data: unknown }[]): Promise<void> {
    const envelopes = new Map<string, EventEnvelope[]>();
    for (const { definition, subject, data } of facts) {
      const sequence = this.#sequences.get(subject) ?? 0;
      this.#sequences.set(subject, sequence + 1);
      const topic = topicOf[definition.service];
      const envelope: EventEnvelope = {
        specversion: '1.0',
        id: deterministicId(subject, String(sequence)),
        source: definition.service,
        type: definition.type,
        subject,
        time: new Date().toISOString(),
        dataschema: definition.dataschema,
        datacontenttype: 'application/json',
        sequence: String(sequence),
        correlationid: 'test',
        causationid: 'test',
        actor: 'test',
        data,
      };
      envelopes.set(topic, [...(envelopes.get(topic) ?? []), envelope]);
    }
    for (const [topic, batch] of envelopes) await this.kafka.publisher().publish(topic, batch);
  }

  /** Waits until an order looks as described; answers with it. */
  untilOrder(id: string, expected: Json, message = `order ${id} to be ${JSON.stringify(expected)}`): Promise<Json> {
    return eventually(
      async () => {
        const { body } = await this.get(`/api/orders/${id}`);
        const different = Object.keys(expected).filter((key) => body[key] !== expected[key]);
        if (different.length > 0) {
          throw new Error(different.map((key) => `${key} is ${String(body[key])}`).join(', '));
        }
        return body;
      },
      { deadlineMs: 10_000, message },
    );
  }

  /** Everything on the order topic so far, keyed by type; for this the topic is read from its beginning. */
  async published(count: number, keep: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent[]> {
    const found: ReceivedEvent[] = [];
    const consumer = this.kafka.consumer({
      group: `test.orders.${++this.#readers}`,
      topics: [topicOf.order],
      handles: ORDER_TYPES,
      handleBatch: async (events) => {
        found.push(...events.filter(keep));
      },
    });
    await consumer.start();
    try {
      await eventually(() => found.length >= count, {
        message: () => `${count} events on the topic, ${found.length} seen`,
      });
    } finally {
      await consumer.stop();
    }
    return found;
  }
}

const ORDER_TYPES = [
  'OrderSubmitted',
  'OrderConfirmed',
  'LinesAllocated',
  'PaymentRequested',
  'PaymentCaptured',
  'FulfilmentReleased',
  'LinesShipped',
  'LinesDelivered',
  'OrderCompleted',
  'OrderCancelled',
].map((name) => `orderloom.order.${name}.v1`);

const NOW = '2026-03-01T09:30:00.000Z';
const product = (sku: string, amount: number, change: Json = {}) => ({
  definition: ProductRegisteredV1,
  subject: `product-${sku}`,
  data: {
    sku,
    name: `Product ${sku}`,
    unitPrice: { amount, currency: 'EUR' },
    reorderLevel: 0,
    discontinued: false,
    ...change,
  },
});

const shipTo = { name: 'Test Person', street: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' };
const order = (change: Json = {}): Json => ({
  customerId: 'C1',
  customer: { name: 'Test Person', email: 'test@example.com' },
  lines: [{ sku: 'A', quantity: 2 }],
  shipTo,
  paymentTerms: 'invoice',
  channel: 'shop',
  ...change,
});

const lines = (body: Json): { lineId: string; sku: string; ordered: number }[] => body['lines'] as never;

describe('the order service', () => {
  let harness: OrderHarness;

  beforeAll(async () => {
    harness = await OrderHarness.start();
    await harness.publishMany([
      product('A', 1000),
      product('B', 550),
      product('OLD', 100, { discontinued: true }),
      { definition: CustomerRegisteredV1, subject: 'customer-C1', data: { customerId: 'C1' } },
    ]);
    await eventually(async () => (await harness.post('/api/orders?dryRun=true', order())).status === 200, {
      deadlineMs: 15_000,
      message: 'the products to arrive',
    });
  }, 40_000);
  afterAll(() => harness?.close(), 20_000);

  const place = async (change: Json = {}): Promise<{ id: string; body: Json }> => {
    const { status, body } = await harness.post('/api/orders', order(change));
    if (status !== 201) throw new Error(JSON.stringify(body));
    return { id: String(body['id']), body };
  };

  /** Plays inventory: reserves what the order wants, or only so much of it. */
  const source = async (id: string, decisionId: string, found?: number): Promise<void> => {
    const { body } = await harness.get(`/api/orders/${id}`);
    await harness.publish(SourcingDecidedV1, `sourcing-${id}`, {
      orderId: id,
      decisionId,
      lines: lines(body).map(({ lineId, sku, ordered }) => {
        const quantity = Math.min(found ?? ordered, ordered);
        return {
          lineId,
          sku,
          requested: ordered,
          allocations: quantity === 0 ? [] : [{ location: 'MAIN', quantity, reservationId: `${decisionId}-${lineId}` }],
          backordered: ordered - quantity,
          reason: 'test',
          candidates: [],
        };
      }),
    });
  };

  /** Plays logistics for the first fulfilment of an order. */
  const deliverAll = async (id: string): Promise<void> => {
    const { body } = await harness.get(`/api/orders/${id}`);
    const shipped = lines(body).map(({ lineId, sku, ordered }) => ({
      lineId,
      sku,
      quantity: ordered,
      reservationId: 'r',
    }));
    const common = { shipmentId: `S-${id}`, fulfilmentId: `${id}-F1`, orderId: id, occurredAt: NOW };
    await harness.publishMany([
      {
        definition: ShipmentDispatchedV1,
        subject: `shipment-S-${id}`,
        data: { ...common, orderNumber: 'x', carrier: 'DHL', trackingNumber: 'T1', country: 'DE', lines: shipped },
      },
      {
        definition: ShipmentDeliveredV1,
        subject: `shipment-S-${id}`,
        data: { ...common, lines: shipped.map(({ lineId, quantity }) => ({ lineId, quantity })) },
      },
    ]);
  };

  describe('the delivery promise', () => {
    it('is in the answer to an order, and follows what logistics says of the parcel', async () => {
      const calendar = { workingDays: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] };
      const way = { carrier: 'c', service: 's', kind: 'standard', cutOff: '23:59', calendar, daysMin: 1, daysMax: 2 };
      await harness.publish(DeliveryTermsPublishedV1, 'deliveryterms-main', {
        location: 'main',
        timeZone: 'UTC',
        handlingHours: 0,
        calendar,
        lanes: [{ countries: ['DE'], ways: [way] }],
        occurredAt: NOW,
      });
      const promised = await eventually(
        async () => {
          const { id, body } = await place();
          const { said, promisedAt, state } = body['delivery'] as Json;
          if (state !== 'PROMISED') throw new Error(`it is ${String(state)}`);
          expect(said).toMatchObject({ carrier: 'c', service: 's', location: 'main', reason: 'BEST' });
          return { id, promisedAt: String(promisedAt) };
        },
        { deadlineMs: 15_000, message: 'the terms to be heard of' },
      );
      const { id } = promised;
      const days = (Date.parse(promised.promisedAt) - Date.now()) / 86_400_000;
      expect(days).toBeGreaterThan(1);
      expect(days).toBeLessThan(3);
      expect((await harness.get(`/api/orders/${id}`)).body['delivery']).toMatchObject({
        promisedAt: promised.promisedAt,
      });
      const later = new Date(Date.now() + 30 * 86_400_000).toISOString();
      await source(id, `promise-${id}`);
      await harness.untilOrder(id, { fulfilment: 'RELEASED' });
      await harness.publish(FulfilmentCreatedV1, `fulfilment-${id}-F1`, {
        fulfilmentId: `${id}-F1`,
        orderId: id,
        orderNumber: 'x',
        location: 'MAIN',
        lines: [],
        shipTo: { country: 'DE' },
        promisedAt: later,
      });
      await eventually(
        async () => {
          const { delivery } = (await harness.get(`/api/orders/${id}`)).body;
          expect(delivery).toMatchObject({ promisedAt: later, said: { promisedAt: promised.promisedAt } });
        },
        { deadlineMs: 15_000, message: 'the promise of the release' },
      );
      await deliverAll(id);
      await harness.untilOrder(id, { fulfilment: 'DELIVERED' });
      expect((await harness.get(`/api/orders/${id}`)).body['delivery']).toMatchObject({ state: 'DELIVERED' });
    });
  });

  describe('taking orders in', () => {
    it('places an order with prices of the catalogue', async () => {
      const { status, headers, body } = await harness.post(
        '/api/orders',
        order({ externalNumber: 'E-1', shipping: 400 }),
      );
      expect({ status, body }).toMatchObject({
        status: 201,
        body: {
          number: 'E-1',
          revision: '1',
          status: 'CONFIRMED',
          payment: 'ON_INVOICE',
          fulfilment: 'UNALLOCATED',
          currency: 'EUR',
          totals: { gross: 2000, discount: 0, net: 2000, shipping: 400, total: 2400 },
        },
      });
      expect(headers.get('location')).toBe(`/api/orders/${String(body['id'])}`);
      expect(headers.get('etag')).toBe('"1"');
    });

    it('finds the first order when the same request comes again, and refuses another one under its number', async () => {
      const first = await harness.post('/api/orders', order({ externalNumber: 'E-2' }));
      const again = await harness.post('/api/orders', order({ externalNumber: 'E-2' }));
      expect([again.status, again.body['id']]).toEqual([200, first.body['id']]);
      const other = await harness.post(
        '/api/orders',
        order({ externalNumber: 'E-2', lines: [{ sku: 'B', quantity: 9 }] }),
      );
      expect(other).toMatchObject({
        status: 409,
        body: { code: 'DUPLICATE_EXTERNAL_NUMBER', details: { number: 'E-2' } },
      });
      const elsewhere = await harness.post(
        '/api/orders',
        order({ externalNumber: 'E-2', shipTo: { ...shipTo, street: 'Street 2' } }),
      );
      expect(elsewhere.body['code']).toBe('DUPLICATE_EXTERNAL_NUMBER');
      expect((await harness.post('/api/orders', order({ externalNumber: 'E-2', channel: 'web' }))).status).toBe(201);
    });

    it('takes one order per Idempotency-Key, also when asked at the same time', async () => {
      const key = { 'idempotency-key': 'key-1' };
      const answers = await Promise.all(Array.from({ length: 10 }, () => harness.post('/api/orders', order(), key)));
      expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      const other = await harness.post('/api/orders', order({ shipping: 1 }), key);
      expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    });

    it('says everything that is wrong, in the language of the reader', async () => {
      const bad = order({
        lines: [
          { sku: 'NONE', quantity: 1 },
          { sku: 'OLD', quantity: 1 },
        ],
      });
      const { status, headers, body } = await harness.post('/api/orders', bad, { 'accept-language': 'zh-CN' });
      expect(status).toBe(422);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body['fields']).toMatchObject([
        { path: 'lines.0.sku', code: 'UNKNOWN_SKU', detail: '没有商品 NONE。' },
        { path: 'lines.1.sku', code: 'PRODUCT_DISCONTINUED' },
      ]);
      expect((await harness.post('/api/orders', { lines: [] })).body['fields']).toMatchObject([
        { path: 'lines' },
        { path: 'shipTo' },
        { path: 'customer' },
      ]);
    });

    it('shows what would happen without doing it', async () => {
      const { status, body } = await harness.post('/api/orders?dryRun=true', order({ externalNumber: 'DRY' }));
      expect(status).toBe(200);
      expect(body['events']).toMatchObject([{ type: 'OrderSubmitted' }, { type: 'OrderConfirmed' }]);
      expect(JSON.stringify(body)).not.toContain('requestHash');
      expect((await harness.get('/api/orders?number=DRY')).body['items']).toEqual([]);
    });

    it('keeps personal data out of the store and the topic', async () => {
      const { id } = await place();
      const [event] = await harness.published(1, ({ subject }) => subject === `order-${id}`);
      const text = JSON.stringify(event);
      expect(text).not.toContain('Test Person');
      expect(text).not.toContain('requestHash');
      expect(text).toContain('sealed:v1:customer:C1:');
    });
  });

  describe('moving orders on', () => {
    it('takes an invoiced order to its end', async () => {
      const { id } = await place();
      await source(id, 'D1', 1);
      await harness.untilOrder(id, { fulfilment: 'BACKORDERED' });
      const found = { location: 'MAIN', quantity: 1, reservationId: 'later' };
      await harness.publish(SourcingDecidedV1, `sourcing-${id}`, {
        orderId: id,
        decisionId: 'D2',
        lines: [
          {
            lineId: 'L1',
            sku: 'A',
            requested: 1,
            allocations: [found],
            backordered: 0,
            reason: 'test',
            candidates: [],
          },
        ],
      });
      await harness.untilOrder(id, { fulfilment: 'RELEASED' });
      await deliverAll(id);
      const done = await harness.untilOrder(id, {
        status: 'COMPLETED',
        fulfilment: 'DELIVERED',
        payment: 'ON_INVOICE',
      });
      expect(done['shipments']).toMatchObject([{ carrier: 'DHL', trackingNumber: 'T1', deliveredAt: NOW }]);
      const { body } = await harness.get(`/api/orders/${id}/history`);
      expect((body['events'] as Json[]).map(({ type }) => type)).toEqual([
        'OrderSubmitted',
        'OrderConfirmed',
        'LinesAllocated',
        'LinesBackordered',
        'LinesAllocated',
        'FulfilmentReleased',
        'LinesShipped',
        'LinesDelivered',
        'OrderCompleted',
      ]);
      const released = await harness.published(
        1,
        ({ type, subject }) => subject === `order-${id}` && type.includes('Released'),
      );
      expect(released[0]?.data).toMatchObject({ fulfilmentId: `${id}-F1`, location: 'MAIN', customerId: 'C1' });
    });

    it('collects prepaid orders, and cash on delivery at the door', async () => {
      const prepaid = await place({ paymentTerms: 'prepaid' });
      await source(prepaid.id, 'D1');
      await harness.untilOrder(prepaid.id, { payment: 'PAID', fulfilment: 'RELEASED' });
      const cod = await place({ paymentTerms: 'cod' });
      await source(cod.id, 'D1');
      await harness.untilOrder(cod.id, { fulfilment: 'RELEASED', payment: 'ON_DELIVERY' });
      await deliverAll(cod.id);
      await harness.untilOrder(cod.id, { status: 'COMPLETED', payment: 'PAID' });
    });

    it('lets a failed payment be tried again', async () => {
      await harness.request('PUT', '/api/simulation/payments', { failNext: 1 });
      const { id } = await place({ paymentTerms: 'prepaid' });
      await source(id, 'D1');
      await harness.untilOrder(id, { payment: 'FAILED', fulfilment: 'ALLOCATED' });
      const actions = await harness.get(`/api/orders/${id}/actions`);
      expect(actions.body['actions']).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ action: 'cancel', possible: true }),
          expect.objectContaining({ action: 'retryPayment', possible: true }),
          expect.objectContaining({ action: 'retryRefund', possible: false, code: 'REFUND_NOT_FAILED' }),
        ]),
      );
      expect((await harness.post(`/api/orders/${id}/payments/retry`)).body).toMatchObject({ payment: 'REQUESTED' });
      await harness.untilOrder(id, { payment: 'PAID', fulfilment: 'RELEASED' });
    });

    it('gives back what arrives for a cancelled order, once, however often the provider reports it', async () => {
      await harness.request('PUT', '/api/simulation/payments', { outcome: 'delay', delayMs: 60_000 });
      const { id } = await place({ paymentTerms: 'prepaid' });
      await source(id, 'D1');
      await harness.untilOrder(id, { payment: 'REQUESTED' });
      expect((await harness.post(`/api/orders/${id}/cancel`, { reason: 'MISTAKE' })).status).toBe(200);
      const report = { id: `${id}-P1`, outcome: 'succeeded', amount: 2000, currency: 'EUR', providerReference: 'p1' };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => harness.post('/api/payments/callbacks', report)),
      );
      expect(answers.map(({ body }) => body['changed'] ?? body).filter((changed) => changed !== false)).toEqual([true]);
      await harness.untilOrder(id, { status: 'CANCELLED', payment: 'REFUND_PENDING' });
      expect((await harness.post('/api/payments/callbacks', { ...report, id: `${id}-R1` })).status).toBe(200);
      await harness.request('PUT', '/api/simulation/payments', { outcome: 'success' });
      const order = await harness.untilOrder(id, { status: 'CANCELLED', payment: 'REFUNDED' });
      expect(order['money']).toMatchObject({ captured: 2000, refunded: 2000, net: 0, due: 0 });
      const wrong = await harness.post('/api/payments/callbacks', { ...report, id: `${id}-P9` });
      expect([wrong.status, wrong.body['code']]).toEqual([404, 'PAYMENT_NOT_FOUND']);
    });

    it('cancels until it is released, by the revision the caller has read', async () => {
      const { id } = await place();
      const stale = await harness.post(`/api/orders/${id}/cancel`, {}, { 'if-match': '"0"' });
      expect([stale.status, stale.body['code']]).toEqual([412, 'REVISION_CONFLICT']);
      const dry = await harness.post(`/api/orders/${id}/cancel?dryRun=true`);
      expect(dry.body['events']).toMatchObject([{ type: 'OrderCancelled' }]);
      const done = await harness.post(`/api/orders/${id}/cancel`, {}, { 'if-match': '"1"' });
      expect(done.body).toMatchObject({ status: 'CANCELLED', changed: true, revision: '2' });
      expect((await harness.post(`/api/orders/${id}/cancel`)).body).toMatchObject({ changed: false });
      await source(id, 'D1');
      const released = await place();
      await source(released.id, 'D1');
      await harness.untilOrder(released.id, { fulfilment: 'RELEASED' });
      const late = await harness.post(`/api/orders/${released.id}/cancel`);
      expect([late.status, late.body['code']]).toEqual([409, 'ORDER_ALREADY_RELEASED']);
      await harness.untilOrder(id, { revision: '2', fulfilment: 'CANCELLED' });
    });
  });

  describe('looking at orders', () => {
    it('lists by filter, page by page, and shows what was just written', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n++)
        ids.push((await place({ channel: 'pages', lines: [{ sku: 'B', quantity: n + 1 }] })).id);
      const seen = `&seen=${ids[4] ?? ''}@1`;
      const first = await harness.get(`/api/orders?channel=pages&sku=B&status=CONFIRMED&sort=-total&limit=2${seen}`);
      expect(first.body).toMatchObject({ count: { value: 5, exact: true }, items: [{ total: 2750 }, { total: 2200 }] });
      expect((first.body['items'] as Json[])[0]).toMatchObject({
        id: ids[4],
        customer: { name: 'Test Person' },
        skus: ['B'],
      });
      const next = String(first.body['next']);
      const second = await harness.get(
        `/api/orders?channel=pages&sku=B&status=CONFIRMED&sort=-total&limit=3&cursor=${next}`,
      );
      expect((second.body['items'] as Json[]).map(({ total }) => total)).toEqual([1650, 1100, 550]);
      expect(second.body).not.toHaveProperty('next');
      expect((await harness.get('/api/orders?sort=total&cursor=nonsense')).body['code']).toBe('CURSOR_INVALID');
      const bad = await harness.get('/api/orders?status=LOST&limit=x&colour=red');
      expect((bad.body['fields'] as Json[]).map(({ path }) => path)).toEqual(['colour', 'status', 'limit']);
    });

    it('shows an order as it was at a time', async () => {
      const { id } = await place();
      const before = new Date().toISOString();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await harness.post(`/api/orders/${id}/cancel`);
      expect((await harness.get(`/api/orders/${id}?at=${before}`)).body).toMatchObject({
        status: 'CONFIRMED',
        revision: '1',
      });
      expect((await harness.get(`/api/orders/${id}`)).body).toMatchObject({
        status: 'CANCELLED',
        customer: { name: 'Test Person' },
      });
      expect((await harness.get(`/api/orders/${id}?at=1999-01-01`)).body['code']).toBe('ORDER_NOT_FOUND');
      expect((await harness.get(`/api/orders/${id}?at=then`)).status).toBe(422);
      expect((await harness.get('/api/orders/none')).body['code']).toBe('ORDER_NOT_FOUND');
    });

    it('tells the history in the language of the reader', async () => {
      const { id } = await place();
      const { body } = await harness.request('GET', `/api/orders/${id}/history`, undefined, {
        'accept-language': 'zh',
      });
      expect(body['events']).toMatchObject([
        { type: 'OrderSubmitted', what: '订单已提交', data: { customer: { name: 'Test Person' } } },
        { type: 'OrderConfirmed', what: '检查全部通过，订单已确认' },
      ]);
    });
  });

  describe('importing order books', () => {
    const importOrders = async (csv: string, query: string): Promise<Json> => {
      const started = await harness.post(`/api/imports?kind=orders&${query}`, csv);
      if (started.status !== 202) throw new Error(JSON.stringify(started.body));
      return eventually(
        async () => {
          const { body } = await harness.get(`/api/imports/${String(started.body['id'])}`);
          if (body['status'] === 'failed') return body;
          if (body['status'] !== 'completed') throw new Error(`it is ${String(body['status'])}`);
          return body;
        },
        { deadlineMs: 20_000, message: 'the import to end' },
      );
    };
    const header =
      'order_no,customer_id,order_date,required_date,shipped_date,carrier_id,freight,ship_name,ship_address,ship_city,ship_country,sku,quantity,unit_price,discount\n';
    const row = (
      no: string,
      sku: string,
      quantity: number,
      change: { customer?: string; shipped?: string } = {},
    ): string =>
      `${no},${change.customer ?? 'C1'},1996-07-04,1996-08-01,${change.shipped ?? '1996-07-16'},3,32.38,Somebody,Street 1,Reims,France,${sku},${quantity},12.5,0.15\n`;

    it('records the past with its own dates, once, and reports what is broken', async () => {
      const csv =
        header +
        row('H1', 'A', 2) +
        row('H1', 'OLD', 1) +
        row('H2', 'A', 1, { shipped: '' }) +
        row('H3', 'NONE', 1) +
        row('H3', 'A', 1) +
        row('H4', 'A', 1, { customer: 'NOBODY' }) +
        row('H5', 'A', -3);
      const job = await importOrders(csv, 'mode=history&currency=EUR');
      expect(job).toMatchObject({ status: 'completed', rows: 7, accepted: 4, rejected: 3 });
      const list = await harness.get('/api/orders?mode=history&sort=submittedAt&count=exact');
      expect(list.body['count']).toEqual({ value: 3, exact: true });
      const [h1] = (await harness.get('/api/orders?number=H1')).body['items'] as Json[];
      expect(h1).toMatchObject({
        status: 'COMPLETED',
        submittedAt: '1996-07-04T00:00:00.000Z',
        shippedAt: '1996-07-16T00:00:00.000Z',
      });
      const { body } = await harness.get(`/api/orders/${String(h1?.['id'])}`);
      expect(body['totals']).toEqual({ gross: 3750, discount: 562, net: 3188, shipping: 3238, total: 6426 });
      const [h5] = (await harness.get('/api/orders?number=H5')).body['items'] as Json[];
      expect(h5).toMatchObject({ status: 'COMPLETED', due: 0 - 3188 + 3238 });
      const rejections = await harness.get(`/api/imports/${String(job['id'])}/rejections`);
      expect(rejections.body['text']).toContain('UNKNOWN_SKU');
      expect(rejections.body['text']).toContain('CUSTOMER_UNKNOWN');
      const again = await importOrders(csv, 'mode=history&currency=EUR');
      expect(again).toMatchObject({ status: 'completed', accepted: 4, rejected: 3 });
      expect((await harness.get('/api/orders?mode=history&count=exact')).body['count']).toEqual({
        value: 3,
        exact: true,
      });
    });

    it('reads a retail export that is all there is', async () => {
      const csv =
        'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n' +
        '536365,85123A,A HOLDER,6,12/13/2010 8:26,2.55,17850,United Kingdom\n' +
        '536365,71053,A LANTERN,6,12/13/2010 8:26,3.39,17850,United Kingdom\n' +
        'C536379,D,Discount,-1,12/14/2010 9:41,27.5,,EIRE\n';
      const job = await importOrders(csv, 'mode=history&currency=GBP&createMissing=products,customers');
      expect(job).toMatchObject({ status: 'completed', accepted: 3, rejected: 0 });
      const [first] = (await harness.get('/api/orders?number=536365')).body['items'] as Json[];
      expect(first).toMatchObject({ country: 'GB', currency: 'GBP', total: 3564, customerId: '17850' });
      const [credit] = (await harness.get('/api/orders?number=C536379')).body['items'] as Json[];
      expect(credit).toMatchObject({ country: 'IE', customerId: null, due: -2750 });
    });

    it('places new orders from a file with Chinese headers', async () => {
      const csv =
        '订单号,商品编码,数量,单价,客户编号,收货人,收货地址,城市,国家\nZ1,A,2,9.90,C1,测试,测试路 1 号,上海,中国\n';
      expect(await importOrders(csv, 'mode=live&currency=EUR')).toMatchObject({
        status: 'completed',
        accepted: 1,
      });
      const [placed] = (await harness.get('/api/orders?number=Z1')).body['items'] as Json[];
      expect(placed).toMatchObject({ mode: 'live', status: 'CONFIRMED', country: 'CN', total: 1980 });
    });
  });

  it('describes itself', () => {
    expect(Object.keys(Reflect.get(harness.service.openapi(), 'paths'))).toEqual(
      expect.arrayContaining(['/api/orders', '/api/orders/{id}', '/api/orders/{id}/cancel', '/api/payments/callbacks']),
    );
  });

  it('forgets an erased customer and finds everything else again after a restart', async () => {
    await harness.publish(CustomerRegisteredV1, 'customer-C2', { customerId: 'C2' });
    const { id } = await place({ customerId: 'C2', channel: 'erased' });
    await eventually(
      async () => ((await harness.get('/api/orders?channel=erased')).body['items'] as Json[]).length === 1,
    );
    await harness.publish(CustomerErasedV1, 'customer-C2', {
      customerId: 'C2',
      keyId: 'customer:C2',
      requestedBy: 'test',
      occurredAt: NOW,
    });
    await eventually(async () => {
      const [item] = (await harness.get('/api/orders?channel=erased')).body['items'] as Json[];
      return item?.['customer'] === null;
    }, 'the contact to be gone from the list');
    const before = await harness.get(`/api/orders/${id}`);
    await harness.stopService();
    await harness.startService();
    expect((await harness.get(`/api/orders/${id}`)).body).toEqual(before.body);
  }, 30_000);

  const GUEST = {
    customerId: undefined,
    customer: { name: 'Quixguest', email: 'quixguest@example.org' },
    shipTo: { name: 'Quixguest', street: 'Quixstreet 1', city: 'Quixcity', postalCode: '10115', country: 'DE' },
  };
  const readable = async (id: string): Promise<string> =>
    JSON.stringify(
      await Promise.all(['', '/history', '/story'].map((part) => harness.get(`/api/orders/${id}${part}`))),
    ).toLowerCase();
  const listed = async (): Promise<number> =>
    ((await harness.get('/api/orders?q=quixguest')).body['items'] as Json[]).length;

  it('forgets a guest, whose order is over, for good', async () => {
    const { id } = await place({ ...GUEST, channel: 'guests' });
    const at = `/api/orders/${id}`;
    await harness.post(`${at}/notes`, { text: 'Quixnote' });
    await harness.post(`${at}/complaints`, { kind: 'LATE', text: 'Quixcomplaint' });
    await harness.request('PUT', '/api/orders/views/guests', { name: 'Of quixguest', query: { q: 'quixguest' } });
    await eventually(async () => (await listed()) === 1, 'it is found by name');
    expect(await readable(id)).toMatch(/quixguest[\s\S]*quixnote/);
    expect((await harness.post(`${at}/erase-personal-data`)).body).toMatchObject({ code: 'ORDER_STILL_OPEN' });
    await harness.post(`${at}/cancel`, { reason: 'CUSTOMER_REQUEST', note: 'Quixcancel' });

    const tried = await harness.post(`${at}/erase-personal-data?dryRun=true`);
    expect(tried.body).toMatchObject({ dryRun: true, events: [{ type: 'OrderPersonalDataErased' }] });
    expect(await readable(id)).toMatch(/quix/);

    const before = ((await harness.get(at)).body as { totals: unknown }).totals;
    expect((await harness.post(`${at}/erase-personal-data`)).body).toMatchObject({ changed: true });
    expect(await readable(id)).not.toMatch(/quix/);
    expect(((await harness.get(at)).body as { totals: unknown }).totals).toEqual(before);
    await eventually(async () => (await listed()) === 0, 'it is not found by name any more');
    const views = JSON.stringify((await harness.get('/api/orders/views')).body).toLowerCase();
    expect(views).not.toContain('quix');

    // Said again it changes nothing, and nothing new is written or taken up.
    expect((await harness.post(`${at}/erase-personal-data`)).body).toMatchObject({ changed: false });
    for (const [path, body] of [
      ['notes', { text: 'x' }],
      ['complaints', { kind: 'LATE', text: 'x' }],
      ['reopen', {}],
    ] as const)
      expect((await harness.post(`${at}/${path}`, body)).body).toMatchObject({ code: 'PERSONAL_DATA_ERASED' });
  }, 30_000);

  it('destroys all keys of a draft that became a guest order of a channel', async () => {
    const content = { ...GUEST, ...order({ ...GUEST, channel: 'guests', externalNumber: 'G-1' }) };
    const { body: draft } = await harness.post('/api/drafts', content);
    const draftId = String(draft['id'] ?? (draft['state'] as Json)?.['draftId']);
    const { body } = await harness.post(`/api/drafts/${draftId}/submit`);
    const id = String(body['id']);
    expect(id).not.toBe(draftId);
    const drafts = harness.service.app.get(ORDER_DRAFTS);
    await eventually(
      async () => (await drafts.collection().countDocuments({ orderNumber: body['number'] })) === 1,
      'the draft tells its order',
    );
    await harness.post(`/api/orders/${id}/cancel`);
    await harness.post(`/api/orders/${id}/erase-personal-data`);
    expect(JSON.stringify((await harness.get(`/api/drafts/${draftId}`)).body).toLowerCase()).not.toMatch(/quix/);
  }, 30_000);

  it('is finished by whoever reads the event, should the first die before the keys are gone', async () => {
    const { id } = await place({ ...GUEST, channel: 'guests' });
    await harness.post(`/api/orders/${id}/cancel`);
    await harness.request('PUT', '/api/orders/views/left', { name: 'Left of quixguest', query: { q: 'quixguest' } });
    await harness.service.app
      .get(OrderRepository)
      .handle(id, (state) => erasePersonalData({ keyIds: [], requestedBy: 'test', now: NOW }, state), {
        actor: 'test',
        correlationId: 'test',
        now: NOW,
      });
    await eventually(async () => !(await readable(id)).includes('quix'), 'the keys are gone');
    expect(JSON.stringify((await harness.get('/api/orders/views')).body).toLowerCase()).not.toContain('quix');
  }, 30_000);

  it('still knows whom to forget when it was stopped half-way', async () => {
    await harness.publish(CustomerRegisteredV1, 'customer-C3', { customerId: 'C3' });
    await place({ customerId: 'C3', channel: 'erased', customer: { name: 'Quixhalf' } });
    const found = async () => ((await harness.get('/api/orders?q=quixhalf')).body['items'] as Json[]).length;
    await eventually(async () => (await found()) === 1, 'it is found by name');
    const told: boolean[] = [];
    harness.service.app.get(ErasedCustomers).also(async ({ customerIds, words }) => {
      if (!customerIds.includes('C3')) return;
      told.push(words.has('quixhalf'));
      if (told.length === 1) throw new Error('stopped half-way');
    });
    await harness.publish(CustomerErasedV1, 'customer-C3', {
      customerId: 'C3',
      keyId: 'customer:C3',
      requestedBy: 'test',
      occurredAt: NOW,
    });
    await eventually(async () => (await found()) === 0, 'it is not found by name any more');
    expect(told).toEqual([true, true]);
  }, 30_000);
});
