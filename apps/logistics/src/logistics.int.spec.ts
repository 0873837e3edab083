import '@orderloom/embedded'; // loaded whole beforehand: Jest trips over modules that are imported twice at once
import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { type EventEnvelope, topicOf } from '@orderloom/contracts';
import { EventStore } from '@orderloom/event-sourcing';
import { type EventConsumer, KafkaClient, type ReceivedEvent } from '@orderloom/messaging';
import { MongoConnections, type RunningService, startService, Vault } from '@orderloom/platform';
import { eventually, startTestEngines, type TestEngines, uniqueId } from '@orderloom/testing';
import { ship } from './fulfilment/decide.js';
import { FulfilmentRepository } from './repositories.js';
import { logisticsService } from './service.js';

// Other suites share the machine.
jest.setTimeout(30_000);

const TOKEN = 'a-token-for-tests-only';

let engines: TestEngines;
let env: Record<string, string>;
let kafka: KafkaClient;
let consumer: EventConsumer;
let service: RunningService;
const heard: ReceivedEvent[] = [];

const start = async (warehouse: 'manual' | 'simulated'): Promise<RunningService> =>
  startService(logisticsService, { ...env, WAREHOUSE_MODE: warehouse }, {});

beforeAll(async () => {
  engines = await startTestEngines();
  env = {
    ...engines.env,
    ORDERLOOM_ADMIN_TOKEN: TOKEN,
    ORDERLOOM_MASTER_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'error',
  };
  kafka = new KafkaClient({ brokers: engines.brokers, clientId: 'logistics-spec' });
  await kafka.ensureTopics([topicOf.order, topicOf.logistics]);
  service = await start('manual');
  consumer = kafka.consumer({
    group: uniqueId('spec'),
    topics: [topicOf.logistics],
    handles: ['orderloom.logistics.ShipmentDispatched.v1', 'orderloom.logistics.ShipmentDelivered.v1'],
    handleBatch: async (events) => {
      heard.push(...events);
    },
  });
  await consumer.start();
}, 60_000);

afterAll(async () => {
  await service?.close();
  await consumer?.stop();
  await kafka?.close();
  await engines?.close();
}, 30_000);

/** The parts of answers that are looked at. */
interface Answer {
  readonly [field: string]: unknown;
  readonly status?: string;
  readonly code?: string;
  readonly items?: readonly { readonly id: string; readonly ok?: boolean; readonly status?: unknown }[];
  readonly next?: string;
  readonly waiting?: number;
}

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: Answer = JSON.parse((await response.text()) || '{}');
  return { status: response.status, headers: response.headers, answer };
};
const get = async (path: string) => (await call('GET', path)).answer;
const post = (path: string, body?: unknown) => call('POST', path, body);

const ADDRESS = { name: 'Reader', street: 'Main Street 1', city: 'Berlin', country: 'DE' };

/** Publishes what the order service would: one release per order. */
const release = async (orderIds: readonly string[], more: object = {}): Promise<string[]> => {
  const envelopes = orderIds.map((orderId): EventEnvelope => {
    const type = 'orderloom.order.FulfilmentReleased.v1';
    return {
      specversion: '1.0',
      id: crypto.randomUUID(),
      source: 'order',
      type,
      subject: `order-${orderId}`,
      time: new Date().toISOString(),
      dataschema: `urn:orderloom:schema:${type}`,
      datacontenttype: 'application/json',
      sequence: '0',
      correlationid: `correlation-${orderId}`,
      causationid: 'spec',
      actor: 'spec',
      data: {
        fulfilmentId: `${orderId}-F1`,
        location: 'main',
        lines: [{ lineId: 'L1', sku: 'A', name: 'Tea', quantity: 2, reservationId: `r-${orderId}` }],
        shipTo: { country: 'DE' },
        number: orderId,
        ...more,
      },
    };
  });
  await kafka.publisher().publish(topicOf.order, envelopes);
  return orderIds.map((orderId) => `${orderId}-F1`);
};

const created = (id: string) =>
  eventually(async () => expect(await get(`/api/fulfilments/${id}`)).toMatchObject({ status: 'CREATED' }), {
    deadlineMs: 15_000,
    message: `the fulfilment ${id}`,
  });
const delivered = (orderIds: readonly string[], deadlineMs = 20_000) =>
  eventually(
    () => {
      const ids = new Set(
        heard.filter((one) => one.type.includes('Delivered')).map((one) => Reflect.get(Object(one.data), 'orderId')),
      );
      return orderIds.every((orderId) => ids.has(orderId));
    },
    { deadlineMs, message: 'every parcel to be delivered' },
  );

describe('work by hand', () => {
  it('goes step by step, each repeated step changing nothing, and ends with a shipment on the topic', async () => {
    const orderId = uniqueId('o');
    const [id = ''] = await release([orderId]);
    await created(id);
    expect(await post(`/api/fulfilments/${id}/pack`)).toMatchObject({
      status: 409,
      answer: { code: 'FULFILMENT_STEP_INVALID' },
    });
    expect((await post(`/api/fulfilments/${id}/accept`)).answer).toMatchObject({ changed: true });
    expect((await post(`/api/fulfilments/${id}/accept`)).answer).toMatchObject({ changed: false });
    expect((await post(`/api/fulfilments/${id}/pick`, { stage: 'start' })).answer).toMatchObject({
      events: [{ type: 'PickingStarted' }],
    });
    expect((await post(`/api/fulfilments/${id}/pick`, {})).answer).toMatchObject({
      events: [{ type: 'PickingCompleted' }],
    });
    const dry = await post(`/api/fulfilments/${id}/pack?dryRun=true`, {});
    expect(dry.answer).toMatchObject({
      dryRun: true,
      events: [{ type: 'PackingStarted' }, { type: 'PackingCompleted' }],
    });
    await post(`/api/fulfilments/${id}/pack`, {});
    expect(await post(`/api/fulfilments/${id}/dispatch`, { carrier: 'nobody' })).toMatchObject({
      status: 422,
      answer: { code: 'CARRIER_UNKNOWN' },
    });
    const stale = await call('POST', `/api/fulfilments/${id}/dispatch`, {}, { 'if-match': '"1"' });
    expect(stale).toMatchObject({ status: 412, answer: { code: 'REVISION_CONFLICT' } });
    await post(`/api/fulfilments/${id}/dispatch`, { carrier: 'united-package', trackingNumber: 'T-1' });
    const dispatched = await eventually(
      () => heard.find((one) => Reflect.get(Object(one.data), 'fulfilmentId') === id) ?? null,
      'the dispatch on the topic',
    );
    expect(dispatched?.data).toMatchObject({
      orderId,
      location: 'main',
      carrier: 'united-package',
      trackingNumber: 'T-1',
      lines: [{ reservationId: `r-${orderId}` }],
    });
    const shipmentId = String(Reflect.get(Object(dispatched?.data), 'shipmentId'));
    expect((await post(`/api/shipments/${shipmentId}/deliver`)).answer).toMatchObject({ changed: true });
    expect((await post(`/api/shipments/${shipmentId}/deliver`)).answer).toMatchObject({ changed: false });
    await delivered([orderId]);
    await eventually(async () => {
      expect(await get(`/api/shipments?trackingNumber=T-1`)).toMatchObject({ items: [{ status: 'DELIVERED' }] });
      expect(await get(`/api/fulfilments?orderId=${orderId}`)).toMatchObject({ items: [{ status: 'SHIPPED' }] });
    }, 'the lists');
  });

  it('is done for many at once, one result per id', async () => {
    const orderIds = [uniqueId('m'), uniqueId('m')];
    const ids = await release(orderIds);
    for (const id of ids) await created(id);
    const many = await post('/api/fulfilments/accept', { ids: [...ids, 'nobody'] });
    expect(many.answer.items).toMatchObject([{ ok: true }, { ok: true }, { ok: false, code: 'FULFILMENT_NOT_FOUND' }]);
    for (const action of ['pick', 'pack', 'dispatch']) {
      const { answer } = await post(`/api/fulfilments/${action}`, { ids });
      expect(answer.items?.every(({ ok }) => ok)).toBe(true);
    }
    const first = await eventually(async () => {
      const page = await get('/api/fulfilments?status=SHIPPED&limit=1');
      return page.next === undefined ? null : page;
    }, 'two shipped fulfilments in the list');
    const second = await get(`/api/fulfilments?status=SHIPPED&limit=1&cursor=${first?.next ?? ''}`);
    expect(second.items?.[0]?.id).not.toBe(first?.items?.[0]?.id);
    expect((await post('/api/fulfilments/explode', { ids })).status).toBe(404);
  });

  it('shows an address until its customer is erased, and never in lists, logs or events', async () => {
    const mongo = new MongoConnections(engines.mongoUrl);
    await mongo.connect();
    try {
      const vault = new Vault(mongo.connection('vault'), env['ORDERLOOM_MASTER_KEY'] ?? '');
      const customerId = uniqueId('c');
      const address = await vault.seal(`customer:${customerId}`, ADDRESS);
      const [id = ''] = await release([uniqueId('a')], { shipTo: { country: 'DE', address }, customerId });
      await created(id);
      expect(await get(`/api/fulfilments/${id}`)).toMatchObject({ address: ADDRESS });
      const stored = await service.app.get(EventStore).read(`fulfilment-${id}`);
      expect(JSON.stringify(stored.map((event) => event.data))).not.toContain('Berlin');
      await eventually(async () => expect((await get('/api/fulfilments?limit=1')).items?.[0]?.id).toBe(id), 'the list');
      expect(JSON.stringify(await get('/api/fulfilments'))).not.toContain('sealed:');
      await service.app.get(Vault).destroyKey(`customer:${customerId}`);
      expect(await get(`/api/fulfilments/${id}`)).toMatchObject({ address: null });
    } finally {
      await mongo.close();
    }
  });

  it('makes the shipment of a handover that was killed half-way', async () => {
    const [id = ''] = await release([uniqueId('k')]);
    await created(id);
    for (const action of ['accept', 'pick', 'pack']) await post(`/api/fulfilments/${id}/${action}`);
    const occurredAt = new Date().toISOString();
    const handover = { shipmentId: `${id}-S`, carrier: 'speedy-express', trackingNumber: 'K-1', occurredAt };
    const context = { actor: 'spec', correlationId: 'spec', now: occurredAt };
    await service.app.get(FulfilmentRepository).handle(id, (state) => ship(id, handover, state), context);
    await eventually(async () => {
      expect(await get('/api/shipments?trackingNumber=K-1')).toMatchObject({ items: [{ fulfilmentId: id }] });
    }, 'the shipment');
  });

  it('stops when the order is cancelled after all', async () => {
    const orderId = uniqueId('x');
    const [id = ''] = await release([orderId]);
    await created(id);
    await eventually(
      async () => expect((await get(`/api/fulfilments?orderId=${orderId}`)).items).toHaveLength(1),
      'the list',
    );
    const type = 'orderloom.order.OrderCancelled.v1';
    const at = new Date().toISOString();
    await kafka.publisher().publish(topicOf.order, [
      {
        specversion: '1.0',
        id: crypto.randomUUID(),
        source: 'order',
        type,
        subject: `order-${orderId}`,
        time: at,
        dataschema: `urn:orderloom:schema:${type}`,
        datacontenttype: 'application/json',
        sequence: '1',
        correlationid: 'spec',
        causationid: 'spec',
        actor: 'spec',
        data: { reason: 'CUSTOMER_REQUEST', lines: [], occurredAt: at },
      },
    ]);
    await eventually(
      async () => expect(await get(`/api/fulfilments/${id}`)).toMatchObject({ status: 'CANCELLED' }),
      'its end',
    );
    expect((await post(`/api/fulfilments/${id}/accept`)).answer.code).toBe('FULFILMENT_CANCELLED');
  });
});

describe('the simulation', () => {
  beforeAll(async () => {
    await service.close();
    service = await start('simulated');
  }, 30_000);

  it('refuses a speed out of range', async () => {
    expect(await call('PUT', '/api/simulation', { speed: 0 })).toMatchObject({
      status: 422,
      answer: { code: 'SIMULATION_SPEED_INVALID' },
    });
  });

  it('stands still when stopped, keeps its timers over a restart, and goes on when the clock is moved', async () => {
    await call('PUT', '/api/simulation', { running: false });
    const ready = () =>
      eventually(async () => (await get('/api/simulation'))['ready'] === true, 'what was begun before');
    await ready();
    const before = (await get('/api/simulation')).waiting ?? 0;
    const orderId = uniqueId('s');
    const [id = ''] = await release([orderId]);
    await eventually(async () => expect((await get('/api/simulation')).waiting).toBe(before + 1), 'the timer');
    await service.close();
    service = await start('simulated');
    await ready();
    expect(await get('/api/simulation')).toMatchObject({ running: false, waiting: before + 1 });
    await call('PUT', '/api/simulation', { skipMinutes: 5 });
    const shows = (status: string) =>
      eventually(
        async () => expect(await get(`/api/fulfilments/${id}`)).toMatchObject({ status }),
        `${id} to be ${status}`,
      );
    await shows('PICKING');
    await call('PUT', '/api/simulation', { skipMinutes: 20 });
    await shows('PACKING');
    await call('PUT', '/api/simulation', { skipMinutes: 16 });
    await shows('SHIPPED');
    await call('PUT', '/api/simulation', { skipMinutes: 3 * 24 * 60 });
    await delivered([orderId]);
    await eventually(async () => {
      const { items } = await get(`/api/shipments?orderId=${orderId}`);
      expect(items).toMatchObject([{ status: 'DELIVERED', track: { length: 4 } }]);
    }, 'every scan');
  });

  it('brings hundreds of parcels to the door when it runs fast', async () => {
    await call('PUT', '/api/simulation', { running: true, speed: 500_000 });
    const orderIds = Array.from({ length: 200 }, () => uniqueId('f'));
    await release(orderIds);
    await delivered(orderIds, 40_000);
    const correlations = heard.filter((one) =>
      orderIds.some((orderId) => one.correlationid === `correlation-${orderId}`),
    );
    expect(correlations.length).toBe(2 * orderIds.length);
    await eventually(async () => expect((await get('/api/simulation')).waiting).toBe(0), 'no timer to be left');
  }, 60_000);
});
