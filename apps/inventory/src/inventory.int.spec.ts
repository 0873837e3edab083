import '@orderloom/embedded'; // loaded whole beforehand: Jest trips over modules that are imported twice at once
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type EventEnvelope, type ServiceName, topicOf } from '@orderloom/contracts';
import { EventStore } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import { type RunningService, startService } from '@orderloom/platform';
import { eventually, startTestEngines, type TestEngines, uniqueId } from '@orderloom/testing';
import { inventoryService } from './service.js';

// Other suites share the machine.
jest.setTimeout(30_000);

const TOKEN = 'a-token-for-tests-only';

let engines: TestEngines;
let data: string;
let env: Record<string, string>;
let kafka: KafkaClient;
let service: RunningService;

const start = async (): Promise<RunningService> => startService(inventoryService, env, {});

beforeAll(async () => {
  engines = await startTestEngines();
  data = await mkdtemp(join(tmpdir(), 'orderloom-inventory-'));
  env = {
    ...engines.env,
    ORDERLOOM_ADMIN_TOKEN: TOKEN,
    ORDERLOOM_DATA: data,
    ORDERLOOM_MASTER_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'error',
  };
  kafka = new KafkaClient({ brokers: engines.brokers, clientId: 'inventory-spec' });
  await kafka.ensureTopics([topicOf.order, topicOf.logistics]);
  service = await start();
}, 60_000);

afterAll(async () => {
  await service?.close();
  await kafka?.close();
  await engines?.close();
  await rm(data, { recursive: true, force: true });
}, 30_000);

/** The parts of answers that are looked at. */
interface Answer {
  readonly [field: string]: unknown;
  readonly id?: string;
  readonly status?: string;
  readonly fields?: readonly { readonly path: string }[];
  readonly decisions?: readonly { readonly lines: readonly Readonly<Record<string, unknown>>[] }[];
  readonly reservations?: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly reservationId: string;
    readonly status: string;
  }[];
  readonly waitingFor?: readonly { readonly quantity: number }[];
}

/** As `eventually`; the answer is what was waited for. */
const until = async <T>(check: () => Promise<T | false>, deadlineMs: number, message: string): Promise<T> => {
  const found = await eventually(check, { deadlineMs, message });
  if (found === false) throw new Error(message);
  return found;
};

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string';
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': text ? 'text/csv' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: text ? body : JSON.stringify(body) }),
  });
  const answer: Answer = JSON.parse((await response.text()) || '{}');
  return { status: response.status, headers: response.headers, answer };
};
const get = async (path: string) => (await call('GET', path)).answer;

const sequences = new Map<string, number>();
const publish = async (source: ServiceName, subject: string, events: [name: string, data: object][]): Promise<void> => {
  const envelopes = events.map(([name, eventData]): EventEnvelope => {
    const sequence = (sequences.get(subject) ?? -1) + 1;
    sequences.set(subject, sequence);
    const type = `orderloom.${source}.${name}.v1`;
    return {
      specversion: '1.0',
      id: crypto.randomUUID(),
      source,
      type,
      subject,
      time: new Date().toISOString(),
      dataschema: `urn:orderloom:schema:${type}`,
      datacontenttype: 'application/json',
      sequence: String(sequence),
      correlationid: 'spec',
      causationid: 'spec',
      actor: 'spec',
      data: eventData,
    };
  });
  await kafka.publisher().publish(topicOf[source], envelopes);
};

const at = () => new Date().toISOString();
const submitted = (orderId: string, lines: [sku: string, quantity: number][], more: object = {}): [string, object] => [
  'OrderSubmitted',
  {
    orderId,
    number: orderId,
    channel: 'web',
    mode: 'live',
    locale: 'en',
    shipTo: { country: 'DE' },
    currency: 'USD',
    lines: lines.map(([sku, quantity], index) => ({
      lineId: `L${index + 1}`,
      sku,
      name: sku,
      quantity,
      unitPrice: 100,
      gross: 100 * quantity,
      discount: 0,
      net: 100 * quantity,
    })),
    totals: { gross: 100, discount: 0, net: 100, shipping: 0, total: 100 },
    paymentTerms: 'invoice',
    occurredAt: at(),
    ...more,
  },
];
const confirmed = (): [string, object] => ['OrderConfirmed', { checks: [], occurredAt: at() }];
const place = (orderId: string, lines: [sku: string, quantity: number][], more: object = {}) =>
  publish('order', `order-${orderId}`, [submitted(orderId, lines, more), confirmed()]);
const cancel = (orderId: string) =>
  publish('order', `order-${orderId}`, [
    ['OrderCancelled', { reason: 'CUSTOMER_REQUEST', lines: [], occurredAt: at() }],
  ]);

const receive = (sku: string, quantity: number, location = 'main', key?: string) =>
  call('POST', '/api/stock/receipts', { sku, location, quantity }, key ? { 'idempotency-key': key } : {});
const sourced = (orderId: string, check: (answer: Answer) => unknown) =>
  until(
    async () => {
      const { status, answer } = await call('GET', `/api/sourcing/${orderId}`);
      return status === 200 && check(answer) ? answer : false;
    },
    15_000,
    `order ${orderId} to be sourced as expected`,
  );
const stockOf = (sku: string) => get(`/api/stock/${sku}`);
const stockShows = (sku: string, figures: object) =>
  eventually(async () => expect(await stockOf(sku)).toMatchObject(figures), `the stock of ${sku}`);

describe('products and stock over HTTP', () => {
  it('registers, changes, shows and refuses in the language of the reader', async () => {
    const sku = uniqueId('P');
    const put = await call('PUT', `/api/products/${sku}`, { name: 'Chai', reorderLevel: 3 });
    expect(put).toMatchObject({ status: 200, answer: { changed: true, revision: '0' } });
    expect((await call('PUT', `/api/products/${sku}`, { name: 'Chai' })).answer).toMatchObject({ changed: false });
    const dry = await call('PUT', `/api/products/${sku}?dryRun=true`, { name: 'Tea' });
    expect(dry.answer).toMatchObject({ dryRun: true, events: [{ type: 'ProductChanged' }] });
    expect(await get(`/api/products/${sku}?minRevision=0`)).toMatchObject({ sku, name: 'Chai', reorderLevel: 3 });
    const other = await call('POST', '/api/products', { sku, name: 'Other' }, { 'accept-language': 'zh-CN' });
    expect(other).toMatchObject({ status: 409, answer: { code: 'PRODUCT_EXISTS', detail: `商品 ${sku} 已存在。` } });
    const stale = await call('PUT', `/api/products/${sku}`, { name: 'Tea' }, { 'if-match': '"7"' });
    expect(stale).toMatchObject({ status: 412, answer: { code: 'REVISION_CONFLICT' } });
    expect(await call('GET', '/api/products/nothing-like-it')).toMatchObject({
      status: 404,
      answer: { code: 'PRODUCT_NOT_FOUND' },
    });
  });

  it('takes goods in once per key, adjusts with a reason, and tells every problem of a bad request', async () => {
    const sku = uniqueId('S');
    const key = uniqueId('receipt');
    expect((await receive(sku, 5, 'main', key)).answer).toMatchObject({ changed: true });
    expect((await receive(sku, 5, 'main', key)).answer).toMatchObject({ changed: false });
    await call('POST', '/api/stock/adjustments', { sku, delta: -2, reason: 'breakage' });
    await stockShows(sku, { onHand: 3, available: 3, locations: [{ received: 5, adjusted: -2 }] });
    const bad = await call('POST', '/api/stock/receipts', { location: 'a:b', quantity: 0 });
    expect(bad).toMatchObject({ status: 422, answer: { code: 'VALIDATION_FAILED' } });
    const fields = bad.answer.fields ?? [];
    expect(fields.map((field) => field.path).sort()).toEqual(['location', 'quantity', 'sku']);
    expect(await call('POST', '/api/stock/adjustments', { sku, delta: -4, reason: 'loss' })).toMatchObject({
      status: 409,
      answer: { code: 'STOCK_WOULD_BE_NEGATIVE' },
    });
  });

  it('keeps suppliers, their contacts sealed in the log', async () => {
    const id = uniqueId('sup');
    const body = { company: 'Exotic Liquids', country: 'GB', contact: { contactName: 'C. Cooper', phone: '555' } };
    expect((await call('PUT', `/api/suppliers/${id}`, body)).answer).toMatchObject({ changed: true });
    expect((await call('PUT', `/api/suppliers/${id}`, body)).answer).toMatchObject({ changed: false });
    await eventually(async () => expect(await get(`/api/suppliers/${id}`)).toMatchObject(body), 'the supplier');
    const store = service.app.get(EventStore);
    expect(JSON.stringify((await store.read(`supplier-${id}`)).map((event) => event.data))).not.toContain('Cooper');
  });
});

describe('an order on its way', () => {
  it('is reserved, explained, and taken out when it is shipped', async () => {
    const [sku, orderId] = [uniqueId('A'), uniqueId('o')];
    await call('PUT', `/api/products/${sku}`, { name: 'A', reorderLevel: 3 });
    await receive(sku, 5);
    await place(orderId, [[sku, 2]]);
    const answer = await sourced(orderId, (one) => one.reservations);
    const line = answer.decisions?.[0]?.lines[0];
    expect(line).toMatchObject({ requested: 2, backordered: 0, reason: 'SOURCED_FROM_ONE_LOCATION' });
    expect(line?.['explanation']).toContain('main');
    const reservation = answer.reservations?.[0];
    expect(reservation?.status).toBe('RESERVED');
    await stockShows(sku, { onHand: 5, reserved: 2, available: 3, locations: [{ low: true }] });
    await publish('logistics', `shipment-${orderId}`, [
      [
        'ShipmentDispatched',
        {
          shipmentId: orderId,
          fulfilmentId: 'f',
          orderId,
          orderNumber: '1',
          carrier: 'c',
          trackingNumber: 't',
          country: 'DE',
          lines: [{ lineId: 'L1', sku, quantity: 2, reservationId: reservation?.reservationId }],
          occurredAt: at(),
        },
      ],
    ]);
    await stockShows(sku, { onHand: 3, reserved: 0, available: 3, locations: [{ consumed: 2 }] });
    expect(await get(`/api/reservations?orderId=${orderId}`)).toMatchObject({ items: [{ status: 'CONSUMED' }] });
  });

  it('waits for goods and gets them in the order of arrival; a cancelled one gives its place up', async () => {
    const sku = uniqueId('B');
    const [first, second, third] = [uniqueId('o1'), uniqueId('o2'), uniqueId('o3')];
    for (const orderId of [first, second, third]) {
      await place(orderId, [[sku, 2]]);
      await sourced(orderId, (answer) => answer.waitingFor?.length === 1);
    }
    await cancel(second);
    await sourced(second, (answer) => answer.status === 'CANCELLED');
    await receive(sku, 3);
    await sourced(first, (answer) => answer.waitingFor?.length === 0);
    await sourced(third, (answer) => answer.waitingFor?.[0]?.quantity === 1);
    await eventually(async () => {
      expect(await get(`/api/sourcing/backorders?sku=${sku}`)).toMatchObject({ items: [{ orderId: third }] });
    }, 'the queue');
    await cancel(third);
    await stockShows(sku, { onHand: 3, reserved: 2, available: 1 });
  });

  it('that is history, or confirmed without its lines, moves nothing and stops nobody', async () => {
    const sku = uniqueId('H');
    const [history, lost, live] = [uniqueId('h'), uniqueId('l'), uniqueId('o')];
    await receive(sku, 5);
    await place(history, [[sku, 2]], { mode: 'history', createMissing: ['products'], importId: 'orders-1' });
    await publish('order', `order-${lost}`, [confirmed()]);
    await place(live, [[sku, 1]]);
    await sourced(live, (answer) => answer.reservations);
    await stockShows(sku, { reserved: 1 });
    await eventually(
      async () => expect(await get(`/api/products/${sku}`)).toMatchObject({ name: sku, unitPrice: { amount: 100 } }),
      'the product that only the order names',
    );
    expect((await call('GET', `/api/sourcing/${history}`)).status).toBe(404);
  });
});

describe('under load', () => {
  it('nothing is oversold, and the ledger adds up after a restart in between', async () => {
    const skus = Array.from({ length: 8 }, (_, n) => uniqueId(`L${n}`));
    await Promise.all(skus.map((sku) => receive(sku, 60)));
    const orders = Array.from({ length: 300 }, () => uniqueId('load'));
    const begun = Date.now();
    await Promise.all(
      orders.map((orderId, n) =>
        place(
          orderId,
          [1, 2, 3].map((step) => [skus[(n + step) % 8]!, 1 + (n % 2)]),
        ),
      ),
    );
    const decided = async (): Promise<boolean> => {
      const { status } = await call('GET', `/api/sourcing/${orders.at(-1)}`);
      return status === 200;
    };
    await service.close();
    service = await start();
    await eventually(decided, { deadlineMs: 30_000, message: 'the last order to be sourced' });
    for (const sku of skus) await stockShows(sku, { reserved: 60 });
    const answers = await until(
      async () => {
        const all = await Promise.all(orders.map((orderId) => call('GET', `/api/sourcing/${orderId}`)));
        return all.every(({ status }) => status === 200) ? all.map(({ answer }) => answer) : false;
      },
      30_000,
      'every order to be sourced',
    );
    const took = Date.now() - begun;
    const reserved = new Map<string, number>();
    for (const { sku, quantity } of answers.flatMap((answer) => answer.reservations ?? [])) {
      reserved.set(sku, (reserved.get(sku) ?? 0) + quantity);
    }
    for (const sku of skus) {
      expect(reserved.get(sku)).toBe(60);
      await stockShows(sku, { onHand: 60, reserved: 60, available: 0 });
    }
    expect(took).toBeLessThan(60_000);
  }, 90_000);
});

describe('imports', () => {
  const job = async (kind: string, csv: string, query = 'mode=live&currency=USD') => {
    const { status, answer } = await call('POST', `/api/imports?kind=${kind}&${query}`, csv);
    expect(status).toBe(202);
    return eventually(
      async () => {
        const state = await get(`/api/imports/${String(answer['id'])}`);
        return ['completed', 'failed'].includes(String(state['status'])) ? state : false;
      },
      { deadlineMs: 20_000, message: `the import of ${kind}` },
    );
  };

  it('take products with their opening stock once, and leave stock alone in history mode', async () => {
    const [one, two] = [uniqueId('NW'), uniqueId('NW')];
    const csv =
      'sku,name,category,supplier_id,quantity_per_unit,unit_price,units_in_stock,units_on_order,reorder_level,discontinued\n' +
      `${one},Chai,Beverages,1,10 boxes x 20 bags,18,39,0,10,0\n${two},Chang,Beverages,1,24 - 12 oz bottles,19.50,17,40,25,1\n` +
      `,Nameless,,,,1,1,0,0,0\n`;
    expect(await job('products', csv)).toMatchObject({ status: 'completed', rows: 3, accepted: 2, rejected: 1 });
    expect(await get(`/api/products/${two}?minRevision=0`)).toMatchObject({
      name: 'Chang',
      unitPrice: { amount: 1950, currency: 'USD' },
      discontinued: true,
      reorderLevel: 25,
    });
    await job('products', csv);
    await stockShows(one, { onHand: 39 });
    const three = uniqueId('NW');
    const history = await job(
      'products',
      `商品编号;商品名称;单价;库存\n${three};茶;12,5;9\n`,
      'mode=history&currency=CNY',
    );
    expect(history).toMatchObject({ status: 'completed', accepted: 1 });
    expect(await get(`/api/products/${three}?minRevision=0`)).toMatchObject({ unitPrice: { amount: 1250 } });
    expect(await stockOf(three)).toMatchObject({ onHand: 0 });
  });

  it('take suppliers', async () => {
    const id = uniqueId('s');
    const csv = `supplier_id,company,contact_name,address,city,postal_code,country,phone\n${id},Exotic Liquids,C. Cooper,49 Gilbert St.,London,EC1 4SD,UK,555\n`;
    expect(await job('suppliers', csv)).toMatchObject({ status: 'completed', accepted: 1 });
    await eventually(
      async () =>
        expect(await get(`/api/suppliers/${id}`)).toMatchObject({
          company: 'Exotic Liquids',
          contact: { city: 'London' },
        }),
      'the supplier',
    );
  });
});
