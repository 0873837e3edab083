import { jest } from '@jest/globals';
import { EventStore } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import { eventually } from '@orderloom/testing';
import { readList } from '../ledger/read-platform.js';
import { reconcile } from '../ledger/reconcile.js';
import { everythingKept, found } from './everything-kept.js';
import { Platform } from './platform.js';

jest.setTimeout(240_000);

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Json = any;

const CUSTOMER = 'C-ERASED';
const OTHER = 'C-STAYS';
const OTHER_NAME = 'Qxstayer';

/** Words that stand for nothing else, one for each place where something about a person can be written. */
const words: string[] = [];
const word = (place: string): string => {
  const made = `qx${place.toLowerCase()}${words.length}`;
  words.push(made);
  return made;
};

let platform: Platform;
let store: EventStore;
let kafka: KafkaClient;
let orderId: string;
let transferId: string;

const call = async (method: string, path: string, body?: unknown): Promise<Json> => {
  const answer = await platform.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const until = async (path: string, test: (one: Json) => boolean, what: string): Promise<Json> => {
  let last: Json;
  await eventually(
    async () => {
      last = await platform.get(path);
      return test(last);
    },
    { deadlineMs: 30_000, everyMs: 50, message: () => `${what}: ${JSON.stringify(last)}` },
  );
  return last;
};

const address = (about: string) => ({
  name: word(`${about}name`),
  street: `${word(`${about}street`)} 1`,
  city: word(`${about}city`),
  postalCode: '10115',
  country: 'DE',
});

const person = {
  name: word('name'),
  company: word('company'),
  email: `${word('mail')}@example.org`,
  phone: '+49 30 7654321987',
};
words.push('7654321987');

const place = async (lines: object[], more: object = {}): Promise<string> =>
  (
    await call('POST', '/api/orders', {
      channel: 'web',
      currency: 'EUR',
      paymentTerms: 'invoice',
      customer: person,
      customerId: CUSTOMER,
      shipTo: address('to'),
      deliveryWish: { note: word('wish') },
      lines,
      ...more,
    })
  ).id;

const amounts = async (): Promise<unknown> => ({
  orders: (await readList((path) => platform.get(path), '/api/orders', 200)).map(
    ({ id, total, due, paid, lines, units, skus, status, payment, fulfilment }) => [
      id,
      total,
      due,
      paid,
      lines,
      units,
      skus,
      status,
      payment,
      fulfilment,
    ],
  ),
  customers: await Promise.all(
    [CUSTOMER, OTHER].map(async (id) => (await platform.get(`/api/customers/${id}`)).totals),
  ),
  summary: await platform.get('/api/analytics/summary?currency=EUR'),
  stock: (await readList((path) => platform.get(path), '/api/stock', 200)).map(({ id, ...rest }) => [id, rest]),
  returns: (await platform.get('/api/returns')).items.map(({ id, status, amount }: Json) => [id, status, amount]),
});

/** What the interface says of the customer, wherever it speaks of one. */
const said = async (): Promise<string> => {
  const { items: returns } = await platform.get('/api/returns');
  const { items: fulfilments } = await platform.get(`/api/fulfilments?orderId=${orderId}`);
  const { items: orders } = await platform.get(`/api/orders?customerId=${CUSTOMER}`);
  const paths = [
    `/api/customers/${CUSTOMER}`,
    '/api/orders/views',
    '/api/orders/exports',
    '/api/notifications',
    '/api/shipments',
    '/api/drafts',
    '/api/payments/bank-transactions?status=matched',
    ...orders.flatMap(({ id }: Json) =>
      ['', '/story', '/history', '/amendments', '/difference?from=0'].map((part) => `/api/orders/${id}${part}`),
    ),
    ...returns.flatMap(({ id }: Json) => [`/api/returns/${id}`, `/api/returns/${id}/history`]),
    ...fulfilments.map(({ id }: Json) => `/api/fulfilments/${id}`),
  ];
  const answers = await Promise.all(paths.map((path) => platform.get(path)));
  return JSON.stringify([orders, returns, answers]);
};

beforeAll(async () => {
  platform = await Platform.start(undefined, {
    WAREHOUSE_MODE: 'manual',
    CARRIER_MODE: 'manual',
    // Processes that do not hear of an erasure read on for as long.
    VAULT_CACHE_SECONDS: '1',
  });
  store = EventStore.connect(platform.engines.eventStore);
  kafka = new KafkaClient({ brokers: platform.engines.kafka, clientId: 'erasure-spec' });
  await call('POST', '/api/products', { sku: 'A', name: 'Product A', unitPrice: { amount: 1000, currency: 'EUR' } });
  await call('POST', '/api/stock/receipts', { sku: 'A', quantity: 1000 });
  await eventually(
    async () => {
      const shipTo = { name: 'Test Person', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' };
      const lines = [{ sku: 'A', quantity: 1 }];
      const order = { channel: 'web', currency: 'EUR', paymentTerms: 'invoice', customerId: CUSTOMER, shipTo, lines };
      const { status, body } = await platform.call('POST', '/api/orders?dryRun=true', order);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return true;
    },
    { deadlineMs: 30_000, everyMs: 50, message: 'the order service knows the product' },
  );
}, 240_000);

afterAll(async () => {
  await kafka?.close();
  await store?.close();
  await platform?.remove();
});

describe('a customer who is erased', () => {
  it('leaves words wherever people write', async () => {
    await call('PUT', `/api/customers/${CUSTOMER}`, {
      ...person,
      contactName: word('contact'),
      address: address('home'),
    });
    await call('PUT', `/api/customers/${OTHER}`, { name: OTHER_NAME, address: { country: 'DE' } });
    await platform.settled();
    orderId = await place([{ sku: 'A', quantity: 5 }]);
    const at = `/api/orders/${orderId}`;
    // The desk, before and after it goes on.
    const { holds } = await call('POST', `${at}/holds`, { reason: 'LOOK_AT_IT', blocks: ['RELEASE'] }).then(() =>
      platform.get(at),
    );
    await call('POST', `${at}/notes`, { text: word('desknote') });
    await call('POST', `${at}/holds/${holds[0].holdId}/ask`, { question: 'ADDRESS', message: word('question') });
    const notices = await until(
      `/api/notifications?orderId=${orderId}`,
      ({ items }) => JSON.stringify(items).includes('/api/answers/'),
      'the question is sent',
    );
    const link = /\/api\/answers\/[\w.~-]+/.exec(JSON.stringify(notices))?.[0] ?? '';
    await call('POST', `${at}/attachments`, {
      name: word('document'),
      url: `https://files.example.org/${word('link')}`,
    });
    const { complaints } = await call('POST', `${at}/complaints`, { kind: 'LATE', text: word('complaint') }).then(() =>
      platform.get(at),
    );
    await call('POST', `${at}/complaints/${complaints[0].complaintId}/resolve`, {
      outcome: 'APOLOGY',
      note: word('agreed'),
    });
    await call('POST', `${at}/amendments`, { note: word('change'), deliveryWish: { note: word('wishes') } });
    await call('POST', `${at}/cancel`, {
      lines: [{ lineId: 'L1', quantity: 1 }],
      note: word('lessnote'),
    });
    // With this the order goes on.
    await call('POST', link, { answer: 'CORRECT_ADDRESS', address: address('answer'), message: word('answer') });
    const { fulfilments } = await until(at, (one) => one.fulfilments.length > 0, 'it is released');
    expect(fulfilments).not.toHaveLength(0);
  });

  it('also in the warehouse, on the way, and when goods come back', async () => {
    const at = `/api/orders/${orderId}`;
    const { items } = await until(
      `/api/fulfilments?orderId=${orderId}`,
      (one) => one.items.length > 0,
      'it is taken in',
    );
    for (const step of ['accept', 'pick', 'pack', 'dispatch']) {
      await call('POST', `/api/fulfilments/${items[0].id}/${step}`, {});
    }
    const { shipments } = await until(at, (one) => one.shipments.length > 0, 'it has left');
    await call('POST', `/api/shipments/${shipments[0].shipmentId}/exceptions`, {
      kind: 'CARRIER_PROBLEM',
      note: word('way'),
    });
    await call('POST', `/api/shipments/${shipments[0].shipmentId}/deliver`);
    await until(at, (one) => one.lines[0].delivered > 0, 'it is delivered');
    const { id } = await call('POST', `${at}/returns`, {
      lines: [{ lineId: 'L1', quantity: 1, reason: 'DAMAGED', photos: ['https://files.example.org/photo.jpg'] }],
      comment: word('comment'),
    });
    await call('POST', `/api/returns/${id}/approve`, { note: word('approve') });
    await call('POST', `/api/returns/${id}/receipts`, {
      location: 'MAIN',
      lines: [{ lineId: 'L1', quantity: 1 }],
      complete: true,
    });
    await call('POST', `/api/returns/${id}/inspections`, {
      location: 'MAIN',
      units: [{ lineId: 'L1', quantity: 1, disposition: 'SCRAP', note: word('inspect') }],
    });
    await call('POST', `/api/returns/${id}/resolve`, { resolution: 'REFUND', note: word('resolve') });
    // A paid order that is given up, with money that goes back.
    const paid = await place([{ sku: 'A', quantity: 1 }], { paymentTerms: 'prepaid', externalNumber: 'E-77' });
    await until(`/api/orders/${paid}`, (one) => one.money.captured > 0, 'it is paid');
    await call('POST', `/api/orders/${paid}/refunds`, { amount: 100, reason: 'GOODWILL', note: word('refund') });
  });

  it('and in drafts, files, lists and what is sought for', async () => {
    await call('POST', '/api/drafts', {
      channel: 'phone',
      currency: 'EUR',
      customerId: CUSTOMER,
      customer: { name: word('draftname') },
      shipTo: address('draft'),
      lines: [{ sku: 'A', quantity: 1 }],
    });
    const columns = 'order number,customer id,customer name,street,city,country,sku,quantity,currency,note';
    const rows = [
      `I-1,${CUSTOMER},${word('filename')},${word('filestreet')},${word('filecity')},DE,A,1,EUR,${word('filenote')}`,
      `I-2,${CUSTOMER},${word('refusedname')},${word('refusedstreet')},${word('refusedcity')},DE,A,none,EUR,`,
      `I-3,,${word('nobodysname')},Street 1,Berlin,DE,A,none,EUR,`,
      `I-4,${OTHER},${OTHER_NAME},Street 1,Berlin,DE,A,none,EUR,`,
    ];
    expect(await platform.import('kind=orders', `${columns}\n${rows.join('\n')}\n`)).toMatchObject({ rejected: 3 });
    const customers = `customer id,name,email\n${CUSTOMER},${word('listname')},not-an-address\n`;
    expect(await platform.import('kind=customers', customers)).toMatchObject({ rejected: 1 });
    await platform.settled();
    await call('PUT', '/api/orders/views/theirs', { name: `All of ${person.name}`, query: { q: person.name } });
    await call('PUT', '/api/orders/views/open', { name: 'Berlin, open', query: { q: 'berlin', status: 'CONFIRMED' } });
    const exported = await call('POST', '/api/orders/exports', {
      format: 'csv',
      query: { q: person.name },
      columns: ['number', 'customerName', 'customerEmail', 'customerPhone'],
    });
    await until(`/api/orders/exports/${exported.id}`, ({ status }) => status === 'completed', 'the export is written');
    const { body: file } = await platform.call('GET', `/api/orders/exports/${exported.id}/file`);
    expect(file).toContain(person.name);
    expect((await platform.get(`/api/orders?q=${person.name}`)).items).not.toHaveLength(0);
    // Money by bank, with words of the payer.
    transferId = await place([{ sku: 'A', quantity: 2 }], {
      paymentTerms: 'prepaid',
      payment: { parts: [{ method: 'bank_transfer' }] },
    });
    await until(`/api/orders/${transferId}`, (one) => one.payments.length > 0, 'a transfer is waited for');
    const statement = `reference,date,amount,payer,text\nB1,2026-03-01,20.00,${word('payer')},${word('remittance')}\n`;
    await platform.import('kind=statements&currency=EUR', statement);
    const { items } = await platform.get('/api/payments/bank-transactions');
    await call('POST', `/api/payments/bank-transactions/${items[0].id}/match`, { orderId: transferId });
    await platform.settled();
  });

  it('is found nowhere afterwards, while every count and amount is what it was', async () => {
    await platform.settled();
    const before = await amounts();
    const kept = await everythingKept(platform, { store, kafka });
    // The search finds what is kept in the clear: names in the list, rejected rows, files of exports, views.
    const places = new Set(found(kept, words).map((hit) => hit.split(' in ')[1]));
    expect([...places].join(' ')).toMatch(/orders/);
    expect([...places].join(' ')).toMatch(/import_rejections/);
    expect([...places].join(' ')).toMatch(/order_export_chunks/);
    expect([...places].join(' ')).toMatch(/order_views/);
    // Streams, topics, files and the log never had them.
    expect([...places].filter((place) => /^(stream|topic|file|log)/.test(place ?? ''))).toEqual([]);
    const told = (await said()).toLowerCase();
    const shown = words.filter((one) => told.includes(one));
    expect(
      words.filter((one) => !shown.includes(one) && !/refused|nobodys|listname|draftname|draft|question/.test(one)),
    ).toEqual([]);

    // Before, everything that is known can be handed out.
    const handed = JSON.stringify(await platform.get(`/api/personal-data/${CUSTOMER}`)).toLowerCase();
    expect(
      words.filter((one) => shown.includes(one) && !handed.includes(one) && !/payer|remittance/.test(one)),
    ).toEqual([]);
    expect(handed).toContain('qxdraftname');
    expect((await platform.call('GET', '/api/personal-data/nobody')).body.code).toBe('CUSTOMER_NOT_FOUND');

    await call('POST', `/api/customers/${CUSTOMER}/erase`);
    await platform.settled();

    expect(found(await everythingKept(platform, { store, kafka }), words)).toEqual([]);
    // Processes that do not hear of erasures forget a key within VAULT_CACHE_SECONDS.
    let still: string[] = [];
    await eventually(
      async () => {
        const after = (await said()).toLowerCase();
        still = words.filter((one) => after.includes(one));
        return still.length === 0;
      },
      { deadlineMs: 30_000, everyMs: 250, message: () => `nobody is told of ${still.join(', ')}` },
    );
    expect(await amounts()).toEqual(before);
    // Those who were not erased are all there.
    expect(found(await everythingKept(platform, { store, kafka }), [OTHER_NAME])).not.toEqual([]);
    expect(await platform.get('/api/orders/views')).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ name: 'Berlin, open', query: { q: 'berlin', status: 'CONFIRMED' } }),
      ]),
    });
    expect((await reconcile({ get: (path) => platform.get(path), store, kafka })).differences).toEqual([]);
  });
});

describe('a guest who is erased', () => {
  const GUEST_WORDS = ['qvguest', 'qvstreet', 'qvcity', 'qvdesknote', 'qvcomplaint', 'qvway', 'qvcomment'];
  const isGuests = (one: string): boolean => GUEST_WORDS.some((word) => one.includes(word));
  let id: string;

  const told = async (): Promise<string> => {
    const { items: fulfilments } = await platform.get(`/api/fulfilments?orderId=${id}`);
    const { items: returns } = await platform.get('/api/returns');
    const paths = [
      ...['', '/story', '/history'].map((part) => `/api/orders/${id}${part}`),
      `/api/notifications?orderId=${id}`,
      '/api/orders/views',
      '/api/shipments',
      ...fulfilments.map((one: Json) => `/api/fulfilments/${one.id}`),
      ...returns.flatMap((one: Json) => [`/api/returns/${one.id}`, `/api/returns/${one.id}/history`]),
    ];
    return JSON.stringify(await Promise.all(paths.map((path) => platform.get(path)))).toLowerCase();
  };

  it('has ordered, and people have written about it everywhere', async () => {
    id = await place([{ sku: 'A', quantity: 2 }], {
      customerId: undefined,
      customer: { name: 'Qvguest', email: 'qvguest@example.org' },
      shipTo: { name: 'Qvguest', street: 'Qvstreet 1', city: 'Qvcity', postalCode: '10115', country: 'DE' },
      deliveryWish: undefined,
    });
    const at = `/api/orders/${id}`;
    await call('POST', `${at}/notes`, { text: 'qvdesknote' });
    await call('POST', `${at}/complaints`, { kind: 'LATE', text: 'qvcomplaint' });
    await call('PUT', '/api/orders/views/guest', { name: 'Of qvguest', query: { q: 'qvguest' } });
    const refused = await platform.call('POST', `${at}/erase-personal-data`);
    expect(refused.body.code).toBe('ORDER_STILL_OPEN');
    const { items } = await until(`/api/fulfilments?orderId=${id}`, (one) => one.items.length > 0, 'it is taken in');
    for (const step of ['accept', 'pick', 'pack', 'dispatch']) {
      await call('POST', `/api/fulfilments/${items[0].id}/${step}`, {});
    }
    const { shipments } = await until(at, (one) => one.shipments.length > 0, 'it has left');
    const shipment = `/api/shipments/${shipments[0].shipmentId}`;
    await call('POST', `${shipment}/exceptions`, { kind: 'CARRIER_PROBLEM', note: 'qvway' });
    await call('POST', `${shipment}/deliver`);
    await until(at, (one) => one.status === 'COMPLETED', 'it is completed');
    await call('POST', `${at}/returns`, {
      lines: [{ lineId: 'L1', quantity: 1, reason: 'DAMAGED', photos: ['https://files.example.org/photo.jpg'] }],
      comment: 'qvcomment',
    });
    await platform.settled();
    const before = await told();
    expect(
      ['qvguest', 'qvstreet', 'qvcity', 'qvdesknote', 'qvcomplaint'].filter((one) => !before.includes(one)),
    ).toEqual([]);
  });

  it('is found nowhere afterwards, while every count and amount is what it was', async () => {
    const before = await amounts();
    expect(found(await everythingKept(platform, { store, kafka }), ['qvguest'])).not.toEqual([]);
    const { body: tried } = await platform.call('POST', `/api/orders/${id}/erase-personal-data?dryRun=true`);
    expect(tried).toMatchObject({ dryRun: true, events: [{ type: 'OrderPersonalDataErased' }] });
    expect(await call('POST', `/api/orders/${id}/erase-personal-data`)).toMatchObject({ changed: true });
    await platform.settled();
    expect(found(await everythingKept(platform, { store, kafka }), GUEST_WORDS)).toEqual([]);
    let last = '';
    await eventually(
      async () => {
        last = await told();
        return !isGuests(last);
      },
      {
        deadlineMs: 30_000,
        everyMs: 250,
        message: () => `nobody is told of ${GUEST_WORDS.filter((one) => last.includes(one)).join(', ')}`,
      },
    );
    expect((await platform.get('/api/orders?q=qvguest')).items).toEqual([]);
    expect(await amounts()).toEqual(before);
    expect((await reconcile({ get: (path) => platform.get(path), store, kafka })).differences).toEqual([]);
  });
});
