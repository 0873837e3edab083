import { jest } from '@jest/globals';
import { OrderConfirmedV1, OrderSubmittedV1, ReturnInspectedV1, ShipmentDispatchedV1 } from '@orderloom/contracts';
import { eventually, uniqueId } from '@orderloom/testing';
import { ServiceHarness, TestClock } from '@orderloom/testing/service-harness';
import { inventoryService } from '../service.js';

jest.setTimeout(60_000);

const clock = new TestClock();
let inventory: ServiceHarness;

beforeAll(async () => {
  inventory = await ServiceHarness.start(inventoryService, {}, { clock });
}, 60_000);

afterAll(() => inventory?.close(), 30_000);

const get = async (path: string) => (await inventory.get(path)).body;
const post = (path: string, body: object = {}) => inventory.call('POST', path, body);
const put = (path: string, body: object) => inventory.call('PUT', path, body);
const receive = (sku: string, quantity: number, location = 'main') =>
  post('/api/stock/receipts', { sku, quantity, location });

const place = async (lines: readonly [sku: string, quantity: number][], more: object = {}): Promise<string> => {
  const orderId = uniqueId('o');
  const subject = `order-${orderId}`;
  await inventory.publish(
    {
      definition: OrderSubmittedV1,
      subject,
      data: {
        orderId,
        number: orderId,
        channel: 'web',
        externalNumber: orderId,
        mode: 'live',
        locale: 'en',
        shipTo: { country: 'FR' },
        currency: 'EUR',
        lines: lines.map(([sku, quantity], at) => ({
          lineId: `L${at + 1}`,
          sku,
          name: sku,
          quantity,
          unitPrice: 100,
          gross: 100,
          discount: 0,
          net: 100,
        })),
        totals: { gross: 100, discount: 0, net: 100, shipping: 0, total: 100 },
        paymentTerms: 'invoice',
        occurredAt: clock.now(),
        ...more,
      },
    },
    { definition: OrderConfirmedV1, subject, data: { checks: [], occurredAt: clock.now() } },
  );
  return orderId;
};

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into
const sourced = (orderId: string, check: (answer: any) => void) =>
  eventually(async () => {
    const { status, body } = await inventory.get(`/api/sourcing/${orderId}`);
    expect(status).toBe(200);
    check(body);
    return body;
  }, `the sourcing of ${orderId}`);

const ship = async (orderId: string, lineId: string, quantity: number) => {
  const { reservations } = await get(`/api/sourcing/${orderId}`);
  const { reservationId, sku, location } = reservations.find((one: { lineId: string }) => one.lineId === lineId);
  const shipmentId = uniqueId('s');
  await inventory.publish({
    definition: ShipmentDispatchedV1,
    subject: `shipment-${shipmentId}`,
    data: {
      shipmentId,
      fulfilmentId: 'f',
      orderId,
      orderNumber: '1',
      location,
      carrier: 'c',
      trackingNumber: 't',
      country: 'FR',
      lines: [{ lineId, sku, quantity, reservationId }],
      occurredAt: clock.now(),
    },
  });
};

describe('from receipt to shipment', () => {
  it('receives, sells out, lets an order wait, receives again and ships a part', async () => {
    const sku = uniqueId('FLOW');
    await receive(sku, 3);
    const first = await place([[sku, 2]]);
    await sourced(first, ({ waitingFor }) => expect(waitingFor).toEqual([]));
    const second = await place([[sku, 4]]);
    await sourced(second, ({ waitingFor }) => expect(waitingFor).toMatchObject([{ quantity: 3 }]));
    await eventually(
      async () =>
        expect(await get(`/api/sourcing/${second}/shortage`)).toMatchObject({
          question: { options: ['WAIT', 'PART_DELIVERY', 'CANCEL'] },
        }),
      'the question what shall happen',
    );
    await receive(sku, 10);
    const served = await sourced(second, ({ waitingFor }) => expect(waitingFor).toEqual([]));
    expect(served.reservations).toHaveLength(2);
    expect((await post(`/api/sourcing/${second}/shortage/answer`, { answers: [] })).body.code).toBe(
      'SHORTAGE_NOT_OPEN',
    );
    await eventually(async () => {
      const { items } = await get('/api/sourcing/shortages');
      expect(items.map((one: { orderId: string }) => one.orderId)).not.toContain(second);
    }, 'the question to be gone');
    await ship(first, 'L1', 1);
    await eventually(
      async () => expect(await get(`/api/stock/${sku}`)).toMatchObject({ onHand: 12, reserved: 5, available: 7 }),
      'a part to have left',
    );
  });
});

describe('units that a location could not send', () => {
  it('are written off where they were not found, and come from elsewhere', async () => {
    const sku = uniqueId('SHORT');
    await receive(sku, 9);
    await receive(sku, 4, 'east');
    const orderId = await place([[sku, 3]]);
    const { reservations } = await sourced(orderId, (answer) =>
      expect(answer.reservations).toMatchObject([{ location: 'main' }]),
    );
    const line = { lineId: 'L1', sku, quantity: 2, reservationId: reservations[0].reservationId };
    const type = 'orderloom.order.LinesUnfilled.v1' as const;
    const [unfilled] = await inventory.publish({
      definition: { ...OrderConfirmedV1, type: type as never, dataschema: `urn:orderloom:schema:${type}` },
      subject: `order-${orderId}`,
      data: { fulfilmentId: 'f', location: 'main', reason: 'SHORT', lines: [line], occurredAt: clock.now() },
    });
    const after = await sourced(orderId, (answer) =>
      expect(
        answer.reservations.map((one: { location: string; quantity: number }) => [one.location, one.quantity]),
      ).toEqual([
        ['main', 1],
        ['east', 2],
      ]),
    );
    expect(after.waitingFor).toEqual([]);
    await eventually(
      async () =>
        expect(await get(`/api/stock/${sku}`)).toMatchObject({
          locations: [
            { location: 'east', reserved: 2 },
            { location: 'main', onHand: 7, reserved: 1, adjusted: -2 },
          ],
        }),
      'the missing units to be written off',
    );
    await inventory.send([unfilled!]);
    await inventory.settled();
    expect((await get(`/api/sourcing/${orderId}`)).reservations).toEqual(after.reservations);
  });
});

describe('bundles', () => {
  it('reserve their components all or none, are explained, and leave together', async () => {
    const [a, b, set] = [uniqueId('A'), uniqueId('B'), uniqueId('SET')];
    await put(`/api/products/${a}`, { name: 'A' });
    await put(`/api/products/${b}`, { name: 'B' });
    await put(`/api/products/${set}`, {
      name: 'Set',
      components: [
        { sku: a, quantity: 2 },
        { sku: b, quantity: 1 },
      ],
    });
    await receive(a, 5);
    await receive(b, 9, 'east');
    const waiting = await place([[set, 2]]);
    await sourced(waiting, ({ waitingFor }) => expect(waitingFor).toMatchObject([{ sku: set, quantity: 2 }]));
    expect((await get(`/api/stock/${a}`)).reserved).toBe(0);
    await receive(b, 2);
    const { decisions } = await sourced(waiting, ({ reservations }) =>
      expect(reservations).toMatchObject([{ status: 'RESERVED' }]),
    );
    expect(decisions[1].lines[0].allocations).toMatchObject([
      {
        location: 'main',
        quantity: 2,
        components: [
          { sku: a, quantity: 4, name: 'A' },
          { sku: b, quantity: 2 },
        ],
      },
    ]);
    await ship(waiting, 'L1', 1);
    await eventually(async () => {
      expect(await get(`/api/stock/${a}`)).toMatchObject({ onHand: 3, reserved: 2 });
      expect(await get(`/api/stock/${b}?location=main`)).toMatchObject({ onHand: 1, reserved: 1 });
    }, 'the components of one to have left');
  });
});

describe('units that came back', () => {
  it('are booked as returned, once for each inspection', async () => {
    const sku = uniqueId('BACK');
    await receive(sku, 2);
    const [returnId, orderId] = [uniqueId('ret'), uniqueId('o')];
    const inspected = {
      definition: ReturnInspectedV1,
      subject: `return-${returnId}`,
      data: {
        returnId,
        orderId,
        inspectionId: uniqueId('i'),
        location: 'main',
        units: [
          { lineId: 'L1', sku, quantity: 2, disposition: 'RESTOCK', accepted: true },
          { lineId: 'L1', sku, quantity: 1, disposition: 'SCRAP', accepted: true },
        ],
        complete: true,
        dueAt: clock.now(),
        occurredAt: clock.now(),
      },
    } as const;
    await inventory.publish(inspected, inspected);
    await eventually(
      async () => expect(await get(`/api/stock/${sku}`)).toMatchObject({ onHand: 4, locations: [{ returned: 2 }] }),
      'the units to be back',
    );
    const { items } = await get(`/api/stock/${sku}/ledger`);
    expect(items.map(({ type }: { type: string }) => type)).toEqual(['StockReturned', 'GoodsReceived']);
  });
});

describe('a sourcing profile', () => {
  it('decides by its weights, is named in the decision, explained, and can be tested on the past', async () => {
    const sku = uniqueId('PROF');
    await put('/api/locations/berlin', { name: 'Berlin', country: 'DE', parcelCost: 300 });
    await put('/api/locations/lyon', { name: 'Lyon', country: 'FR', parcelCost: 500 });
    await receive(sku, 50, 'berlin');
    await receive(sku, 20, 'lyon');
    const before = await place([[sku, 2]]);
    await sourced(before, ({ reservations }) => expect(reservations).toMatchObject([{ location: 'berlin' }]));
    const rules = {
      name: 'Near',
      rank: 1,
      conditions: [{ field: 'sku', op: 'in', values: [sku] }],
      weights: [{ criterion: 'distance', weight: 1 }],
      maxSplits: 1,
    };
    const bad = await put('/api/sourcing/profiles/near', { ...rules, conditions: [{ field: 'total', op: 'atLeast' }] });
    expect(bad.body.fields).toMatchObject([{ path: 'conditions.0.value', code: 'REQUIRED' }]);
    expect((await put('/api/sourcing/profiles/near', rules)).body).toMatchObject({
      changed: true,
      state: { version: 1 },
    });
    expect((await put('/api/sourcing/profiles/near', rules)).body.changed).toBe(false);
    const after = await eventually(async () => {
      const orderId = await place([[sku, 1]]);
      const { decisions } = await sourced(orderId, (answer) => expect(answer.decisions).toHaveLength(1));
      expect(decisions[0]).toMatchObject({ profile: { profileId: 'near', version: 1 }, order: { country: 'FR' } });
      return decisions[0].lines[0];
    }, 'the profile to be in force');
    expect(after).toMatchObject({
      reason: 'SOURCED_BY_PROFILE',
      explanation: 'All 1 units come from lyon, the best location by the profile Near.',
      candidates: [
        { location: 'lyon', score: 1, criteria: [{ criterion: 'distance', score: 1 }] },
        { location: 'berlin', score: 0 },
      ],
    });
    const { id } = (await post('/api/sourcing/backtests', { profileId: 'near' })).body;
    const job = await eventually(async () => {
      const found = await get(`/api/sourcing/backtests/${id}`);
      expect(found.status).toBe('completed');
      return found;
    }, 'the back-test to end');
    expect(job.simulated.orders).toBe(job.actual.orders);
    expect(job.simulated.cost).toBeGreaterThan(job.actual.cost - 1);
    await post('/api/sourcing/profiles/near/retire');
    expect((await get('/api/sourcing/profiles/near')).actions).toMatchObject([{ action: 'retire', possible: false }]);
  });
});

describe('units that are not there', () => {
  it('are replaced when the customer says so by the link', async () => {
    const [sku, other] = [uniqueId('GONE'), uniqueId('OTHER')];
    await put(`/api/products/${other}`, { name: 'Other' });
    await put(`/api/products/${sku}`, { name: 'Gone', substitutes: [other], backorder: 'refuse' });
    await receive(other, 5);
    await inventory.settled();
    const orderId = await place([[sku, 2]]);
    const { question } = await eventually(async () => {
      const found = await get(`/api/sourcing/${orderId}/shortage`);
      expect(found.question).toMatchObject({ options: ['SUBSTITUTE', 'CANCEL'] });
      return found;
    }, 'the question');
    expect(question.lines[0].substitutes).toEqual([{ sku: other, name: 'Other', available: 5 }]);
    const listed = async () =>
      (await get('/api/sourcing/shortages')).items.map((one: { orderId: string }) => one.orderId);
    await eventually(async () => expect(await listed()).toContain(orderId), 'the question to be listed');
    const { path } = (await post(`/api/sourcing/${orderId}/shortage/link`)).body;
    const answers = [{ lineId: 'L1', answer: 'SUBSTITUTE', substitute: other }];
    const answered = await fetch(`${inventory.service.url}${path}/answer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ answers }),
    });
    expect(answered.status).toBe(200);
    const { decisions } = await sourced(orderId, ({ waitingFor }) => expect(waitingFor).toEqual([]));
    expect(decisions[1].lines[0].allocations).toMatchObject([{ sku: other, name: 'Other', quantity: 2 }]);
    await eventually(async () => expect((await get(`/api/stock/${other}`)).reserved).toBe(2), 'the substitute');
  });

  it('of a pre-order are served from their day on; by priority where the product says so', async () => {
    const [pre, rare] = [uniqueId('PRE'), uniqueId('RARE')];
    await put(`/api/products/${pre}`, {
      name: 'Pre',
      backorder: 'preorder',
      availableFrom: `${clock.now().slice(0, 8)}28`,
    });
    await receive(pre, 5);
    const orderId = await place([[pre, 1]]);
    await sourced(orderId, ({ decisions }) =>
      expect(decisions[0].lines[0]).toMatchObject({ reason: 'AWAITED', backordered: 1 }),
    );
    await put(`/api/products/${rare}`, { name: 'Rare', release: 'priority' });
    const [first, second] = [await place([[rare, 1]]), await place([[rare, 1]])];
    for (const id of [first, second]) await sourced(id, ({ waitingFor }) => expect(waitingFor).toHaveLength(1));
    await put(`/api/sourcing/${second}/priority`, { priority: 50, reason: 'promised' });
    await inventory.settled();
    await eventually(async () => {
      const { items } = await get(`/api/sourcing/backorders?sku=${rare}`);
      expect(items.map((one: { priority: number }) => one.priority).sort()).toEqual([0, 50]);
    }, 'the priority in the queue');
    await receive(rare, 1);
    await sourced(second, ({ waitingFor }) => expect(waitingFor).toEqual([]));
    await sourced(first, ({ waitingFor }) => expect(waitingFor).toHaveLength(1));
    clock.advance(30 * 86_400_000);
    await sourced(orderId, ({ waitingFor }) => expect(waitingFor).toEqual([]));
  });

  it('of a cart are taken over by its order', async () => {
    const sku = uniqueId('CART');
    await receive(sku, 2);
    const number = uniqueId('cart');
    await post('/api/reservations', { sku, quantity: 2, reference: `web/${number}`, seconds: 600 });
    const orderId = await place([[sku, 2]], { externalNumber: number });
    await sourced(orderId, ({ reservations }) =>
      expect(reservations).toMatchObject([{ quantity: 2, status: 'RESERVED' }]),
    );
    await eventually(
      async () => expect(await get(`/api/stock/${sku}`)).toMatchObject({ reserved: 2, available: 0 }),
      'the stock',
    );
  });
});
