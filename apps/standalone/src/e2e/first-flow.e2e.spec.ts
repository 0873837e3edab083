import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { eventually } from '@orderloom/testing';
import { Platform } from './platform.js';

const sample = (name: string) => readFile(new URL(`../../sample/northwind/${name}.csv`, import.meta.url), 'utf8');

const order = (more: object = {}) => ({
  channel: 'web',
  customer: { name: 'Test Person', email: 'person@example.org' },
  lines: [
    { sku: 'NW-001', quantity: 2 },
    { sku: 'NW-002', quantity: 1 },
  ],
  shipTo: { name: 'Test Person', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  currency: 'USD',
  paymentTerms: 'prepaid',
  locale: 'en',
  ...more,
});

describe('the first flow, from an empty folder', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start();
    await platform.call('PUT', '/api/simulation', { speed: 1_000_000 });
  }, 240_000);
  afterAll(() => platform.remove(), 30_000);

  it('imports the order book of Northwind to the cent', async () => {
    await platform.import('kind=suppliers&mode=live', await sample('suppliers'));
    await platform.import('kind=products&mode=live&currency=USD', await sample('products'));
    await platform.import('kind=customers&mode=live', await sample('customers'));
    const job = await platform.import('kind=orders&mode=history&currency=USD', await sample('orders'));
    expect(job).toMatchObject({ status: 'completed', rows: 2155, accepted: 2155, rejected: 0 });
    await platform.settled();
    expect(await platform.get('/api/analytics/summary')).toMatchObject({
      orders: 830,
      lines: 2155,
      customers: 89,
      gross: { amount: 135445859, currency: 'USD' },
      net: { amount: 126579329, currency: 'USD' },
      notShipped: 21,
      shippedLate: 37,
    });
    expect((await platform.get('/api/notifications')).items).toEqual([]);
  }, 240_000);

  it('imports the same file again without doing anything twice', async () => {
    await platform.import('kind=orders&mode=history&currency=USD', await sample('orders'));
    await platform.settled();
    expect(await platform.get('/api/analytics/summary')).toMatchObject({ orders: 830, lines: 2155 });
  }, 240_000);

  it('takes an order all the way to the customer', async () => {
    const stock = await platform.get('/api/stock/NW-001');
    const placed = await platform.call('POST', '/api/orders', order(), { 'idempotency-key': 'first' });
    expect(placed.status).toBe(201);
    const again = await platform.call('POST', '/api/orders', order(), { 'idempotency-key': 'first' });
    expect(again.body.id).toBe(placed.body.id);
    const { id } = placed.body;
    await eventually(async () => (await platform.get(`/api/orders/${id}`)).status === 'COMPLETED', {
      deadlineMs: 30_000,
      message: 'the order is completed',
    });
    const { events } = await platform.get(`/api/orders/${id}/history`);
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'OrderSubmitted',
      'OrderConfirmed',
      'LinesAllocated',
      'PaymentRequested',
      'PaymentCaptured',
      'FulfilmentReleased',
      'LinesShipped',
      'LinesDelivered',
      'OrderCompleted',
    ]);
    await platform.settled();
    const notices = (await platform.get(`/api/notifications?orderId=${id}`)).items;
    expect(notices.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['confirmed', 'delivered', 'shipped']);
    expect(
      notices.every(
        ({ status, to }: { status: string; to: string }) => status === 'sent' && to === 'person@example.org',
      ),
    ).toBe(true);
    expect(await platform.get('/api/analytics/summary')).toMatchObject({ orders: 831 });
    const left = await platform.get('/api/stock/NW-001');
    expect(JSON.stringify(left)).not.toEqual(JSON.stringify(stock));
    // As it was before anything was paid.
    const captured = events.find(({ type }: { type: string }) => type === 'PaymentCaptured');
    const before = new Date(Date.parse(captured.recordedAt) - 1).toISOString();
    expect((await platform.get(`/api/orders/${id}?at=${before}`)).status).not.toBe('COMPLETED');
  }, 60_000);

  it('answers what is wrong in the reader’s language, with every field', async () => {
    const refused = await platform.call(
      'POST',
      '/api/orders',
      order({
        lines: [
          { sku: 'NOPE', quantity: 1 },
          { sku: 'NW-001', quantity: 0 },
        ],
        shipTo: { country: 'DE' },
      }),
      { 'accept-language': 'zh-CN' },
    );
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body.detail).toMatch(/[\u4e00-\u9fff]/);
    expect(refused.body.fields.length).toBeGreaterThanOrEqual(1);
    expect((await platform.call('POST', '/api/orders', '{', { 'content-type': 'application/json' })).status).toBe(400);
    expect((await platform.call('GET', '/api/nothing')).body.code).toBe('NOT_FOUND');
    expect((await fetch(`${platform.url}/api/orders`)).status).toBe(401);
  });

  it('shows live events and goes on after a break', async () => {
    const read = async (lastEventId: string | undefined, until: (text: string) => boolean) => {
      const abort = new AbortController();
      const response = await fetch(`${platform.url}/api/events`, {
        headers: {
          authorization: 'Bearer e2e-token-0123456789',
          ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
        },
        signal: abort.signal,
      });
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body!) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        if (until(text)) break;
      }
      abort.abort();
      return text;
    };
    const first = read(undefined, (text) => text.includes('event: OrderConfirmed') && /\nid: .+\n/.test(text));
    let shown = false;
    void first.then(
      () => {
        shown = true;
      },
      () => undefined,
    );
    const place = (key: string) => platform.call('POST', '/api/orders', order(), { 'idempotency-key': key });
    // Who listens from now on sees no order that was placed a moment before.
    let placed = 0;
    await eventually(
      async () => {
        if (!shown) await place(`live-${placed++}`);
        return shown;
      },
      { deadlineMs: 20_000, everyMs: 200, message: 'an order is shown as it is confirmed' },
    );
    const one = await first;
    const cursor = /\nid: (.+)\n/.exec(one)?.[1];
    const { id } = (await place('live-after')).body;
    const two = await read(cursor, (text) => text.includes(`"subject":"order-${id}"`));
    expect(two).toContain(`order-${id}`);
  }, 30_000);

  it('finds everything again after a kill -9, and places nothing twice', async () => {
    const key = { 'idempotency-key': 'before-the-kill' };
    const placed = await platform.call('POST', '/api/orders', order({ paymentTerms: 'invoice' }), key);
    const before = await platform.get('/api/analytics/summary');
    await platform.process.kill();
    platform = await Platform.start(platform.dataDir);
    expect((await platform.call('POST', '/api/orders', order({ paymentTerms: 'invoice' }), key)).body.id).toBe(
      placed.body.id,
    );
    await platform.call('PUT', '/api/simulation', { speed: 1_000_000 });
    await eventually(async () => (await platform.get(`/api/orders/${placed.body.id}`)).status === 'COMPLETED', {
      deadlineMs: 45_000,
      message: 'the order is completed after the restart',
    });
    await platform.settled();
    const after = await platform.get('/api/analytics/summary');
    expect(after.orders).toBeGreaterThanOrEqual(before.orders);
    expect(after.lines - 2155).toBe((after.orders - 830) * 2);
  }, 240_000);

  it('refuses a second run on the same data with one sentence', async () => {
    const second = Platform.launch(platform.dataDir);
    expect((await second.exited).code).toBe(1);
    expect(second.output().trim().split('\n')).toHaveLength(1);
    expect(second.output()).toContain('Another Orderloom is running');
  }, 30_000);

  it('stops in order within five seconds of Ctrl-C', async () => {
    const begun = Date.now();
    expect(await platform.process.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(Date.now() - begun).toBeLessThan(5_000);
  }, 30_000);
});

describe('a start that cannot be', () => {
  it('names a taken port', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as { port: number };
    const run = Platform.launch('/tmp/orderloom-never-made', { PORT: String(port) });
    expect((await run.exited).code).toBe(1);
    expect(run.output()).toBe(`Port ${port} is taken; choose another with PORT or --port.\n`);
    taken.close();
  }, 30_000);

  it('names a folder that cannot be written', async () => {
    const run = Platform.launch('/proc/orderloom');
    expect((await run.exited).code).toBe(1);
    expect(run.output()).toMatch(/^The data folder \/proc\/orderloom cannot be written/);
  }, 30_000);
});
