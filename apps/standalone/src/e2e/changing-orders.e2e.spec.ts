import { jest } from '@jest/globals';
import { EventStore } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import { eventually } from '@orderloom/testing';
import { reconcile } from '../ledger/reconcile.js';
import { Platform } from './platform.js';

jest.setTimeout(120_000);

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Json = any;

let platform: Platform;

const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Json> => {
  const answer = await platform.call(method, path, body, headers);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

const request = (lines: object[], more: object = {}) => ({
  channel: 'web',
  currency: 'EUR',
  paymentTerms: 'invoice',
  customer: { name: 'Test Person', email: 'person@example.org' },
  shipTo: { name: 'Test Person', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  lines,
  ...more,
});

const place = async (lines: object[], more: object = {}): Promise<string> =>
  (await call('POST', '/api/orders', request(lines, more))).id;

/** Waits until an order looks as tested. */
const until = async (id: string, test: (one: Json) => boolean, what: string): Promise<Json> => {
  let last: Json;
  await eventually(
    async () => {
      last = await platform.get(`/api/orders/${id}`);
      return test(last);
    },
    { deadlineMs: 30_000, everyMs: 50, message: () => `${what}: ${JSON.stringify(last)}` },
  );
  return last;
};
const released = (id: string): Promise<Json> => until(id, (one) => one.fulfilments.length > 0, 'it is released');

/** Fulfilment orders of an order, once logistics lists so many. */
const fulfilments = async (id: string, count = 1): Promise<Json[]> => {
  let items: Json[] = [];
  await eventually(
    async () => {
      items = (await platform.get(`/api/fulfilments?orderId=${id}`)).items;
      return items.length >= count;
    },
    {
      deadlineMs: 20_000,
      everyMs: 50,
      message: () => `${count} fulfilment orders of ${id}, there are ${items.length}`,
    },
  );
  return items.sort((a, b) => (a.id < b.id ? -1 : 1));
};
const work = async (id: string, ...steps: string[]): Promise<void> => {
  for (const step of steps) await call('POST', `/api/fulfilments/${id}/${step}`, {});
};
const stockOf = async (sku: string): Promise<Json> => platform.get(`/api/stock/${sku}`);
const notices = async (id: string): Promise<string[]> =>
  (await platform.get(`/api/notifications?orderId=${id}`)).items.map(({ kind }: Json) => kind);

beforeAll(async () => {
  // People do the warehouse's work here, so that the moment of a change can be chosen.
  platform = await Platform.start(undefined, { WAREHOUSE_MODE: 'manual', CARRIER_MODE: 'manual' });
  for (const [sku, amount] of Object.entries({ A: 1000, B: 550, C: 700 })) {
    await call('POST', '/api/products', { sku, name: `Product ${sku}`, unitPrice: { amount, currency: 'EUR' } });
    await call('POST', '/api/stock/receipts', { sku, quantity: 1000 });
  }
  await eventually(
    async () =>
      (await platform.call('POST', '/api/orders?dryRun=true', request([{ sku: 'C', quantity: 1 }]))).status === 200,
    { deadlineMs: 30_000, everyMs: 50, message: 'the order service knows the products' },
  );
}, 240_000);

afterAll(async () => platform?.remove());

describe('changing orders', () => {
  it('cancels units of a paid order that waits: their stock and their money go back, the rest is sent', async () => {
    const lacking = await place(
      [
        { sku: 'A', quantity: 3 },
        { sku: 'B', quantity: 2000 },
      ],
      { paymentTerms: 'prepaid' },
    );
    await until(lacking, (one) => one.fulfilment === 'BACKORDERED', 'it waits for stock');
    const before = (await stockOf('A')).reserved;
    const key = { 'idempotency-key': 'cancel-some' };
    const body = { lines: [{ lineId: 'L1', quantity: 1 }, { lineId: 'L2' }] };
    const preview = await call('POST', `/api/orders/${lacking}/cancel?dryRun=true`, body, key);
    expect(preview.events.map(({ type }: Json) => type)).toEqual([
      'AllocationsReturned',
      'LinesCancelled',
      'PaymentRequested',
    ]);
    await call('POST', `/api/orders/${lacking}/cancel`, body, key);
    expect((await call('POST', `/api/orders/${lacking}/cancel`, body, key)).changed).toBe(false);
    const paid = await until(
      lacking,
      (one) => one.payment === 'PAID' && one.fulfilments.length > 0,
      'the rest is paid and released',
    );
    expect(paid.money).toMatchObject({ due: 2000, captured: 2000 });
    await eventually(async () => (await stockOf('A')).reserved === before - 1, { message: 'the unit is free again' });
    await eventually(async () => (await notices(lacking)).includes('units-cancelled'), {
      message: 'the customer is told',
    });
  });

  it('changes an order of which half has left: what is added is reserved, paid and sent on its own', async () => {
    const id = await place(
      [
        { sku: 'A', quantity: 2 },
        { sku: 'B', quantity: 2 },
      ],
      { paymentTerms: 'prepaid' },
    );
    await released(id);
    const [first] = await fulfilments(id);
    await work(first.id, 'accept', 'pick', 'pack', 'dispatch');
    const shipped = await until(id, (one) => one.fulfilment === 'SHIPPED', 'it has left');
    const stale = await platform.call(
      'POST',
      `/api/orders/${id}/amendments`,
      { deliveryWish: { note: 'x' } },
      { 'if-match': '"1"' },
    );
    expect(stale.status).toBe(412);
    expect(stale.body.details.events.length).toBe(Number(shipped.revision) - 1);

    const change = { add: [{ sku: 'C', quantity: 2 }], requestedBy: 'STAFF', reason: 'FORGOTTEN' };
    const preview = await call('POST', `/api/orders/${id}/amendments?dryRun=true`, change);
    expect(preview.events.map(({ type }: Json) => type)).toEqual(['AmendmentProposed', 'AmendmentPriced']);
    const { amendmentId } = await call('POST', `/api/orders/${id}/amendments`, change);
    expect((await platform.get(`/api/orders/${id}/amendments`)).items).toMatchObject([{ status: 'AWAITING_CUSTOMER' }]);
    await call('POST', `/api/orders/${id}/amendments/${amendmentId}/accept`, { note: 'by phone' });
    const changed = await until(
      id,
      (one) => one.fulfilments.length === 2,
      'what was added is paid, reserved and released',
    );
    expect(changed.money).toMatchObject({ due: 4500, captured: 4500, refunded: 0 });
    expect(changed.lines[2]).toMatchObject({ lineId: 'L3', sku: 'C', allocated: 2, released: 2, shipped: 0 });
    const second = (await fulfilments(id, 2))[1];
    await work(second.id, 'accept', 'pick', 'pack', 'dispatch');
    const both = await until(id, (one) => one.shipments.length === 2, 'both parcels have left');
    for (const { shipmentId } of both.shipments) await call('POST', `/api/shipments/${shipmentId}/deliver`);
    await until(id, (one) => one.status === 'COMPLETED', 'it is complete');
    await platform.settled();
    expect(await notices(id)).toEqual(expect.arrayContaining(['change-consent', 'changed']));
  });

  it('stops what the warehouse has not packed, and shows why it could not stop the rest', async () => {
    const early = await place([{ sku: 'A', quantity: 1 }], { paymentTerms: 'prepaid' });
    const late = await place([{ sku: 'B', quantity: 1 }]);
    await Promise.all([released(early), released(late)]);
    expect((await platform.call('POST', `/api/orders/${early}/cancel`)).body.code).toBe('ORDER_ALREADY_RELEASED');
    await work((await fulfilments(early))[0].id, 'accept', 'pick');
    await work((await fulfilments(late))[0].id, 'accept', 'pick', 'pack');
    await Promise.all(
      [early, late].map((id) => call('POST', `/api/orders/${id}/stop`, { reason: 'CUSTOMER_REQUEST' })),
    );
    const stopped = await until(early, (one) => one.payment === 'REFUNDED', 'it is stopped and paid back');
    expect(stopped).toMatchObject({ status: 'CANCELLED', stops: [{ answers: [{ outcome: 'STOPPED' }] }] });
    const kept = await until(late, (one) => one.stops[0]?.answers.length === 1, 'the warehouse has answered');
    expect(kept).toMatchObject({
      status: 'CONFIRMED',
      stops: [{ answers: [{ outcome: 'REFUSED', code: 'FULFILMENT_ALREADY_PACKED' }] }],
    });
    await work((await fulfilments(late))[0].id, 'dispatch');
    const { shipments } = await until(late, (one) => one.shipments.length === 1, 'it goes on');
    await call('POST', `/api/shipments/${shipments[0].shipmentId}/deliver`);
    await until(late, (one) => one.status === 'COMPLETED', 'it is complete');
  });

  it('decides once whether a cancellation or the release came first', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => place([{ sku: 'C', quantity: 1 }])));
    const answers = await Promise.all(
      ids.map(async (id, n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 8));
        return platform.call('POST', `/api/orders/${id}/cancel`);
      }),
    );
    await platform.settled();
    for (const [n, id] of ids.entries()) {
      const one = await platform.get(`/api/orders/${id}`);
      expect([one.status, one.fulfilments.length]).toEqual(
        answers[n]?.status === 200 ? ['CANCELLED', 0] : ['CONFIRMED', 1],
      );
      expect([200, 409]).toContain(answers[n]?.status);
      if (one.status === 'CONFIRMED') await call('POST', `/api/orders/${id}/stop`);
    }
    for (const id of ids) await until(id, (one) => one.status === 'CANCELLED', 'nothing of it is left');
  });

  it('takes up again what was cancelled and what was rejected', async () => {
    const id = await place([
      { sku: 'A', quantity: 1 },
      { sku: 'C', quantity: 2000 },
    ]);
    await until(id, (one) => one.fulfilment === 'BACKORDERED', 'it waits for stock');
    await call('POST', `/api/orders/${id}/reject`, { reason: 'NOT_SOLD_HERE' });
    expect((await platform.get(`/api/orders/${id}`)).status).toBe('REJECTED');
    await call('POST', `/api/orders/${id}/reopen`, { reason: 'MISTAKE' });
    await until(id, (one) => one.fulfilment === 'BACKORDERED' && one.lines[0].allocated === 1, 'it waits again');
    await call('POST', `/api/orders/${id}/amendments`, { lines: [{ lineId: 'L2', quantity: 0 }] });
    await until(id, (one) => one.fulfilments.length === 1, 'the rest is released');
    await call('POST', `/api/orders/${id}/stop`);
    await until(id, (one) => one.status === 'CANCELLED', 'it is cancelled again');
    await platform.settled();
    expect(await notices(id)).toEqual(expect.arrayContaining(['rejected', 'reopened', 'changed', 'cancelled']));
  });

  it('splits what is to be sent and joins it again, sends parts, and stops one of them', async () => {
    const id = await place([
      { sku: 'A', quantity: 2 },
      { sku: 'B', quantity: 1 },
    ]);
    await released(id);
    const [whole] = await fulfilments(id);
    const split = await call('POST', `/api/fulfilments/${whole.id}/split`, {});
    expect(split).toMatchObject({
      status: 'SPLIT',
      parts: [{ lines: [{ quantity: 2 }] }, { lines: [{ quantity: 1 }] }],
    });
    const back = await call('POST', `/api/fulfilments/${whole.id}/rejoin`);
    expect(back).toMatchObject({ status: 'CREATED', parts: [] });
    expect(back.lines).toHaveLength(2);
    const parts = (await call('POST', `/api/fulfilments/${whole.id}/split`, {})).parts;
    await work(parts[0].fulfilmentId, 'accept', 'pick', 'pack', 'dispatch');
    await until(id, (one) => one.fulfilment === 'PARTIALLY_SHIPPED', 'one part has left');
    expect((await platform.call('POST', `/api/fulfilments/${whole.id}/rejoin`)).status).toBe(200);
    await call('POST', `/api/orders/${id}/stop`);
    const rest = await until(id, (one) => one.stops[0]?.answers.length === 2, 'both have answered');
    expect(rest.stops[0].answers.map(({ outcome }: Json) => outcome).sort()).toEqual(['REFUSED', 'STOPPED']);
    expect(rest.lines.map(({ ordered, cancelled }: Json) => [ordered, cancelled])).toEqual([
      [2, 0],
      [1, 1],
    ]);
    await call('POST', `/api/shipments/${rest.shipments[0].shipmentId}/deliver`);
    await until(id, (one) => one.status === 'COMPLETED', 'it is complete');
  });

  it('sends two orders of one customer in one parcel; each keeps its own number and money', async () => {
    const customerId = 'CUST-1';
    await platform.import('kind=customers', `customerID,companyName,country\n${customerId},Test Company,DE\n`);
    const mine = { customerId };
    await eventually(
      async () =>
        (await platform.call('POST', '/api/orders?dryRun=true', request([{ sku: 'C', quantity: 1 }], mine))).status ===
        200,
      { deadlineMs: 20_000, everyMs: 50, message: 'the order service knows the customer' },
    );
    const [one, two] = [await place([{ sku: 'A', quantity: 1 }], mine), await place([{ sku: 'B', quantity: 2 }], mine)];
    await Promise.all([released(one), released(two)]);
    const [lead, member] = [(await fulfilments(one))[0], (await fulfilments(two))[0]];
    const { items } = await call('GET', '/api/fulfilments/mergeable');
    expect(items.flatMap((group: Json) => group.fulfilments.map((each: Json) => each.orderId))).toEqual(
      expect.arrayContaining([one, two]),
    );
    const merged = await call('POST', '/api/fulfilments/merge', { ids: [lead.id, member.id] });
    expect(merged.members).toMatchObject([{ orderId: two, lines: [{ quantity: 2 }] }]);
    await call('POST', `/api/fulfilments/${member.id}/unmerge`);
    expect(await platform.get(`/api/fulfilments/${member.id}`)).toMatchObject({ status: 'CREATED', mergedInto: null });
    await call('POST', '/api/fulfilments/merge', { ids: [lead.id, member.id] });
    expect((await platform.call('POST', `/api/fulfilments/${member.id}/accept`)).body.code).toBe(
      'FULFILMENT_REGROUPED',
    );
    await work(lead.id, 'accept', 'pick', 'pack', 'dispatch');
    const [first, second] = [
      await until(one, (each) => each.shipments.length === 1, 'the first has left'),
      await until(two, (each) => each.shipments.length === 1, 'the second has left with it'),
    ];
    expect(second.shipments[0].trackingNumber).toBe(first.shipments[0].trackingNumber);
    expect([first.money.due, second.money.due]).toEqual([1000, 1100]);
  });

  it('leaves every ledger as a replay finds it', async () => {
    await platform.settled();
    const { engines } = platform;
    const store = EventStore.connect(engines.eventStore);
    const kafka = new KafkaClient({ brokers: engines.kafka, clientId: 'changing-orders' });
    try {
      const { differences } = await reconcile({ get: (path) => platform.get(path), store, kafka });
      expect(differences).toEqual([]);
    } finally {
      await kafka.close();
      await store.close();
    }
  });
});
