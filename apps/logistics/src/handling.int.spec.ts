import '@orderloom/embedded'; // loaded whole beforehand: Jest trips over modules that are imported twice at once
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { FulfilmentReleasedV1, topicOf } from '@orderloom/contracts';
import { EventStore } from '@orderloom/event-sourcing';
import { Vault } from '@orderloom/platform';
import { eventually, uniqueId } from '@orderloom/testing';
import { ServiceHarness } from '@orderloom/testing/service-harness';
import { Webhook } from 'standardwebhooks';
import { logisticsService } from './service.js';

// Other suites share the machine.
jest.setTimeout(60_000);

const whsec = `whsec_${randomBytes(24).toString('base64')}`;
const secrets = { acme: { webhook: whsec, apiKey: 'key-of-acme' }, sf: { webhook: 'salt' } };

let harness: ServiceHarness;
let carrier: Server;
let carrierUrl = '';
/** What the carrier's own interface was sent, and how it answers. */
const asked: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = [];
let carrierAnswers = true;

beforeAll(async () => {
  carrier = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      asked.push({ headers: request.headers, body });
      response.writeHead(carrierAnswers ? 200 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ tracking: { number: `AC-${asked.length}` }, price: 432 }));
    });
  });
  await new Promise<void>((resolve) => carrier.listen(0, '127.0.0.1', resolve));
  carrierUrl = `http://127.0.0.1:${(carrier.address() as AddressInfo).port}/shipments`;
  harness = await ServiceHarness.start(logisticsService, {
    CARRIER_MODE: 'manual',
    CARRIER_SECRETS: JSON.stringify(secrets),
    DEADLINE_TICK_SECONDS: '0.2',
  });
}, 60_000);

afterAll(async () => {
  await harness?.close();
  await new Promise((resolve) => carrier?.close(resolve));
}, 30_000);

const get = async (path: string) => (await harness.get(path)).body;
const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  harness.call('POST', path, body, headers);
const put = (path: string, body: unknown) => harness.call('PUT', path, body);

/** Releases an order's lines as the order service would. */
const release = async (lines: [sku: string, quantity: number][] = [['tea', 2]], more: object = {}): Promise<string> => {
  const orderId = uniqueId('o');
  const id = `${orderId}-F1`;
  await harness.publish({
    definition: FulfilmentReleasedV1,
    subject: `order-${orderId}`,
    data: {
      fulfilmentId: id,
      location: 'main',
      lines: lines.map(([sku, quantity], at) => ({
        lineId: `L${at + 1}`,
        sku,
        name: `Name of ${sku}`,
        quantity,
        reservationId: `${orderId}-r${at + 1}`,
      })),
      shipTo: { country: 'DE' },
      number: orderId,
      ...more,
    },
  });
  await eventually(
    async () => expect((await get(`/api/fulfilments?orderId=${orderId}`)).items).toHaveLength(1),
    'the fulfilment',
  );
  return id;
};

const work = async (id: string, ...actions: string[]) => {
  for (const action of actions) expect(await post(`/api/fulfilments/${id}/${action}`)).toMatchObject({ status: 200 });
};

/** Sends one off; answers with the shipment as listed. */
const sent = async (body: object = {}, lines?: [string, number][]) => {
  const id = await release(lines);
  await work(id, 'accept', 'pick', 'pack');
  expect(await post(`/api/fulfilments/${id}/dispatch`, body)).toMatchObject({ status: 200 });
  return eventually(async () => {
    const { items } = await get(`/api/shipments?orderId=${id.slice(0, -3)}`);
    return items[0] ?? null;
  }, 'the shipment');
};

const onTopic = async (type: string, fulfilmentId: string) =>
  eventually(async () => {
    const events = await harness.onTopic(topicOf.logistics);
    return (
      events.find((one) => one.type.includes(type) && Reflect.get(Object(one.data), 'fulfilmentId') === fulfilmentId) ??
      null
    );
  }, `${type} on the topic`);

describe('from shelf to parcel', () => {
  it('a rejected fulfilment tells what needs another source, once', async () => {
    const id = await release();
    expect(await post(`/api/fulfilments/${id}/reject`)).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION_FAILED' },
    });
    const dry = await post(`/api/fulfilments/${id}/reject?dryRun=true`, { reason: 'NO_CAPACITY' });
    expect(dry.body).toMatchObject({ dryRun: true, change: { after: { status: 'REJECTED' } } });
    expect((await post(`/api/fulfilments/${id}/reject`, { reason: 'NO_CAPACITY' })).body).toMatchObject({
      changed: true,
    });
    expect((await post(`/api/fulfilments/${id}/reject`, { reason: 'NO_CAPACITY' })).body).toMatchObject({
      changed: false,
    });
    const told = await onTopic('FulfilmentRejected', id);
    expect(told?.data).toMatchObject({
      location: 'main',
      reason: 'NO_CAPACITY',
      lines: [{ lineId: 'L1', sku: 'tea', quantity: 2 }],
    });
    const { body, status } = await post(`/api/fulfilments/${id}/pick`);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'FULFILMENT_REJECTED' });
  });

  it('a short pick ships what was found and re-sources the rest', async () => {
    const id = await release([
      ['tea', 3],
      ['cup', 1],
    ]);
    await work(id, 'accept');
    const lines = [
      { lineId: 'L1', quantity: 1 },
      { lineId: 'L2', quantity: 1 },
    ];
    expect(await post(`/api/fulfilments/${id}/pick`, { lines })).toMatchObject({
      status: 422,
      body: { code: 'PICKED_QUANTITY_INVALID' },
    });
    expect(await post(`/api/fulfilments/${id}/pick`, { lines, reason: 'NOT_FOUND_AT_BIN' })).toMatchObject({
      body: { events: [{ type: 'PickingStarted' }, { type: 'FulfilmentShort' }, { type: 'PickingCompleted' }] },
    });
    const told = await onTopic('FulfilmentShort', id);
    expect(told?.data).toMatchObject({ lines: [{ lineId: 'L1', quantity: 2 }], rest: lines });
    await work(id, 'pack', 'dispatch');
    const shipped = await onTopic('ShipmentDispatched', id);
    expect(shipped?.data).toMatchObject({ lines });
  });

  it('is picked along the shelves and scanned; a wrong item is refused', async () => {
    const records = {
      tea: {
        barcodes: ['4006381333931'],
        bins: { main: 'B-2' },
        weightGrams: 250,
        lengthMm: 120,
        widthMm: 80,
        heightMm: 60,
      },
      cup: { bins: { main: 'A-1' }, weightGrams: 400, lengthMm: 120, widthMm: 100, heightMm: 100 },
    };
    expect((await put('/api/logistics/data/item', { records })).body).toEqual({ saved: 2 });
    const id = await release([
      ['tea', 2],
      ['cup', 1],
    ]);
    await work(id, 'accept');
    expect(
      (await get(`/api/fulfilments/${id}/pick-list`)).stops.map(({ bin, quantity }: Record<string, unknown>) => [
        bin,
        quantity,
      ]),
    ).toEqual([
      ['A-1', 1],
      ['B-2', 2],
    ]);
    await post(`/api/fulfilments/${id}/pick`, { stage: 'start' });
    const scan = (code: string, key: string, more: object = {}) =>
      post(`/api/fulfilments/${id}/scan`, { stage: 'pick', code, ...more }, { 'idempotency-key': key });
    expect(await scan('spoon', 'a')).toMatchObject({ status: 422, body: { code: 'SCANNED_ITEM_UNKNOWN' } });
    await put('/api/logistics/data/item/spoon', { weightGrams: 10 });
    expect(await scan('spoon', 'a')).toMatchObject({ status: 409, body: { code: 'SCANNED_ITEM_WRONG' } });
    const chinese = await post(
      `/api/fulfilments/${id}/scan`,
      { stage: 'pick', code: 'spoon' },
      { 'accept-language': 'zh-CN' },
    );
    expect(chinese.body.detail).toContain('不属于此履约单');
    expect((await scan('4006381333931', 'b')).body).toMatchObject({ changed: true, state: { status: 'PICKING' } });
    expect((await scan('4006381333931', 'b')).body).toMatchObject({ changed: false });
    await scan('tea', 'c');
    expect(await scan('tea', 'd')).toMatchObject({ status: 409, body: { code: 'SCANNED_TOO_MANY' } });
    expect((await scan('cup', 'e')).body).toMatchObject({ state: { status: 'PICKED' } });
    expect((await get(`/api/fulfilments/${id}/carton-plan`)).parcels).toMatchObject([
      { carton: 'S', weightGrams: 990 },
    ]);
    await work(id, 'pack');
    expect(await get(`/api/fulfilments/${id}`)).toMatchObject({ status: 'PACKED', parcels: [{ carton: 'S' }] });
  });

  it('prints slips and labels in both languages, with the address while it may be read', async () => {
    const address = { name: '读者', street: '中山路 1 号', city: '上海', country: 'CN' };
    const sealed = await harness.service.app.get(Vault).seal(`customer:${uniqueId('c')}`, address);
    const id = await release(undefined, { shipTo: { country: 'CN', address: sealed } });
    await work(id, 'accept', 'pick', 'pack');
    expect(await harness.get(`/api/fulfilments/${id}/labels.pdf`)).toMatchObject({
      status: 409,
      body: { code: 'LABEL_MISSING' },
    });
    const labelled = await post(`/api/fulfilments/${id}/label`);
    expect(labelled.body).toMatchObject({
      state: { status: 'LABELLED', label: { carrier: expect.any(String), choice: { candidates: expect.any(Array) } } },
    });
    for (const paper of ['labels', 'packing-slip']) {
      for (const locale of ['en', 'zh-CN']) {
        const { status, headers, body } = await harness.get(`/api/fulfilments/${id}/${paper}.pdf?locale=${locale}`);
        expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'application/pdf' });
        expect(String(body).startsWith('%PDF-')).toBe(true);
      }
    }
    expect((await post(`/api/fulfilments/${id}/dispatch`)).body).toMatchObject({ state: { status: 'SHIPPED' } });
    const shipped = await onTopic('ShipmentDispatched', id);
    expect(shipped?.data).toMatchObject({ trackingNumber: labelled.body.state.label.trackingNumber });
  });

  it('is only tried with a dry run: parts are taken back, parcels parted, in earnest alone', async () => {
    const whole = await release([
      ['tea', 1],
      ['cup', 1],
    ]);
    await post(`/api/fulfilments/${whole}/split`);
    const split = await get(`/api/fulfilments/${whole}`);
    const trial = await post(`/api/fulfilments/${whole}/rejoin?dryRun=true`);
    expect(trial).toMatchObject({ status: 200, body: { dryRun: true } });
    expect(trial.body.events).not.toHaveLength(0);
    expect(await get(`/api/fulfilments/${whole}`)).toEqual(split);
    expect((await post('/api/fulfilments/none/rejoin?dryRun=true')).body.code).toBe('FULFILMENT_NOT_FOUND');

    const place = { name: 'Test Person', street: 'Teststr. 1', city: 'Berlin', country: 'DE' };
    const address = await harness.service.app.get(Vault).seal('customer:merges', place);
    const theirs = { customerId: 'merges', shipTo: { country: 'DE', address } };
    const [lead, member] = [await release([['tea', 1]], theirs), await release([['tea', 1]], theirs)];
    expect(await post('/api/fulfilments/merge', { ids: [lead, member] })).toMatchObject({ status: 200 });
    const merged = await get(`/api/fulfilments/${member}`);
    const parted = await post(`/api/fulfilments/${member}/unmerge?dryRun=true`);
    expect(parted).toMatchObject({ status: 200, body: { dryRun: true } });
    expect(parted.body.events).not.toHaveLength(0);
    expect(await get(`/api/fulfilments/${member}`)).toEqual(merged);
  });

  it('is batched in waves, each fulfilment in one', async () => {
    await put('/api/logistics/data/site/hub', { country: 'DE', timeZone: 'Europe/Berlin', aisles: ['B', 'A'] });
    const ids = [await release(undefined, { location: 'hub' }), await release(undefined, { location: 'hub' })];
    const body = { location: 'hub', maxFulfilments: 10 };
    const dry = await post('/api/waves/plan?dryRun=true', body);
    expect(dry.body.waves).toMatchObject([{ fulfilmentIds: ids, sharedStops: 1 }]);
    const [wave] = (await post('/api/waves/plan', body)).body.waves;
    expect((await post('/api/waves/plan', body)).body.waves).toEqual([]);
    expect((await get(`/api/waves/${wave.waveId}/pick-list`)).stops).toMatchObject([
      { sku: 'tea', quantity: 4, boxes: [{ quantity: 2 }, { quantity: 2 }] },
    ]);
    await post(`/api/waves/${wave.waveId}/start`);
    expect((await post(`/api/waves/${wave.waveId}/complete`)).body).toMatchObject({
      state: { status: 'COMPLETED' },
      fulfilments: [{ ok: true, state: { status: 'PICKED' } }, { ok: true }],
    });
    await eventually(
      async () => expect((await get('/api/waves?location=hub')).items).toMatchObject([{ status: 'COMPLETED' }]),
      'the list',
    );
  });
});

describe('carriers', () => {
  const services = [
    {
      code: 'standard',
      kind: 'standard',
      zones: [{ zone: 'near', countries: ['DE'], daysMin: 1, daysMax: 1, base: 100, perKg: 10 }],
    },
  ];
  const acme = () => ({
    name: 'Acme',
    adapter: 'http',
    services,
    webhook: 'standard',
    booking: {
      url: carrierUrl,
      headers: { authorization: 'Bearer {{secret.apiKey}}' },
      body: { ref: '{{reference}}', to: '{{country}}', grams: '{{weightGrams}}' },
      trackingNumberAt: '/tracking/number',
      costAt: '/price',
    },
  });

  it('are data: checked, versioned, and their secrets nowhere to be seen', async () => {
    const bad = await put('/api/logistics/data/carrier/acme', {
      ...acme(),
      booking: { ...acme().booking, url: 'http://carrier.example/x' },
    });
    expect(bad).toMatchObject({
      status: 422,
      body: { fields: [{ path: 'booking.url', code: 'CARRIER_URL_INSECURE' }] },
    });
    expect(await put('/api/logistics/data/site/x', { timeZone: 'Mars/Olympus' })).toMatchObject({
      status: 422,
      body: { fields: [{ path: 'timeZone' }] },
    });
    expect((await put('/api/logistics/data/carrier/acme', acme())).body).toMatchObject({
      changed: true,
      state: { version: 1 },
    });
    expect((await put('/api/logistics/data/carrier/acme', acme())).body).toMatchObject({ changed: false });
    expect(await get('/api/logistics/data/carrier/acme?version=1')).toMatchObject({
      version: 1,
      value: { name: 'Acme' },
    });
    expect(await get('/api/logistics/data/nothing')).toMatchObject({ code: 'LOGISTICS_DATA_KIND_UNKNOWN' });
    expect(JSON.stringify(await get('/api/logistics/data/carrier'))).not.toContain('key-of-acme');
  });

  it('are booked over HTTP with the key, the price and number are theirs; when one is away the next best is taken', async () => {
    const first = await sent();
    expect(first).toMatchObject({ carrier: 'acme', trackingNumber: `AC-${asked.length}`, cost: 432 });
    expect(asked.at(-1)).toMatchObject({
      headers: { authorization: 'Bearer key-of-acme', 'idempotency-key': first.id },
      body: { ref: first.id, to: 'DE' },
    });
    carrierAnswers = false;
    try {
      const second = await sent();
      expect(second.carrier).not.toBe('acme');
      const { body } = await harness.get(`/api/fulfilments/${second.fulfilmentId}`);
      expect(body.handover.choice).toMatchObject({ reason: 'CARRIER_NEXT_BEST' });
      expect(body.handover.choice.candidates[0]).toMatchObject({ carrier: 'acme', refused: 'CARRIER_UNREACHABLE' });
      const id = await release();
      await work(id, 'accept', 'pick', 'pack');
      expect(await post(`/api/fulfilments/${id}/dispatch`, { carrier: 'acme' })).toMatchObject({
        status: 503,
        body: { code: 'CARRIER_UNREACHABLE' },
      });
    } finally {
      carrierAnswers = true;
    }
  });

  it('tell what they scanned by signed webhooks: twice, late and out of order it counts once', async () => {
    const parcel = await sent({ carrier: 'acme' });
    const hook = async (events: object[], secret = whsec, number = parcel.trackingNumber) => {
      const body = JSON.stringify({ parcels: [{ trackingNumber: number, events }] });
      const at = new Date();
      const response = await fetch(`${harness.service.url}/api/carriers/acme/webhook`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': 'm1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign('m1', at, body),
        },
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const out = { status: 'OUT_FOR_DELIVERY', occurredAt: at(3) };
    const transit = { status: 'IN_TRANSIT', occurredAt: at(1), place: 'Hub' };
    expect(await hook([out], `whsec_${randomBytes(24).toString('base64')}`)).toMatchObject({ status: 401 });
    expect(await hook([out])).toMatchObject({ status: 200, body: { recorded: 1 } });
    expect(await hook([out])).toMatchObject({ body: { recorded: 0 } });
    expect(await hook([transit, out])).toMatchObject({ body: { recorded: 1 } });
    expect(await hook([out], whsec, 'T-unknown')).toMatchObject({
      status: 404,
      body: { code: 'TRACKING_NUMBER_UNKNOWN' },
    });
    const delivery = { status: 'DELIVERED', occurredAt: at(5) };
    await Promise.all(Array.from({ length: 5 }, () => hook([delivery])));
    await hook([{ status: 'IN_TRANSIT', occurredAt: at(2) }]);
    await eventually(async () => {
      expect(await get(`/api/shipments/${parcel.id}`)).toMatchObject({
        status: 'DELIVERED',
        track: [
          { status: 'DISPATCHED' },
          { status: 'IN_TRANSIT', place: 'Hub' },
          { status: 'IN_TRANSIT' },
          { status: 'OUT_FOR_DELIVERY' },
          { status: 'DELIVERED' },
        ],
      });
    }, 'the whole track');
    const delivered = (await harness.onTopic(topicOf.logistics)).filter(
      (one) => one.type.includes('ShipmentDelivered') && one.subject.endsWith(parcel.id),
    );
    expect(delivered).toHaveLength(1);
    expect(
      (await fetch(`${harness.service.url}/api/carriers/united-package/webhook`, { method: 'POST', body: '{}' }))
        .status,
    ).toBe(401);
  });

  it('may tell it in the form of 快递100', async () => {
    await put('/api/logistics/data/carrier/sf', { name: 'SF', adapter: 'manual', services, webhook: 'kuaidi100' });
    const parcel = await sent({ carrier: 'sf', trackingNumber: uniqueId('SF') });
    const data = [{ time: '2026-03-02 08:00:00', statusCode: '301', areaName: '深圳市' }];
    const param = JSON.stringify({ status: 'shutdown', lastResult: { nu: parcel.trackingNumber, state: '3', data } });
    const sign = createHash('md5').update(`${param}salt`).digest('hex').toUpperCase();
    const response = await fetch(`${harness.service.url}/api/carriers/sf/webhook`, {
      method: 'POST',
      body: new URLSearchParams({ param, sign }),
    });
    expect(await response.json()).toEqual({ result: true, returnCode: '200', message: '成功' });
    await eventually(
      async () => expect(await get(`/api/shipments/${parcel.id}`)).toMatchObject({ status: 'DELIVERED' }),
      'the delivery',
    );
  });
});

describe('promise and problems', () => {
  it('tells others its terms, once per change', async () => {
    const told = async () => harness.service.app.get(EventStore).read('deliveryterms-main');
    const before = await eventually(
      async () => {
        const events = await told();
        if (events.length === 0) throw new Error('nothing was told');
        return events;
      },
      { deadlineMs: 15_000, message: 'the first terms' },
    );
    await put('/api/logistics/data/site/main', { country: 'DE', timeZone: 'Europe/Berlin', handlingHours: 7 });
    await put('/api/logistics/data/site/main', { country: 'DE', timeZone: 'Europe/Berlin', handlingHours: 7 });
    const after = await told();
    expect(after.length).toBe(before.length + 1);
    expect(after.at(-1)?.data).toMatchObject({ location: 'main', timeZone: 'Europe/Berlin', handlingHours: 7 });
    expect(JSON.stringify(after.at(-1)?.data)).toContain('"*"');
    expect((await harness.call('DELETE', '/api/logistics/data/site/main')).status).toBe(200);
  });

  it('is said before and after an order is placed', async () => {
    const quote = await post('/api/logistics/quotes', {
      country: 'DE',
      location: 'hub',
      lines: [{ sku: 'tea', quantity: 2 }],
    });
    expect(quote.body).toMatchObject({
      choice: { reason: expect.stringMatching(/^CARRIER_/) },
      measures: { weightGrams: 500 },
    });
    expect(quote.body.offers[0]).toMatchObject({
      promisedAt: quote.body.promisedAt,
      missedCutOff: expect.any(Boolean),
    });
    const parcel = await sent();
    const promise = await get(`/api/logistics/promises?orderId=${parcel.orderId}`);
    expect(promise).toMatchObject({
      complete: false,
      promisedAt: parcel.promisedAt,
      parts: [{ saidAt: expect.any(String), late: false }],
    });
  });

  it('a lost parcel comes with its playbook, is sent again, and claimed from the carrier', async () => {
    const playbook = {
      owner: 'after-sales',
      dueHours: 4,
      steps: [
        { action: 'RESEND', en: 'Send it again.', zh: '重新发货。' },
        { action: 'CLOSE', en: 'Close.', zh: '关闭。' },
      ],
    };
    expect((await put('/api/logistics/data/playbook/LOST', playbook)).status).toBe(200);
    const parcel = await sent();
    expect((await post(`/api/shipments/${parcel.id}/exceptions`, { kind: 'LOST' })).body).toMatchObject({
      state: { status: 'LOST' },
    });
    await eventually(async () => {
      expect((await get('/api/shipments/exceptions')).items).toMatchObject([
        { id: parcel.id, exceptions: [{ owner: 'after-sales', playbook: { kind: 'LOST', version: 1 } }] },
      ]);
    }, 'the open problem');
    const { body } = await harness.get(`/api/shipments/${parcel.id}`, { 'accept-language': 'zh-CN' });
    expect(body.actions).toContainEqual(
      expect.objectContaining({ action: 'RESEND', possible: true, what: '重新发货。' }),
    );
    const acts = (action: string) => post(`/api/shipments/${parcel.id}/exceptions/1/actions`, { action });
    expect(await acts('REQUEST_REFUND')).toMatchObject({ status: 409, body: { code: 'EXCEPTION_ACTION_UNKNOWN' } });
    expect((await acts('RESEND')).body).toMatchObject({ changed: true });
    expect((await acts('RESEND')).body).toMatchObject({ changed: false });
    const told = await onTopic('ShipmentActionTaken', parcel.fulfilmentId);
    expect(told?.data).toMatchObject({ action: 'RESEND', location: 'main', lines: [{ lineId: 'L1', quantity: 2 }] });
    const claim = await post(`/api/shipments/${parcel.id}/claims`, {
      amount: 5000,
      currency: 'EUR',
      exceptionId: `${parcel.id}/E1`,
    });
    expect(claim).toMatchObject({ status: 201, body: { events: [{ type: 'CarrierClaimFiled' }] } });
    expect(
      (await post(`/api/shipments/${parcel.id}/claims/1/settle`, { outcome: 'PAID', amount: 4000 })).body,
    ).toMatchObject({ state: { claims: [{ paid: 4000 }] } });
  });

  it('says once that a shipment is late, from one look at the list', async () => {
    const parcel = await sent();
    await post(`/api/shipments/${parcel.id}/scans`, {
      status: 'IN_TRANSIT',
      promisedAt: new Date(Date.now() - 7_200_000).toISOString(),
    });
    await eventually(async () => {
      expect((await get('/api/shipments?overdue=true')).items).toMatchObject([{ id: parcel.id }]);
    }, 'the alert');
    const history = (await harness.onTopic(topicOf.logistics)).filter(
      ({ subject }) => subject === `shipment-${parcel.id}`,
    );
    expect(history.filter(({ type }) => type.includes('ShipmentOverdue'))).toHaveLength(1);
  });
});

describe('own vehicles and what it all costs', () => {
  it('are planned, drive, and deliver', async () => {
    await put('/api/logistics/data/vehicle/van-1', { maxGrams: 500_000, costPerTour: 2000, costPerKm: 40 });
    const parcels = [await sent({ carrier: 'own-fleet' }), await sent({ carrier: 'own-fleet' })];
    const startsAt = new Date(Date.now() + 3_600_000).toISOString();
    const endsAt = new Date(Date.now() + 9 * 3_600_000).toISOString();
    const stops = parcels.map(({ id }, at) => ({
      stopId: `s${at}`,
      shipmentId: id,
      lat: 52.5 + at / 50,
      lon: 13.4,
      grams: 1000,
    }));
    const plan = await post('/api/logistics/tours/plan', {
      location: 'main',
      depot: { lat: 52.52, lon: 13.4 },
      startsAt,
      endsAt,
      stops,
    });
    expect(plan).toMatchObject({
      status: 201,
      body: {
        tours: [{ vehicle: 'van-1' }],
        before: { distanceM: expect.any(Number) },
        saved: { cost: expect.any(Number) },
      },
    });
    const [tour] = plan.body.tours;
    const path = `/api/logistics/tours/${tour.tourId}`;
    expect(await post(`${path}/stops/s0`, { outcome: 'DELIVERED' })).toMatchObject({
      status: 409,
      body: { code: 'TOUR_NOT_STARTED' },
    });
    await post(`${path}/start`);
    await post(`${path}/stops/s0`, { outcome: 'DELIVERED' });
    expect((await post(`${path}/stops/s1`, { outcome: 'FAILED' })).body).toMatchObject({
      state: { status: 'COMPLETED' },
    });
    await eventually(async () => {
      expect(await get(`/api/shipments/${parcels[0].id}`)).toMatchObject({ status: 'DELIVERED' });
      expect(await get(`/api/shipments/${parcels[1].id}`)).toMatchObject({ status: 'DELIVERY_FAILED', attempts: 1 });
    }, 'what happened at the doors');
  });

  it('is shown per carrier and lane, with what would save most', async () => {
    await harness.settled();
    const { total, carriers, lanes, changes, exact } = await get('/api/logistics/analysis?to=2100-01-01');
    expect(exact).toBe(true);
    expect(total).toMatchObject({
      cost: { EUR: expect.any(Number) },
      redeliveries: 1,
      problems: { LOST: 1 },
      claimsPaid: 4000,
    });
    expect(carriers.map(({ carrier: code }: Record<string, unknown>) => code)).toContain('acme');
    expect(lanes).toMatchObject([{ location: 'main', country: 'DE' }, ...lanes.slice(1)]);
    expect(Array.isArray(changes)).toBe(true);
  });
});
