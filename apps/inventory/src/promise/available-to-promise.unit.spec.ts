import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import {
  availableToPromise,
  bundlePromise,
  daysAfter,
  promiseDay,
  promisedOn,
  type UnitsOn,
} from './available-to-promise.js';

const today = '2026-03-01';
const day = (n: number): string => daysAfter(today, n);

/** When each unit of demand is served: those wanted first are served first, each with the first unit there is. */
const servedOn = (supplies: readonly number[], demands: readonly number[]): number[] => {
  const arrivals = [...supplies].sort((a, b) => a - b);
  return [...demands]
    .sort((a, b) => a - b)
    .map((wanted, at) => Math.max(wanted, arrivals[at] ?? Number.POSITIVE_INFINITY));
};

const units = (all: readonly { readonly at: number; readonly quantity: number }[]): number[] =>
  all.flatMap(({ at, quantity }) => Array.from({ length: quantity }, () => at));

/** Tries it: takes `q` units away that are there on a day, and looks whether anybody is served later. */
const canPromise = (supplies: readonly number[], demands: readonly number[], on: number, q: number): boolean => {
  const sorted = [...supplies].sort((a, b) => a - b);
  const there = sorted.filter((arrival) => arrival <= on);
  if (there.length < q) return false;
  const left = [...there.slice(0, there.length - q), ...sorted.slice(there.length)];
  const before = servedOn(sorted, demands);
  return servedOn(left, demands).every((served, at) => served <= (before[at] ?? 0));
};

const some = fc.array(fc.record({ at: fc.integer({ min: 0, max: 6 }), quantity: fc.integer({ min: 1, max: 4 }) }), {
  maxLength: 5,
});
const onDays = (all: readonly { at: number; quantity: number }[]): UnitsOn[] =>
  all.map(({ at, quantity }) => ({ day: day(at), quantity }));

describe('available to promise', () => {
  it('is what trying every quantity on every day finds', async () => {
    await checkProperty(
      fc.property(fc.integer({ min: 0, max: 5 }), some, some, (available, inbound, demands) => {
        const promised = availableToPromise({ today, available, inbound: onDays(inbound), demands: onDays(demands) });
        const supplies = [...units([{ at: 0, quantity: available }]), ...units(inbound)];
        for (let on = 0; on <= 7; on += 1) {
          let most = 0;
          while (canPromise(supplies, units(demands), on, most + 1)) most += 1;
          expect([on, promisedOn(promised, day(on))]).toEqual([on, most]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never falls with time, and names the first day for a quantity', () => {
    const promised = availableToPromise({
      today,
      available: 3,
      inbound: [{ day: day(4), quantity: 10 }],
      demands: [{ day: day(2), quantity: 2 }],
    });
    expect(promised).toEqual([
      { day: today, available: 1 },
      { day: day(4), available: 11 },
    ]);
    expect([promiseDay(promised, 1), promiseDay(promised, 2), promiseDay(promised, 12)]).toEqual([
      today,
      day(4),
      undefined,
    ]);
  });

  it('gives goods that are late to those who wait, and counts them from today', () => {
    const inputs = {
      today,
      available: 0,
      inbound: [{ day: day(-3), quantity: 5 }],
      demands: [{ day: today, quantity: 2 }],
    };
    expect(availableToPromise(inputs)).toEqual([{ day: today, available: 3 }]);
  });

  it('of a bundle is as much as its scarcest component allows', () => {
    const one = [{ day: today, available: 5 }];
    const two = [
      { day: today, available: 3 },
      { day: day(2), available: 9 },
    ];
    expect(
      bundlePromise([
        { promised: one, quantity: 1 },
        { promised: two, quantity: 2 },
      ]),
    ).toEqual([
      { day: today, available: 1 },
      { day: day(2), available: 4 },
    ]);
  });
});
