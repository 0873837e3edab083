/**
 * A vehicle routing problem with capacities and time windows. Place 0 is the depot, the others are the stops; distances,
 * times and loads are in whatever unit the caller uses, as long as it is one.
 */
export interface RoutingProblem {
  readonly distance: readonly (readonly number[])[];
  readonly time: readonly (readonly number[])[];
  /** Per place and dimension (weight, volume …); the depot's are 0. */
  readonly demand: readonly (readonly number[])[];
  /** Per dimension: what a vehicle takes at most. */
  readonly capacity: readonly number[];
  /** Earliest and latest begin of service per place; that of the depot: leaving and being back. */
  readonly window: readonly (readonly [open: number, close: number])[];
  readonly service: readonly number[];
}

/** Stops in the order in which one vehicle serves them, without the depot. */
export type Route = readonly number[];

/** When a stop is reached, served and left. */
export interface Timing {
  readonly arrive: number;
  readonly begin: number;
  readonly leave: number;
}

export const distanceOf = ({ distance }: RoutingProblem, route: Route): number => {
  let total = 0;
  let at = 0;
  for (const stop of route) {
    total += distance[at]?.[stop] ?? 0;
    at = stop;
  }
  return total + (distance[at]?.[0] ?? 0);
};

export const totalDistance = (problem: RoutingProblem, routes: readonly Route[]): number =>
  routes.reduce((sum, route) => sum + distanceOf(problem, route), 0);

/** Load per dimension. */
export const loadOf = ({ demand, capacity }: RoutingProblem, route: Route): number[] =>
  capacity.map((_, dimension) => route.reduce((sum, stop) => sum + (demand[stop]?.[dimension] ?? 0), 0));

/** Times of a route that leaves as late as its first stop allows; undefined when a window is missed. */
export const timingOf = (problem: RoutingProblem, route: Route): Timing[] | undefined => {
  const { time, window, service } = problem;
  const timings: Timing[] = [];
  let now = window[0]?.[0] ?? 0;
  let at = 0;
  for (const stop of route) {
    const arrive = now + (time[at]?.[stop] ?? 0);
    const [open, close] = window[stop] ?? [0, Number.POSITIVE_INFINITY];
    const begin = Math.max(arrive, open);
    if (begin > close) return undefined;
    now = begin + (service[stop] ?? 0);
    timings.push({ arrive, begin, leave: now });
    at = stop;
  }
  return now + (time[at]?.[0] ?? 0) > (window[0]?.[1] ?? Number.POSITIVE_INFINITY) ? undefined : timings;
};

const keepsWindows = (problem: RoutingProblem, route: Route): boolean => {
  const { time, window, service } = problem;
  let now = window[0]?.[0] ?? 0;
  let at = 0;
  for (const stop of route) {
    now += time[at]?.[stop] ?? 0;
    const own = window[stop];
    if (own) {
      if (now < own[0]) now = own[0];
      if (now > own[1]) return false;
    }
    now += service[stop] ?? 0;
    at = stop;
  }
  return now + (time[at]?.[0] ?? 0) <= (window[0]?.[1] ?? Number.POSITIVE_INFINITY);
};

/** True when a vehicle can do it: neither overloaded nor late anywhere. */
export const isFeasible = (problem: RoutingProblem, route: Route): boolean =>
  loadOf(problem, route).every((load, dimension) => load <= (problem.capacity[dimension] ?? 0)) &&
  keepsWindows(problem, route);

/** Stops that no vehicle could serve even alone, and why. */
export const impossibleStops = (problem: RoutingProblem): { stop: number; why: 'TOO_MUCH' | 'WINDOW' }[] =>
  problem.demand.flatMap((demand, stop): { stop: number; why: 'TOO_MUCH' | 'WINDOW' }[] => {
    if (stop === 0) return [];
    if (demand.some((load, dimension) => load > (problem.capacity[dimension] ?? 0)))
      return [{ stop, why: 'TOO_MUCH' as const }];
    return keepsWindows(problem, [stop]) ? [] : [{ stop, why: 'WINDOW' as const }];
  });
