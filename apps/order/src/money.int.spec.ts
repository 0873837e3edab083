// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { jest } from '@jest/globals';
import {
  CustomerRegisteredV1,
  ProductRegisteredV1,
  ShipmentDeliveredV1,
  SourcingDecidedV1,
} from '@orderloom/contracts';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { SystemClock } from '@orderloom/platform';
import { eventually } from '@orderloom/testing';
import { type Answer, ServiceHarness } from '@orderloom/testing/service-harness';
import mongoose from 'mongoose';
import { Webhook } from 'standardwebhooks';
import { InvoiceRegister } from './invoice/invoice-register.js';
import { Invoices } from './invoice/invoices.js';
import type { Paper } from './invoice/papers.js';
import { orderAggregate } from './order/aggregate.js';
import { DEFAULT_SIMULATION } from './payment/simulated-provider.js';
import { StoredSimulation } from './payment/simulation-setting.js';
import { StripeStandIn } from './payment/stripe-stand-in.fixtures.js';
import { orderService } from './service.js';

jest.setTimeout(60_000);

const SECRET = `whsec_${Buffer.from('a secret of the simulated provider').toString('base64')}`;
const STRIPE_SECRET = 'whsec_stripe';
const NOW = '2026-03-01T09:30:00.000Z';

describe('the money of orders', () => {
  let harness: ServiceHarness;
  const stripe = new StripeStandIn();

  beforeAll(async () => {
    harness = await ServiceHarness.start(orderService, {
      PAYMENT_CALLBACK_SECRET: SECRET,
      REFUND_AUTOMATIC_UP_TO: '1500',
      STRIPE_SECRET_KEY: 'sk_test_1',
      STRIPE_WEBHOOK_SECRET: STRIPE_SECRET,
      STRIPE_API_URL: await stripe.listen(),
      INVOICE_SELLER: 'Example Ltd | Example Street 1 | 示例城市',
    });
    await harness.publish(
      {
        definition: ProductRegisteredV1,
        subject: 'product-A',
        data: {
          sku: 'A',
          name: '测试商品 A',
          unitPrice: { amount: 1000, currency: 'EUR' },
          reorderLevel: 0,
          discontinued: false,
        },
      },
      { definition: CustomerRegisteredV1, subject: 'customer-C1', data: { customerId: 'C1' } },
    );
    await eventually(async () => (await harness.call('POST', '/api/orders?dryRun=true', order())).status === 200, {
      deadlineMs: 20_000,
      message: 'the product to arrive',
    });
  }, 90_000);
  afterAll(async () => {
    await harness?.close();
    await stripe.close();
  }, 30_000);

  const order = (change: object = {}) => ({
    customerId: 'C1',
    lines: [{ sku: 'A', quantity: 2 }],
    shipTo: { name: 'Test Person', street: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
    paymentTerms: 'prepaid',
    ...change,
  });
  const post = (path: string, body: unknown = {}): Promise<Answer> => harness.call('POST', path, body);
  const must = async (answer: Promise<Answer>): Promise<Answer['body']> => {
    const { status, body } = await answer;
    if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const until = (id: string, check: (body: Answer['body']) => boolean, message: string): Promise<Answer['body']> => {
    let last: Answer['body'];
    return eventually(
      async () => {
        last = (await harness.get(`/api/orders/${id}`)).body;
        return check(last) ? last : false;
      },
      {
        deadlineMs: 15_000,
        message: () => `${message}: ${JSON.stringify({ ...last, actions: undefined, lines: undefined })}`,
      },
    );
  };
  const simulate = (change: object) => must(harness.call('PUT', '/api/simulation/payments', change));
  const source = (id: string, quantity = 2) =>
    harness.publish({
      definition: SourcingDecidedV1,
      subject: `sourcing-${id}`,
      data: {
        orderId: id,
        decisionId: 'D1',
        lines: [
          {
            lineId: 'L1',
            sku: 'A',
            requested: quantity,
            allocations: [{ location: 'MAIN', quantity, reservationId: 'r' }],
            backordered: 0,
            reason: 'test',
            candidates: [],
          },
        ],
      },
    });
  const place = async (change: object = {}): Promise<string> => {
    const { id } = await must(post('/api/orders', order(change)));
    await source(id);
    return id;
  };
  const deliver = (id: string) =>
    harness.publish({
      definition: ShipmentDeliveredV1,
      subject: `shipment-S-${id}`,
      data: {
        shipmentId: `S-${id}`,
        fulfilmentId: `${id}-F1`,
        orderId: id,
        occurredAt: NOW,
        lines: [{ lineId: 'L1', quantity: 2 }],
      },
    });
  const paid = (id: string) => until(id, ({ payment }) => payment === 'PAID', 'it is paid');
  const callback = (body: object, signature?: string): Promise<Response> => {
    const text = JSON.stringify(body);
    const at = new Date();
    return fetch(`${harness.service.url}/api/payments/callbacks/simulated`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': 'm1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signature ?? new Webhook(SECRET).sign('m1', at, text),
      },
      body: text,
    });
  };

  it('prices taxes, discounts and fees to the cent', async () => {
    const vat = [{ code: 'VAT', rate: 0.19 }];
    const body = await must(
      post(
        '/api/orders?dryRun=true',
        order({
          lines: [{ sku: 'A', quantity: 3, taxes: vat }],
          discount: 100,
          shipping: 500,
          shippingTaxes: vat,
          fees: [{ code: 'WRAP', amount: 99 }],
        }),
      ),
    );
    expect(body.change.after.money).toMatchObject({ sold: 2900 + 500 + 99 + 551 + 95 });
    const bad = await post(
      '/api/orders',
      order({ discount: 5000, discountRate: 0.5, lines: [{ sku: 'A', quantity: 1, taxes: [{}] }] }),
    );
    expect(bad.body.fields).toMatchObject([
      { path: 'lines.0.taxes.0.rate', code: 'REQUIRED' },
      { path: 'discountRate', code: 'DISCOUNT_GIVEN_TWICE' },
    ]);
    const plan = await post('/api/orders', order({ payment: { parts: [{ method: 'card', amount: 1 }] } }));
    expect(plan.body.fields).toMatchObject([{ path: 'payment.parts', code: 'PAYMENT_PLAN_INVALID' }]);
  });

  it('fails and then succeeds, whatever the provider does', async () => {
    await simulate({ outcome: 'success', failNext: 1, code: 'INSUFFICIENT_FUNDS' });
    const id = await place();
    const failed = await until(id, ({ payment }) => payment === 'FAILED', 'it failed');
    expect(failed.payments).toMatchObject([{ status: 'FAILED', failure: { code: 'INSUFFICIENT_FUNDS' } }]);
    await simulate({ outcome: 'lost_answer' });
    await must(post(`/api/orders/${id}/payments`, { method: 'alipay' }));
    const order = await paid(id);
    expect(order.payments).toMatchObject([{ status: 'FAILED' }, { method: 'alipay', status: 'CAPTURED' }]);
    expect(order.money).toMatchObject({ captured: 2000, outstanding: 0 });
    await simulate({ outcome: 'success' });
  });

  it('keeps the setting of the simulated provider over a restart', async () => {
    await simulate({ outcome: 'delay', delayMs: 77 });
    await harness.stopService();
    await harness.startService();
    expect((await harness.get('/api/simulation/payments')).body).toMatchObject({ outcome: 'delay', delayMs: 77 });
    await simulate({ outcome: 'success' });
  });

  it('sets the simulated provider for every process at once', async () => {
    const connection = await mongoose.createConnection(harness.engines.mongoUrl, { dbName: 'two_of_us' }).asPromise();
    try {
      const [one, other] = [1, 2].map(() => new StoredSimulation(connection, DEFAULT_SIMULATION)) as [
        StoredSimulation,
        StoredSimulation,
      ];
      expect(await other.read()).toEqual(DEFAULT_SIMULATION);
      await one.write({ ...DEFAULT_SIMULATION, failNext: 1 });
      expect(await other.read()).toMatchObject({ failNext: 1 });
      expect([await other.takeFailure(), await one.takeFailure()]).toEqual([true, false]);
      expect(await one.read()).toMatchObject({ failNext: 0 });
    } finally {
      await connection.close();
    }
  });

  it('takes a deposit, then the balance from a bank statement', async () => {
    const id = await place({
      externalNumber: 'DEP-1001',
      payment: {
        parts: [
          { method: 'card', amount: 500, purpose: 'deposit' },
          { method: 'bank_transfer', purpose: 'balance', due: 'delivery' },
        ],
      },
    });
    await until(id, ({ fulfilment, payment }) => fulfilment === 'RELEASED' && payment === 'REQUESTED', 'released');
    const asked = await until(
      id,
      (body) => body.payments[1]?.status === 'REQUIRES_ACTION',
      'the transfer is asked for',
    );
    expect(asked.payments[1]).toMatchObject({ amount: 1500, action: { kind: 'bank_transfer', reference: 'DEP-1001' } });
    await deliver(id);
    await until(
      id,
      ({ fulfilment, status }) => fulfilment === 'DELIVERED' && status === 'CONFIRMED',
      'delivered, not complete',
    );
    const csv =
      'transaction_id,date,amount,payer,description\nB1,2026-03-02,15.00,Somebody,"order DEP-1001, thanks"\nB2,2026-03-02,7.77,Other,rent\n';
    expect(await harness.import('kind=statements&currency=EUR', csv)).toMatchObject({ accepted: 2 });
    await harness.import('kind=statements&currency=EUR', csv);
    const { items } = (await harness.get('/api/payments/bank-transactions')).body;
    expect(items).toHaveLength(2);
    const one = items.find(({ reference }: { reference: string }) => reference === 'B1');
    expect(one).toMatchObject({ payer: 'Somebody', suggestions: [{ orderId: id, because: 'exact' }] });
    const tried = await must(post(`/api/payments/bank-transactions/${one.id}/match?dryRun=true`, { orderId: id }));
    expect(tried).toMatchObject({ dryRun: true, change: { after: { money: { captured: 2000 } } } });
    const aside = await must(post(`/api/payments/bank-transactions/${one.id}/ignore?dryRun=true`));
    expect(aside).toMatchObject({ dryRun: true, change: { before: { status: 'open' }, after: { status: 'ignored' } } });
    const would = await must(post('/api/payments/bank-transactions/match-exact?dryRun=true'));
    expect(would).toEqual({ dryRun: true, matched: 1 });
    expect(await must(post('/api/payments/bank-transactions/match-exact'))).toEqual({ matched: 1 });
    const again = await post(`/api/payments/bank-transactions/${one.id}/match`, { orderId: id });
    expect(again.body).toMatchObject({ status: 'matched', orderId: id });
    const done = await until(id, ({ status }) => status === 'COMPLETED', 'complete');
    expect(done.money).toMatchObject({ captured: 2000, refunded: 0 });
  });

  it('records a transfer for one order, whoever says which at the same moment', async () => {
    const ids = [await place(), await place(), await place(), await place()];
    const csv = 'transaction_id,date,amount,payer,description\nRACE-1,2026-03-02,20.00,Somebody,thanks\n';
    await harness.import('kind=statements&currency=EUR', csv);
    const { items } = (await harness.get('/api/payments/bank-transactions')).body;
    const line = items.find(({ reference }: { reference: string }) => reference === 'RACE-1');
    const match = (orderId: string) => post(`/api/payments/bank-transactions/${line.id}/match`, { orderId });
    expect((await match('nobody')).body.code).toBe('ORDER_NOT_FOUND');
    const answers = await Promise.all(ids.map((id) => match(id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'BANK_TRANSACTION_SETTLED')).toHaveLength(3);
    const orders = await Promise.all(ids.map((id) => harness.get(`/api/orders/${id}`)));
    const recorded = orders.flatMap(({ body }) =>
      body.payments.filter((one: { captures?: { captureId: string }[] }) =>
        one.captures?.some(({ captureId }) => captureId === line.id),
      ),
    );
    expect(recorded).toHaveLength(1);
    const aside = await post(`/api/payments/bank-transactions/${line.id}/ignore`);
    expect(aside.body.code).toBe('BANK_TRANSACTION_SETTLED');
  });

  it('settles a callback once, three times and out of order', async () => {
    await simulate({ outcome: 'delay', delayMs: 60_000 });
    const id = await place({ payment: { parts: [{ method: 'card' }], releaseWhen: 'authorized', capture: 'by_hand' } });
    await until(id, ({ payment }) => payment === 'REQUESTED', 'asked');
    const report = { id: `${id}-P1`, amount: 2000, currency: 'EUR', providerReference: 'p1' };
    const reports = [
      { ...report, outcome: 'succeeded' },
      { ...report, outcome: 'authorized' },
      { id: report.id, outcome: 'failed', code: 'LATE' },
    ];
    for (const one of [...reports, ...reports, ...reports]) expect((await callback(one)).status).toBe(200);
    const order = await paid(id);
    expect(order.payments).toMatchObject([{ status: 'CAPTURED', captured: 2000, authorized: 0 }]);
    const { events } = (await harness.get(`/api/orders/${id}/history`)).body;
    expect(
      events.filter(({ type }: { type: string }) => /^Payment(Captured|Authorized|Failed)$/.test(type)),
    ).toHaveLength(1);
    expect((await callback(reports[0]!, 'v1,bm8=')).status).toBe(401);
    await simulate({ outcome: 'success' });
  });

  it('sets money aside, takes what ships, and lets go what is cancelled', async () => {
    const setAside = { payment: { parts: [{ method: 'card' }], releaseWhen: 'authorized', capture: 'on_shipment' } };
    const id = await place(setAside);
    await until(id, ({ payment, fulfilment }) => payment === 'AUTHORIZED' && fulfilment === 'RELEASED', 'authorised');
    await deliver(id);
    const done = await until(id, ({ status }) => status === 'COMPLETED', 'taken and complete');
    expect(done.money).toMatchObject({ authorized: 0, captured: 2000 });
    const { id: other } = await must(post('/api/orders', order({ payment: { ...setAside.payment, ask: 'ordered' } })));
    await until(other, ({ payment }) => payment === 'AUTHORIZED', 'authorised');
    await must(post(`/api/orders/${other}/cancel`));
    const gone = await until(other, (body) => body.payments[0]?.status === 'VOIDED', 'let go');
    expect(gone.money).toMatchObject({ authorized: 0, captured: 0 });
  });

  it('gives money back after the provider refused twice', async () => {
    const id = await place();
    await paid(id);
    await simulate({ failNext: 2 });
    await must(post(`/api/orders/${id}/refunds`, { amount: 1000, reason: 'DAMAGED', key: 'return-1' }));
    await until(id, ({ payment }) => payment === 'REFUND_FAILED', 'refused once');
    await must(post(`/api/orders/${id}/refunds/${id}-R1/retry`));
    await until(id, (body) => body.refunds[0]?.failures === 2, 'refused twice');
    await must(post(`/api/orders/${id}/refunds/${id}-R1/retry`));
    const done = await until(id, (body) => body.refunds[0]?.status === 'SUCCEEDED', 'given back');
    expect(done.money).toMatchObject({ credited: 1000, captured: 2000, refunded: 1000, outstanding: 0 });
    expect(
      (await post(`/api/orders/${id}/refunds`, { amount: 1000, reason: 'DAMAGED', key: 'return-1' })).body,
    ).toMatchObject({
      changed: false,
    });
  });

  it('asks a person above the limit, and pays to store credit, which pays the next order', async () => {
    const id = await place();
    await paid(id);
    const wanted = { amount: 1600, reason: 'GOODWILL', route: { method: 'store_credit' } };
    await must(post(`/api/orders/${id}/refunds`, wanted));
    expect((await harness.get(`/api/orders/${id}`)).body.refunds).toMatchObject([{ status: 'REQUESTED' }]);
    const reject = await post(`/api/orders/${id}/refunds/${id}-R1/reject`, {});
    expect(reject.body.fields).toMatchObject([{ path: 'reason', code: 'REQUIRED' }]);
    await must(post(`/api/orders/${id}/refunds/${id}-R1/approve`));
    await until(id, (body) => body.refunds[0]?.status === 'SUCCEEDED', 'paid to store credit');
    expect((await harness.get('/api/payments/store-credit/C1/EUR')).body).toMatchObject({
      amount: 1600,
      customerId: 'C1',
    });
    const tried = await must(post('/api/payments/gift-cards?dryRun=true', { amount: 300, currency: 'EUR' }));
    expect(tried).toMatchObject({ dryRun: true, change: { before: null, after: { amount: 300 } } });
    expect(tried).not.toHaveProperty('code');
    const more = { amount: 5, currency: 'EUR', reason: 'GOODWILL' };
    const booked = await must(post('/api/payments/store-credit/C1?dryRun=true', more));
    expect(booked).toMatchObject({ change: { before: { amount: 1600 }, after: { amount: 1605 } } });
    const card = await must(post('/api/payments/gift-cards', { amount: 300, currency: 'EUR' }));
    const next = await place({
      payment: {
        parts: [
          { method: 'store_credit', amount: 1600 },
          { method: 'gift_card', amount: 300, giftCard: card.code.toLowerCase() },
          { method: 'card' },
        ],
      },
    });
    const order = await paid(next);
    expect(order.payments).toMatchObject([{ captured: 1600 }, { captured: 300 }, { captured: 100 }]);
    expect((await post('/api/payments/gift-cards/lookup', { code: card.code })).body).toMatchObject({ amount: 0 });
    const short = await place({ payment: { parts: [{ method: 'store_credit' }] } });
    const failed = await until(short, ({ payment }) => payment === 'FAILED', 'nothing is left');
    expect(failed.payments).toMatchObject([{ failure: { code: 'BALANCE_INSUFFICIENT' } }]);
    expect(harness.log).not.toContain(card.code.replaceAll('-', ''));
  });

  it('compares a settlement file with the ledger', async () => {
    const [one, two, three, four, five] = [await place(), await place(), await place(), await place(), await place()];
    for (const id of [one, two, three, four, five]) await paid(id);
    const day = new Date().toISOString().slice(0, 10);
    const row = (id: string, amount: string, reference = `sim_${id}`) => `${id},${reference},${amount},0.30,${day}`;
    const csv = [
      'merchant_reference,transaction_id,amount,fee,date',
      row(`${one}-P1`, '20.00'),
      row(`${two}-P1`, '19.00'),
      row('other-P1', '5.00'),
      // The provider took the same money twice, and a bank took some back.
      row(`${four}-P1`, '20.00'),
      row(`${four}-P1`, '20.00', 'again'),
      row(`${five}-P1`, '-20.00', 'chargeback'),
    ];
    const job = await harness.import('kind=settlements&currency=EUR', `${csv.join('\n')}\n`);
    expect(job).toMatchObject({ status: 'completed', accepted: 6 });
    const report = (await harness.get(`/api/payments/settlements/${job.id}`)).body;
    expect(report).toMatchObject({ rows: 6, agreed: 2, sums: [{ currency: 'EUR', payments: 6400, fees: 180 }] });
    expect(report.differences).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: `${two}-P1`, difference: 'AMOUNT_DIFFERS', amount: 1900, ledger: 2000 }),
        expect.objectContaining({ id: 'other-P1', difference: 'UNKNOWN_ID' }),
        expect.objectContaining({ id: `${four}-P1`, reference: 'again', difference: 'TWICE_IN_FILE' }),
        expect.objectContaining({ id: `${five}-P1`, difference: 'AMOUNT_DIFFERS', amount: -2000, ledger: 2000 }),
      ]),
    );
    await eventually(async () => {
      const { body } = await post(`/api/payments/settlements/${job.id}/compare`);
      return body.differences.some(
        (d: { id: string; difference: string }) => d.id === `${three}-P1` && d.difference === 'MISSING_IN_FILE',
      );
    }, 'the one that is not in the file is found');
    expect((await harness.get('/api/payments/settlements/none')).body.code).toBe('SETTLEMENT_NOT_FOUND');
  });

  it('collects by Stripe: page, signed callback, polling, refund', async () => {
    const id = await place({ payment: { parts: [{ method: 'bank_transfer' }] } });
    await until(id, ({ payment }) => payment === 'REQUESTED', 'asked');
    await must(post(`/api/orders/${id}/payments/${id}-P1/withdraw`));
    await must(post(`/api/orders/${id}/payments`, { method: 'wechat_pay', provider: 'stripe' }));
    const asked = await until(id, (body) => body.payments[1]?.status === 'REQUIRES_ACTION', 'the page is there');
    expect(asked.payments[1].action).toEqual({ kind: 'redirect', url: 'https://checkout.example/cs_1' });
    const created = stripe.calls.find(({ url }) => url === '/v1/checkout/sessions');
    expect(Object.fromEntries(created?.body ?? [])).toMatchObject({
      mode: 'payment',
      'line_items[0][price_data][unit_amount]': '2000',
      'line_items[0][price_data][currency]': 'eur',
      'payment_intent_data[metadata][id]': `${id}-P2`,
    });
    expect(created?.key).toBe(`${id}-P2`);
    const text = JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type: 'payment_intent.succeeded',
      data: {
        object: {
          id: 'pi_1',
          object: 'payment_intent',
          status: 'succeeded',
          amount: 2000,
          amount_received: 2000,
          currency: 'eur',
          capture_method: 'automatic',
          created: 1_772_000_000,
          metadata: { id: `${id}-P2`, orderId: id },
        },
      },
    });
    const { default: Stripe } = await import('stripe');
    const signature = new Stripe('sk_test_1').webhooks.generateTestHeaderString({
      payload: text,
      secret: STRIPE_SECRET,
    });
    const send = (header: string) =>
      fetch(`${harness.service.url}/api/payments/callbacks/stripe`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'stripe-signature': header },
        body: text,
      });
    expect((await send('t=1,v1=00')).status).toBe(401);
    for (let n = 0; n < 3; n++) expect((await send(signature)).status).toBe(200);
    const order = await paid(id);
    expect(order.payments[1]).toMatchObject({ status: 'CAPTURED', providerReference: 'pi_1' });
    await must(post(`/api/orders/${id}/refunds`, { amount: 500, reason: 'LATE' }));
    await until(id, (body) => body.refunds[0]?.providerReference === 're_1', 'refunded by Stripe');
    const refund = stripe.calls.find(({ method, url }) => method === 'POST' && url === '/v1/refunds');
    expect(Object.fromEntries(refund?.body ?? [])).toMatchObject({ payment_intent: 'pi_1', amount: '500' });
  });

  describe('invoices', () => {
    it('have numbers without gaps under fifty at once, and are found again when the index is lost', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 50; n++) ids.push((await must(post('/api/orders', order({ paymentTerms: 'invoice' })))).id);
      await Promise.all(ids.map((id) => source(id)));
      await Promise.all(ids.map((id) => until(id, ({ fulfilment }) => fulfilment === 'RELEASED', 'released')));
      expect((await post(`/api/orders/${ids[0]}/invoices`)).body.code).toBe('INVOICE_NOT_DUE');
      await Promise.all(ids.map((id) => deliver(id)));
      await Promise.all(ids.map((id) => until(id, ({ status }) => status === 'COMPLETED', 'complete')));
      // Each is asked for twice at once, half of them by a second process.
      const connection = await mongoose.createConnection(harness.engines.mongoUrl).asPromise();
      const store = EventStore.connect(harness.engines.eventStoreUrl);
      try {
        const register = new InvoiceRegister(store, connection.useDb('orderloom_order'), {
          invoice: 'INV',
          credit_note: 'CN',
        });
        const missing = await Promise.all(
          ids.slice(0, 25).map(async (id) => (await harness.get(`/api/orders/${id}/invoices`)).body.missing),
        );
        await Promise.all([
          ...ids.map((id) => must(post(`/api/orders/${id}/invoices`))),
          ...ids.map((id) => must(post(`/api/orders/${id}/invoices`))),
          register.issue(missing.flat()),
        ]);
        const all = async (): Promise<{ number: string; orderId: string }[]> =>
          (await harness.get('/api/invoices?limit=200')).body.items;
        const first = await all();
        expect(first.map(({ number }) => Number(number.slice(-6)))).toEqual(first.map((_, index) => index + 1));
        expect(new Set(first.map(({ orderId }) => orderId)).size).toBe(50);
        expect(first).toHaveLength(50);
        // What a process that was killed after its append leaves behind: numbers that the index does not know.
        const database = connection.useDb('orderloom_order');
        await database.collection('invoices').deleteMany({});
        await database.collection('invoice_series').deleteMany({});
        await Promise.all(ids.map((id) => must(post(`/api/orders/${id}/invoices`))));
        expect(await all()).toEqual(first);
        // By itself: only what is complete, and once.
        const open = await place();
        await paid(open);
        const byItself = new Invoices(new Repository(store, orderAggregate), register, new SystemClock(), true);
        await byItself.issueFor([open]);
        expect(await all()).toHaveLength(50);
        await deliver(open);
        await until(open, ({ status }) => status === 'COMPLETED', 'complete');
        await Promise.all([byItself.issueFor([open, open]), byItself.issueFor([open])]);
        expect((await all()).slice(50)).toMatchObject([{ orderId: open, number: expect.stringMatching(/-000051$/) }]);
      } finally {
        await store.close();
        await connection.close();
      }
    });

    it('get one number, also when the process that gave it dies as the year ends', async () => {
      const connection = await mongoose.createConnection(harness.engines.mongoUrl).asPromise();
      const store = EventStore.connect(harness.engines.eventStoreUrl);
      try {
        const database = connection.useDb('orderloom_order');
        const register = new InvoiceRegister(store, database, { invoice: 'INV', credit_note: 'CN' });
        const paper: Paper = {
          key: 'late',
          kind: 'invoice',
          orderId: 'late',
          orderNumber: 'N-1',
          orderRevision: 1,
          currency: 'EUR',
          locale: 'en',
          net: 100,
          tax: 0,
          total: 100,
          issuedAt: '2030-12-31T23:59:59.000Z',
        };
        const first = await register.issue([paper]);
        expect(first).toMatchObject([{ number: 'INV-2030-000001' }]);
        await database.collection('invoices').deleteMany({ key: 'late' });
        await database.collection('invoice_series').deleteMany({ _id: 'INV-2030' as never });
        expect(await register.issue([{ ...paper, issuedAt: '2031-01-01T00:00:01.000Z' }])).toMatchObject(first);
      } finally {
        await store.close();
        await connection.close();
      }
    });

    it('are printed in both languages, and corrected by credit notes', async () => {
      const id = await place();
      await paid(id);
      const { items } = await must(post(`/api/orders/${id}/invoices`));
      expect(items).toMatchObject([{ n: 1, kind: 'invoice', total: 2000, pdf: `/api/orders/${id}/invoices/1.pdf` }]);
      await must(post(`/api/orders/${id}/refunds`, { amount: 700, reason: 'DAMAGED', key: 'K' }));
      await until(id, (body) => body.refunds[0]?.status === 'SUCCEEDED', 'given back');
      const after = await must(post(`/api/orders/${id}/invoices`));
      expect(after.items).toMatchObject([
        { kind: 'invoice' },
        { kind: 'credit_note', total: 700, refundId: `${id}-R1`, invoiceNumber: items[0].number },
      ]);
      for (const path of ['1.pdf', '1.pdf?locale=zh-CN', '2.pdf']) {
        const response = await fetch(`${harness.service.url}/api/orders/${id}/invoices/${path}`, {
          headers: { authorization: `Bearer ${harness.token}` },
        });
        const bytes = Buffer.from(await response.arrayBuffer());
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/pdf']);
        expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
        expect(bytes.length).toBeLessThan(60_000);
      }
      expect((await harness.get(`/api/orders/${id}/invoices/9.pdf`)).body.code).toBe('INVOICE_NOT_FOUND');
    });
  });
});
