import { criteria, fallbacks, type ProfileData } from '@orderloom/contracts';
import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import { distanceKm } from './geography.js';
import { profileFor } from './match.js';
import { type PlanInputs, type PlanLine, planOrder } from './plan-order.js';
import type { KnownLocation } from './score.js';

type Rules = PlanInputs['profile'];
const weights = (...of: [Rules['weights'][number]['criterion'], number][]): Rules['weights'] =>
  of.map(([criterion, weight]) => ({ criterion, weight }));
const line = (lineId: string, sku: string, quantity: number): PlanLine => ({
  lineId,
  quantity,
  needs: [{ sku, quantity: 1 }],
});
const berlin: KnownLocation = { location: 'berlin', country: 'DE', parcelCost: 600, priority: 50 };
const lyon: KnownLocation = { location: 'lyon', country: 'FR', parcelCost: 400 };
const plan = (
  stock: Readonly<Record<string, number>>,
  lines: readonly PlanLine[],
  profile: Partial<Rules>,
  locations: readonly KnownLocation[] = [berlin, lyon],
) =>
  planOrder({
    lines,
    shelf: (location, sku) => stock[`${location}:${sku}`] ?? 0,
    locations,
    facts: { country: 'DE' },
    profile: { weights: [], fallback: 'wait', ...profile },
  });
const from = (takes: readonly { location: string; quantity: number }[]) =>
  takes.map(({ location, quantity }) => `${location} ${quantity}`);

describe('planning an order by a profile', () => {
  const both = { 'berlin:A': 5, 'lyon:A': 5 };

  it('prefers what its weights say', () => {
    expect(from(plan(both, [line('L1', 'A', 2)], { weights: weights(['distance', 1]) }).takes)).toEqual(['berlin 2']);
    expect(from(plan(both, [line('L1', 'A', 2)], { weights: weights(['cost', 1]) }).takes)).toEqual(['lyon 2']);
    expect(from(plan(both, [line('L1', 'A', 2)], { weights: weights(['priority', 1]) }).takes)).toEqual(['berlin 2']);
    const { scored } = plan(both, [line('L1', 'A', 2)], { weights: weights(['cost', 3], ['distance', 1]) });
    expect(scored).toEqual([
      {
        location: 'berlin',
        score: 0.25,
        criteria: [
          { criterion: 'cost', score: 0 },
          { criterion: 'distance', score: 1 },
        ],
      },
      {
        location: 'lyon',
        score: 0.75,
        criteria: [
          { criterion: 'cost', score: 1 },
          { criterion: 'distance', score: 0 },
        ],
      },
    ]);
  });

  it('takes the whole order from one place rather than each line from the nearest', () => {
    const stock = { 'berlin:A': 1, 'lyon:A': 1, 'lyon:B': 1 };
    const lines = [line('L1', 'A', 1), line('L2', 'B', 1)];
    const near = weights(['distance', 1]);
    expect(from(plan(stock, lines, { weights: near }).takes)).toEqual(['berlin 1', 'lyon 1']);
    expect(from(plan(stock, lines, { weights: weights(['distance', 1], ['wholeOrder', 3]) }).takes)).toEqual([
      'lyon 1',
      'lyon 1',
    ]);
  });

  it('keeps its limit of splits, and does what it says with the rest', () => {
    const stock = { 'berlin:A': 3, 'lyon:A': 2 };
    const lines = [line('L1', 'A', 5)];
    expect(from(plan(stock, lines, { maxSplits: 1 }).takes)).toEqual(['berlin 3']);
    expect(plan(stock, lines, { maxSplits: 1, fallback: 'whole-or-wait' })).toMatchObject({
      takes: [],
      fellBack: true,
    });
    expect(plan(stock, lines, { maxSplits: 1, fallback: 'split' })).toMatchObject({ fellBack: true });
    expect(from(plan(stock, lines, { maxSplits: 1, fallback: 'split' }).takes).sort()).toEqual(['berlin 3', 'lyon 2']);
    expect(plan(stock, lines, { locations: ['lyon'] }).takes).toHaveLength(1);
    expect(plan(stock, lines, { locations: ['lyon'], fallback: 'anywhere' }).takes).toHaveLength(2);
  });

  it('takes bundles whole, and nothing from a closed location', () => {
    const bundle = {
      lineId: 'L1',
      quantity: 3,
      needs: [
        { sku: 'A', quantity: 2 },
        { sku: 'B', quantity: 1 },
      ],
    };
    const stock = { 'berlin:A': 5, 'berlin:B': 9, 'lyon:A': 9, 'lyon:B': 1 };
    expect(from(plan(stock, [bundle], {}).takes)).toEqual(['berlin 2', 'lyon 1']);
    expect(from(plan(stock, [bundle], {}, [{ ...berlin, closed: true }, lyon]).takes)).toEqual(['lyon 1']);
  });

  it('never takes more than there is or is wanted, never from more places than allowed, always the same', async () => {
    const skus = ['A', 'B', 'C'];
    const names = ['berlin', 'lyon', 'rome', 'oslo', 'x'];
    const arbitraryLine = fc.record({
      sku: fc.constantFrom(...skus),
      other: fc.constantFrom(...skus, undefined),
      quantity: fc.integer({ min: 1, max: 6 }),
    });
    await checkProperty(
      fc.property(
        fc.array(arbitraryLine, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(6), { minLength: 15, maxLength: 15 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...fallbacks),
        fc.array(fc.record({ criterion: fc.constantFrom(...criteria), weight: fc.integer({ min: 1, max: 9 }) }), {
          maxLength: 4,
        }),
        (wanted, units, maxSplits, fallback, weightsOf) => {
          const stock = new Map(
            names.flatMap((location, at) => skus.map((sku, n) => [`${location}:${sku}`, units[at * 3 + n] ?? 0])),
          );
          const lines = wanted.map(
            ({ sku, other, quantity }, at): PlanLine => ({
              lineId: `L${at + 1}`,
              quantity,
              needs:
                other && other !== sku
                  ? [
                      { sku, quantity: 1 },
                      { sku: other, quantity: 2 },
                    ]
                  : [{ sku, quantity: 1 }],
            }),
          );
          const inputs: PlanInputs = {
            lines,
            shelf: (location, sku) => stock.get(`${location}:${sku}`) ?? 0,
            locations: names.map((location) => ({ location, country: 'DE' })),
            facts: { country: 'FR' },
            profile: { weights: weightsOf, maxSplits, fallback },
          };
          const { takes } = planOrder(inputs);
          expect(planOrder(inputs).takes).toEqual(takes);
          const used = new Map<string, number>();
          for (const { lineId, location, quantity } of takes) {
            for (const need of lines.find((one) => one.lineId === lineId)?.needs ?? []) {
              const key = `${location}:${need.sku}`;
              used.set(key, (used.get(key) ?? 0) + quantity * need.quantity);
            }
          }
          for (const [key, taken] of used) expect(taken).toBeLessThanOrEqual(stock.get(key) ?? 0);
          for (const { lineId, quantity } of lines) {
            const got = takes.filter((one) => one.lineId === lineId).reduce((sum, one) => sum + one.quantity, 0);
            expect(got).toBeLessThanOrEqual(quantity);
            if (fallback === 'whole-or-wait' && takes.length > 0) expect(got).toBe(quantity);
          }
          if (fallback !== 'split')
            expect(new Set(takes.map(({ location }) => location)).size).toBeLessThanOrEqual(maxSplits);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('choosing a profile', () => {
  const profile = (profileId: string, rank: number, conditions: ProfileData['conditions']): ProfileData => ({
    profileId,
    version: 1,
    name: profileId,
    rank,
    conditions,
    weights: [],
    fallback: 'wait',
  });
  const subject = {
    facts: { channel: 'web', country: 'DE', total: 5_000 },
    skus: ['A', 'B'],
    categories: ['food'],
    units: 3,
    lines: 2,
    weightGrams: 900,
  };

  it('takes the first whose conditions all hold', () => {
    const profiles = [
      profile('rest', 9, []),
      profile('abroad', 1, [{ field: 'country', op: 'notIn', values: ['DE'] }]),
      profile('small-food', 2, [
        { field: 'category', op: 'in', values: ['food'] },
        { field: 'weightGrams', op: 'atMost', value: 1_000 },
      ]),
    ];
    expect(profileFor(profiles, subject)?.profileId).toBe('small-food');
    expect(profileFor(profiles, { ...subject, weightGrams: 2_000 })?.profileId).toBe('rest');
    expect(profileFor(profiles.slice(1, 2), subject)).toBeUndefined();
    expect(
      profileFor([profile('asks', 1, [{ field: 'paymentTerms', op: 'notIn', values: ['cod'] }])], subject)?.profileId,
    ).toBe('asks');
    expect(profileFor([profile('odd', 1, [{ field: 'channel', op: 'atLeast', value: 1 }])], subject)).toBeUndefined();
  });
});

it('knows how far it is', () => {
  expect(distanceKm([52.52, 13.4], [48.86, 2.35])).toBeCloseTo(878, -1);
});
