import { checkProperty } from '@orderloom/testing';
import fc from 'fast-check';
import { fewerRoutes } from './fewer.js';
import { improveRoutes } from './improve.js';
import { impossibleStops, isFeasible, loadOf, type RoutingProblem, timingOf, totalDistance } from './problem.js';
import { savingsRoutes } from './savings.js';
import { solveRoutes } from './solve.js';
import { augerat, problemOf, solomon } from './vrplib.fixtures.js';

/** Every stop once, nothing overloaded, nobody late. */
const check = (problem: RoutingProblem, routes: readonly (readonly number[])[]): void => {
  const stops = routes.flat().sort((a, b) => a - b);
  expect(stops).toEqual(Array.from({ length: problem.distance.length - 1 }, (_, n) => n + 1));
  for (const route of routes) {
    expect(isFeasible(problem, route)).toBe(true);
    loadOf(problem, route).forEach((load, dimension) => {
      expect(load).toBeLessThanOrEqual(problem.capacity[dimension] ?? 0);
    });
    const timings = timingOf(problem, route);
    expect(timings).toBeDefined();
    route.forEach((stop, at) => {
      const [open, close] = problem.window[stop] ?? [0, 0];
      expect(timings?.[at]?.begin).toBeGreaterThanOrEqual(open);
      expect(timings?.[at]?.begin).toBeLessThanOrEqual(close);
    });
  }
};

describe('routes beside known optima', () => {
  it.each(augerat.map((instance) => [instance.name, instance] as const))(
    '%s: within 3 %% of the optimum',
    (_, instance) => {
      const problem = problemOf(instance, Math.round);
      const savings = totalDistance(problem, savingsRoutes(problem));
      const routes = solveRoutes(problem);
      check(problem, routes);
      const length = totalDistance(problem, routes);
      // Shorter than a proven optimum would mean that something is counted wrongly.
      expect(length).toBeGreaterThanOrEqual(instance.optimum);
      expect(length / instance.optimum - 1).toBeLessThan(0.03);
      expect(length).toBeLessThanOrEqual(savings);
    },
  );

  it(`${solomon.name}: with time windows, within 3 %`, () => {
    const problem = problemOf(solomon, (length) => Math.floor(length * 10) / 10);
    const routes = solveRoutes(problem);
    check(problem, routes);
    const length = Math.round(totalDistance(problem, routes) * 10) / 10;
    expect(length).toBeGreaterThanOrEqual(solomon.optimum);
    expect(length / solomon.optimum - 1).toBeLessThan(0.03);
  });

  it('the known best routes of A-n32-k5 have the known length', () => {
    const problem = problemOf(augerat[0]!, Math.round);
    const best = [
      [21, 31, 19, 17, 13, 7, 26],
      [12, 1, 16, 30],
      [27, 24],
      [29, 18, 8, 9, 22, 15, 10, 25, 5, 20],
      [14, 28, 11, 4, 23, 3, 2, 6],
    ];
    check(problem, best);
    expect(totalDistance(problem, best)).toBe(784);
    expect(totalDistance(problem, improveRoutes(problem, best))).toBe(784);
  });
});

describe('any routes', () => {
  const place = fc.record({
    x: fc.integer({ min: 0, max: 100 }),
    y: fc.integer({ min: 0, max: 100 }),
    weight: fc.integer({ min: 0, max: 40 }),
    volume: fc.integer({ min: 0, max: 40 }),
    open: fc.integer({ min: 0, max: 300 }),
    width: fc.integer({ min: 0, max: 300 }),
    service: fc.integer({ min: 0, max: 20 }),
  });

  it('never violate capacities or windows, serve everybody once, and are the same every time', async () => {
    await checkProperty(
      fc.property(fc.array(place, { minLength: 1, maxLength: 14 }), (stops) => {
        const all = [{ x: 50, y: 50, weight: 0, volume: 0, open: 0, width: 2_000, service: 0 }, ...stops];
        const distance = all.map((a) => all.map((b) => Math.hypot(a.x - b.x, a.y - b.y)));
        const problem: RoutingProblem = {
          distance,
          time: distance,
          demand: all.map(({ weight, volume }) => [weight, volume]),
          capacity: [60, 50],
          // Every stop can be served by a vehicle of its own.
          window: all.map(
            ({ open, width }, at) => [at === 0 ? 0 : open, at === 0 ? 2_000 : 120 + open + width] as const,
          ),
          service: all.map(({ service }) => service),
        };
        expect(impossibleStops(problem)).toEqual([]);
        const routes = solveRoutes(problem, { rounds: 60 });
        check(problem, routes);
        expect(solveRoutes(problem, { rounds: 60 })).toEqual(routes);
        check(problem, improveRoutes(problem, savingsRoutes(problem)));
        check(problem, fewerRoutes(problem, routes, 1));
      }),
      { numRuns: 60 },
    );
  });

  it('name what no vehicle can do', () => {
    const distance = [
      [0, 10, 10],
      [10, 0, 5],
      [10, 5, 0],
    ];
    const problem: RoutingProblem = {
      distance,
      time: distance,
      demand: [[0], [7], [1]],
      capacity: [5],
      window: [
        [0, 100],
        [0, 100],
        [0, 5],
      ],
      service: [0, 0, 0],
    };
    expect(impossibleStops(problem)).toEqual([
      { stop: 1, why: 'TOO_MUCH' },
      { stop: 2, why: 'WINDOW' },
    ]);
    expect(solveRoutes({ ...problem, distance: [[0]], demand: [[0]] })).toEqual([]);
  });
});
