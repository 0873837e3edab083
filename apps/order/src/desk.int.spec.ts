// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { jest } from '@jest/globals';
import {
  CustomerRegisteredV1,
  ProductRegisteredV1,
  ShipmentDeliveredV1,
  ShipmentDispatchedV1,
  SourcingDecidedV1,
} from '@orderloom/contracts';
import { eventually } from '@orderloom/testing';
import { type Answer, ServiceHarness } from '@orderloom/testing/service-harness';
import { jushuitanOrder, shopifyOrder } from './channels/samples.fixtures.js';
import { orderService } from './service.js';

jest.setTimeout(60_000);

type Json = Record<string, unknown>;

let service: ServiceHarness;
const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  service.call('POST', path, body, headers);
const put = (path: string, body: unknown) => service.call('PUT', path, body);

const product = (sku: string, amount: number) => ({
  definition: ProductRegisteredV1,
  subject: `product-${sku}`,
  data: { sku, name: `Product ${sku}`, unitPrice: { amount, currency: 'EUR' }, reorderLevel: 0, discontinued: false },
});

const order = (change: Json = {}): Json => ({
  customerId: 'C1',
  customer: { name: 'Test Person', email: 'test@example.com' },
  lines: [
    { sku: 'SKU-1', quantity: 3 },
    { sku: 'SKU-2', quantity: 1 },
  ],
  shipTo: { name: 'Test Person', street: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  paymentTerms: 'prepaid',
  currency: 'EUR',
  shipping: 400,
  ...change,
});

/** Plays inventory and logistics until everything is delivered. */
const deliverAll = async (id: string): Promise<void> => {
  const { body } = await service.get(`/api/orders/${id}`);
  const lines = (body.lines as { lineId: string; sku: string; ordered: number }[]).map(({ lineId, sku, ordered }) => ({
    lineId,
    sku,
    quantity: ordered,
    reservationId: `r-${lineId}`,
  }));
  await service.publish({
    definition: SourcingDecidedV1,
    subject: `sourcing-${id}`,
    data: {
      orderId: id,
      decisionId: `d-${id}`,
      lines: lines.map(({ lineId, sku, quantity, reservationId }) => ({
        lineId,
        sku,
        requested: quantity,
        allocations: [{ location: 'MAIN', quantity, reservationId }],
        backordered: 0,
        reason: 'test',
        candidates: [],
      })),
    },
  });
  const released = await until(id, (one) => one.fulfilments.length > 0, 'is released');
  const fulfilmentId = released.fulfilments[0].fulfilmentId as string;
  const occurredAt = new Date().toISOString();
  const common = { shipmentId: `S-${id}`, fulfilmentId, orderId: id, occurredAt };
  await service.publish(
    {
      definition: ShipmentDispatchedV1,
      subject: `shipment-S-${id}`,
      data: { ...common, orderNumber: 'x', carrier: 'DHL', trackingNumber: 'T1', country: 'DE', lines },
    },
    {
      definition: ShipmentDeliveredV1,
      subject: `shipment-S-${id}`,
      data: { ...common, lines: lines.map(({ lineId, quantity }) => ({ lineId, quantity })) },
    },
  );
  await until(id, (one) => one.status === 'COMPLETED', 'is completed');
};

const until = (id: string, holds: (body: Answer['body']) => boolean, what: string): Promise<Answer['body']> =>
  eventually(
    async () => {
      const { body } = await service.get(`/api/orders/${id}`);
      if (!holds(body)) throw new Error(JSON.stringify({ ...body, actions: undefined }));
      return body;
    },
    { deadlineMs: 15_000, message: `order ${id} ${what}` },
  );

const placed = async (change: Json = {}): Promise<string> => {
  const { status, body } = await post('/api/orders', order(change));
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
};

beforeAll(async () => {
  service = await ServiceHarness.start(orderService);
  await service.publish(product('SKU-1', 1000), product('SKU-2', 550), {
    definition: CustomerRegisteredV1,
    subject: 'customer-C1',
    data: { customerId: 'C1' },
  });
  await eventually(async () => (await post('/api/orders?dryRun=true', order())).status === 200, {
    deadlineMs: 20_000,
    message: 'the products arrive',
  });
}, 60_000);
afterAll(() => service?.close(), 30_000);

describe('channels', () => {
  beforeAll(async () => {
    const shop = {
      kind: 'shop',
      adapter: 'shopify',
      numbering: { kind: 'sequence', pattern: 'S-{number}', digits: 4 },
    };
    expect((await put('/api/channels/web', shop)).status).toBe(200);
    expect((await put('/api/channels/market', { kind: 'marketplace', adapter: 'jushuitan' })).status).toBe(200);
    expect((await put('/api/channels/phone', { kind: 'phone', currency: 'EUR', paymentTerms: 'invoice' })).status).toBe(
      200,
    );
  });

  it('make one order of a message that comes three times at once', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => post('/api/channels/web/orders', shopifyOrder())));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const { body } = await service.get(`/api/orders/${answers[0]?.body.id}`);
    expect(body).toMatchObject({
      number: 'S-0001',
      externalNumber: '#1001',
      payment: 'PAID',
      totals: { total: 4550 },
      tags: ['gift', 'repeat'],
      source: { adapter: 'shopify', version: 1 },
      payments: [{ provider: 'channel:web', captured: 4550 }],
    });
  });

  it('count their orders without a gap, also when a retry, a refusal or a dry run comes between', async () => {
    const message = (name: string, change: Json = {}) => shopifyOrder({ name, ...change });
    expect((await post('/api/channels/web/orders', message('#1002'))).body.number).toBe('S-0002');
    expect((await post('/api/channels/web/orders', message('#1002'))).body.number).toBe('S-0002');
    expect((await post('/api/channels/web/orders?dryRun=true', message('#1003'))).body.messages).toHaveLength(1);
    const refused = await post(
      '/api/channels/web/orders',
      message('#1003', { line_items: [{ sku: 'NO', quantity: 1, price: '1' }] }),
    );
    expect(refused).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
    const many = await Promise.all(
      ['#1004', '#1005', '#1006'].map((name) => post('/api/channels/web/orders', message(name))),
    );
    expect(many.map(({ body }) => body.number).sort()).toEqual(['S-0003', 'S-0004', 'S-0005']);
  });

  it('place what is paid at the door, though the channel has no money yet', async () => {
    const waits = shopifyOrder({ name: '#1900', financial_status: 'pending', payment_gateway_names: ['Bank Deposit'] });
    expect((await post('/api/channels/web/orders', waits)).body).toMatchObject({ outcome: 'WAITING' });
    const cod = shopifyOrder({
      name: '#1901',
      financial_status: 'pending',
      payment_gateway_names: ['Cash on Delivery (COD)'],
    });
    const { status, body } = await post('/api/channels/web/orders', cod);
    expect({ status, outcome: body.outcome }).toEqual({ status: 201, outcome: 'PLACED' });
    const placed = (await service.get(`/api/orders/${body.id}`)).body;
    expect(placed).toMatchObject({ paymentTerms: 'cod', externalNumber: '#1901', money: { captured: 0 } });
    await post(`/api/orders/${body.id}/cancel`);
  });

  it('follow what the channel says later, and set aside what cannot be followed', async () => {
    const waiting = await post(
      '/api/channels/web/orders',
      shopifyOrder({ name: '#2001', financial_status: 'pending' }),
    );
    expect(waiting.body).toMatchObject({ outcome: 'WAITING', externalNumber: '#2001' });
    const { body: paid } = await post('/api/channels/web/orders', shopifyOrder({ name: '#2001' }));
    expect(paid.outcome).toBe('PLACED');
    const shipped = await post(
      '/api/channels/web/orders',
      shopifyOrder({ name: '#2001', fulfillment_status: 'fulfilled' }),
    );
    expect(shipped.body.outcome).toBe('SET_ASIDE');
    const [news] = (await service.get(`/api/orders/${paid.id}`)).body.channelNews;
    expect(news).toMatchObject({ code: 'SHIPMENT_NOT_RELEASED' });
    const settled = await post(`/api/orders/${paid.id}/channel-news/${encodeURIComponent(news.newsId)}/settle`);
    expect(settled.body.changed).toBe(true);
    const gone = shopifyOrder({ name: '#2001', cancelled_at: '2026-03-02T10:00:00Z', financial_status: 'refunded' });
    expect((await post('/api/channels/web/orders', gone)).body).toMatchObject({
      outcome: 'FOLLOWED',
      status: 'CANCELLED',
    });
    expect((await post('/api/channels/web/orders', gone)).body.outcome).toBe('UNCHANGED');
    const { body } = await service.get(`/api/orders/${paid.id}`);
    expect(body).toMatchObject({ payment: 'REFUNDED', refunds: [{ status: 'SUCCEEDED' }] });
  });

  it('answer a list with one result per order', async () => {
    const orders = [
      jushuitanOrder(),
      jushuitanOrder({ so_id: 'JST-2', items: [] }),
      jushuitanOrder({ so_id: 'JST-3', status: 'Cancelled', shop_status: 'TRADE_CLOSED' }),
    ];
    const { status, body } = await post('/api/channels/market/orders', { data: { orders } });
    expect(status).toBe(200);
    expect(body.results.map((one: Json) => one['outcome'])).toEqual(['PLACED', 'REFUSED', 'PLACED']);
    expect(body.results[0]).toMatchObject({ channel: 'market', status: 'CONFIRMED', payment: 'PAID' });
    expect(body.results[1].problem.fields[0]).toMatchObject({ code: 'ORDER_EMPTY' });
    // Cancelled before it was heard of: recorded, but nobody is asked for stock or told.
    expect(body.results[2]).toMatchObject({ mode: 'history', status: 'CANCELLED' });
  });

  it('take our own shape too, and are refused when there are none', async () => {
    const { externalNumber: _none, ...own } = order({ externalNumber: undefined, paymentTerms: undefined });
    const taken = await post('/api/channels/phone/orders', { ...own, externalNumber: 'P-1', takenBy: 'agent-7' });
    expect(taken).toMatchObject({ status: 201, body: { number: 'P-1', channel: 'phone', paymentTerms: 'invoice' } });
    expect((await service.get(`/api/orders/${taken.body.id}`)).body.takenBy).toBe('agent-7');
    expect(await post('/api/channels/nowhere/orders', {})).toMatchObject({
      status: 404,
      body: { code: 'CHANNEL_NOT_FOUND' },
    });
    await put('/api/channels/phone', { kind: 'phone', open: false });
    expect(await post('/api/channels/phone/orders', {})).toMatchObject({
      status: 409,
      body: { code: 'CHANNEL_CLOSED' },
    });
  });

  it('are read by adapters that a company writes, every version kept', async () => {
    const { body } = await service.get('/api/channel-adapters/shopify');
    expect(body).toMatchObject({ version: 1, changedAt: null });
    const changed = await put('/api/channel-adapters/shopify', { ...body.value, title: 'Ours' });
    expect(changed.body.state).toMatchObject({ version: 2, value: { title: 'Ours' } });
    expect((await service.get('/api/channel-adapters/shopify/versions')).body.items).toHaveLength(2);
    await service.call('DELETE', '/api/channel-adapters/shopify');
    expect((await service.get('/api/channel-adapters/shopify')).body.version).toBe(1);
    expect(await put('/api/channels/x', { kind: 'shop', adapter: 'none' })).toMatchObject({ status: 422 });
    expect(await put('/api/channel-adapters/x', {})).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION_FAILED' },
    });
  });
});

describe('facts', () => {
  it('are checked against the fields a company defined, listed, and sealed where people wrote them', async () => {
    const label = { en: 'Cost centre', 'zh-CN': '成本中心' };
    await put('/api/custom-fields/costCentre', { label, type: 'choice', choices: ['A', 'B'], requiredFor: ['b2b'] });
    expect(await put('/api/custom-fields/costCentre', { label, type: 'text' })).toMatchObject({ status: 409 });
    const without = await post('/api/orders', order({ channel: 'b2b' }));
    expect(without.body.fields).toMatchObject([{ path: 'custom.costCentre', code: 'CUSTOM_FIELD_REQUIRED' }]);
    const id = await placed({ channel: 'b2b', custom: { costCentre: 'A' }, priority: 'vip', tags: ['x'] });
    const wrong = await service.call('PATCH', `/api/orders/${id}/facts`, { custom: { costCentre: 'C', no: 1 } });
    expect(wrong.body.fields.map((field: Json) => field['code'])).toEqual(['NOT_ONE_OF', 'CUSTOM_FIELD_UNKNOWN']);
    const changed = await service.call('PATCH', `/api/orders/${id}/facts`, {
      addTags: ['y'],
      priority: 'urgent',
      custom: { costCentre: 'B' },
    });
    expect(changed).toMatchObject({ status: 200, body: { changed: true, tags: ['x', 'y'], priority: 'urgent' } });
    await post(`/api/orders/${id}/notes`, { text: 'Call first' });
    await post(`/api/orders/${id}/attachments`, { name: 'PO', url: 'https://files.example.org/po.pdf' });
    expect(await post(`/api/orders/${id}/attachments`, { name: 'PO', url: 'ftp://x' })).toMatchObject({ status: 422 });
    const complaint = await post(
      `/api/orders/${id}/complaints`,
      { kind: 'LATE', text: 'Where is it?' },
      { 'idempotency-key': 'k' },
    );
    expect(complaint.status).toBe(201);
    expect(
      (await post(`/api/orders/${id}/complaints`, { kind: 'LATE', text: 'Where is it?' }, { 'idempotency-key': 'k' }))
        .body.changed,
    ).toBe(false);
    const { body } = await service.get(`/api/orders/${id}`);
    expect(body).toMatchObject({
      custom: { costCentre: 'B' },
      notes: [{ text: 'Call first' }],
      attachments: [{ name: 'PO', url: 'https://files.example.org/po.pdf' }],
      complaints: [{ kind: 'LATE', text: 'Where is it?', outcome: null }],
    });
    const listed = await eventually(async () => {
      const { body: page } = await service.get(`/api/orders?number=${body.number}&seen=${id}@${body.revision}`);
      return (page.items?.[0] as Json | undefined) ?? false;
    });
    expect(listed).toMatchObject({ tags: ['x', 'y'], priority: 'urgent', custom: { costCentre: 'B' }, complaints: 1 });
  });
});

describe('drafts', () => {
  it('are edited, offered and become the order that was offered', async () => {
    const begun = await post(
      '/api/drafts',
      { lines: [{ sku: 'SKU-1', quantity: 1 }] },
      { 'idempotency-key': 'draft-1' },
    );
    expect(begun).toMatchObject({
      status: 201,
      body: { state: { status: 'DRAFT', summary: { lines: [{ sku: 'SKU-1', quantity: 1 }] } } },
    });
    expect(begun.body.state.summary.problems.map((one: Json) => one['path'])).toEqual(['shipTo', 'customer']);
    const path = `/api/drafts/${begun.body.id}`;
    expect(await post(`${path}/submit`)).toMatchObject({ status: 422, body: { code: 'DRAFT_INCOMPLETE' } });
    expect(await put(path, { ...order(), colour: 'red' })).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION_FAILED' },
    });
    const changed = await put(path, order({ channel: 'email', takenBy: 'agent-7' }));
    expect(changed.body.state.summary).toMatchObject({ total: 3950, currency: 'EUR', problems: [] });
    const tried = await post(`${path}/quote?dryRun=true`);
    expect(tried.body).toMatchObject({ dryRun: true, events: [{ type: 'QuoteIssued' }] });
    expect(tried.body.link).toBeUndefined();
    const first = await post(`${path}/quote`);
    expect(first.body.revision).toBe(String(Number(changed.body.revision) + 1));
    expect(first.body.state).toMatchObject({ status: 'QUOTED', quote: { total: 3950 } });
    const second = await post(`${path}/quote`);
    const open = (link: string, method = 'GET') => fetch(`${service.service.url}${link}`, { method });
    expect((await open(first.body.link)).status).toBe(409);
    expect((await open('/api/quotes/no.no')).status).toBe(404);
    expect(await (await open(second.body.link)).json()).toMatchObject({
      total: 3950,
      lines: [{ unitPrice: 1000 }, {}],
    });
    expect(await (await open(`${second.body.link}/accept?dryRun=true`, 'POST')).json()).toMatchObject({ dryRun: true });
    expect((await service.get(path)).body).toMatchObject({ status: 'QUOTED' });
    expect((await service.get(`/api/orders/${begun.body.id}`)).status).toBe(404);
    const accepted = await Promise.all([1, 2].map(() => open(`${second.body.link}/accept`, 'POST')));
    expect(accepted.map(({ status }) => status)).toEqual([200, 200]);
    const placedOrder = await service.get(`/api/orders/${begun.body.id}`);
    expect(placedOrder.body).toMatchObject({
      status: 'CONFIRMED',
      channel: 'email',
      takenBy: 'agent-7',
      totals: { total: 3950 },
    });
    expect(await post(`${path}/submit`)).toMatchObject({ status: 200, body: { id: begun.body.id } });
    expect(await put(path, order())).toMatchObject({ status: 409, body: { code: 'DRAFT_SUBMITTED' } });
  });

  it('are given up, and listed', async () => {
    const begun = await post('/api/drafts', order());
    const submitted = await post(`/api/drafts/${(await post('/api/drafts', order())).body.id}/submit`);
    expect(submitted.status).toBe(201);
    const path = `/api/drafts/${begun.body.id}`;
    expect((await post(`${path}/discard`, { reason: 'CHANGED_MIND' })).body.state).toMatchObject({
      status: 'DISCARDED',
    });
    expect((await post(`${path}/discard`)).body.changed).toBe(false);
    expect(await post(`${path}/submit`)).toMatchObject({ status: 409, body: { code: 'DRAFT_DISCARDED' } });
    await service.settled();
    const { body } = await service.get('/api/drafts?status=DISCARDED');
    expect(body.items).toMatchObject([{ id: begun.body.id, total: 3950, complete: true }]);
    expect((await service.get(path)).body.actions.map((action: Json) => action['possible'])).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('imports', () => {
  it('are undone while nothing was released, with a result per order', async () => {
    const csv =
      'order number,customer name,street,city,country,sku,quantity,currency\nU-1,Test Person,Street 1,Berlin,DE,SKU-1,1,EUR\nU-2,Test Person,Street 1,Berlin,DE,SKU-2,2,EUR\n';
    const mapping = encodeURIComponent(
      JSON.stringify({
        'order number': 'number',
        'customer name': 'shipName',
        street: 'shipStreet',
        city: 'shipCity',
        country: 'shipCountry',
      }),
    );
    const job = await service.import(`kind=orders&mode=live&mapping=${mapping}`, csv);
    expect(job).toMatchObject({ status: 'completed', accepted: 2 });
    const path = `/api/imports/${job.id}/undo`;
    expect((await post(`${path}?dryRun=true`)).body).toMatchObject({ possible: true, orders: 2, released: 0 });
    expect(await service.get(path)).toMatchObject({ status: 404, body: { code: 'IMPORT_NOT_UNDONE' } });
    expect((await post(path)).status).toBe(202);
    await eventually(async () => (await service.get(path)).body.status === 'completed', 'the import is undone');
    expect((await post(path)).body).toMatchObject({ status: 'completed', undone: 2, kept: 0 });
    const { body } = await service.get(`${path}/results?limit=1`);
    expect(body.items).toMatchObject([{ outcome: 'UNDONE' }]);
    const rest = await service.get(`${path}/results?cursor=${encodeURIComponent(body.next)}`);
    expect(rest.body.items).toHaveLength(1);
    expect((await service.get(`/api/orders/${body.items[0].orderId}`)).body).toMatchObject({
      status: 'CANCELLED',
      cancelReason: 'IMPORT_UNDONE',
    });
  });

  it('stay when a warehouse knows of an order', async () => {
    const csv =
      'number,ordered at,shipped at,sku,quantity,unit price,currency\nH-1,2026-01-05,2026-01-06,SKU-1,1,10.00,EUR\n';
    const job = await service.import('kind=orders&mode=history', csv);
    expect(job).toMatchObject({ status: 'completed' });
    if (job.accepted === 1)
      expect(await post(`/api/imports/${job.id}/undo`)).toMatchObject({
        status: 409,
        body: { code: 'IMPORT_ALREADY_RELEASED' },
      });
    else throw new Error(JSON.stringify(job));
  });
});

describe('after-sales', () => {
  it('takes goods back in parts, inspects them and refunds what was accepted', async () => {
    const id = await placed();
    await deliverAll(id);
    const request = {
      lines: [
        { lineId: 'L1', quantity: 2, reason: 'NOT_WANTED' },
        { lineId: 'L2', quantity: 1, reason: 'DAMAGED' },
      ],
      comment: 'Too big',
    };
    const dry = await post(`/api/orders/${id}/returns?dryRun=true`, request);
    expect(dry.body).toMatchObject({ dryRun: true, events: [{ type: 'ReturnRequested' }] });
    const asked = await post(`/api/orders/${id}/returns`, request, { 'idempotency-key': 'return-1' });
    expect(asked).toMatchObject({
      status: 201,
      body: { state: { status: 'REQUESTED', owner: 'after-sales', wish: 'REFUND' } },
    });
    expect((await post(`/api/orders/${id}/returns`, request, { 'idempotency-key': 'return-1' })).body).toMatchObject({
      id: asked.body.id,
      changed: false,
    });
    const more = await post(`/api/orders/${id}/returns`, { lines: [{ lineId: 'L1', quantity: 2, reason: 'X' }] });
    expect(more).toMatchObject({ status: 409, body: { code: 'RETURN_EXCEEDS_DELIVERED' } });
    const path = `/api/returns/${asked.body.id}`;
    expect((await service.get(path)).body).toMatchObject({ comment: 'Too big', orderId: id });
    expect((await post(`${path}/approve`, { address: 'Warehouse\nStreet 9' })).body.state.status).toBe('APPROVED');
    const label = await service.get(`${path}/label`);
    expect(label.body).toContain('<svg');
    await post(`${path}/dispatch`, { carrier: 'DHL', trackingNumber: 'B1' });
    const part = { location: 'MAIN', lines: [{ lineId: 'L1', quantity: 1 }] };
    const first = await post(`${path}/receipts`, part, { 'idempotency-key': 'p1' });
    expect(first.body.state).toMatchObject({ status: 'RECEIVED', complete: false });
    await post(`${path}/receipts`, part, { 'idempotency-key': 'p1' });
    expect((await service.get(`/api/orders/${id}`)).body.lines[0]).toMatchObject({ returnRequested: 2, returned: 1 });
    // The second unit of L1 never comes.
    await post(`${path}/receipts`, { location: 'MAIN', lines: [{ lineId: 'L2', quantity: 1 }], complete: true });
    const tooMuch = await post(`${path}/inspections`, {
      location: 'MAIN',
      units: [{ lineId: 'L1', quantity: 2, disposition: 'RESTOCK' }],
    });
    expect(tooMuch).toMatchObject({ status: 409, body: { code: 'RETURN_INSPECTION_EXCEEDS' } });
    const units = [
      { lineId: 'L1', quantity: 1, disposition: 'RESTOCK' },
      { lineId: 'L2', quantity: 1, disposition: 'SCRAP', condition: 'BROKEN' },
    ];
    expect((await post(`${path}/inspections`, { location: 'MAIN', units })).body.state).toMatchObject({
      status: 'INSPECTED',
      claim: 1550,
    });
    const resolved = await post(`${path}/resolve`, { resolution: 'REFUND', deduction: 50, shipping: 400 });
    expect(resolved.body.state).toMatchObject({ status: 'CLOSED', outcome: 'REFUNDED', resolution: { amount: 1900 } });
    const body = await until(
      id,
      (one) => one.refunds.some((refund: Json) => refund['status'] === 'SUCCEEDED'),
      'is refunded',
    );
    expect(body.lines).toMatchObject([
      { returnRequested: 1, returned: 1, restocked: 1, scrapped: 0 },
      { returnRequested: 1, returned: 1, restocked: 0, scrapped: 1 },
    ]);
    expect(body.money).toMatchObject({ credited: 1900, refunded: 1900 });
    await service.settled();
    const list = await service.get(`/api/returns?orderId=${id}&status=CLOSED`);
    expect(list.body.items).toMatchObject([{ id: asked.body.id, status: 'CLOSED', amount: 1900, received: 2 }]);
    expect((await service.get(`${path}/history`)).body.events.map((event: Json) => event['type'])).toEqual([
      'ReturnRequested',
      'ReturnApproved',
      'ReturnDispatched',
      'ReturnReceived',
      'ReturnReceived',
      'ReturnInspected',
      'ReturnResolved',
      'ReturnClosed',
    ]);
  });

  it('exchanges goods after inspection: a new order of which only the difference is owed', async () => {
    const id = await placed({ lines: [{ sku: 'SKU-1', quantity: 1 }], paymentTerms: 'invoice', shipping: 0 });
    await deliverAll(id);
    const asked = await post(`/api/orders/${id}/returns`, {
      lines: [{ lineId: 'L1', quantity: 1, reason: 'WRONG_ITEM' }],
      wish: 'EXCHANGE',
      exchange: [{ sku: 'SKU-2', quantity: 3 }],
    });
    const path = `/api/returns/${asked.body.id}`;
    await post(`${path}/approve`);
    await post(`${path}/receipts`, { location: 'MAIN', lines: [{ lineId: 'L1', quantity: 1 }] });
    await post(`${path}/inspections`, {
      location: 'MAIN',
      units: [{ lineId: 'L1', quantity: 1, disposition: 'RESTOCK' }],
    });
    const { body } = await post(`${path}/resolve`, { resolution: 'EXCHANGE' });
    expect(body.state).toMatchObject({ status: 'CLOSED', outcome: 'EXCHANGED' });
    const replacement = (await service.get(`/api/orders/${body.state.resolution.exchangeOrderId}`)).body;
    expect(replacement).toMatchObject({
      exchangeFor: { orderId: id, returnId: asked.body.id },
      totals: { gross: 1650, discount: 1000, total: 650 },
      shipTo: { address: { city: 'Berlin' } },
    });
    expect((await service.get(`/api/orders/${id}`)).body).toMatchObject({
      money: { credited: 0 },
      returns: [{ settled: { resolution: 'EXCHANGE', amount: 1000 } }],
    });
  });

  it('exchanges evenly what was sold with a discount and taxes on top', async () => {
    const id = await placed({
      lines: [{ sku: 'SKU-1', quantity: 2, taxes: [{ code: 'VAT', rate: 0.19 }] }],
      discountRate: 0.2,
      shipping: 0,
    });
    await deliverAll(id);
    const asked = await post(`/api/orders/${id}/returns`, {
      lines: [{ lineId: 'L1', quantity: 1, reason: 'DEFECTIVE' }],
      wish: 'EXCHANGE',
      exchange: [{ sku: 'SKU-1', quantity: 1 }],
    });
    expect(asked.body.state.lines).toMatchObject([{ amount: 952 }]);
    const path = `/api/returns/${asked.body.id}`;
    await post(`${path}/approve`);
    await post(`${path}/receipts`, { location: 'MAIN', lines: [{ lineId: 'L1', quantity: 1 }] });
    const units = [{ lineId: 'L1', quantity: 1, disposition: 'SCRAP' }];
    await post(`${path}/inspections`, { location: 'MAIN', units });
    const { body } = await post(`${path}/resolve`, { resolution: 'EXCHANGE' });
    const replacement = (await service.get(`/api/orders/${body.state.resolution.exchangeOrderId}`)).body;
    expect(replacement).toMatchObject({ exchangeFor: { value: 952 }, totals: { gross: 800, tax: 0, total: 0 } });
    expect((await service.get(`/api/orders/${id}`)).body).toMatchObject({ money: { credited: 0 }, refunds: [] });
  });

  it('repairs goods and sends them back, after which they can be given back once more', async () => {
    const id = await placed({ lines: [{ sku: 'SKU-1', quantity: 1 }], shipping: 0 });
    await deliverAll(id);
    const lines = [{ lineId: 'L1', quantity: 1, reason: 'DEFECTIVE' }];
    const asked = await post(`/api/orders/${id}/returns`, { lines, kind: 'WARRANTY', wish: 'REPAIR' });
    const path = `/api/returns/${asked.body.id}`;
    await post(`${path}/approve`);
    expect(await post(`${path}/send-back`)).toMatchObject({ status: 409, body: { code: 'RETURN_NOT_INSPECTED' } });
    await post(`${path}/receipts`, { location: 'MAIN', lines: [{ lineId: 'L1', quantity: 1 }] });
    const units = [{ lineId: 'L1', quantity: 1, disposition: 'REFURBISH' }];
    await post(`${path}/inspections`, { location: 'MAIN', units });
    const repair = await post(`${path}/resolve`, { resolution: 'REPAIR' });
    expect(repair.body.state).toMatchObject({
      status: 'RESOLVED',
      owner: 'warehouse',
      toSendBack: [{ lineId: 'L1', quantity: 1 }],
    });
    const sending = { carrier: 'DHL', trackingNumber: 'T-9' };
    expect((await post(`${path}/send-back?dryRun=true`, sending)).body.events).toMatchObject([
      { type: 'ReturnSentBack' },
      { type: 'ReturnClosed' },
    ]);
    const sent = await post(`${path}/send-back`, sending, { 'idempotency-key': 's' });
    expect(sent.body.state).toMatchObject({ status: 'CLOSED', outcome: 'REPAIRED', toSendBack: [] });
    expect((await post(`${path}/send-back`, sending, { 'idempotency-key': 's' })).body.changed).toBe(false);
    expect((await service.get(`/api/orders/${id}`)).body).toMatchObject({
      lines: [{ returnRequested: 0, returned: 0, delivered: 1 }],
      money: { credited: 0 },
    });
    expect((await post(`/api/orders/${id}/returns`, { lines, kind: 'WARRANTY' })).status).toBe(201);
  });

  it('sends the replacement first where that is agreed', async () => {
    const id = await placed({ lines: [{ sku: 'SKU-1', quantity: 1 }], shipping: 0 });
    await deliverAll(id);
    const asked = await post(`/api/orders/${id}/returns`, {
      lines: [{ lineId: 'L1', quantity: 1, reason: 'DEFECTIVE' }],
      kind: 'WARRANTY',
      wish: 'EXCHANGE',
      advance: true,
      exchange: [{ sku: 'SKU-1', quantity: 1 }],
    });
    await post(`/api/returns/${asked.body.id}/approve`);
    const { body } = await service.get(`/api/orders/${id}`);
    expect(body.returns).toHaveLength(1);
    const orders = await eventually(async () => {
      const { items } = (await service.get('/api/orders?count=none&sort=-submittedAt')).body;
      return (items as Json[]).some((one) => one['total'] === 0);
    }, 'the replacement is listed');
    expect(orders).toBe(true);
  });

  it('keeps to the policies of the company', async () => {
    expect(await put('/api/return-policies/default', { title: 'D' })).toMatchObject({ status: 422 });
    const policy = {
      title: 'Keep it',
      skus: ['SKU-2'],
      returnDays: 10,
      warrantyDays: 0,
      reasons: ['DAMAGED'],
      autoApprove: true,
      keepBelow: { EUR: 1000 },
    };
    expect((await put('/api/return-policies/cheap', policy)).status).toBe(200);
    const id = await placed({ lines: [{ sku: 'SKU-2', quantity: 1 }], shipping: 0 });
    await deliverAll(id);
    const lines = [{ lineId: 'L1', quantity: 1, reason: 'NOT_WANTED' }];
    expect(await post(`/api/orders/${id}/returns`, { lines })).toMatchObject({
      status: 409,
      body: { code: 'RETURN_NOT_ALLOWED' },
    });
    expect(await post(`/api/orders/${id}/returns`, { lines: [] })).toMatchObject({ status: 422 });
    const damaged = await post(`/api/orders/${id}/returns`, { lines: [{ ...lines[0], reason: 'DAMAGED' }] });
    expect(damaged.body.state).toMatchObject({
      status: 'APPROVED',
      goodsBack: false,
      policy: { policy: 'cheap', version: 1 },
    });
    const credited = await post(`/api/returns/${damaged.body.id}/resolve`, { resolution: 'STORE_CREDIT' });
    expect(credited.body.state).toMatchObject({ status: 'CLOSED', outcome: 'CREDITED', resolution: { amount: 550 } });
    const { refunds } = await until(id, (one) => one.refunds[0]?.status === 'SUCCEEDED', 'has its refund on account');
    expect(refunds).toMatchObject([{ amount: 550, route: { method: 'store_credit' } }]);
    expect(await service.get('/api/returns/none')).toMatchObject({ status: 404, body: { code: 'RETURN_NOT_FOUND' } });
  });
});
