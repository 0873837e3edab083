import { improveRoutes } from './improve.js';
import { distanceOf, isFeasible, type RoutingProblem } from './problem.js';

/** Puts a stop where it costs least. @returns false when it fits nowhere */
const insert = (problem: RoutingProblem, routes: number[][], stop: number): boolean => {
  let best: { route: number; longer: number[]; more: number } | undefined;
  routes.forEach((route, at) => {
    for (let place = 0; place <= route.length; place++) {
      const longer = [...route.slice(0, place), stop, ...route.slice(place)];
      const more = distanceOf(problem, longer) - distanceOf(problem, route);
      if ((!best || more < best.more) && isFeasible(problem, longer)) best = { route: at, longer, more };
    }
  });
  if (!best) return false;
  routes[best.route] = best.longer;
  return true;
};

/**
 * Makes do with fewer vehicles, even where that is further to drive: the stops of the shortest routes go to the others.
 * @returns at most `most` routes where that was found to be possible, else as few as were found
 */
export const fewerRoutes = (
  problem: RoutingProblem,
  routes: readonly (readonly number[])[],
  most: number,
): number[][] => {
  let current = routes.map((route) => [...route]);
  while (current.length > most) {
    const shortest = [...current].sort((a, b) => a.length - b.length);
    let fewer: number[][] | undefined;
    for (const given of shortest) {
      const rest = current.filter((route) => route !== given).map((route) => [...route]);
      if (given.every((stop) => insert(problem, rest, stop))) {
        fewer = rest;
        break;
      }
    }
    if (!fewer) return current;
    current = improveRoutes(problem, fewer);
  }
  return current;
};
