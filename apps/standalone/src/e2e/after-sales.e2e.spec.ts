import { jest } from '@jest/globals';
import { type Json, Shop } from './shop.js';

jest.setTimeout(90_000);

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ TEAPOT: 2_000, CUP: 550 });
}, 240_000);
afterAll(() => shop?.close(), 30_000);

describe('stories after the sale', () => {
  it('a refund fails twice and then succeeds: money goes back once, to the cent', async () => {
    const id = await shop.place({ TEAPOT: 1, CUP: 3 });
    await shop.delivered(id);
    await shop.put('/api/simulation/payments', { failNext: 2, code: 'ACCOUNT_CLOSED' });
    const asked = { amount: 1_234, reason: 'DAMAGED', key: 'cracked-lid' };
    await shop.post(`/api/orders/${id}/refunds`, asked);
    const refund = `/api/orders/${id}/refunds/${id}-R1`;
    const failedTimes = (times: number) =>
      shop.becomes(
        id,
        ({ refunds }) => refunds[0]?.failures === times && refunds[0].status === 'FAILED',
        `the provider has refused it ${times} times`,
      );
    expect(await failedTimes(1)).toMatchObject({ payment: 'REFUND_FAILED', money: { credited: 1_234, refunded: 0 } });
    await shop.post(`${refund}/retry`);
    expect(await failedTimes(2)).toMatchObject({
      payment: 'REFUND_FAILED',
      refunds: [{ failure: { code: 'ACCOUNT_CLOSED' } }],
      money: { refunded: 0 },
    });
    await shop.post(`${refund}/retry`);
    const paidBack = await shop.becomes(id, ({ refunds }) => refunds[0].status === 'SUCCEEDED', 'it is paid back');
    expect(paidBack.money).toMatchObject({ captured: 3_650, credited: 1_234, refunded: 1_234, net: 2_416, due: 2_416 });
    // Asked for once more under the same key, and retried once more: nothing more goes back.
    await shop.post(`/api/orders/${id}/refunds`, asked);
    expect((await shop.post(`${refund}/retry`)).changed).toBe(false);
    expect((await shop.order(id)).refunds).toHaveLength(1);
    expect((await shop.history(id)).filter((type) => type.startsWith('Refund'))).toEqual([
      'RefundRequested',
      'RefundFailed',
      'RefundRequested',
      'RefundFailed',
      'RefundRequested',
      'RefundSucceeded',
    ]);
    const told = await shop.told(id, 'confirmed', 'shipped', 'delivered', 'refund-approved', 'refunded');
    expect(told.at(-1).text).toContain('€12.34');
  });

  it('an exchange: what comes back is inspected, the replacement costs only the difference', async () => {
    const id = await shop.place({ TEAPOT: 2 });
    await shop.delivered(id);
    const { onHand } = await shop.get('/api/stock/TEAPOT');
    const { id: returnId } = await shop.post(`/api/orders/${id}/returns`, {
      lines: [{ lineId: 'L1', quantity: 2, reason: 'WRONG_ITEM' }],
      wish: 'EXCHANGE',
      exchange: [{ sku: 'CUP', quantity: 9 }],
    });
    const back = `/api/returns/${returnId}`;
    await shop.post(`${back}/approve`, { address: 'Warehouse\nStreet 9' });
    await shop.post(`${back}/dispatch`, { carrier: 'post', trackingNumber: 'BACK-1' });
    // The two teapots come in two parcels, the first of which is scanned twice.
    const parcel = { location: 'main', lines: [{ lineId: 'L1', quantity: 1 }] };
    await shop.post(`${back}/receipts`, parcel, { 'idempotency-key': 'parcel-1' });
    await shop.post(`${back}/receipts`, parcel, { 'idempotency-key': 'parcel-1' });
    expect((await shop.get(back)).complete).toBe(false);
    await shop.post(`${back}/receipts`, parcel, { 'idempotency-key': 'parcel-2' });
    const inspect = (disposition: string, more: object = {}) =>
      shop.post(`${back}/inspections`, {
        location: 'main',
        units: [{ lineId: 'L1', quantity: 1, disposition, ...more }],
      });
    await inspect('RESTOCK');
    expect((await inspect('SCRAP', { condition: 'BROKEN' })).state).toMatchObject({
      status: 'INSPECTED',
      claim: 4_000,
    });
    const { state } = await shop.post(`${back}/resolve`, { resolution: 'EXCHANGE' });
    expect(state).toMatchObject({ status: 'CLOSED', outcome: 'EXCHANGED' });
    const replacement = await shop.delivered(state.resolution.exchangeOrderId);
    expect(replacement).toMatchObject({
      exchangeFor: { orderId: id, returnId },
      totals: { gross: 4_950, discount: 4_000, total: 950 },
      money: { due: 950, captured: 950, refunded: 0 },
    });
    expect(await shop.order(id)).toMatchObject({
      lines: [{ delivered: 2, returnRequested: 2, returned: 2, restocked: 1, scrapped: 1 }],
      money: { captured: 4_000, credited: 0, refunded: 0 },
      returns: [{ settled: { resolution: 'EXCHANGE', amount: 4_000 } }],
    });
    await shop.stock('TEAPOT', (counters) => counters.onHand === onHand + 1, 'the good one is back on the shelf');
    const { events } = await shop.get(`${back}/history`);
    expect(events.map(({ type }: Json) => type)).toEqual([
      'ReturnRequested',
      'ReturnApproved',
      'ReturnDispatched',
      'ReturnReceived',
      'ReturnReceived',
      'ReturnInspected',
      'ReturnInspected',
      'ReturnResolved',
      'ReturnClosed',
    ]);
    await shop.told(replacement.id, 'confirmed', 'shipped', 'delivered');
  });

  it('leaves every ledger as a replay finds it', async () => {
    expect(await shop.differences()).toEqual([]);
  });
});
