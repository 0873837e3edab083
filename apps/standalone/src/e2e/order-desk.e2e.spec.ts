import { jest } from '@jest/globals';
import { eventually } from '@orderloom/testing';
import { berlin, type Json, Shop } from './shop.js';

jest.setTimeout(90_000);

let shop: Shop;
beforeAll(async () => {
  // Every story has a product of its own, so that what is left of it tells the story's end.
  shop = await Shop.open({
    TEAPOT: 2_000,
    CUP: 550,
    KETTLE: 550,
    SAMOVAR: 90_000,
    SAUCER: 2_000,
    LADLE: 550,
    TRAY: 2_250,
    JAR: 500,
    BOWL: 550,
  });
  for (const rule of ['duplicate', 'address', 'high-amount']) await shop.post(`/api/rules/${rule}/publish`);
}, 240_000);
afterAll(() => shop?.close(), 30_000);

/** A customer of their own, so that no story looks like a duplicate of another. */
const customer = (name: string, shipTo: object = {}) => ({
  customer: { name, email: `${name.toLowerCase().replace(' ', '.')}@example.org` },
  shipTo: { ...berlin, name, street: `${name} Street 1`, ...shipTo },
});
const hold = (id: string): string => `/api/orders/${id}/holds/${id}-H1`;

describe('stories of the order desk', () => {
  it('a duplicate that is none: the customer keeps both by the link in the mail', async () => {
    const who = customer('Keeps Both');
    const first = await shop.place({ TEAPOT: 1 }, who);
    const second = await shop.place({ TEAPOT: 1 }, who);
    expect(await shop.order(second)).toMatchObject({
      status: 'IN_REVIEW',
      holds: [{ type: 'DUPLICATE', related: [first], inputs: { 'duplicate.similarity': 1 } }],
      money: { captured: 0 },
    });
    await shop.post(`${hold(second)}/ask`, { question: 'DUPLICATE', message: 'One teapot, or two?' });
    const [question] = await shop.told(second, 'question');
    expect(question).toMatchObject({ to: 'keeps.both@example.org' });
    expect(question?.text).toContain('One teapot, or two?');
    const link = shop.linkIn(question, 'KEEP_BOTH');
    // Programs that follow the links of a mail answer nothing.
    expect((await shop.stranger('GET', link)).body).toMatchObject({ question: 'DUPLICATE', answer: null });
    expect((await shop.stranger('POST', link, { answer: 'KEEP_BOTH' })).status).toBe(200);
    expect((await shop.stranger('POST', link, { answer: 'CANCEL_SECOND' })).body.code).toBe('QUESTION_ANSWERED');
    await shop.delivered(first);
    const done = await shop.delivered(second);
    expect(done.money).toMatchObject({ due: 2_000, captured: 2_000, refunded: 0 });
    expect((await shop.history(second)).slice(0, 6)).toEqual([
      'OrderSubmitted',
      'OrderChecked',
      'HoldPlaced',
      'CustomerAsked',
      'CustomerAnswered',
      'HoldResolved',
    ]);
    await shop.told(second, 'question', 'confirmed', 'shipped', 'delivered');
    await shop.stock('TEAPOT', ({ onHand }) => onHand === 998, 'two teapots have left');
  });

  it('a duplicate that is one: the customer cancels the second, and pays for one', async () => {
    const who = customer('Clicked Twice');
    const first = await shop.place({ CUP: 4 }, who);
    const second = await shop.place({ CUP: 4 }, who);
    await shop.post(`${hold(second)}/ask`, { question: 'DUPLICATE' });
    const [question] = await shop.told(second, 'question');
    const link = shop.linkIn(question, 'CANCEL_SECOND');
    expect((await shop.stranger('POST', `${link}x`, { answer: 'CANCEL_SECOND' })).status).toBe(404);
    expect((await shop.stranger('POST', link, { answer: 'CANCEL_SECOND' })).status).toBe(200);
    const cancelled = await shop.order(second);
    expect(cancelled).toMatchObject({
      status: 'CANCELLED',
      cancelReason: 'CUSTOMER_REQUEST',
      payments: [],
      money: { sold: 2_200, cancelled: 2_200, due: 0, captured: 0 },
    });
    expect(await shop.delivered(first)).toMatchObject({ money: { captured: 2_200 } });
    await shop.told(second, 'question', 'cancelled');
    await shop.stock('CUP', ({ onHand, reserved }) => onHand === 996 && reserved === 0, 'four cups have left');
  });

  it('an address that cannot be right is corrected from what the customer answers', async () => {
    const wrong = await shop.place({ KETTLE: 1 }, customer('Moved House', { postalCode: '1011' }));
    expect(await shop.order(wrong)).toMatchObject({ status: 'IN_REVIEW', holds: [{ type: 'ADDRESS' }] });
    await shop.post(`${hold(wrong)}/ask`, { question: 'ADDRESS' });
    const [question] = await shop.told(wrong, 'question');
    const address = { ...berlin, name: 'Moved House', street: 'New Street 7', postalCode: '10117' };
    const link = shop.linkIn(question, 'CORRECT_ADDRESS');
    expect((await shop.stranger('POST', link, { answer: 'CORRECT_ADDRESS', address })).status).toBe(200);
    expect(await shop.order(wrong)).toMatchObject({ status: 'CONFIRMED', shipTo: { country: 'DE', address } });
    const done = await shop.delivered(wrong);
    expect(done).toMatchObject({ shipTo: { address }, money: { captured: 550 } });
    await shop.told(wrong, 'question', 'address-corrected', 'confirmed', 'shipped', 'delivered');

    // Told in words of their own: the desk corrects it by hand.
    const other = await shop.place({ KETTLE: 1 }, customer('Writes Back', { postalCode: '1' }));
    await shop.post(`${hold(other)}/ask`, { question: 'ADDRESS' });
    const [asked] = await shop.told(other, 'question');
    await shop.stranger('POST', shop.linkIn(asked, 'REPLY'), { answer: 'REPLY', message: 'Sorry, it is 10119.' });
    expect(await shop.order(other)).toMatchObject({
      status: 'IN_REVIEW',
      questions: [{ answer: 'REPLY', message: 'Sorry, it is 10119.' }],
    });
    const shipTo = { ...berlin, name: 'Writes Back', street: 'Writes Back Street 1', postalCode: '10119' };
    await shop.post(`${hold(other)}/approve`, { shipTo });
    expect(await shop.delivered(other)).toMatchObject({ shipTo: { address: { postalCode: '10119' } } });
    await shop.told(other, 'question', 'address-corrected', 'confirmed', 'shipped', 'delivered');
  });

  it('an approval that nobody gives in time is escalated, and needs two people all the same', async () => {
    const lead = await shop.colleague('lead', 'reviewer');
    const boss = await shop.colleague('boss', 'admin');
    const finance = await shop.colleague('controller', 'finance');
    const id = await shop.place({ SAMOVAR: 20 }, { ...customer('Large Buyer'), paymentTerms: 'invoice' });
    const approval = async (): Promise<Json> => (await shop.order(id)).holds[0];
    expect(await approval()).toMatchObject({
      type: 'FINANCE_REVIEW',
      reason: 'HIGH_AMOUNT',
      ownerRole: 'reviewer',
      atDeadline: 'ESCALATE',
    });
    // Its time is cut short, and nobody looks.
    await lead.post(`${hold(id)}/assign`, { deadline: new Date().toISOString() });
    await shop.becomes(id, ({ holds }) => holds[0].ownerRole === 'admin', 'the approval is escalated');
    expect((await lead.refused(`${hold(id)}/approve`)).code).toBe('HOLD_OF_ANOTHER_ROLE');
    await boss.post(`${hold(id)}/approve`);
    expect(await approval()).toMatchObject({ ownerRole: 'finance', approvals: [{ by: 'boss' }] });
    expect((await boss.refused(`${hold(id)}/approve`, { level: 2 })).code).toBe('APPROVAL_SAME_PERSON');
    await finance.post(`${hold(id)}/approve`);
    const done = await shop.delivered(id);
    expect(done).toMatchObject({
      holds: [{ status: 'RESOLVED', approvals: [{ by: 'boss' }, { by: 'controller' }] }],
      money: { due: 1_800_000, captured: 0, outstanding: 1_800_000 },
    });
    const { events } = await shop.get(`/api/orders/${id}/history`);
    const ofHold = events.filter(({ type }: Json) => type.startsWith('Hold'));
    expect(ofHold.map(({ type, who, data }: Json) => [type, who, data.reason])).toMatchObject([
      ['HoldPlaced', 'admin', 'HIGH_AMOUNT'],
      ['HoldAssigned', 'lead', 'RETURNED'],
      ['HoldAssigned', 'order.deadlines', 'ESCALATED'],
      ['HoldApproved', 'boss', undefined],
      ['HoldApproved', 'controller', undefined],
      ['HoldResolved', 'controller', undefined],
    ]);
    await shop.told(id, 'confirmed', 'shipped', 'delivered');
  });

  it('a change after half has left: what has left stays, the rest is changed, the difference goes back', async () => {
    await shop.post('/api/products', { sku: 'RARE', name: 'Rare', unitPrice: { amount: 1_500, currency: 'EUR' } });
    await shop.knows('RARE');
    const id = await shop.place({ SAUCER: 2, RARE: 3 }, customer('Changes Mind'));
    await shop.until(`/api/sourcing/${id}/shortage`, ({ question }) => question !== null, 'the desk is asked');
    await shop.post(`/api/sourcing/${id}/shortage/answer`, { answers: [{ lineId: 'L2', answer: 'PART_DELIVERY' }] });
    const half = await shop.passesUntil(id, ({ lines }) => lines[0].delivered === 2, 'the saucers are there');
    expect(half).toMatchObject({ status: 'CONFIRMED', money: { due: 8_500, captured: 8_500 } });

    const amendments = `/api/orders/${id}/amendments`;
    const fewerSaucers = { lines: [{ lineId: 'L1', quantity: 1 }], requestedBy: 'CUSTOMER', reason: 'TOO_MANY' };
    expect((await shop.refused('POST', amendments, fewerSaucers)).code).toBe('LINE_ALREADY_RELEASED');
    const change = {
      lines: [{ lineId: 'L2', quantity: 1 }],
      add: [{ sku: 'LADLE', quantity: 4 }],
      requestedBy: 'CUSTOMER',
      reason: 'TOO_MANY',
    };
    const preview = await shop.post(`${amendments}?dryRun=true`, change);
    expect(preview.events.map(({ type }: Json) => type)).toContain('AmendmentApplied');
    await shop.post(amendments, change);
    const changed = await shop.becomes(id, ({ money }) => money.refunded === 800, 'the difference has gone back');
    expect(changed.money).toMatchObject({ due: 7_700, captured: 8_500, net: 7_700, outstanding: 0 });
    await shop.receive('RARE', 1);
    const done = await shop.delivered(id);
    expect(done.lines).toMatchObject([
      { sku: 'SAUCER', delivered: 2 },
      { sku: 'RARE', ordered: 3, cancelled: 2, delivered: 1 },
      { sku: 'LADLE', ordered: 4, delivered: 4 },
    ]);
    expect(done.payments).toHaveLength(1);
    const parcels = done.shipments.map(() => 'shipped');
    const [told] = await shop.told(id, 'changed', 'confirmed', ...parcels, 'refund-approved', 'refunded', 'delivered');
    expect(told.text).toMatch(/2 × Product SAUCER\n\s+1 × Rare\n\s+4 × Product LADLE/);
    expect(await shop.history(id)).toEqual(expect.arrayContaining(['LinesCancelled', 'AmendmentApplied']));
    const story = await shop.get(`/api/orders/${id}/story`);
    expect(JSON.stringify(story).match(/NotificationSent/g)?.length).toBeGreaterThanOrEqual(5 + parcels.length);
  });

  it('a marketplace sends one order three times at once: one order, paid once, sent once', async () => {
    await shop.put('/api/channels/market', { kind: 'marketplace', adapter: 'shopify' });
    const message = {
      id: 5_123_456_789_012,
      name: '#1001',
      email: 'buyer@example.org',
      created_at: '2026-03-01T10:00:00+01:00',
      currency: 'EUR',
      total_price: '49.90',
      financial_status: 'paid',
      customer: { first_name: 'Market', last_name: 'Buyer' },
      shipping_address: {
        name: 'Market Buyer',
        address1: 'Market Street 1',
        city: 'Berlin',
        zip: '10115',
        country_code: 'DE',
      },
      shipping_lines: [{ title: 'Standard', price: '4.90' }],
      line_items: [{ sku: 'TRAY', quantity: 2, price: '22.50' }],
    };
    const send = () => shop.platform.call('POST', '/api/channels/market/orders', message);
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    const [id] = [...ids];
    const done = await shop.delivered(id);
    expect(done).toMatchObject({
      externalNumber: '#1001',
      money: { sold: 4_990, captured: 4_990, refunded: 0 },
      payments: [{ provider: 'channel:market', captured: 4_990 }],
    });
    expect(done.payments).toHaveLength(1);
    expect((await send()).body).toMatchObject({ outcome: 'UNCHANGED', id });
    expect((await shop.get('/api/orders?channel=market')).items).toHaveLength(1);
    await shop.told(id, 'confirmed', 'shipped', 'delivered');
    await shop.stock('TRAY', ({ onHand, reserved }) => onHand === 998 && reserved === 0, 'two trays have left');
  });

  it('the past is imported as it was: counted once, never sent, charged or told', async () => {
    await shop.platform.import('kind=customers&mode=live', 'customer_id,company_name,country\nACME,Acme,Germany');
    await shop.platform.settled();
    const before = await shop.get('/api/stock/JAR');
    const past = [
      'order_no,customer_id,order_date,shipped_date,sku,quantity,unit_price,freight,ship_name,ship_city,ship_country',
      'H-1,ACME,2025-01-05,2025-01-06,JAR,10,5.00,4.90,Acme,Berlin,Germany',
      'H-1,ACME,2025-01-05,2025-01-06,TEAPOT,1,19.99,4.90,Acme,Berlin,Germany',
      'H-2,ACME,2025-02-05,,JAR,3,5.00,0,Acme,Berlin,Germany',
      'H-3,ACME,2025-02-05,,NO-SUCH-THING,1,5.00,0,Acme,Berlin,Germany',
    ].join('\n');
    const imported = () => shop.platform.import('kind=orders&mode=history&currency=EUR', past);
    const job = await imported();
    expect(job).toMatchObject({ status: 'completed', rows: 4, accepted: 3, rejected: 1 });
    await imported();
    await shop.platform.settled();
    const { items } = await shop.get('/api/orders?mode=history&sort=submittedAt');
    expect(items.map(({ number, total }: Json) => [number, total])).toEqual([
      ['H-1', 7_489],
      ['H-2', 1_500],
    ]);
    const sent = await shop.order(items[0].id);
    expect(sent).toMatchObject({
      mode: 'history',
      status: 'COMPLETED',
      fulfilment: 'DELIVERED',
      fulfilments: [],
      payments: [],
    });
    // What was paid elsewhere is not paid back from here.
    const refund = { amount: 100, reason: 'LATE', key: 'late' };
    expect((await shop.refused('POST', `/api/orders/${sent.id}/refunds`, refund)).code).toBe('REFUND_EXCEEDS_CAPTURED');
    for (const { id } of items) expect((await shop.get(`/api/notifications?orderId=${id}`)).items).toEqual([]);
    expect(await shop.get('/api/stock/JAR')).toEqual(before);
  });

  it('cancelling races the release: one of the two wins, and stock and money agree', async () => {
    const ids = await Promise.all(
      Array.from({ length: 12 }, (_, n) => shop.place({ BOWL: 1 }, customer(`Racer ${n}`))),
    );
    // Each is cancelled at another moment of its way: as soon as so much has happened to it.
    const cancelled = await Promise.all(
      ids.map(async (id, n) => {
        await eventually(async () => (await shop.history(id)).length >= 2 + (n % 4), {
          deadlineMs: 30_000,
          everyMs: 2,
          message: `order ${n} gets on its way`,
        });
        const { status, body } = await shop.platform.call('POST', `/api/orders/${id}/cancel`);
        if (status !== 200 && body.code !== 'ORDER_ALREADY_RELEASED') throw new Error(JSON.stringify(body));
        return status === 200;
      }),
    );
    for (const [n, id] of ids.entries()) {
      if (cancelled[n]) {
        const gone = await shop.becomes(
          id,
          ({ payment }) => !/PENDING|REQUESTED/.test(payment),
          'its money is settled',
        );
        expect(gone).toMatchObject({ status: 'CANCELLED', fulfilments: [], money: { due: 0, net: 0 } });
        expect((await shop.get(`/api/notifications?orderId=${id}&kind=shipped`)).items).toEqual([]);
      } else {
        const sent = await shop.delivered(id);
        expect(sent).toMatchObject({ status: 'COMPLETED', money: { captured: 550, refunded: 0 } });
      }
    }
    const left = 1_000 - cancelled.filter((won) => !won).length;
    await shop.stock('BOWL', ({ onHand, reserved }) => onHand === left && reserved === 0, `${left} bowls are left`);
  });

  it('leaves every ledger as a replay finds it', async () => {
    expect(await shop.differences()).toEqual([]);
  });
});
