import { distanceOf, isFeasible, type RoutingProblem } from './problem.js';

/** Improvements smaller than this are rounding. */
const EPSILON = 1e-9;

/** Tries new versions of one or two routes; takes the first feasible one that is shorter. */
const take = (
  problem: RoutingProblem,
  routes: number[][],
  at: readonly number[],
  before: number,
  versions: Iterable<number[][]>,
): boolean => {
  for (const version of versions) {
    const length = version.reduce((sum, route) => sum + distanceOf(problem, route), 0);
    if (length >= before - EPSILON || !version.every((route) => isFeasible(problem, route))) continue;
    at.forEach((index, n) => {
      routes[index] = version[n] ?? [];
    });
    return true;
  }
  return false;
};

/** 2-opt: a piece of the route is driven the other way round; or-opt: up to three stops move to another place in it. */
function* withinRoute(route: readonly number[]): Generator<number[][]> {
  for (let i = 0; i < route.length - 1; i++) {
    for (let j = i + 1; j < route.length; j++) {
      yield [[...route.slice(0, i), ...route.slice(i, j + 1).reverse(), ...route.slice(j + 1)]];
    }
  }
  for (let length = 1; length <= Math.min(3, route.length - 1); length++) {
    for (let i = 0; i + length <= route.length; i++) {
      const piece = route.slice(i, i + length);
      const rest = [...route.slice(0, i), ...route.slice(i + length)];
      for (let j = 0; j <= rest.length; j++) if (j !== i) yield [[...rest.slice(0, j), ...piece, ...rest.slice(j)]];
    }
  }
}

/** 2-opt*: two routes swap their ends; relocate: up to two stops move over; swap: one stop for one. */
function* betweenRoutes(a: readonly number[], b: readonly number[]): Generator<number[][]> {
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if ((i === 0 && j === 0) || (i === a.length && j === b.length)) continue;
      yield [
        [...a.slice(0, i), ...b.slice(j)],
        [...b.slice(0, j), ...a.slice(i)],
      ];
    }
  }
  for (const [from, to, turned] of [
    [a, b, false],
    [b, a, true],
  ] as const) {
    for (let length = 1; length <= 2; length++) {
      for (let i = 0; i + length <= from.length; i++) {
        const rest = [...from.slice(0, i), ...from.slice(i + length)];
        for (let j = 0; j <= to.length; j++) {
          const longer = [...to.slice(0, j), ...from.slice(i, i + length), ...to.slice(j)];
          yield turned ? [longer, rest] : [rest, longer];
        }
      }
    }
  }
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      yield [a.with(i, b[j] as number), b.with(j, a[i] as number)];
    }
  }
}

/** Improves routes until no single exchange makes them shorter. Feasible routes stay feasible. */
export const improveRoutes = (problem: RoutingProblem, routes: readonly (readonly number[])[]): number[][] => {
  const current = routes.map((route) => [...route]);
  for (let improved = true; improved; ) {
    improved = false;
    for (let i = 0; i < current.length; i++) {
      const route = current[i] ?? [];
      while (take(problem, current, [i], distanceOf(problem, current[i] ?? []), withinRoute(current[i] ?? route)))
        improved = true;
    }
    for (let i = 0; i < current.length; i++) {
      for (let j = i + 1; j < current.length; j++) {
        const [a, b] = [current[i] ?? [], current[j] ?? []];
        const before = distanceOf(problem, a) + distanceOf(problem, b);
        if (take(problem, current, [i, j], before, betweenRoutes(a, b))) improved = true;
      }
    }
  }
  return current.filter((route) => route.length > 0);
};
