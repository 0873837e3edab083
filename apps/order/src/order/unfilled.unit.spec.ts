import { allocate } from './decide-allocate.js';
import { deliver, ship } from './decide-ship.js';
import { submit } from './decide-submit.js';
import { type Unfill, unfill } from './decide-unfilled.js';
import type { OrderEvent } from './events.js';
import { fold, LATER, NOW, ORDER_ID, sourced, submitCommand } from './order.fixtures.js';
import { evolve, initial, type Order } from './order.js';
import { lineInvariantHolds } from './quantities.js';

const place = (): Order => fold(submit(submitCommand(), initial()));
const run = (order: Order, events: readonly OrderEvent[]): Order => {
  const after = events.reduce(evolve, order);
  expect(after.lines.every(lineInvariantHolds)).toBe(true);
  return after;
};
const released = (): Order => {
  const order = place();
  const decision = sourced(order, 'D1', {
    L1: [{ location: 'EAST', quantity: 3 }],
    L2: [{ location: 'EAST', quantity: 2 }],
  });
  return run(order, allocate(decision, order));
};
const unfilled = (order: Order, change: Partial<Unfill> = {}): Unfill => ({
  fulfilmentId: order.fulfilments[0]?.fulfilmentId ?? '',
  location: 'EAST',
  reason: 'REJECTED',
  lines: order.allocations.map(({ lineId, sku, quantity, reservationId }) => ({
    lineId,
    sku,
    quantity,
    reservationId,
  })),
  occurredAt: LATER,
  ...change,
});

describe('released units that will not arrive', () => {
  it('are open again, once, and released anew as a further fulfilment when stock is found elsewhere', () => {
    const before = released();
    expect(before.fulfilments).toHaveLength(1);
    const events = unfill(unfilled(before), before);
    const after = run(before, events);
    expect(after.lines.map(({ released: r, allocated, backordered }) => [r, allocated, backordered])).toEqual([
      [0, 0, 3],
      [0, 0, 2],
    ]);
    expect(unfill(unfilled(before), after)).toEqual([]);
    const again = allocate(
      sourced(after, 'D2', { L1: [{ location: 'WEST', quantity: 3 }], L2: [{ location: 'WEST', quantity: 2 }] }),
      after,
    );
    expect(again.map(({ type }) => type)).toEqual(['LinesAllocated', 'FulfilmentReleased']);
    expect(run(after, again).fulfilments.map(({ fulfilmentId }) => fulfilmentId)).toEqual([
      `${ORDER_ID}-F1`,
      `${ORDER_ID}-F2`,
    ]);
  });

  it('keep what was found: only the missing unit of a short pick is open', () => {
    const before = released();
    const [first] = unfilled(before).lines;
    const short = unfilled(before, { reason: 'SHORT', lines: [{ ...first!, quantity: 1 }] });
    const after = run(before, unfill(short, before));
    expect(after.lines[0]).toMatchObject({ released: 2, allocated: 2, backordered: 1 });
    expect(unfill(short, after)).toEqual([]);
    const parcel = {
      shipmentId: 'S1',
      fulfilmentId: `${ORDER_ID}-F1`,
      lines: [
        { lineId: 'L1', quantity: 2 },
        { lineId: 'L2', quantity: 2 },
      ],
      occurredAt: LATER,
      now: LATER,
    };
    expect(run(after, ship(parcel, after)).lines[0]).toMatchObject({ shipped: 2, released: 2 });
  });

  it('are taken off their release, each part for itself, when the parts of a split are rejected', () => {
    const before = released();
    const [first] = unfilled(before).lines;
    const part = (fulfilmentId: string, quantity: number) =>
      unfilled(before, { fulfilmentId, lines: [{ ...first!, quantity }] });
    const once = run(before, unfill(part('F1-S1.1', 1), before));
    expect(unfill(part('F1-S1.1', 1), once)).toEqual([]);
    const after = run(once, unfill(part('F1-S1.2', 2), once));
    expect(after.lines[0]).toMatchObject({ released: 0, allocated: 0, backordered: 3 });
    expect(after.fulfilments[0]?.lines.map(({ lineId }) => lineId)).toEqual(['L2']);
  });

  it('leave a lost shipment, whose late delivery then counts for nothing', () => {
    let order = released();
    const lines = order.lines.map(({ lineId, ordered }) => ({ lineId, quantity: ordered }));
    const parcel = { shipmentId: 'S1', fulfilmentId: `${ORDER_ID}-F1`, lines, occurredAt: NOW, now: NOW };
    order = run(order, ship(parcel, order));
    order = run(order, unfill(unfilled(order, { reason: 'RESEND', shipmentId: 'S1' }), order));
    expect(order.lines.every(({ shipped, released: r, allocated }) => shipped + r + allocated === 0)).toBe(true);
    expect(deliver(parcel, order)).toEqual([]);
  });

  it('concern no order that is over', () => {
    const order = { ...released(), status: 'CANCELLED' as const };
    expect(unfill(unfilled(order), order)).toEqual([]);
    expect(() => unfill(unfilled(order), initial())).toThrow('ORDER_NOT_FOUND');
  });
});
