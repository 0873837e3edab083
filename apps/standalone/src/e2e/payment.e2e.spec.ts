import { jest } from '@jest/globals';
import { Shop } from './shop.js';

jest.setTimeout(90_000);

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ TEAPOT: 2_000, CUP: 550 });
}, 240_000);
afterAll(() => shop?.close(), 30_000);

/** How the simulated provider answers from now on. */
const provider = (setting: object) => shop.put('/api/simulation/payments', setting);

describe('stories of money', () => {
  it('paid in advance: asked for when the goods are found, released when it has come, told three times', async () => {
    const id = await shop.place({ TEAPOT: 1, CUP: 2 }, { shipping: 490 });
    const done = await shop.delivered(id);
    expect(done.money).toMatchObject({ sold: 3_590, due: 3_590, captured: 3_590, refunded: 0, outstanding: 0 });
    expect(done.lines.map(({ delivered }: { delivered: number }) => delivered)).toEqual([1, 2]);
    expect(await shop.history(id)).toEqual([
      'OrderSubmitted',
      'OrderConfirmed',
      'LinesAllocated',
      'PaymentRequested',
      'PaymentCaptured',
      'FulfilmentReleased',
      'LinesShipped',
      'LinesDelivered',
      'OrderCompleted',
    ]);
    await shop.stock('CUP', ({ onHand, reserved }) => onHand === 998 && reserved === 0, 'two cups have left');
    const [confirmed, shipped] = await shop.told(id, 'confirmed', 'shipped', 'delivered');
    expect(confirmed).toMatchObject({ to: 'person@example.org', text: expect.stringContaining('Total: €35.90') });
    expect(shipped?.text).toContain(`Tracking number: ${done.shipments[0].trackingNumber}`);
  });

  it('cash on delivery: released unpaid, collected at the door', async () => {
    const id = await shop.place({ TEAPOT: 2 }, { paymentTerms: 'cod' });
    const released = await shop.becomes(id, ({ fulfilments }) => fulfilments.length === 1, 'it is released');
    expect(released.money).toMatchObject({ due: 4_000, captured: 0, outstanding: 4_000 });
    const done = await shop.delivered(id);
    expect(done).toMatchObject({ payment: 'PAID', money: { due: 4_000, captured: 4_000, outstanding: 0 } });
    // What the courier took is known by the parcel that was paid for.
    expect(done.payments).toMatchObject([{ captures: [{ providerReference: done.shipments[0].shipmentId }] }]);
    const types = await shop.history(id);
    expect(types.indexOf('PaymentCaptured')).toBeGreaterThan(types.indexOf('LinesShipped'));
    await shop.told(id, 'confirmed', 'shipped', 'delivered');
  });

  it('a payment fails and then succeeds: the goods stay reserved meanwhile, and are paid once', async () => {
    await provider({ failNext: 1, code: 'INSUFFICIENT_FUNDS' });
    const id = await shop.place({ TEAPOT: 3 });
    const failed = await shop.becomes(id, ({ payment }) => payment === 'FAILED', 'the card is declined');
    expect(failed).toMatchObject({
      fulfilment: 'ALLOCATED',
      payments: [{ status: 'FAILED', failure: { code: 'INSUFFICIENT_FUNDS', final: true } }],
      money: { captured: 0, outstanding: 6_000 },
    });
    await shop.stock('TEAPOT', ({ reserved }) => reserved === 3, 'the teapots are kept for it');
    await shop.told(id, 'confirmed', 'payment-failed');
    await shop.post(`/api/orders/${id}/payments/retry`);
    const done = await shop.delivered(id);
    expect(done.payments).toMatchObject([{ status: 'FAILED' }, { status: 'CAPTURED', captured: 6_000 }]);
    expect(done.money).toMatchObject({ due: 6_000, captured: 6_000, refunded: 0 });
    await shop.stock('TEAPOT', ({ reserved }) => reserved === 0, 'nothing is kept any more');
    await shop.told(id, 'confirmed', 'payment-failed', 'shipped', 'delivered');
  });

  it('a deposit releases the goods, the balance comes by bank transfer after they are there', async () => {
    const id = await shop.place(
      { TEAPOT: 5 },
      {
        externalNumber: 'DEP-1001',
        payment: {
          parts: [
            { method: 'card', amount: 3_000, purpose: 'deposit' },
            { method: 'bank_transfer', purpose: 'balance', due: 'delivery' },
          ],
        },
      },
    );
    const there = await shop.passesUntil(id, ({ fulfilment }) => fulfilment === 'DELIVERED', 'it is delivered');
    expect(there).toMatchObject({ status: 'CONFIRMED', money: { due: 10_000, captured: 3_000, outstanding: 7_000 } });
    const [, due] = await shop.told(id, 'confirmed', 'payment-due', 'shipped');
    expect(due?.text).toContain('DEP-1001');
    const statement = [
      'transaction_id,date,amount,payer,description',
      'B1,2026-03-02,70.00,Somebody,"order DEP-1001, thanks"',
      'B2,2026-03-02,7.77,Other,rent',
    ].join('\n');
    // The bank's file is read twice, as files are.
    await shop.platform.import('kind=statements&currency=EUR', statement);
    await shop.platform.import('kind=statements&currency=EUR', statement);
    expect(await shop.post('/api/payments/bank-transactions/match-exact')).toEqual({ matched: 1 });
    const done = await shop.completed(id);
    expect(done.payments).toMatchObject([
      { purpose: 'deposit', status: 'CAPTURED', captured: 3_000 },
      { purpose: 'balance', status: 'CAPTURED', captured: 7_000 },
    ]);
    expect(done.money).toMatchObject({ due: 10_000, captured: 10_000, refunded: 0, outstanding: 0 });
    await shop.told(id, 'confirmed', 'payment-due', 'shipped', 'delivered');
    const { items } = await shop.get('/api/payments/bank-transactions?status=open');
    expect(items).toMatchObject([{ reference: 'B2' }]);
  });

  it('leaves every ledger as a replay finds it', async () => {
    expect(await shop.differences()).toEqual([]);
  });
});
