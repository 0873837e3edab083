import { DISPOSITIONS, isRefused } from '@orderloom/contracts';
import fc from 'fast-check';
import { allocate } from './decide-allocate.js';
import { disposeOf, endReturnOf, requestReturnOf, returnable, settleReturn, takeBack } from './decide-returned.js';
import { deliver } from './decide-ship.js';
import { submit } from './decide-submit.js';
import { fold, NOW, sourced, submitCommand } from './order.fixtures.js';
import { initial, type Order } from './order.js';
import { lineInvariantHolds } from './quantities.js';

const delivered = (): Order => {
  const placed = fold(submit(submitCommand({ paymentTerms: 'cod' }), initial()));
  const released = fold(allocate(sourced(placed, 'd1'), placed), placed);
  const lines = released.lines.map((line) => ({ lineId: line.lineId, quantity: line.ordered }));
  return fold(deliver({ shipmentId: 's', fulfilmentId: 'f', lines, occurredAt: NOW, now: NOW }, released), released);
};
const asked = () => {
  const order = delivered();
  return fold(requestReturnOf({ returnId: 'r1', lines: [{ lineId: 'L1', quantity: 2 }], now: NOW }, order), order);
};

describe('returned units of an order', () => {
  it('are asked for once, and never more than were delivered', () => {
    const order = asked();
    expect(order.lines[0]).toMatchObject({ returnRequested: 2, returned: 0 });
    expect(requestReturnOf({ returnId: 'r1', lines: [{ lineId: 'L1', quantity: 3 }], now: NOW }, order)).toEqual([]);
    expect(() => requestReturnOf({ returnId: 'r2', lines: [{ lineId: 'L1', quantity: 2 }], now: NOW }, order)).toThrow(
      'RETURN_EXCEEDS_DELIVERED',
    );
    expect(() => requestReturnOf({ returnId: 'r2', lines: [{ lineId: 'L9', quantity: 1 }], now: NOW }, order)).toThrow(
      'LINE_NOT_FOUND',
    );
  });

  it('are free again when they do not come', () => {
    const command = { returnId: 'r1', lines: [{ lineId: 'L1', quantity: 2 }], reason: 'X', now: NOW };
    const order = fold(endReturnOf(command, asked()), asked());
    expect(order.lines[0]?.returnRequested).toBe(0);
    expect(endReturnOf(command, order)).toEqual([]);
  });

  it('give the money back once', () => {
    const line = { lineId: 'L1', sku: 'SKU-1', name: 'Product 1', quantity: 2, amount: 1900 };
    const command = {
      returnId: 'r1',
      resolution: 'REFUND',
      amount: 2000,
      credit: 2000,
      lines: [line],
      now: NOW,
    } as const;
    const events = settleReturn(command, asked());
    expect(events.map(({ type }) => type)).toEqual(['OrderCredited', 'ReturnSettled', 'RefundRequested']);
    expect(events[0]?.data).toMatchObject({
      amount: 2000,
      credits: [{ amount: 1900 }, { sku: 'SHIPPING', amount: 100 }],
    });
    expect(events[2]?.data).toMatchObject({ amount: 2000 });
    expect(settleReturn(command, fold(events, asked()))).toEqual([]);
  });

  it('put the money on the account of the customer where that was agreed, and lower what was never paid', () => {
    const line = { lineId: 'L1', sku: 'SKU-1', name: 'Product 1', quantity: 2, amount: 2000 };
    const command = {
      returnId: 'r1',
      resolution: 'STORE_CREDIT',
      amount: 2000,
      credit: 0,
      lines: [line],
      account: 'a',
      now: NOW,
    } as const;
    const events = settleReturn(command, asked());
    expect(events.map(({ type }) => type)).toEqual(['RefundRequested', 'OrderCredited', 'ReturnSettled']);
    expect(events[0]?.data).toMatchObject({ amount: 2000, route: { provider: 'balance', account: 'a' } });
    expect(events[1]?.data).toMatchObject({ amount: 2000 });
    const unpaid = {
      ...asked(),
      payments: [],
      paymentTerms: 'invoice' as const,
      ledger: { ...asked().ledger, captured: 0 },
    };
    expect(settleReturn(command, unpaid).map(({ type }) => type)).toEqual(['OrderCredited', 'ReturnSettled']);
  });

  it('keep to the invariant, whatever comes twice, late or in another order', () => {
    const lineId = fc.constantFrom('L1', 'L2');
    const count = fc.integer({ min: 1, max: 3 });
    const id = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), id, lineId, count }),
      fc.record({ kind: fc.constant('end' as const), id, lineId, count }),
      fc.record({ kind: fc.constant('back' as const), id, lineId, count, part: id }),
      fc.record({
        kind: fc.constant('dispose' as const),
        id,
        lineId,
        count,
        part: id,
        disposition: fc.constantFrom(...DISPOSITIONS),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let order = delivered();
        for (const one of steps) {
          const lines = [{ lineId: one.lineId, quantity: one.count }];
          const common = { returnId: one.id, now: NOW };
          const decide = (): ReturnType<typeof takeBack> => {
            switch (one.kind) {
              case 'ask':
                return requestReturnOf({ ...common, lines }, order);
              case 'end':
                return endReturnOf({ ...common, lines, reason: 'X' }, order);
              case 'back':
                return takeBack({ ...common, lines, receiptId: one.part }, order);
              default:
                return disposeOf(
                  {
                    ...common,
                    inspectionId: one.part,
                    units: [{ lineId: one.lineId, quantity: one.count, disposition: one.disposition }],
                  },
                  order,
                );
            }
          };
          try {
            order = fold(decide(), order);
            expect(decide().length === 0 || one.kind === 'end').toBe(true);
          } catch (error) {
            if (!isRefused(error)) throw error;
          }
          expect(order.lines.every(lineInvariantHolds)).toBe(true);
          expect(order.lines.every((line) => returnable(line) >= 0)).toBe(true);
        }
      }),
    );
  });
});
