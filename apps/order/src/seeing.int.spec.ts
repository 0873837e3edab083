// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { CustomerErasedV1, ProductRegisteredV1, SourcingDecidedV1 } from '@orderloom/contracts';
import { Clock, SystemClock } from '@orderloom/platform';
import { eventually } from '@orderloom/testing';
import { ServiceHarness } from '@orderloom/testing/service-harness';
import { WatchDeadlines } from './deadlines/watch-deadlines.js';
import { orderService } from './service.js';

/** The real time, and what a test adds to it. */
class MovableClock extends Clock {
  ahead = 0;
  readonly #real = new SystemClock();
  override millis(): number {
    return this.#real.millis() + this.ahead;
  }
}

const HOUR = 3_600_000;

describe('finding and following orders', () => {
  const clock = new MovableClock();
  let harness: ServiceHarness;
  let alpha: string;
  let beta: string;
  const tokens = new Map<string, string>();

  const as = (who: string) => ({ authorization: `Bearer ${tokens.get(who) ?? ''}` });
  const token = async (who: string, body: object) => {
    const answer = await harness.call('POST', '/api/tokens', { subject: who, ...body });
    expect(answer.status).toBe(201);
    tokens.set(who, answer.body.token);
  };
  const place = async (externalNumber: string, customerId: string, channel: string, name: string, sku = 'SKU-1') => {
    const answer = await harness.call('POST', '/api/orders', {
      externalNumber,
      customerId,
      channel,
      customer: { name, email: `${customerId.toLowerCase()}@example.org`, phone: '+49 30 1234567' },
      shipTo: { name, street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
      lines: [{ sku, quantity: 2 }],
      currency: 'EUR',
      paymentTerms: 'prepaid',
    });
    expect(answer.status).toBe(201);
    return answer.body.id as string;
  };
  const numbers = async (query: string, headers: Record<string, string> = {}) => {
    const { status, body } = await harness.get(`/api/orders?${query}`, headers);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body.items.map(({ number }: { number: string }) => number);
  };
  type Json = Record<string, unknown>;
  /** RFC 6902, as a client would do it. */
  const apply = (state: Json, patch: { op: string; path: string; value?: unknown }[]): Json => {
    for (const { op, path, value } of patch) {
      const parts = path
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
      const last = parts.pop() ?? '';
      const target = parts.reduce<Json>((at, part) => at[part] as Json, state);
      if (op !== 'remove' && last === '-') (target as unknown as unknown[]).push(value);
      else if (op !== 'remove') target[last] = value;
      else if (Array.isArray(target)) target.splice(Number(last), 1);
      else delete target[last];
    }
    return state;
  };

  beforeAll(async () => {
    harness = await ServiceHarness.start(orderService, {}, { clock });
    const product = (sku: string) => ({
      definition: ProductRegisteredV1,
      subject: `product-${sku}`,
      data: {
        sku,
        name: `Tea of ${sku}`,
        reorderLevel: 0,
        discontinued: false,
        unitPrice: { amount: 1000, currency: 'EUR' },
      },
    });
    await harness.publish(product('SKU-1'), product('SKU-2'));
    await harness.settled();
    alpha = await place('ALPHA-1', 'C1', 'web', 'Ada Example');
    beta = await place('BETA-2', 'C2', 'phone', 'Grace Muster', 'SKU-2');
    await harness.publish({
      definition: SourcingDecidedV1,
      subject: `sourcing-${alpha}`,
      data: {
        orderId: alpha,
        decisionId: `${alpha}-D1`,
        lines: [
          {
            lineId: 'L1',
            sku: 'SKU-1',
            requested: 2,
            allocations: [{ location: 'MAIN', quantity: 2, reservationId: `${alpha}-R` }],
            backordered: 0,
            reason: 'one location has all',
            candidates: [{ location: 'MAIN', available: 9 }],
          },
        ],
      },
    });
    await eventually(async () => (await numbers('fulfilment=RELEASED')).includes('ALPHA-1'), {
      message: 'the first order is paid and released',
    });
    await token('clerk', { roles: ['desk_clerk'] });
    await token('phone-clerk', { roles: ['desk_clerk'], channels: ['phone'] });
    await token('analyst', { roles: ['analyst'] });
    await token('c2', { roles: ['customer'], customerId: 'C2' });
  }, 60_000);
  afterAll(() => harness?.close(), 30_000);

  it('says which permission is missing, in the reader’s language', async () => {
    const refused = await harness.call(
      'POST',
      `/api/orders/${alpha}/refunds/retry`,
      {},
      {
        ...as('clerk'),
        'accept-language': 'zh',
      },
    );
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      code: 'PERMISSION_MISSING',
      details: { permission: 'payments:refund', roles: ['desk_clerk'] },
      fields: [{ path: 'authorization', code: 'PERMISSION_MISSING' }],
    });
    expect(refused.body.detail).toContain('退款');
    expect((await harness.get('/api/tokens', as('clerk'))).body.code).toBe('PERMISSION_MISSING');
    expect((await harness.get('/api/me', as('phone-clerk'))).body).toMatchObject({
      subject: 'phone-clerk',
      channels: ['phone'],
    });
  });

  it('keeps limited tokens to their own orders', async () => {
    expect(await numbers('', as('phone-clerk'))).toEqual(['BETA-2']);
    expect(await numbers('', as('c2'))).toEqual(['BETA-2']);
    expect((await harness.get(`/api/orders/${alpha}`, as('phone-clerk'))).body.code).toBe('CHANNEL_NOT_ALLOWED');
    expect((await harness.get(`/api/orders/${alpha}/story`, as('c2'))).body.code).toBe('ORDER_NOT_FOUND');
    expect((await harness.get(`/api/orders/${beta}`, as('c2'))).status).toBe(200);
    const elsewhere = await harness.call('POST', '/api/orders', { channel: 'web' }, as('phone-clerk'));
    expect(elsewhere.body).toMatchObject({ code: 'CHANNEL_NOT_ALLOWED', fields: [{ path: 'channel' }] });
    expect((await harness.get('/api/operations/order', as('c2'))).body.code).toBe('PERMISSION_MISSING');
    const sent = (who: string) => harness.call('POST', '/api/channels/web/orders', {}, as(who));
    expect((await sent('phone-clerk')).body.code).toBe('CHANNEL_NOT_ALLOWED');
    expect((await sent('c2')).body.code).toBe('TOKEN_LIMITED');
    const noted = (id: string, who: string) => harness.call('POST', `/api/orders/${id}/notes`, { text: 'x' }, as(who));
    expect((await noted(alpha, 'phone-clerk')).body.code).toBe('CHANNEL_NOT_ALLOWED');
    expect((await noted(beta, 'c2')).body.code).toBe('PERMISSION_MISSING');
    expect((await harness.get('/api/drafts', as('c2'))).body.code).toBe('TOKEN_LIMITED');
  });

  it('masks people for those who may not see them', async () => {
    const { body } = await harness.get(`/api/orders/${alpha}`, as('analyst'));
    expect(body.customer).toMatchObject({ name: 'A***', email: 'c***@example.org', phone: '***67', masked: true });
    expect(body.shipTo.address).toMatchObject({ street: '***', country: 'DE', masked: true });
    expect(JSON.stringify((await harness.get(`/api/orders/${alpha}/story`, as('analyst'))).body)).not.toContain('Ada');
    expect(JSON.stringify((await harness.get('/api/orders', as('analyst'))).body)).not.toContain('Ada');
    const shipTo = { name: 'Ada Example', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' };
    const draft = { customer: { name: 'Ada Example' }, shipTo };
    const begun = await harness.call('POST', '/api/drafts', draft, as('clerk'));
    expect(begun.status).toBe(201);
    const ofDraft = (who: string) => harness.get(`/api/drafts/${begun.body.id}`, as(who));
    expect((await ofDraft('analyst')).body.content).toMatchObject({
      customer: { name: 'A***' },
      shipTo: { street: '***', country: 'DE', masked: true },
    });
    expect((await ofDraft('clerk')).body.content).toMatchObject(draft);
    expect(await numbers('q=ada', as('analyst'))).toEqual([]);
    expect(await numbers('q=ada', as('clerk'))).toEqual(['ALPHA-1']);
  });

  it('finds by any combination, and pages', async () => {
    expect(await numbers('q=tea')).toHaveLength(2);
    expect(await numbers('q=tea%20ber*&country=DE&channel=phone,web&totalTo=2000&sort=total')).toHaveLength(2);
    expect(await numbers('sku=SKU-2&status=CONFIRMED&waiting=SOURCING')).toEqual(['BETA-2']);
    expect(await numbers('number=ALPHA-1&payment=PAID')).toEqual(['ALPHA-1']);
    expect(await numbers('externalNumber=alpha-1')).toEqual([]);
    const first = await harness.get('/api/orders?limit=1&channel=web,phone');
    expect(first.body).toMatchObject({ count: { value: 2, exact: true } });
    const second = await harness.get(`/api/orders?limit=1&channel=web,phone&cursor=${first.body.next}`);
    expect(new Set([first.body.items[0].number, second.body.items[0].number])).toEqual(new Set(['ALPHA-1', 'BETA-2']));
  });

  it('tells the list as of a time', async () => {
    const { body } = await harness.get(`/api/orders/${alpha}/history`);
    const placedAt = body.events[0].recordedAt as string;
    expect(await numbers(`asOf=${placedAt}`)).toEqual(['ALPHA-1']);
    expect(await numbers(`asOf=${placedAt}&fulfilment=UNALLOCATED`)).toEqual(['ALPHA-1']);
    expect(await numbers(`asOf=${placedAt}&fulfilment=RELEASED`)).toEqual([]);
    expect(await numbers('asOf=2020-01-01')).toEqual([]);
  });

  it('tells the story as a first state and a change per event, across services', async () => {
    const { body } = await harness.get(`/api/orders/${alpha}/story`, { 'accept-language': 'zh' });
    expect(body.entries[0]).toMatchObject({
      service: 'order',
      type: 'OrderSubmitted',
      what: '订单已提交',
      who: 'admin',
    });
    const end = body.entries.reduce((state: Json, { patch }: { patch: never[] }) => apply(state, patch), body.first);
    const { actions: _actions, ...now } = (await harness.get(`/api/orders/${alpha}`)).body;
    expect(end).toEqual({ ...now, elsewhere: {} });
    const released = body.entries.find(({ type }: { type: string }) => type === 'FulfilmentReleased');
    expect(released.patch).not.toEqual([]);
    const difference = await harness.get(`/api/orders/${alpha}/difference?from=1`);
    expect(difference.body.events.map(({ type }: { type: string }) => type)).toContain('LinesAllocated');
    expect(difference.body.patch).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: '/fulfilment', value: 'RELEASED' })]),
    );
    expect((await harness.get(`/api/orders/${alpha}/difference?from=soon`)).body.fields[0].path).toBe('from');
  });

  it('says what can be done, and by whom', async () => {
    const { body } = await harness.get(`/api/orders/${beta}/actions`, as('analyst'));
    const cancel = body.actions.find(({ action }: { action: string }) => action === 'cancel');
    expect(cancel).toMatchObject({ possible: false, code: 'PERMISSION_MISSING', permission: 'orders:cancel' });
    const allowed = await harness.get(`/api/orders/${beta}/actions`, as('clerk'));
    expect(allowed.body.actions[0]).toMatchObject({ action: 'cancel', possible: true });
  });

  it('keeps views, one’s own and shared ones', async () => {
    const view = { name: 'Released', query: { fulfilment: 'RELEASED', sort: '-total' }, columns: ['number', 'total'] };
    const at = '/api/orders/views/released';
    const tried = await harness.call('PUT', `${at}?dryRun=true`, view, as('clerk'));
    expect(tried.body).toMatchObject({ dryRun: true, name: 'Released' });
    expect((await harness.get('/api/orders/views', as('clerk'))).body.items).toEqual([]);
    expect((await harness.call('PUT', at, view, as('clerk'))).status).toBe(200);
    expect((await harness.call('DELETE', `${at}?dryRun=true`, undefined, as('clerk'))).status).toBe(204);
    const foreign = await harness.call('DELETE', `${at}?dryRun=true`, undefined, as('analyst'));
    expect(foreign.body.code).toBe('VIEW_NOT_YOURS');
    expect((await harness.get('/api/orders/views/released/orders', as('clerk'))).body.items).toHaveLength(1);
    expect((await harness.get('/api/orders/views', as('analyst'))).body.items).toEqual([]);
    const shared = await harness.call('PUT', '/api/orders/views/all', { ...view, shared: true }, as('clerk'));
    expect(shared.body).toMatchObject({ code: 'PERMISSION_MISSING', fields: [{ path: 'shared' }] });
    expect((await harness.call('PUT', '/api/orders/views/all', { ...view, shared: true })).status).toBe(200);
    expect(
      (await harness.get('/api/orders/views', as('clerk'))).body.items.map(({ mine }: { mine: boolean }) => mine),
    ).toEqual([true, false]);
    const bad = await harness.call('PUT', '/api/orders/views/bad', { name: 'x', query: { status: 'NOPE' } });
    expect(bad.body).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: 'status' }] });
  });

  const exported = async (body: object, who: string) => {
    const { body: job } = await harness.call('POST', '/api/orders/exports', body, as(who));
    await eventually(async () => (await harness.get(job.links.self, as(who))).body.status === 'completed', {
      message: 'the export is written',
    });
    return job;
  };

  it('exports a list as a file, showing what its requester may see', async () => {
    const columns = ['number', 'customerName', 'total', 'currency'];
    const own = await exported({ query: { sort: 'submittedAt' }, columns }, 'clerk');
    const file = await harness.get(`/api/orders/exports/${own.id}/file`, as('clerk'));
    expect(file.body).toBe(
      'Number,Customer,Total,Currency\r\nALPHA-1,Ada Example,20.00,EUR\r\nBETA-2,Grace Muster,20.00,EUR\r\n',
    );
    const masked = await exported({ columns }, 'analyst');
    expect((await harness.get(`/api/orders/exports/${masked.id}/file`, as('analyst'))).body).toContain('A***');
    expect((await harness.get(`/api/orders/exports/${own.id}/file`, as('analyst'))).body.code).toBe('EXPORT_NOT_FOUND');
    const workbook = await exported({ format: 'xlsx', columns }, 'clerk');
    const xlsx = await harness.get(`/api/orders/exports/${workbook.id}/file`, as('clerk'));
    expect(xlsx.body.slice(0, 2)).toBe('PK');
  });

  it('raises what waits too long, once, and explains it', async () => {
    const watch = harness.service.app.get(WatchDeadlines);
    expect((await harness.get('/api/orders/stuck')).body.items).toEqual([]);
    expect(await watch.look()).toBe(0);
    clock.ahead = 3 * HOUR;
    expect(await watch.look()).toBe(1);
    await eventually(async () => (await harness.get('/api/orders/stuck')).body.items.length === 1, {
      message: 'the order is listed',
    });
    expect(await watch.look()).toBe(0);
    const { body } = await harness.get('/api/orders/stuck', as('clerk'));
    expect(body.items[0]).toMatchObject({
      order: { number: 'BETA-2', overdue: true },
      waitsFor: [{ state: 'SOURCING', what: 'Stock is being looked for', owner: 'logistics', missed: true }],
      next: expect.arrayContaining([expect.objectContaining({ action: 'cancel', possible: true })]),
    });
    const { events } = (await harness.get(`/api/orders/${beta}/history`)).body;
    expect(events.at(-1)).toMatchObject({ type: 'OrderDeadlineMissed', who: 'order.deadlines' });
    const policy = { WAREHOUSE: { hours: { normal: 1 } } };
    expect((await harness.call('PUT', '/api/orders/deadlines?dryRun=true', policy)).body.dryRun).toBe(true);
    expect(await watch.look()).toBe(0);
    expect((await harness.call('PUT', '/api/orders/deadlines', policy, as('clerk'))).status).toBe(403);
    expect((await harness.call('PUT', '/api/orders/deadlines', policy)).status).toBe(200);
    expect(await watch.look()).toBe(1);
    await harness.call('POST', `/api/orders/${beta}/cancel`, {});
    await eventually(async () => (await numbers('overdue=true')).join() === 'ALPHA-1', {
      message: 'the other one is over',
    });
  });

  it('takes tokens back', async () => {
    await token('leaver', { roles: ['desk_clerk'] });
    expect((await harness.get('/api/me', as('leaver'))).status).toBe(200);
    const { items } = (await harness.get('/api/tokens')).body;
    const leaver = items.find(({ subject }: { subject: string }) => subject === 'leaver');
    await harness.call('POST', `/api/tokens/${leaver.id}/revoke`, {});
    expect((await harness.get('/api/me', as('leaver'))).body.code).toBe('TOKEN_REVOKED');
  });

  it('finds nobody who was erased: not in the list, not by words, not in exports', async () => {
    const before = (await harness.get('/api/orders')).body.items;
    const made = await exported({ columns: ['number', 'customerName'] }, 'clerk');
    await harness.publish({
      definition: CustomerErasedV1,
      subject: 'customer-C1',
      data: { customerId: 'C1', keyId: 'customer:C1', requestedBy: 'test', occurredAt: new Date().toISOString() },
    });
    await eventually(async () => (await numbers('q=ada')).length === 0, { message: 'the words are gone' });
    await eventually(
      async () => (await harness.get(`/api/orders/exports/${made.id}`, as('clerk'))).body.status === 'removed',
      { message: 'the export is gone' },
    );
    const after = (await harness.get('/api/orders')).body.items;
    const counted = (items: { total: number; units: number; status: string }[]) =>
      items.map(({ total, units, status }) => [total, units, status]);
    expect(counted(after)).toEqual(counted(before));
    expect(await numbers('customerId=C1')).toEqual(['ALPHA-1']);
  });
});
