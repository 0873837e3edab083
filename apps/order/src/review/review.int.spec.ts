// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { CustomerRegisteredV1, ProductRegisteredV1 } from '@orderloom/contracts';
import { eventually } from '@orderloom/testing';
import { ServiceHarness, TestClock } from '@orderloom/testing/service-harness';
import { orderService } from '../service.js';
import { AnswerLinks } from './desk/answer-links.js';
import { MatchKeys } from './match-keys.js';

const HOUR_MS = 3_600_000;
type Json = Record<string, unknown>;

const shipTo = { name: 'Test Person', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' };

describe('the order desk', () => {
  const clock = new TestClock();
  let harness: ServiceHarness;
  let links: AnswerLinks;

  beforeAll(async () => {
    harness = await ServiceHarness.start(orderService, {}, { clock });
    links = new AnswerLinks(new MatchKeys(harness.env['ORDERLOOM_MASTER_KEY'] ?? ''), '');
    await harness.publish(
      ...['A', 'B'].map((sku) => ({
        definition: ProductRegisteredV1,
        subject: `product-${sku}`,
        data: { sku, name: sku, unitPrice: { amount: 1000, currency: 'EUR' }, reorderLevel: 0, discontinued: false },
      })),
      { definition: CustomerRegisteredV1, subject: 'customer-C1', data: { customerId: 'C1' } },
    );
    await eventually(async () => (await harness.call('POST', '/api/orders?dryRun=true', body('C0'))).status === 200, {
      deadlineMs: 15_000,
      message: 'the products to arrive',
    });
    for (const rule of ['duplicate', 'address', 'high-amount']) {
      const { status } = await harness.call('POST', `/api/rules/${rule}/publish`, {});
      expect(status).toBe(200);
    }
  }, 60_000);
  afterAll(() => harness?.close(), 20_000);

  const body = (customerId: string, change: Json = {}): Json => ({
    customerId,
    lines: [{ sku: 'A', quantity: 2 }],
    shipTo: { ...shipTo, street: `${customerId} street 1` },
    paymentTerms: 'invoice',
    channel: 'shop',
    ...change,
  });
  const place = async (customerId: string, change: Json = {}) => {
    const { status, body: placed } = await harness.call('POST', '/api/orders', body(customerId, change));
    if (status !== 201) throw new Error(JSON.stringify(placed));
    return placed;
  };
  const order = async (id: string) => (await harness.get(`/api/orders/${id}`)).body;
  const desk = (id: string, what: string, content: Json = {}, actor = 'ann') =>
    harness.call('POST', `/api/orders/${id}/${what}`, content, { 'x-orderloom-actor': actor });
  const ask = async (id: string, question: string): Promise<string> => {
    const { status } = await desk(id, `holds/${id}-H1/ask`, { question, message: 'Please tell us.' });
    expect(status).toBe(200);
    const [asked] = (await order(id)).questions;
    return links.tokenOf({ orderId: id, questionId: asked.questionId }, asked.expiresAt);
  };
  /** As the customer does: without a token of ours. */
  const answer = async (token: string, content: Json) => {
    const response = await fetch(`${harness.service.url}/api/answers/${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const finished = (id: string) =>
    eventually(
      async () => {
        const job = (await harness.get(`/api/review/jobs/${id}`)).body;
        return job.status === 'completed' ? job : false;
      },
      { deadlineMs: 15_000, message: `the job ${id} to end` },
    );
  const types = async (id: string): Promise<string[]> =>
    (await harness.get(`/api/orders/${id}/history`)).body.events.map((event: { type: string }) => event.type);

  it('lets a plain order through in one append, with what was looked at', async () => {
    const placed = await place('plain');
    expect(placed).toMatchObject({ status: 'CONFIRMED', revision: '1' });
    const { events } = (await harness.get(`/api/orders/${placed.id}/history`)).body;
    expect(events[1].data.checks.at(-1)).toMatchObject({ check: 'rules', inputs: { ruleSet: '2' } });
    expect(JSON.stringify(events)).not.toContain('matchKeys');
  });

  it('keeps both of two orders that look alike when the customer says so', async () => {
    const first = await place('keeps');
    const second = await place('keeps', { shipping: 100 });
    expect(second.status).toBe('IN_REVIEW');
    const held = await order(second.id);
    expect(held.holds).toMatchObject([
      {
        type: 'DUPLICATE',
        status: 'OPEN',
        related: [first.id],
        inputs: { 'duplicate.similarity': 1 },
        rule: { ruleId: 'duplicate', version: 1 },
      },
    ]);
    expect((await desk(second.id, `holds/${second.id}-H1/claim`)).body.changed).toBe(true);
    expect(await desk(second.id, `holds/${second.id}-H1/claim`, {}, 'bob')).toMatchObject({
      status: 409,
      body: { code: 'HOLD_CLAIMED' },
    });
    await eventually(
      async () => {
        const { items } = (await harness.get('/api/review/queue?type=DUPLICATE&owner=ann')).body;
        expect(items).toMatchObject([{ orderId: second.id, ownerRole: 'reviewer', overdue: false }]);
        return true;
      },
      { message: 'the queue to show it' },
    );
    const token = await ask(second.id, 'DUPLICATE');
    const page = await fetch(`${harness.service.url}/api/answers/${token}?answer=KEEP_BOTH`, {
      headers: { accept: 'text/html' },
    });
    expect(await page.text()).toContain('Keep both orders');
    expect(await answer(token, { answer: 'KEEP_BOTH' })).toMatchObject({ status: 200 });
    expect(await answer(token, { answer: 'KEEP_BOTH' })).toMatchObject({ status: 200 });
    expect(await answer(token, { answer: 'CANCEL_SECOND' })).toMatchObject({
      status: 409,
      body: { code: 'QUESTION_ANSWERED' },
    });
    expect(await types(second.id)).toEqual([
      'OrderSubmitted',
      'OrderChecked',
      'HoldPlaced',
      'HoldAssigned',
      'CustomerAsked',
      'CustomerAnswered',
      'HoldResolved',
      'OrderConfirmed',
    ]);
    expect((await order(second.id)).status).toBe('CONFIRMED');
  });

  it('cancels the second when the customer says so; a link made up does nothing', async () => {
    await place('cancels');
    const second = await place('cancels', { shipping: 100 });
    const token = await ask(second.id, 'DUPLICATE');
    expect(await answer(`${token}x`, { answer: 'CANCEL_SECOND' })).toMatchObject({ status: 404 });
    expect(await answer(token, { answer: 'CANCEL_SECOND' })).toMatchObject({ status: 200 });
    expect(await order(second.id)).toMatchObject({ status: 'CANCELLED', cancelReason: 'CUSTOMER_REQUEST' });
  });

  it('corrects the address from what the customer writes', async () => {
    const placed = await place('corrects', { shipTo: { ...shipTo, postalCode: '1011' } });
    expect(placed.status).toBe('IN_REVIEW');
    const token = await ask(placed.id, 'ADDRESS');
    await answer(token, { answer: 'REPLY', message: 'Sorry, it is 10117.' });
    const told = await order(placed.id);
    expect(told.questions).toMatchObject([{ answer: 'REPLY', message: 'Sorry, it is 10117.' }]);
    const corrected = { ...shipTo, postalCode: '10117' };
    const dry = await desk(placed.id, `holds/${placed.id}-H1/approve?dryRun=true`, { shipTo: corrected });
    expect(dry.body.events.map(({ type }: { type: string }) => type)).toEqual(['HoldResolved', 'OrderConfirmed']);
    await desk(placed.id, `holds/${placed.id}-H1/approve`, { shipTo: corrected });
    expect(await order(placed.id)).toMatchObject({ status: 'CONFIRMED', shipTo: { address: corrected } });
  });

  it('escalates an approval that nobody gives, and wants two people', async () => {
    const placed = await place('large', { lines: [{ sku: 'A', quantity: 2000 }] });
    const hold = `holds/${placed.id}-H1`;
    const [before] = (await order(placed.id)).holds;
    expect(before).toMatchObject({ type: 'FINANCE_REVIEW', ownerRole: 'reviewer', atDeadline: 'ESCALATE' });
    clock.advance(9 * HOUR_MS);
    await eventually(async () => (await order(placed.id)).holds[0].ownerRole === 'admin', {
      deadlineMs: 12_000,
      message: 'the approval to be escalated',
    });
    await desk(placed.id, `${hold}/approve`, {}, 'ann');
    expect((await order(placed.id)).holds[0]).toMatchObject({ ownerRole: 'finance', approvals: [{ by: 'ann' }] });
    expect(await desk(placed.id, `${hold}/approve`, { level: 2 }, 'ann')).toMatchObject({
      status: 409,
      body: { code: 'APPROVAL_SAME_PERSON' },
    });
    clock.advance(25 * HOUR_MS);
    await eventually(
      async () => {
        const { items } = (await harness.get('/api/review/exceptions?role=finance')).body;
        expect(items).toMatchObject([
          { orderId: placed.id, reason: 'HIGH_AMOUNT', overdue: true, actions: expect.arrayContaining([]) },
        ]);
        expect(items[0].actions).toContainEqual({ action: 'approve', possible: true });
        return true;
      },
      { message: 'the exception to be listed' },
    );
    await desk(placed.id, `${hold}/approve`, {}, 'bob');
    expect((await order(placed.id)).status).toBe('CONFIRMED');
  }, 30_000);

  it('leaves a hold to the role it waits for, one by one and in bulk', async () => {
    const as = async (subject: string, role: string) => {
      const { token } = (await harness.call('POST', '/api/tokens', { subject, roles: [role] })).body;
      const headers = { authorization: `Bearer ${token}` };
      return (path: string, content: Json = {}) => harness.call('POST', path, content, headers);
    };
    const [reviewer, finance] = [await as('rita', 'reviewer'), await as('fred', 'finance')];
    const { id } = await place('whose');
    const given = { type: 'FINANCE_REVIEW', reason: 'TERMS', ownerRole: 'finance' };
    expect((await reviewer(`/api/orders/${id}/holds`, given)).status).toBe(200);
    const hold = `/api/orders/${id}/holds/${id}-H1`;
    const refused = { status: 403, body: { code: 'HOLD_OF_ANOTHER_ROLE', details: { role: 'finance' } } };
    for (const step of ['claim', 'assign', 'approve', 'reject']) {
      expect(await reviewer(`${hold}/${step}`, step === 'assign' ? { owner: 'rita' } : {})).toMatchObject(refused);
    }
    const selection = await reviewer('/api/selections', { orders: [id] });
    const job = await reviewer(`/api/selections/${selection.body.id}/jobs`, { action: 'approve' });
    expect((await finished(job.body.id)).counts).toEqual({ refused: 1 });
    // Whom finance gives it to decides.
    expect((await finance(`${hold}/assign`, { owner: 'rita', delegated: true })).status).toBe(200);
    expect((await reviewer(`${hold}/approve`)).status).toBe(200);
    expect((await reviewer(`${hold}/approve`)).body.changed).toBe(false);
    // A role of the company's own words is anybody's who reviews.
    await reviewer(`/api/orders/${id}/holds`, { type: 'CUSTOM', reason: 'ASK', ownerRole: 'sales lead' });
    expect((await finance(`/api/orders/${id}/holds/${id}-H2/approve`)).status).toBe(200);
  });

  it('holds what a blocked customer orders, and ends what is rejected', async () => {
    await harness.call('PUT', '/api/standings/customer/blocked', { blocked: 'chargebacks' });
    const placed = await place('blocked');
    expect((await order(placed.id)).holds).toMatchObject([{ type: 'FRAUD', reason: 'CUSTOMER_BLOCKED' }]);
    const rejected = await desk(placed.id, `holds/${placed.id}-H1/reject`, { reason: 'FRAUD' });
    expect(rejected.body).toMatchObject({ status: 'REJECTED', fulfilment: 'CANCELLED' });
    await harness.call('PUT', '/api/standings/customer/blocked', {});
    expect((await place('blocked', { lines: [{ sku: 'B', quantity: 9 }] })).status).toBe('CONFIRMED');
  });

  it('gives an urgent order the time the deadline policy says, and finds it in its queue', async () => {
    const placed = await place('urgent', { priority: 'urgent', shipTo: { ...shipTo, postalCode: '1' } });
    const [hold] = (await order(placed.id)).holds;
    expect(Date.parse(hold.deadline) - Date.parse(hold.placedAt)).toBe(4 * HOUR_MS);
    await eventually(
      async () => {
        const { items } = (await harness.get('/api/review/queue?priority=urgent')).body;
        expect(items).toMatchObject([{ orderId: placed.id, priority: 'urgent' }]);
        return true;
      },
      { message: 'the queue to show it' },
    );
    await desk(placed.id, `holds/${placed.id}-H1/approve`);
  });

  it('holds what goes where nothing is delivered, until there is another address', async () => {
    expect(await harness.call('PUT', '/api/standings/area/germany', { class: 'x' })).toMatchObject({
      status: 422,
      body: {
        fields: [
          { path: 'id', code: 'AREA_INVALID' },
          { path: 'class', code: 'UNKNOWN_FIELD' },
        ],
      },
    });
    expect((await harness.call('PUT', '/api/standings/area/DE-2', { blocked: 'no carrier' })).status).toBe(200);
    const placed = await place('far', { shipTo: { ...shipTo, city: 'Hamburg', postalCode: '20095' } });
    expect(placed.status).toBe('IN_REVIEW');
    expect((await order(placed.id)).holds).toMatchObject([{ type: 'ADDRESS', reason: 'AREA_NOT_SERVED' }]);
    await desk(placed.id, `holds/${placed.id}-H1/approve`, { shipTo });
    expect((await order(placed.id)).status).toBe('CONFIRMED');
    await harness.call('PUT', '/api/standings/area/DE-2', {});
  });

  it('takes rules as data: refuses nonsense, tries one on the past, applies and disables it', async () => {
    const rule = {
      id: 'big-b',
      name: 'Many of B',
      conditions: { all: [{ fact: 'order.skus', operator: 'contains', value: 'B' }] },
      action: { do: 'hold', type: 'CS_REVIEW', minutes: 30, atDeadline: 'CANCEL' },
    };
    const bad = { ...rule, conditions: { all: [{ fact: 'moon', operator: 'equal', value: 1 }] } };
    expect(await harness.call('POST', '/api/rules', bad)).toMatchObject({
      status: 422,
      body: { fields: [{ path: 'conditions.all.0', code: 'RULE_FACT_UNKNOWN' }] },
    });
    expect((await harness.call('POST', '/api/rules', rule)).status).toBe(201);
    // What is gone through is what the list shows.
    await eventually(async () => (await harness.get('/api/orders?sku=B')).body.items.length === 1);
    const job = await harness.call('POST', '/api/rules/big-b/back-test', { days: 30 });
    expect(job.status).toBe(202);
    const done = await finished(job.body.id);
    expect(done).toMatchObject({ counts: { hold: 1 }, progress: 1 });
    const { items } = (await harness.get(`/api/review/jobs/${job.body.id}/results`)).body;
    expect(items).toMatchObject([{ outcome: 'hold', details: { type: 'CS_REVIEW', became: 'CONFIRMED' } }]);

    await harness.call('POST', '/api/rules/big-b/publish', {});
    const held = await place('b', { lines: [{ sku: 'B', quantity: 1 }] });
    expect(held.status).toBe('IN_REVIEW');
    await harness.call('POST', '/api/rules/big-b/disable', {});
    expect((await place('b2', { lines: [{ sku: 'B', quantity: 1 }] })).status).toBe('CONFIRMED');
    clock.advance(HOUR_MS);
    await eventually(async () => (await order(held.id)).status === 'CANCELLED', {
      deadlineMs: 12_000,
      message: 'the order to be cancelled at its deadline',
    });
    expect((await order(held.id)).cancelReason).toBe('HOLD_EXPIRED');
  }, 30_000);

  it('does one action to many orders, with a result for each', async () => {
    const held = [];
    for (const customer of ['m1', 'm2', 'm3']) {
      held.push(await place(customer, { shipTo: { ...shipTo, postalCode: '1' } }));
    }
    await harness.settled();
    const plain = await place('m4');
    const wanted = { query: { status: 'IN_REVIEW' }, except: [held[2].id] };
    const tried = await harness.call('POST', '/api/selections?dryRun=true', wanted);
    expect(tried.body).toMatchObject({ dryRun: true, orders: 2 });
    expect(tried.body.id).toBeUndefined();
    const selection = await harness.call('POST', '/api/selections', wanted);
    expect(selection.body).toMatchObject({ orders: 2 });
    const { body: trial } = await harness.call('POST', `/api/selections/${selection.body.id}/jobs?dryRun=true`, {
      action: 'approve',
    });
    expect((await finished(trial.id)).done).toBe(2);
    expect((await order(held[0].id)).status).toBe('IN_REVIEW');
    const { body: job } = await harness.call('POST', `/api/selections/${selection.body.id}/jobs`, {
      action: 'approve',
    });
    expect(await finished(job.id)).toMatchObject({ done: 2, counts: { done: 2 } });
    expect((await order(held[0].id)).status).toBe('CONFIRMED');
    expect((await order(held[2].id)).status).toBe('IN_REVIEW');

    const both = await harness.call('POST', '/api/selections', { orders: [held[2].id, plain.id] });
    const { body: reject } = await harness.call('POST', `/api/selections/${both.body.id}/jobs`, { action: 'reject' });
    expect((await finished(reject.id)).counts).toEqual({ done: 1, refused: 1 });
    const { items } = (await harness.get(`/api/review/jobs/${reject.id}/results`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({ orderId: plain.id, outcome: 'refused', code: 'NO_OPEN_HOLD' }),
    );
    expect(items).toHaveLength(2);
  });

  it('looks at open orders again and reports what it finds', async () => {
    await harness.settled();
    const before = (await harness.get('/api/review/reports')).body.items.length;
    const { body: tried } = await harness.call('POST', '/api/review/sweeps?dryRun=true', {});
    expect(tried).toEqual({ dryRun: true, total: expect.any(Number) });
    expect(tried.total).toBeGreaterThan(0);
    expect((await harness.get('/api/review/reports')).body.items).toHaveLength(before);
    const { body: job } = await harness.call('POST', '/api/review/sweeps', {});
    expect(job.total).toBe(tried.total);
    await finished(job.id);
    const { body: report } = await harness.get(`/api/review/reports/${job.id}`);
    expect(report.counts).toMatchObject({ POSSIBLE_DUPLICATE: expect.any(Number) });
    expect(report.orders.length).toBeGreaterThan(0);
    expect((await harness.get('/api/review/reports')).body.items[0].id).toBe(job.id);
    expect((await harness.get('/api/review/queues')).body.items).toEqual([]);
  });

  it('looks at a changed order as at a new one, before anything of it is released', async () => {
    const placed = await place('amends');
    expect(placed.status).toBe('CONFIRMED');
    const change = { lines: [{ lineId: 'L1', quantity: 2000 }], requestedBy: 'CUSTOMER' };
    const dry = await desk(placed.id, 'amendments?dryRun=true', change);
    const expected = ['AmendmentProposed', 'AmendmentPriced', 'AmendmentApplied', 'OrderChecked', 'HoldPlaced'];
    expect(dry.body.events.map(({ type }: { type: string }) => type)).toEqual(expected);
    expect((await desk(placed.id, 'amendments', change)).status).toBe(200);
    expect((await types(placed.id)).slice(-5)).toEqual(expected);
    expect((await order(placed.id)).holds).toMatchObject([
      { type: 'FINANCE_REVIEW', reason: 'HIGH_AMOUNT', blocks: ['RELEASE'], inputs: { 'order.total': 2_000_000 } },
    ]);
    const { events } = (await harness.get(`/api/orders/${placed.id}/history`)).body;
    expect(events.at(-2).data).toMatchObject({ trigger: 'amend', decisions: [{ ruleId: 'high-amount' }] });
  });

  it('looks at a change when it is approved, and leaves a plain one alone', async () => {
    const placed = await place('cheaper', { lines: [{ sku: 'A', quantity: 1000 }] });
    const change = { lines: [{ lineId: 'L1', quantity: 2500, unitPrice: 600 }], requestedBy: 'CUSTOMER' };
    const { body: asked } = await desk(placed.id, 'amendments', change);
    expect(await types(placed.id)).not.toContain('OrderChecked');
    expect((await desk(placed.id, `amendments/${asked.amendmentId}/approve`)).status).toBe(200);
    expect((await types(placed.id)).slice(-3)).toEqual(['AmendmentApplied', 'OrderChecked', 'HoldPlaced']);

    const plain = await place('plainly');
    await desk(plain.id, 'amendments', { lines: [{ lineId: 'L1', quantity: 1 }], requestedBy: 'CUSTOMER' });
    expect((await types(plain.id)).at(-1)).toBe('AmendmentApplied');
  });

  it('keeps notes sealed and labels in the clear', async () => {
    const placed = await place('noted');
    await desk(placed.id, 'notes', { text: 'Called Mrs Example.' });
    await desk(placed.id, 'tags', { add: ['vip', 'vip'] });
    expect(await order(placed.id)).toMatchObject({ notes: [{ text: 'Called Mrs Example.' }], tags: ['vip'] });
    const onTopic = (await harness.onTopic('orders.v1')).filter(({ subject }) => subject === `order-${placed.id}`);
    expect(JSON.stringify(onTopic)).not.toContain('Example');
  });
});
