import type { ProfileData } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import type { ProductPolicy } from '../product/product-policy.js';
import type { Decision } from '../sourcing/sourcing.js';
import { Backtest } from './backtest.js';

type Line = Decision['lines'][number];

const locations = new Map([
  ['berlin', { location: 'berlin', country: 'DE', parcelCost: 300 }],
  ['lyon', { location: 'lyon', country: 'FR', parcelCost: 500 }],
]);
const rules: Pick<ProfileData, 'conditions' | 'weights' | 'maxSplits' | 'fallback'> = {
  conditions: [],
  weights: [{ criterion: 'distance', weight: 1 }],
  maxSplits: 1,
  fallback: 'wait',
};
const line = (fields: Partial<Line>): Line => ({
  lineId: 'L1',
  sku: 'A',
  requested: 2,
  allocations: [
    { location: 'berlin', quantity: 1, reservationId: 'r1' },
    { location: 'lyon', quantity: 1, reservationId: 'r2' },
  ],
  backordered: 0,
  reason: 'SOURCED_FROM_SEVERAL_LOCATIONS',
  candidates: [
    { location: 'berlin', available: 9, usable: 1 },
    { location: 'lyon', available: 3 },
  ],
  ...fields,
});
const decided = (fields: Partial<Line> = {}, revision = 0n, country = 'FR'): RecordedEvent =>
  ({
    type: 'SourcingDecided',
    revision,
    data: { orderId: 'o', decisionId: 'd', order: { country }, lines: [line(fields)] },
  }) as unknown as RecordedEvent;
const policies = new Map<string, ProductPolicy>([['A', { name: 'A', reorderLevel: 0, category: 'food' }]]);

describe('a back-test', () => {
  it('compares what was done with what the profile would have done', () => {
    const test = new Backtest(rules, locations);
    test.add(decided(), policies);
    expect(test.actual).toMatchObject({ orders: 1, units: 2, waiting: 0, parcels: 2, split: 1, cost: 800 });
    expect(test.simulated).toMatchObject({ orders: 1, units: 2, waiting: 0, parcels: 1, split: 0, cost: 500 });
    expect(test.simulated.days).toBeLessThan(test.actual.days);
  });

  it('uses no unit that the order could not have had: safety stock and what was kept for others', () => {
    const test = new Backtest({ ...rules, locations: ['berlin'] }, locations);
    test.add(decided(), policies);
    expect(test.simulated).toMatchObject({ units: 2, waiting: 1 });
  });

  it('replays first decisions only, and only about orders that the profile would have decided', () => {
    const conditions: ProfileData['conditions'] = [
      { field: 'country', op: 'in', values: ['FR'] },
      { field: 'category', op: 'in', values: ['food'] },
    ];
    const test = new Backtest({ ...rules, conditions }, locations);
    test.add(decided(), policies);
    test.add(decided({}, 1n), policies);
    test.add(decided({}, 0n, 'DE'), policies);
    test.add(decided({ sku: 'B' }), policies);
    expect([test.actual.orders, test.simulated.orders, test.passedOver]).toEqual([1, 1, 2]);
  });
});
