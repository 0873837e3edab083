import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import { forecastDemand, kindOf } from './choose.js';
import { croston, exponentialSmoothing, holtWinters, naive, sba, seasonalNaive, tsb } from './methods.js';

const week = [5, 7, 9, 11, 20, 30, 2];
const weeks = (n: number): number[] => Array.from({ length: n }, () => week).flat();

describe('forecasting methods', () => {
  it('seasonal naive repeats the season', () => {
    expect(seasonalNaive(weeks(2), 9, 7)).toEqual([...week, 5, 7]);
    expect(seasonalNaive([1, 2], 1, 7)).toBeUndefined();
  });

  it('Holt-Winters learns a season exactly and follows a trend', () => {
    const forecast = holtWinters(weeks(8), 7, 7) ?? [];
    for (const [at, units] of week.entries()) expect(forecast[at]).toBeCloseTo(units, 5);
    const rising = Array.from({ length: 70 }, (_, at) => 10 + at);
    expect(holtWinters(rising, 1, 7)?.[0]).toBeGreaterThan(76);
  });

  it('Croston, SBA and TSB estimate the rate of demand that is often zero', () => {
    // Six units every third period: two a period.
    const history = Array.from({ length: 90 }, (_, at) => (at % 3 === 2 ? 6 : 0));
    expect(croston(history, 1, 7)?.[0]).toBeCloseTo(2, 5);
    expect(sba(history, 1, 7)?.[0]).toBeCloseTo(1.9, 5);
    expect(tsb(history, 1, 7)?.[0]).toBeGreaterThan(1.7);
    const dead = [...history, ...Array.from({ length: 60 }, () => 0)];
    expect(croston(dead, 1, 7)?.[0]).toBeCloseTo(2, 5);
    expect(tsb(dead, 1, 7)?.[0]).toBeLessThan(0.15);
  });

  it('say nothing where the history is too short', () => {
    for (const method of [naive, seasonalNaive, exponentialSmoothing, holtWinters, croston, sba, tsb]) {
      expect(method([], 3, 7)).toBeUndefined();
    }
  });
});

describe('the chosen forecast', () => {
  it('follows the season where there is one, with the errors beside that of the naive forecast', () => {
    const { method, values, backtests, deviation } = forecastDemand(weeks(8), 7, 7);
    expect(method).toBe('seasonal-naive');
    expect([values, deviation]).toEqual([week, 0]);
    expect(backtests.find((one) => one.method === 'naive')).toMatchObject({ againstNaive: 1 });
    expect(backtests.find((one) => one.method === 'holt-winters')?.againstNaive).toBeLessThan(0.05);
  });

  it('is never one that would have done worse than the naive forecast', async () => {
    await checkProperty(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 80 }),
        fc.integer({ min: 1, max: 14 }),
        (history, horizon) => {
          const forecast = forecastDemand(history, horizon, 7);
          const chosen = forecast.backtests.find((one) => one.method === forecast.method);
          expect(chosen?.againstNaive ?? 1).toBeLessThanOrEqual(1);
          expect(forecast.values).toHaveLength(horizon);
          for (const value of forecast.values) expect(value).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is the naive one where nothing can be tested, and zero where nothing was ever sold', () => {
    expect(forecastDemand([3, 4, 5], 2, 7)).toMatchObject({ method: 'naive', values: [5, 5], backtests: [] });
    expect(forecastDemand([0, 0, 0], 2, 7)).toMatchObject({ method: 'naive', kind: 'none', values: [0, 0] });
    expect(forecastDemand([], 2, 7).values).toEqual([0, 0]);
  });

  it('names the kind of demand', () => {
    expect(kindOf([5, 5, 6, 5])).toBe('smooth');
    expect(kindOf([5, 0, 0, 5, 0, 0])).toBe('intermittent');
    expect(kindOf([1, 30, 1, 30])).toBe('erratic');
    expect(kindOf([1, 0, 0, 60, 0, 0])).toBe('lumpy');
  });
});
