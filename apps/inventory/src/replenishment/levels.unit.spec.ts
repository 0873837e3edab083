import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import { computeLevels, positionOf, quantityToBuy, zOf } from './levels.js';

describe('replenishment levels', () => {
  it('know the quantiles of the normal distribution', () => {
    expect(zOf(50)).toBeCloseTo(0, 6);
    expect(zOf(90)).toBeCloseTo(1.281552, 5);
    expect(zOf(95)).toBeCloseTo(1.644854, 5);
    expect(zOf(99)).toBeCloseTo(2.326348, 5);
  });

  it('cover the lead time and the error of the forecast', () => {
    const inputs = { daily: 10, deviation: 4, leadTimeDays: 7, reviewDays: 9, serviceLevelPercent: 95 };
    // 1.645 × 4 × √16 = 26.3
    expect(computeLevels(inputs)).toEqual({ safetyStock: 27, reorderPoint: 97, upTo: 187 });
    expect(computeLevels({ ...inputs, daily: 0, deviation: 0 })).toEqual({ safetyStock: 0, reorderPoint: 0, upTo: 1 });
  });

  it('buy nothing above the reorder point, and what is missing below, in multiples and minima', () => {
    const position = { available: 10, onOrder: 5, waiting: 3 };
    expect(positionOf(position)).toBe(12);
    expect(quantityToBuy(position, 11, 40)).toBe(0);
    expect(quantityToBuy(position, 12, 40)).toBe(28);
    expect(quantityToBuy(position, 12, 40, { minimum: 30, multiple: 12 })).toBe(36);
    expect(quantityToBuy(position, 20, 0)).toBe(8);
  });

  it('buy what is waited for, also where no level is set', () => {
    expect(quantityToBuy({ available: 0, onOrder: 2, waiting: 5 }, 0, 0)).toBe(3);
    expect(quantityToBuy({ available: 0, onOrder: 5, waiting: 5 }, 0, 0)).toBe(0);
  });

  it('after buying, the position is at the level or above, and the quantity is a multiple', async () => {
    const n = fc.nat(200);
    await checkProperty(
      fc.property(
        n,
        n,
        n,
        n,
        n,
        fc.integer({ min: 1, max: 20 }),
        (available, onOrder, waiting, point, upTo, multiple) => {
          const bought = quantityToBuy({ available, onOrder, waiting }, point, upTo, { multiple });
          expect(bought % multiple).toBe(0);
          if (bought > 0) {
            const after = positionOf({ available, onOrder: onOrder + bought, waiting });
            expect(after).toBeGreaterThanOrEqual(Math.max(point, upTo));
            expect(after - multiple).toBeLessThan(Math.max(point, upTo, 1));
          }
        },
      ),
    );
  });
});
