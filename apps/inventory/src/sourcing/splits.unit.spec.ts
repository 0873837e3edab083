import type { ProfileData } from '@orderloom/contracts';
import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import { available } from '../stock/stock.js';
import { World } from './sourcer.fixtures.js';
import { usedLocations } from './sourcing.js';

const LOCATIONS = ['berlin', 'lyon', 'oslo', 'rome'];
const SKUS = ['A', 'B'];

const profile = (rules: Partial<ProfileData>): ProfileData => ({
  profileId: 'p',
  version: 1,
  name: 'P',
  rank: 1,
  conditions: [],
  weights: [{ criterion: 'balance', weight: 1 }],
  fallback: 'wait',
  ...rules,
});

const worldWith = (...profiles: ProfileData[]): World => {
  const world = new World();
  world.rules = { profiles, locations: new Map() };
  return world;
};

describe('the limit of splits', () => {
  it('holds for the order, not for each decision: the rest waits for where it comes from', async () => {
    const world = worldWith(profile({ maxSplits: 1 }));
    await world.receive('berlin', 'A', 3);
    await world.confirm('o1', [{ lineId: 'L1', sku: 'A', quantity: 5 }]);
    await world.receive('lyon', 'A', 9);
    await world.again('o1');
    expect(world.sourcing('o1')).toMatchObject({ allocations: [{ location: 'berlin' }], open: [{ quantity: 2 }] });
    await world.receive('berlin', 'A', 4);
    await world.again('o1');
    expect(usedLocations(world.sourcing('o1'))).toEqual(['berlin']);
    expect(world.sourcing('o1').open).toEqual([]);
  });

  it('is kept however goods arrive, and no unit is promised that is not there', async () => {
    const receipt = fc.record({
      location: fc.constantFrom(...LOCATIONS),
      sku: fc.constantFrom(...SKUS),
      quantity: fc.integer({ min: 1, max: 5 }),
    });
    const order = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 2 });
    await checkProperty(
      fc.asyncProperty(
        fc.array(order, { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(receipt, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('wait', 'anywhere', 'whole-or-wait'),
        async (orders, arrivals, maxSplits, fallback) => {
          const world = worldWith(profile({ maxSplits, fallback }));
          const ids = orders.map((_, at) => `o${at}`);
          const received = new Map<string, number>();
          const check = () => {
            for (const id of ids) expect(usedLocations(world.sourcing(id)).length).toBeLessThanOrEqual(maxSplits);
            const held = new Map<string, number>();
            for (const { location, sku, quantity } of ids.flatMap((id) => world.sourcing(id).allocations)) {
              held.set(`${location}:${sku}`, (held.get(`${location}:${sku}`) ?? 0) + quantity);
            }
            for (const [place, units] of held) expect(units).toBeLessThanOrEqual(received.get(place) ?? 0);
            for (const [place, state] of world.ledgers.states) {
              expect([place, state.reserved]).toEqual([place, held.get(place) ?? 0]);
              expect(available(state)).toBeGreaterThanOrEqual(0);
            }
          };
          for (const [at, goods] of arrivals.entries()) {
            for (const { location, sku, quantity } of goods) {
              await world.receive(location, sku, quantity);
              received.set(`${location}:${sku}`, (received.get(`${location}:${sku}`) ?? 0) + quantity);
            }
            const lines = orders[at]?.map((quantity, n) => ({ lineId: `L${n + 1}`, sku: SKUS[n]!, quantity }));
            if (lines) await world.confirm(`o${at}`, lines);
            await world.again(...ids);
            check();
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the profile of an order', () => {
  it('stays the one of the whole order when only a part of it is open', async () => {
    const large: ProfileData['conditions'] = [{ field: 'units', op: 'atLeast', value: 10 }];
    const world = worldWith(
      profile({ profileId: 'large', rank: 1, conditions: large, locations: ['oslo'] }),
      profile({ profileId: 'rest', rank: 2 }),
    );
    await world.receive('oslo', 'A', 8);
    await world.confirm('o1', [{ lineId: 'L1', sku: 'A', quantity: 10 }]);
    await world.receive('rome', 'A', 50);
    await world.again('o1');
    expect(world.sourcing('o1')).toMatchObject({ allocations: [{ location: 'oslo' }], open: [{ quantity: 2 }] });
  });
});
