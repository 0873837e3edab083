import { improveRoutes } from './improve.js';
import { isFeasible, loadOf, type RoutingProblem, totalDistance } from './problem.js';
import { savingsRoutes } from './savings.js';

/** How hard to look. */
export interface SolveOptions {
  /** Rounds of taking stops out and putting them back; grows with the number of stops when absent. */
  readonly rounds?: number;
  /** Most stops for which anything but the savings is tried. */
  readonly mostStops?: number;
}

/** How many starting points are followed. */
const STARTS = 3;

/** Small numbers that look random and are the same every time: the same question gets the same answer. */
const randomSource = (seed: number): (() => number) => {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

/** The cheapest feasible place of a stop in some routes; a new route where none is. */
const insertBest = (
  problem: RoutingProblem,
  routes: number[][],
  loads: number[][],
  stop: number,
  blink: () => boolean,
): void => {
  const { distance, demand, capacity } = problem;
  const own = demand[stop] ?? [];
  let best: { route: number; at: number; more: number } | undefined;
  for (let r = 0; r < routes.length; r++) {
    const load = loads[r] ?? [];
    if (own.some((units, dimension) => (load[dimension] ?? 0) + units > (capacity[dimension] ?? 0))) continue;
    const route = routes[r] ?? [];
    for (let at = 0; at <= route.length; at++) {
      const before = at === 0 ? 0 : (route[at - 1] ?? 0);
      const after = at === route.length ? 0 : (route[at] ?? 0);
      const more = (distance[before]?.[stop] ?? 0) + (distance[stop]?.[after] ?? 0) - (distance[before]?.[after] ?? 0);
      if ((best && more >= best.more) || blink()) continue;
      if (!isFeasible(problem, [...route.slice(0, at), stop, ...route.slice(at)])) continue;
      best = { route: r, at, more };
    }
  }
  const alone = (distance[0]?.[stop] ?? 0) + (distance[stop]?.[0] ?? 0);
  if (!best || best.more > alone) {
    routes.push([stop]);
    loads.push([...own]);
    return;
  }
  const { route: r, at } = best;
  routes[r]?.splice(at, 0, stop);
  loads[r] = (loads[r] ?? []).map((load, dimension) => load + (own[dimension] ?? 0));
};

/**
 * Ruin and recreate: neighbouring stops are taken out and put back where they cost least, now and then passing over a
 * place (blinks, Christiaens and Vanden Berghe 2020); worse routes are kept for a while as a cooling metal would.
 */
const perturb = (problem: RoutingProblem, start: number[][], rounds: number, seed: number): number[][] => {
  const places = problem.distance.length;
  const random = randomSource((places + seed) * 2_654_435_761);
  const blink = () => random() < 0.01;
  const near = problem.distance.map((row) =>
    row
      .map((_, stop) => stop)
      .filter((stop) => stop !== 0)
      .sort((a, b) => (row[a] ?? 0) - (row[b] ?? 0)),
  );
  let current = start.map((route) => [...route]);
  let length = totalDistance(problem, current);
  let best = current;
  let bestLength = length;
  const hot = (length / Math.max(1, places)) * 0.5;
  for (let round = 0; round < rounds; round++) {
    const heat = hot * 0.002 ** (round / rounds);
    const centre = 1 + Math.floor(random() * (places - 1));
    const count = 1 + Math.floor(random() * Math.min(12, Math.max(2, places / 4)));
    // Two neighbourhoods now and then, so that routes which do not touch can exchange stops.
    const second = random() < 0.3 ? 1 + Math.floor(random() * (places - 1)) : centre;
    const out = new Set([...(near[centre] ?? []).slice(0, count), ...(near[second] ?? []).slice(0, count)]);
    const routes = current
      .map((route) => (route.some((stop) => out.has(stop)) ? route.filter((stop) => !out.has(stop)) : [...route]))
      .filter((route) => route.length > 0);
    const loads = routes.map((route) => loadOf(problem, route));
    const far = random() < 0.5;
    const order = [...out].map((stop) => ({ stop, key: far ? -(problem.distance[0]?.[stop] ?? 0) : random() }));
    for (const { stop } of order.sort((a, b) => a.key - b.key)) insertBest(problem, routes, loads, stop, blink);
    const next = totalDistance(problem, routes);
    if (next >= length - heat * Math.log(random() || 1e-12)) continue;
    current = routes;
    length = next;
    if (length < bestLength - 1e-9) {
      best = current.map((route) => [...route]);
      bestLength = length;
    }
  }
  return best;
};

/**
 * Plans routes: Clarke-Wright savings with several shapes, local search (2-opt, or-opt, 2-opt*, relocate, swap) on the
 * best, ruin and recreate, and local search again. Capacity and windows are never violated: every step keeps feasible
 * routes feasible. A heuristic: usually within two per cent of the optimum for up to a hundred stops (see the spec).
 */
export const solveRoutes = (problem: RoutingProblem, options: SolveOptions = {}): number[][] => {
  const stops = problem.distance.length - 1;
  if (stops <= 0) return [];
  const shapes = stops <= (options.mostStops ?? 200) ? [1, 0.8, 1.2, 1.4] : [1];
  const starts = shapes.map((shape) => savingsRoutes(problem, shape));
  const [first = []] = starts.sort((a, b) => totalDistance(problem, a) - totalDistance(problem, b));
  if (stops > (options.mostStops ?? 200)) return first;
  // A round costs as much as there are stops: the whole stays at about a second.
  const rounds = options.rounds ?? Math.round(Math.min(150 * stops, 600_000 / stops));
  // Each begins where another shape of the savings led: what one never gets out of, another never gets into.
  const found = starts.slice(0, STARTS).map((start, seed) => {
    const improved = improveRoutes(problem, start);
    const shaken = improveRoutes(problem, perturb(problem, improved, rounds, seed));
    return totalDistance(problem, shaken) < totalDistance(problem, improved) ? shaken : improved;
  });
  return found.sort((a, b) => totalDistance(problem, a) - totalDistance(problem, b))[0] ?? first;
};
