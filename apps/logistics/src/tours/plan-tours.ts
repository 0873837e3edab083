import { Refused } from '@orderloom/contracts';
import type { VehicleData } from '../data/kinds.js';
import { fewerRoutes } from '../routes/fewer.js';
import { distanceOf, impossibleStops, loadOf, type RoutingProblem, timingOf } from '../routes/problem.js';
import { solveRoutes } from '../routes/solve.js';

/** A point on earth. */
export interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** Somebody to bring something to. */
export interface StopRequest extends Point {
  readonly stopId: string;
  readonly grams: number;
  readonly volumeCm3: number;
  readonly serviceMinutes: number;
  /** ms since 1970. */
  readonly open: number;
  readonly close: number;
}

export interface Vehicle extends VehicleData {
  readonly code: string;
}

export interface TourRequest {
  readonly depot: Point;
  readonly stops: readonly StopRequest[];
  readonly vehicles: readonly Vehicle[];
  /** When vehicles may leave and must be back, ms since 1970. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** How it is driven today: stop ids per vehicle. One vehicle after the other as listed when absent. */
  readonly today?: readonly (readonly string[])[] | undefined;
}

/** A vehicle with its stops. */
export interface PlannedTour {
  readonly vehicle: Vehicle;
  readonly stops: readonly { readonly stopId: string; readonly arriveAt: number; readonly leaveAt: number }[];
  readonly endsAt: number;
  readonly distanceM: number;
  readonly grams: number;
  readonly load: number;
  readonly cost: number;
}

/** Figures to compare. */
export interface TourFigures {
  readonly vehicles: number;
  readonly distanceM: number;
  readonly cost: number;
  /** Weight carried, as part of what the vehicles used could carry. */
  readonly load: number;
}

export interface TourPlan {
  readonly tours: readonly PlannedTour[];
  readonly before: TourFigures;
  readonly after: TourFigures;
}

const EARTH_M = 6_371_000;
/** Roads are longer than the way of a bird; a usual figure for towns. */
export const DETOUR = 1.3;

/** Metres by road, from the great circle. */
export const roadDistance = (a: Point, b: Point): number => {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const dLat = rad(b.lat - a.lat);
  const dLon = rad(b.lon - a.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dLon / 2) ** 2;
  return Math.round(2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h))) * DETOUR);
};

/** What every vehicle of a group can do: the slowest's speed and the smallest's room. */
const problemOf = (request: TourRequest, vehicles: readonly Vehicle[]): RoutingProblem => {
  const { depot, stops, startsAt, endsAt } = request;
  const points = [depot, ...stops];
  const distance = points.map((a) => points.map((b) => roadDistance(a, b)));
  const speed = Math.min(...vehicles.map(({ speedKmh }) => speedKmh)) / 3_600; // metres per ms
  return {
    distance,
    time: distance.map((row) => row.map((metres) => metres / speed)),
    demand: [[0, 0], ...stops.map(({ grams, volumeCm3 }) => [grams, volumeCm3])],
    capacity: [
      Math.min(...vehicles.map(({ maxGrams }) => maxGrams)),
      Math.min(...vehicles.map(({ maxVolumeCm3 }) => maxVolumeCm3 ?? Number.POSITIVE_INFINITY)),
    ],
    window: [[startsAt, endsAt], ...stops.map(({ open, close }) => [Math.max(open, startsAt), close] as const)],
    service: [0, ...stops.map(({ serviceMinutes }) => serviceMinutes * 60_000)],
  };
};

const costOf = (vehicle: Vehicle, distanceM: number): number =>
  vehicle.costPerTour + Math.round((vehicle.costPerKm * distanceM) / 1_000);

const figuresOf = (
  problem: RoutingProblem,
  routes: readonly (readonly number[])[],
  vehicles: readonly Vehicle[],
): TourFigures => {
  const used = routes
    .map((route, at) => ({ route, vehicle: vehicles[at % vehicles.length] as Vehicle }))
    .filter(({ route }) => route.length > 0);
  const sum = (value: (one: (typeof used)[number]) => number) => used.reduce((total, one) => total + value(one), 0);
  const room = sum(({ vehicle }) => vehicle.maxGrams);
  return {
    vehicles: used.length,
    distanceM: sum(({ route }) => distanceOf(problem, route)),
    cost: sum(({ route, vehicle }) => costOf(vehicle, distanceOf(problem, route))),
    load: room === 0 ? 0 : Math.round((sum(({ route }) => loadOf(problem, route)[0] ?? 0) / room) * 1000) / 1000,
  };
};

/** Today's way: as told, or the stops as they are listed, a new vehicle whenever one is full. */
const todayRoutes = (request: TourRequest, problem: RoutingProblem): number[][] => {
  const at = new Map(request.stops.map(({ stopId }, index) => [stopId, index + 1]));
  if (request.today) return request.today.map((ids) => ids.flatMap((id) => at.get(id) ?? []));
  const routes: number[][] = [[]];
  for (let stop = 1; stop <= request.stops.length; stop++) {
    const longer = [...(routes.at(-1) ?? []), stop];
    const fits = loadOf(problem, longer).every((load, dimension) => load <= (problem.capacity[dimension] ?? 0));
    if (fits) routes[routes.length - 1] = longer;
    else routes.push([stop]);
  }
  return routes;
};

/** Vehicles in groups to plan with: all of them, then without the smallest, and so on: fewer, larger ones may do. */
const groups = (vehicles: readonly Vehicle[]): Vehicle[][] => {
  const sorted = [...vehicles].sort((a, b) => b.maxGrams - a.maxGrams || (a.code < b.code ? -1 : 1));
  const sizes = [...new Set(sorted.map(({ maxGrams }) => maxGrams))];
  return sizes.map((size) => sorted.filter(({ maxGrams }) => maxGrams >= size)).reverse();
};

/**
 * Plans tours with several stops, capacities and time windows. Vehicles that differ are planned with what all of a group
 * can do, for every group of the larger ones, and the cheapest plan that has a vehicle for each tour is taken.
 * @throws Refused TOUR_STOP_IMPOSSIBLE (no vehicle can serve it even alone), VEHICLES_MISSING
 */
export const planTours = (request: TourRequest): TourPlan => {
  const all = groups(request.vehicles);
  if (all.length === 0) throw new Refused('VEHICLES_MISSING', { needed: 1, available: 0 });
  let best: { group: Vehicle[]; problem: RoutingProblem; routes: number[][]; cost: number } | undefined;
  let needed = Number.POSITIVE_INFINITY;
  let impossible: { stop: number; why: string } | undefined;
  for (const group of all) {
    const problem = problemOf(request, group);
    const [stuck] = impossibleStops(problem);
    impossible = stuck;
    if (stuck) continue;
    const routes = fewerRoutes(problem, solveRoutes(problem), group.length);
    needed = Math.min(needed, routes.length);
    if (routes.length > group.length) continue;
    const { cost } = figuresOf(problem, routes, group);
    if (!best || cost < best.cost) best = { group, problem, routes, cost };
  }
  if (!best) {
    if (impossible && needed === Number.POSITIVE_INFINITY) {
      throw new Refused('TOUR_STOP_IMPOSSIBLE', {
        stopId: request.stops[impossible.stop - 1]?.stopId,
        why: impossible.why,
      });
    }
    throw new Refused('VEHICLES_MISSING', { needed, available: request.vehicles.length });
  }
  const { group, problem, routes } = best;
  const tours = routes.map((route, at): PlannedTour => {
    const vehicle = group[at] as Vehicle;
    const timings = timingOf(problem, route) ?? [];
    const distanceM = distanceOf(problem, route);
    const [grams = 0] = loadOf(problem, route);
    const last = route.at(-1) ?? 0;
    return {
      vehicle,
      stops: route.map((stop, n) => ({
        stopId: request.stops[stop - 1]?.stopId ?? '',
        arriveAt: Math.round(timings[n]?.begin ?? 0),
        leaveAt: Math.round(timings[n]?.leave ?? 0),
      })),
      endsAt: Math.round((timings.at(-1)?.leave ?? request.startsAt) + (problem.time[last]?.[0] ?? 0)),
      distanceM,
      grams,
      load: Math.round((grams / vehicle.maxGrams) * 1000) / 1000,
      cost: costOf(vehicle, distanceM),
    };
  });
  return {
    tours,
    before: figuresOf(problem, todayRoutes(request, problem), group),
    after: figuresOf(problem, routes, group),
  };
};
