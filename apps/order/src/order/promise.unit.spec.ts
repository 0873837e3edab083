import { allocate } from './decide-allocate.js';
import { deliver, ship } from './decide-ship.js';
import { submit } from './decide-submit.js';
import { fold, LATER, NOW, sourced, submitCommand } from './order.fixtures.js';
import { initial, type Order } from './order.js';
import { delivery, promiseOfRelease, promiseOfShipment } from './promise.js';

const said = {
  promisedAt: '2026-03-05T20:00:00.000Z',
  earliestAt: '2026-03-04T20:00:00.000Z',
  location: 'main',
  carrier: 'c',
  service: 's',
  reason: 'BEST' as const,
};
const later = '2026-03-07T20:00:00.000Z';
const placed = fold(submit(submitCommand({ promise: said }), initial()));
const all = { L1: [{ location: 'MAIN', quantity: 3 }], L2: [{ location: 'MAIN', quantity: 2 }] };
const released = fold(allocate(sourced(placed, 'd1', all), placed), placed);
const releaseOf = (order: Order): string => order.fulfilments[0]?.fulfilmentId ?? '';
const lines = released.fulfilments[0]?.lines.map(({ lineId, quantity }) => ({ lineId, quantity })) ?? [];
const parcel = { shipmentId: 'S1', fulfilmentId: releaseOf(released), lines, occurredAt: LATER, now: LATER };
const onItsWay = fold(ship({ ...parcel, promisedAt: '2026-03-06T20:00:00.000Z' }, released), released);

describe('the delivery promise of an order', () => {
  it('is said while it is placed, and kept with the order', () => {
    expect(delivery(placed)).toEqual({ said, promisedAt: said.promisedAt, state: 'PROMISED' });
    expect(delivery(fold(submit(submitCommand(), initial())))).toMatchObject({ said: null, state: 'UNKNOWN' });
  });

  it('changes with the release when that says something else, once', () => {
    const near = { fulfilmentId: releaseOf(released), promisedAt: '2026-03-05T20:30:00.000Z', now: LATER };
    expect(promiseOfRelease(near, released)).toEqual([]);
    const events = promiseOfRelease({ ...near, promisedAt: later }, released);
    expect(events).toMatchObject([
      { type: 'DeliveryPromiseChanged', data: { before: said.promisedAt, promisedAt: later, reason: 'RELEASED' } },
    ]);
    const changed = fold(events, released);
    expect(delivery(changed)).toEqual({ said, promisedAt: later, state: 'PROMISED' });
    expect(promiseOfRelease({ ...near, promisedAt: later }, changed)).toEqual([]);
    // Heard of after it had left: what the carrier said is newer.
    expect(promiseOfRelease({ ...near, promisedAt: later }, onItsWay)).toEqual([]);
  });

  it('is that of the parcel once it has left, and changes with it until it is there', () => {
    expect(delivery(onItsWay).promisedAt).toBe('2026-03-06T20:00:00.000Z');
    const change = { shipmentId: 'S1', promisedAt: later, reason: 'CARRIER', occurredAt: LATER };
    expect(promiseOfShipment(change, released)).toEqual([]);
    const changed = fold(promiseOfShipment(change, onItsWay), onItsWay);
    expect(delivery(changed)).toMatchObject({ said, promisedAt: later });
    expect(promiseOfShipment(change, changed)).toEqual([]);
    const there = fold(deliver(parcel, changed), changed);
    expect(delivery(there)).toMatchObject({ promisedAt: null, state: 'DELIVERED' });
    expect(promiseOfShipment({ ...change, promisedAt: NOW }, there)).toEqual([]);
  });

  it('is open while units have no stock', () => {
    const short = fold(allocate(sourced(placed, 'd1', { L1: all.L1, L2: [] }), placed), placed);
    expect(delivery(short)).toEqual({ said, promisedAt: null, state: 'WAITING' });
  });
});
