// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { readFile } from 'node:fs/promises';
import { jest } from '@jest/globals';
import {
  CustomerErasedV1,
  LinesShippedV1,
  OrderCancelledV1,
  OrderConfirmedV1,
  OrderCreditedV1,
  OrderSubmittedV1,
  RefundSucceededV1,
  topicOf,
} from '@orderloom/contracts';
import { KeyErased, Vault } from '@orderloom/platform';
import { eventually } from '@orderloom/testing';
import { type Fact, ServiceHarness } from '@orderloom/testing/service-harness';
import { customerService } from './service.js';

jest.setTimeout(60_000);

let customer: ServiceHarness;
beforeAll(async () => {
  customer = await ServiceHarness.start(customerService);
}, 90_000);
afterAll(() => customer?.close(), 30_000);

const maria = {
  name: 'Maria Anders',
  company: 'Alfreds Futterkiste',
  email: 'maria@example.org',
  address: { street: 'Obere Str. 57', city: 'Berlin', country: 'DE' },
  locale: 'en',
};

const submitted = (orderId: string, customerId: string, more: object = {}): Fact => ({
  definition: OrderSubmittedV1,
  subject: `order-${orderId}`,
  data: {
    orderId,
    number: `N-${orderId}`,
    channel: 'web',
    mode: 'live',
    customerId,
    locale: 'en',
    shipTo: { country: 'DE' },
    currency: 'USD',
    lines: [
      { lineId: 'L1', sku: 'A', name: 'Chai', quantity: 2, unitPrice: 500, gross: 1000, discount: 100, net: 900 },
    ],
    totals: { gross: 1000, discount: 100, net: 900, shipping: 50, total: 950 },
    paymentTerms: 'invoice',
    occurredAt: '2026-03-01T10:00:00.000Z',
    ...more,
  },
});
const follow = (orderId: string, definition: Fact['definition'], data: object): Fact => ({
  definition,
  subject: `order-${orderId}`,
  data,
});
const AT = '2026-03-02T10:00:00.000Z';

describe('a profile', () => {
  it('is registered, read back at its revision, replaced as a whole, and the same again changes nothing', async () => {
    const created = await customer.call('PUT', '/api/customers/ALFKI', maria);
    expect(created).toMatchObject({ status: 200, body: { id: 'ALFKI', revision: '0', changed: true } });
    expect(created.headers.get('etag')).toBe('"0"');
    const read = await customer.get('/api/customers/ALFKI?minRevision=0');
    const { locale: _, ...profile } = maria;
    expect(read.body).toMatchObject({ id: 'ALFKI', country: 'DE', locale: 'en', profile, revision: '0', totals: [] });
    expect(read.headers.get('etag')).toBe('"0"');
    expect(read.body.actions).toEqual([
      { action: 'save', possible: true },
      { action: 'erase', possible: true },
    ]);
    expect((await customer.call('PUT', '/api/customers/ALFKI', maria)).body).toMatchObject({
      revision: '0',
      changed: false,
      events: [],
    });
    const { address: __, ...without } = maria;
    expect((await customer.call('PUT', '/api/customers/ALFKI', without)).body.revision).toBe('1');
    const after = (await customer.get('/api/customers/ALFKI?minRevision=1')).body;
    expect(after.country).toBeUndefined();
    expect(after.profile.address).toBeUndefined();
  });

  it('tells who was too late what happened since', async () => {
    await customer.call('PUT', '/api/customers/RACE', { name: 'One' });
    await customer.call('PUT', '/api/customers/RACE', { name: 'Two' }, { 'if-match': '"0"' });
    const late = await customer.call('PUT', '/api/customers/RACE', { name: 'Three' }, { 'if-match': '"0"' });
    expect(late).toMatchObject({ status: 412, body: { code: 'REVISION_CONFLICT' } });
    expect(late.headers.get('content-type')).toContain('application/problem+json');
    expect(late.body.details.events).toMatchObject([{ type: 'CustomerChanged', revision: '1' }]);
    expect(JSON.stringify(late.body)).not.toContain('Two');
  });

  it('can be tried out without being changed', async () => {
    const tried = await customer.call('PUT', '/api/customers/DRY?dryRun=true', { name: 'Nobody' });
    expect(tried.body).toMatchObject({
      dryRun: true,
      events: [{ type: 'CustomerRegistered' }],
      change: { before: { status: 'unknown' }, after: { status: 'known' } },
    });
    expect(await customer.get('/api/customers/DRY')).toMatchObject({
      status: 404,
      body: { code: 'CUSTOMER_NOT_FOUND' },
    });
  });

  it.each([
    ['an unknown country', 'X1', { address: { country: 'Atlantis' } }, 'address.country', 'NOT_A_COUNTRY'],
    ['no e-mail address', 'X1', { email: 'maria' }, 'email', 'NOT_AN_EMAIL'],
    ['an unknown field', 'X1', { shoeSize: 40 }, 'shoeSize', 'UNKNOWN_FIELD'],
    ['an e-mail address as id', 'maria@example.org', {}, 'id', 'PATTERN_MISMATCH'],
    ['an id that is too long', 'x'.repeat(101), {}, 'id', 'TOO_LONG'],
    ['a line break in the id', 'a\nb', {}, 'id', 'PATTERN_MISMATCH'],
  ])('refuses %s in the reader’s language', async (_, id, body, path, code) => {
    const refused = await customer.call('PUT', `/api/customers/${encodeURIComponent(id)}`, body, {
      'accept-language': 'zh-CN',
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', fields: [{ path, code }] } });
    expect(refused.body.fields[0].detail).toMatch(/[\u4e00-\u9fff]/);
  });

  it('is found by the beginnings of its words, page by page', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      await customer.call('PUT', `/api/customers/FIND${n}`, {
        company: `Findus & Söhne ${n}`,
        email: `f${n}@findus.example`,
      });
    }
    await customer.get('/api/customers/FIND5?minRevision=0');
    const ids = async (query: string) =>
      (await customer.get(`/api/customers?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect((await ids('q=FINDUS%20s%C3%B6h')).sort()).toEqual(['FIND1', 'FIND2', 'FIND3', 'FIND4', 'FIND5']);
    expect(await ids('q=find3')).toEqual(['FIND3']);
    expect(await ids('q=.*')).toEqual([]);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await customer.get(`/api/customers?q=findus&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.next ?? '';
    } while (cursor);
    expect(seen).toEqual(['FIND5', 'FIND4', 'FIND3', 'FIND2', 'FIND1']);
    expect(await customer.get('/api/customers?cursor=bogus')).toMatchObject({
      status: 400,
      body: { code: 'CURSOR_INVALID' },
    });
    expect(await customer.get('/api/customers?limit=0')).toMatchObject({
      status: 422,
      body: { fields: [{ path: 'limit' }] },
    });
  });

  it('survives a rebuild of the read model', async () => {
    const before = (await customer.get('/api/customers?limit=200')).body.items;
    const started = await customer.call('POST', '/api/operations/customer/projections/customers/rebuild');
    expect(started.status).toBe(202);
    await eventually(
      async () => {
        const { projections } = (await customer.get('/api/operations/customer')).body;
        return projections[0].rebuild.status === 'completed';
      },
      { deadlineMs: 20_000, message: 'the rebuild is completed' },
    );
    expect((await customer.get('/api/customers?limit=200')).body.items).toEqual(before);
  });
});

describe('an import', () => {
  it('takes Northwind’s customers, and again without changing anything', async () => {
    const csv = await readFile(new URL('../../standalone/sample/northwind/customers.csv', import.meta.url), 'utf8');
    expect(await customer.import('kind=customers&mode=live', csv)).toMatchObject({
      status: 'completed',
      rows: 92,
      accepted: 92,
      rejected: 0,
    });
    await customer.settled();
    const { body } = await customer.get('/api/customers/BONAP');
    expect(body).toMatchObject({ country: 'FR', profile: { company: "Bon app'" } });
    const events = () => customer.onTopic(topicOf.customer);
    const before = (await events()).length;
    expect(await customer.import('kind=customers&mode=live', csv)).toMatchObject({ accepted: 92, rejected: 0 });
    expect((await events()).length).toBe(before);
  });

  it('takes the last of several rows of one customer, and rejects broken ones with the reason', async () => {
    const csv = [
      'customer_id,company,country,email',
      'TWICE,First,DE,',
      'TWICE,Second,DE,',
      'TWICE,First,DE,',
      'MARS,Marsians,Atlantis,',
      'MAIL,Mailers,DE,not-an-address',
      ',Nobody,DE,',
      'a@b.example,Address as id,DE,',
      'GOOD,"Gut; ""sehr"" gut",Germany,gut@example.org',
    ].join('\n');
    const job = await customer.import('kind=customers&mode=live', csv);
    expect(job).toMatchObject({ status: 'completed', rows: 8, accepted: 4, rejected: 4 });
    const rejections = await customer.get(`/api/imports/${job.id}/rejections`, { 'accept-language': 'zh-CN' });
    expect(rejections.body).toMatch(/Atlantis/);
    await customer.settled();
    expect((await customer.get('/api/customers/TWICE')).body.profile.company).toBe('First');
    expect((await customer.get('/api/customers/GOOD')).body).toMatchObject({
      country: 'DE',
      profile: { company: 'Gut; "sehr" gut', email: 'gut@example.org' },
    });
    expect((await customer.get('/api/customers/MARS')).status).toBe(404);
  });
});

describe('orders', () => {
  it('register who is not known, and add up to a history with totals per currency', async () => {
    const envelopes = await customer.publish(
      submitted('h1', 'NEWBIE'),
      follow('h1', OrderCreditedV1, { credits: [], amount: 100, currency: 'USD', reason: 'damaged', occurredAt: AT }),
      follow('h1', OrderConfirmedV1, { checks: [], occurredAt: AT }),
      follow('h1', LinesShippedV1, { lines: [{ lineId: 'L1', quantity: 2 }], occurredAt: AT }),
      submitted('h2', 'NEWBIE', { currency: 'EUR', occurredAt: '2026-03-05T10:00:00.000Z' }),
      follow('h2', OrderCancelledV1, {
        reason: 'CUSTOMER_REQUEST',
        lines: [{ lineId: 'L1', quantity: 2, amount: 900 }],
        occurredAt: AT,
      }),
      follow('h2', RefundSucceededV1, {
        refundId: 'r',
        providerReference: 'p',
        amount: 950,
        currency: 'EUR',
        occurredAt: AT,
      }),
      submitted('h3', 'NEWBIE', { occurredAt: '2026-03-03T10:00:00.000Z' }),
    );
    await customer.send(envelopes); // delivered twice
    await customer.settled();
    const { body } = await customer.get('/api/customers/NEWBIE');
    expect(body).toMatchObject({ id: 'NEWBIE', country: 'DE', revision: '0' });
    expect(body.totals).toEqual([
      {
        currency: 'USD',
        orders: 2,
        net: 1800,
        cancelled: 0,
        credited: 100,
        refunded: 0,
        firstOrderAt: '2026-03-01T10:00:00.000Z',
        lastOrderAt: '2026-03-03T10:00:00.000Z',
      },
      {
        currency: 'EUR',
        orders: 1,
        net: 900,
        cancelled: 900,
        credited: 0,
        refunded: 950,
        firstOrderAt: '2026-03-05T10:00:00.000Z',
        lastOrderAt: '2026-03-05T10:00:00.000Z',
      },
    ]);
    const first = (await customer.get('/api/customers/NEWBIE/orders?limit=2')).body;
    expect(first.items).toMatchObject([
      { id: 'h2', status: 'cancelled', lines: [{ sku: 'A', quantity: 2, net: 900 }] },
      { id: 'h3', status: 'submitted' },
    ]);
    expect(first.items[0]).not.toHaveProperty('_sequence');
    const second = (await customer.get(`/api/customers/NEWBIE/orders?limit=2&cursor=${first.next}`)).body;
    expect(second.items).toMatchObject([{ id: 'h1', status: 'shipped', credited: 100 }]);
    expect(second.next).toBeUndefined();
    expect((await customer.get('/api/customers/NOBODY/orders')).body.code).toBe('CUSTOMER_NOT_FOUND');
  });
});

describe('erasure', () => {
  const PERSON = { name: 'Gdansk Wiórkiewicz', email: 'forget.me@example.org', locale: 'en' };

  it('makes the person unreadable everywhere, for good, and can be repeated', async () => {
    await customer.call('PUT', '/api/customers/GONE', PERSON);
    await customer.publish(submitted('g1', 'GONE'));
    await customer.settled();
    const [registered] = (await customer.onTopic(topicOf.customer)).filter(
      ({ subject }) => subject === 'customer-GONE',
    );
    const { profile: sealed } = registered!.data as { profile: string };
    const vault = customer.service.app.get(Vault);
    expect(await vault.unseal(sealed)).toMatchObject({ name: PERSON.name });

    const tried = await customer.call('POST', '/api/customers/GONE/erase?dryRun=true');
    expect(tried.body).toMatchObject({ dryRun: true, events: [{ type: 'CustomerErased' }] });
    expect(await vault.unseal(sealed)).not.toBeNull();

    const late = await customer.call('POST', '/api/customers/GONE/erase', undefined, { 'if-match': '"7"' });
    expect(late.status).toBe(412);
    expect(await vault.unseal(sealed)).not.toBeNull();

    const erased = await customer.call('POST', '/api/customers/GONE/erase');
    expect(erased).toMatchObject({ status: 200, body: { changed: true, revision: '1', state: { status: 'erased' } } });
    expect((await customer.call('POST', '/api/customers/GONE/erase')).body).toMatchObject({
      changed: false,
      revision: '1',
    });
    expect(await vault.unseal(sealed)).toBeNull();
    await expect(vault.seal('customer:GONE', PERSON)).rejects.toBeInstanceOf(KeyErased);

    const { body } = await customer.get('/api/customers/GONE?minRevision=1');
    expect(body).toMatchObject({ id: 'GONE', totals: [{ orders: 1, net: 900 }] });
    expect(body.profile).toBeUndefined();
    expect(body.erasedAt).toEqual(expect.any(String));
    expect(body.actions).toMatchObject([
      { action: 'save', possible: false, code: 'CUSTOMER_ERASED' },
      { action: 'erase', possible: false, code: 'NOTHING_TO_DO' },
    ]);
    expect((await customer.get('/api/customers?q=forget.me')).body.items).toEqual([]);
  });

  it('is not undone by saving, importing or ordering under the same id', async () => {
    const again = await customer.call('PUT', '/api/customers/GONE', PERSON, { 'accept-language': 'zh' });
    expect(again).toMatchObject({ status: 410, body: { code: 'CUSTOMER_ERASED' } });
    const job = await customer.import('kind=customers&mode=live', `customer_id,name\nGONE,${PERSON.name}\n`);
    expect(job).toMatchObject({ accepted: 0, rejected: 1 });
    await customer.publish(submitted('g2', 'GONE'));
    await customer.settled();
    const { body } = await customer.get('/api/customers/GONE');
    expect(body).toMatchObject({ revision: '1', totals: [{ orders: 2 }] });
    expect(body.profile).toBeUndefined();
  });

  it('is finished by whoever reads the event, should the first die before the key is gone', async () => {
    await customer.call('PUT', '/api/customers/HALF', PERSON);
    const vault = customer.service.app.get(Vault);
    await customer.publish({
      definition: CustomerErasedV1,
      subject: 'customer-OTHER',
      data: { customerId: 'HALF', keyId: 'customer:HALF', requestedBy: 'admin', occurredAt: AT },
    });
    await eventually(
      () =>
        vault.seal('customer:HALF', {}).then(
          () => false,
          (error) => error instanceof KeyErased,
        ),
      'the key is destroyed',
    );
  });

  it('reaches what was written about orders, known before or only afterwards, whatever comes twice', async () => {
    await customer.call('PUT', '/api/customers/NOTED', PERSON);
    const vault = customer.service.app.get(Vault);
    await customer.publish(submitted('noted-1', 'NOTED'), submitted('noted-x', 'KEPT'));
    await customer.settled();
    const [before, after, other] = await Promise.all(
      ['noted-1', 'noted-2', 'noted-x'].map((id) => vault.seal(`order:${id}`, 'a note')),
    );
    await customer.call('POST', '/api/customers/NOTED/erase');
    expect(await vault.unseal(before!)).toBeNull();
    expect(await vault.unseal(after!)).toBe('a note');
    const late = submitted('noted-2', 'NOTED');
    await customer.publish(late);
    await customer.publish(late);
    await customer.settled();
    expect(await vault.unseal(after!)).toBeNull();
    expect(await vault.unseal(other!)).toBe('a note');
    // Nothing is written under them any more.
    await expect(vault.seal('order:noted-2', 'more')).rejects.toBeInstanceOf(KeyErased);
  });

  it('leaves nothing personal in events, keys or logs', async () => {
    const events = JSON.stringify(await customer.onTopic(topicOf.customer));
    for (const word of [PERSON.name, PERSON.email, 'Wiórkiewicz', maria.email, 'Findus', 'Futterkiste']) {
      expect(events).not.toContain(word);
      expect(customer.log).not.toContain(word);
    }
  });

  it('says that there is nobody to erase', async () => {
    expect((await customer.call('POST', '/api/customers/NEVER/erase')).body.code).toBe('CUSTOMER_NOT_FOUND');
  });
});
