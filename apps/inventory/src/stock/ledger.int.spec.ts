import { jest } from '@jest/globals';
import { MongoConnections } from '@orderloom/platform';
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

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  inventory.call('POST', path, body, headers);
const shows = (sku: string, figures: object) =>
  eventually(
    async () => expect((await inventory.get(`/api/stock/${sku}`)).body).toMatchObject(figures),
    `the stock of ${sku}`,
  );

describe('the stock ledger over HTTP', () => {
  it('records what is received, counted, moved, returned and scrapped, and explains every figure', async () => {
    const sku = uniqueId('L');
    expect((await post('/api/stock/receipts', { sku, quantity: 10 })).status).toBe(201);
    const counted = await post('/api/stock/counts', { sku, counted: 8 }, { 'idempotency-key': `${sku}-count` });
    expect(counted.body.events[0].data).toMatchObject({ expected: 10, counted: 8, difference: -2 });
    const again = await post('/api/stock/counts', { sku, counted: 8 }, { 'idempotency-key': `${sku}-count` });
    expect(again.body).toMatchObject({ changed: false });
    const move = await post('/api/stock/moves', { sku, to: 'east', quantity: 3 });
    expect(move.body).toMatchObject({ changed: true, state: { onHand: 5, moved: -3 } });
    await post('/api/stock/returns', { sku, quantity: 1, orderId: 'o-1' });
    await post('/api/stock/scraps', { sku, quantity: 2, reason: 'breakage' });
    await shows(sku, {
      onHand: 7,
      locations: [
        { location: 'east', moved: 3 },
        { onHand: 4, adjusted: -2 },
      ],
    });
    const ledger = (await inventory.get(`/api/stock/${sku}/ledger?limit=3`)).body;
    expect(ledger.items.map(({ type }: { type: string }) => type)).toEqual([
      'StockScrapped',
      'StockReturned',
      'StockMovedOut',
    ]);
    const rest = (await inventory.get(`/api/stock/${sku}/ledger?limit=3&cursor=${ledger.next}`)).body;
    expect(rest.items.map(({ after }: { after: { onHand: number } }) => after.onHand)).toEqual([8, 10]);
    expect(rest.next).toBeUndefined();
  });

  it('refuses what cannot be, names the field, and a dry run records nothing', async () => {
    const sku = uniqueId('L');
    const dry = await post('/api/stock/receipts?dryRun=true', { sku, quantity: 4 });
    expect(dry.body).toMatchObject({ dryRun: true, change: { after: { onHand: 4 } } });
    expect((await inventory.get(`/api/stock/${sku}`)).body.onHand).toBe(0);
    expect(await post('/api/stock/moves', { sku, to: 'east', quantity: 1 })).toMatchObject({
      status: 409,
      body: { code: 'STOCK_SHORT' },
    });
    const bad = await post('/api/stock/counts', { sku, counted: -1 }, { 'accept-language': 'zh-CN' });
    expect(bad.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ path: 'counted', detail: '此项不得小于 0。' }],
    });
    expect((await inventory.get(`/api/stock/${sku}-none/ledger`)).body).toMatchObject({ code: 'STOCK_NOT_FOUND' });
    const stale = await inventory.get(`/api/products/${sku}?minRevision=3`);
    expect(stale).toMatchObject({ status: 503, body: { code: 'TOO_STALE' } });
  });

  it('keeps lots and serial numbers where the product asks for them', async () => {
    const [milk, phone] = [uniqueId('MILK'), uniqueId('PHONE')];
    await inventory.call('PUT', `/api/products/${milk}`, { name: 'Milk', tracking: 'lot', shelfLifeDays: 10 });
    expect((await post('/api/stock/receipts', { sku: milk, quantity: 5 })).body).toMatchObject({
      fields: [{ path: 'lot', code: 'REQUIRED' }],
    });
    await post('/api/stock/receipts', { sku: milk, quantity: 5, lot: 'b', expiresOn: '2026-04-01' });
    await post('/api/stock/receipts', { sku: milk, quantity: 5, lot: 'a' });
    // A lot expires on one day; what comes without a day is of that day.
    const other = await post('/api/stock/receipts', { sku: milk, quantity: 5, lot: 'b', expiresOn: '2026-04-02' });
    expect(other.body).toMatchObject({ status: 409, code: 'LOT_EXPIRY_DIFFERS' });
    const hold = await post('/api/reservations', { sku: milk, quantity: 7, reference: 'cart-1' });
    // First expired, first out: the lot without a date got one from the shelf life.
    expect(hold.body.events[0].data.lots).toEqual([
      { lot: 'a', quantity: 5, expiresOn: '2026-03-11' },
      { lot: 'b', quantity: 2, expiresOn: '2026-04-01' },
    ]);
    await inventory.call('PUT', `/api/products/${phone}`, { name: 'Phone', tracking: 'serial' });
    expect((await post('/api/stock/receipts', { sku: phone, quantity: 1 })).body.code).toBe('SERIALS_REQUIRED');
    const twice = { sku: phone, quantity: 2, serials: ['1', '1'] };
    expect((await post('/api/stock/receipts', twice)).body.code).toBe('SERIALS_DIFFER');
    await post('/api/stock/receipts', { ...twice, serials: ['1', '2'] });
    expect((await post('/api/stock/receipts', { ...twice, serials: ['2', '3'] })).body.code).toBe(
      'SERIAL_ALREADY_HERE',
    );
  });

  it('mends counters that drifted: a rebuild equals a clean one', async () => {
    const sku = uniqueId('DRIFT');
    await post('/api/stock/receipts', { sku, quantity: 9 });
    await shows(sku, { onHand: 9 });
    const clean = (await inventory.get(`/api/stock/${sku}`)).body;
    const database = inventory.service.app.get(MongoConnections).connection('inventory').db;
    const collections = (await database?.listCollections().toArray()) ?? [];
    const live = collections.map(({ name }) => name).filter((name) => name.startsWith('stock_v'));
    for (const name of live)
      await database?.collection(name).updateMany({ sku }, { $set: { onHand: 99, reserved: 7 } });
    expect((await inventory.get(`/api/stock/${sku}`)).body).toMatchObject({ onHand: 99 });
    await post('/api/operations/inventory/projections/stock/rebuild', {});
    await eventually(
      async () => expect((await inventory.get(`/api/stock/${sku}`)).body).toEqual(clean),
      'the counters to be whole again',
    );
  });
});

describe('reservations with a time limit', () => {
  it('are made once per key, extended, and end by themselves', async () => {
    const sku = uniqueId('HOLD');
    await post('/api/stock/receipts', { sku, quantity: 3 });
    const body = { sku, quantity: 2, reference: `web/${sku}`, seconds: 60 };
    const made = await post('/api/reservations', body, { 'idempotency-key': sku });
    expect(made).toMatchObject({ status: 201, body: { changed: true, state: { status: 'RESERVED', quantity: 2 } } });
    expect((await post('/api/reservations', body, { 'idempotency-key': sku })).body.changed).toBe(false);
    expect((await post('/api/reservations', body)).body).toMatchObject({ code: 'STOCK_SHORT' });
    const { reservationId } = made.body.state;
    await post(`/api/reservations/${reservationId}/extend`, { seconds: 600 });
    clock.advance(120_000);
    const one = (await inventory.get(`/api/reservations/${reservationId}`)).body;
    expect(one).toMatchObject({
      status: 'RESERVED',
      actions: [{ action: 'release', possible: true }, { action: 'extend' }],
    });
    clock.advance(600_000);
    await shows(sku, { available: 3, reserved: 0 });
    const { items } = (await inventory.get(`/api/stock/${sku}/ledger`)).body;
    expect(items[0]).toMatchObject({ type: 'ReservationReleased', details: { reason: 'EXPIRED' } });
  });

  it('leave a channel its allotment', async () => {
    const sku = uniqueId('ALLOT');
    await post('/api/stock/receipts', { sku, quantity: 5 });
    await post('/api/stock/allotments', { sku, channel: 'market', quantity: 4, exclusive: true });
    const hold = (quantity: number, channel?: string) =>
      post('/api/reservations', { sku, quantity, reference: 'r', ...(channel ? { channel } : {}) });
    expect((await hold(2)).body).toMatchObject({ code: 'STOCK_SHORT', detail: expect.stringContaining('1') });
    expect((await hold(5, 'market')).body.code).toBe('STOCK_SHORT');
    expect((await hold(4, 'market')).status).toBe(201);
    expect((await hold(1)).status).toBe(201);
    await shows(sku, { available: 0, locations: [{ allotments: [{ channel: 'market', left: 0 }] }] });
  });
});

describe('the catalogue', () => {
  it('is exported in the columns that the import takes', async () => {
    const [part, bundle] = [uniqueId('PART'), uniqueId('SET')];
    await inventory.call('PUT', `/api/products/${part}`, { name: 'Part', barcodes: [`${part}-code`], weightGrams: 50 });
    const unknown = await inventory.call('PUT', `/api/products/${bundle}`, {
      components: [{ sku: `${part}-none`, quantity: 1 }],
    });
    expect(unknown.body).toMatchObject({ fields: [{ path: 'components.0.sku', code: 'PRODUCT_NOT_FOUND' }] });
    const components = [{ sku: part, quantity: 2 }];
    await inventory.call('PUT', `/api/products/${bundle}`, { name: 'Set, of "two"', components, safetyStock: 1 });
    expect((await post('/api/stock/receipts', { sku: bundle, quantity: 1 })).body.code).toBe('BUNDLE_HAS_NO_STOCK');
    await eventually(
      async () =>
        expect((await inventory.get(`/api/products?barcode=${part}-code`)).body.items).toMatchObject([{ sku: part }]),
      'the barcode to be found',
    );
    await inventory.settled();
    const csv: string = (await inventory.get('/api/products/export')).body;
    const [head, ...rows] = csv.trim().split('\r\n');
    const row = rows.find((line) => line.startsWith(bundle));
    expect(row).toContain(`"Set, of ""two"""`);
    expect(row).toContain(`${part}*2`);
    const copy = `${head}\n${row?.replace(bundle, `${bundle}-copy`)}\n`;
    expect(await inventory.import('kind=products&mode=live', copy)).toMatchObject({ accepted: 1, rejected: 0 });
    expect((await inventory.get(`/api/products/${bundle}-copy?minRevision=0`)).body).toMatchObject({
      name: 'Set, of "two"',
      components,
      safetyStock: 1,
    });
  });

  it('refuses what does not go together, in a form and in a file alike', async () => {
    const [part, bundle, goods] = [uniqueId('PART'), uniqueId('SET'), uniqueId('GOODS')];
    const save = (sku: string, body: object) => inventory.call('PUT', `/api/products/${sku}`, body);
    await save(part, { name: 'Part', barcodes: [`${part}-code`] });
    await save(bundle, { name: 'Set', components: [{ sku: part, quantity: 1 }] });
    await save(goods, { name: 'Goods' });
    await post('/api/stock/receipts', { sku: goods, quantity: 2 });
    await shows(goods, { onHand: 2 });
    await inventory.settled();
    const nested = await save(part, { components: [{ sku: goods, quantity: 1 }] });
    expect(nested.body.fields).toMatchObject([{ path: 'components', code: 'PRODUCT_IS_COMPONENT' }]);
    const stocked = await save(goods, { components: [{ sku: part, quantity: 1 }] });
    expect(stocked.body.fields).toMatchObject([{ path: 'components', code: 'PRODUCT_HAS_STOCK' }]);
    const scanned = await save(goods, { packs: [{ unit: 'case', quantity: 6, barcode: `${part}-code` }] });
    expect(scanned.body.fields).toMatchObject([{ path: 'packs.0.barcode', code: 'BARCODE_TAKEN' }]);

    const [a, b, c, milk, phone] = ['A', 'B', 'C', 'MILK', 'PHONE'].map((name) => `${goods}-${name}`);
    const file = [
      'sku,components,barcodes,tracking,units_in_stock,lot,serials',
      // Named before it is registered, in the same file.
      `${a},${b}*2,,,,,`,
      `${b},,,,5,,`,
      `${c},${bundle}*1,,,,,`,
      `${c}2,${c}-none*1,,,,,`,
      `${c}3,,${part}-code,,7,,`,
      `${a}2,${b}*1,,,9,,`,
      `${milk},,,lot,4,,`,
      `${milk}2,,,lot,4,L-1,`,
      `${phone},,,serial,2,,S1;S2`,
    ].join('\n');
    const job = await inventory.import('kind=products&mode=live', file);
    expect(job).toMatchObject({ accepted: 4, rejected: 5 });
    const rejected: string = (await inventory.get(`/api/imports/${job.id}/rejections`)).body;
    for (const said of [
      `${bundle} is a bundle`,
      `no product ${c}-none`,
      `belongs to ${part} already`,
      `${a}2 is a bundle`,
      `${milk} is kept by lot`,
    ]) {
      expect(rejected).toContain(said);
    }
    await shows(`${milk}2`, { onHand: 4, locations: [{ lots: [{ lot: 'L-1', onHand: 4 }] }] });
    await shows(phone!, { onHand: 2 });
    expect((await inventory.get(`/api/stock/${c}3`)).body.onHand).toBe(0);
  });
});
