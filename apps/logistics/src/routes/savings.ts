import { isFeasible, type RoutingProblem } from './problem.js';

/**
 * Clarke and Wright's savings (1964), parallel version: every stop begins with a vehicle of its own; the pair of route
 * ends that saves most is joined as long as the joined route is feasible. `shape` weighs the way between the two
 * (Yellow 1970): below 1 long thin routes, above 1 round ones.
 */
export const savingsRoutes = (problem: RoutingProblem, shape = 1): number[][] => {
  const { distance } = problem;
  const places = distance.length;
  const savings: { from: number; to: number; saved: number }[] = [];
  for (let from = 1; from < places; from++) {
    for (let to = 1; to < places; to++) {
      if (from === to) continue;
      const saved = (distance[from]?.[0] ?? 0) + (distance[0]?.[to] ?? 0) - shape * (distance[from]?.[to] ?? 0);
      if (saved >= 0) savings.push({ from, to, saved });
    }
  }
  savings.sort((a, b) => b.saved - a.saved || a.from - b.from || a.to - b.to);
  const routeOf: (number[] | undefined)[] = Array.from({ length: places }, (_, stop) =>
    stop === 0 ? undefined : [stop],
  );
  for (const { from, to } of savings) {
    const first = routeOf[from];
    const second = routeOf[to];
    if (!first || !second || first === second || first.at(-1) !== from || second[0] !== to) continue;
    const joined = [...first, ...second];
    if (!isFeasible(problem, joined)) continue;
    for (const stop of joined) routeOf[stop] = joined;
  }
  return [...new Set(routeOf.filter((route) => route !== undefined))];
};
