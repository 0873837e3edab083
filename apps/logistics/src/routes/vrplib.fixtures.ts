import type { RoutingProblem } from './problem.js';

/** Public instances in the form of VRPLIB, shortened to what is needed: x, y, demand per place, the depot first. */
export interface Instance {
  readonly name: string;
  /** Shortest known length; proven optimal for all of these. */
  readonly optimum: number;
  readonly capacity: number;
  /** x, y, demand and, with windows, earliest and latest begin. */
  readonly places: readonly (readonly number[])[];
  readonly service?: number;
}

const places = (coordinates: string, demands: string, windows?: string): number[][] => {
  const pairs = (text: string) =>
    text
      .trim()
      .split(/\s*;\s*/)
      .map((pair) => pair.trim().split(/\s+/).map(Number));
  const demand = demands.trim().split(/\s+/).map(Number);
  const window = windows === undefined ? [] : pairs(windows);
  return pairs(coordinates).map(([x = 0, y = 0], at) => [x, y, demand[at] ?? 0, ...(window[at] ?? [])]);
};

/** Augerat et al. (1995), set A; distances rounded to whole numbers (EUC_2D of TSPLIB). */
export const augerat: readonly Instance[] = [
  {
    name: 'A-n32-k5',
    optimum: 784,
    capacity: 100,
    places: places(
      `82 76;96 44;50 5;49 8;13 7;29 89;58 30;84 39;14 24;2 39;3 82;5 10;98 52;84 25;61 59;1 65;88 51;91 2;19 32;93 3;
       50 93;98 14;5 42;42 9;61 62;9 97;80 55;57 69;23 15;20 70;85 60;98 5`,
      '0 19 21 6 19 7 12 16 6 16 8 14 21 16 3 22 18 19 1 24 8 12 4 8 24 24 2 20 15 2 14 9',
    ),
  },
  {
    name: 'A-n33-k6',
    optimum: 742,
    capacity: 100,
    places: places(
      `34 31;45 55;70 80;81 70;85 61;59 55;45 60;50 64;80 64;75 90;25 40;9 66;1 44;50 54;35 45;71 84;1 9;25 54;45 59;45 71;
       66 84;11 35;81 46;85 10;75 20;15 21;90 45;15 0;31 26;10 95;6 6;51 5;26 36`,
      '0 26 17 6 15 7 5 15 16 17 1 21 66 25 16 11 7 17 17 22 10 25 16 7 21 11 21 11 21 22 25 2 22',
    ),
  },
  {
    name: 'A-n44-k6',
    optimum: 937,
    capacity: 100,
    places: places(
      `14 68;73 2;13 47;37 44;34 63;58 98;33 42;18 98;24 79;17 28;72 67;78 63;42 48;1 2;2 28;32 82;97 38;39 53;87 1;42 77;
       83 27;79 92;22 39;58 32;53 84;38 37;63 59;42 88;32 88;38 23;63 32;32 73;88 94;58 78;43 62;73 1;17 32;87 79;12 24;
       48 53;48 23;7 37;98 77;34 12`,
      `0 8 24 9 19 9 18 9 14 3 14 8 8 13 18 4 24 14 8 18 13 2 9 18 3 24 8 24 14 13 24 23 9 13 14 14 18 24 4 8 13 4 14 18`,
    ),
  },
];

/** Solomon (1987) R101, the first 25 customers, with time windows; distances cut to one decimal. */
export const solomon: Instance = {
  name: 'R101.25',
  optimum: 617.1,
  capacity: 200,
  service: 10,
  places: places(
    `35 35;41 49;35 17;55 45;55 20;15 30;25 30;20 50;10 43;55 60;30 60;20 65;50 35;30 25;15 10;30 5;10 20;5 30;20 40;15 60;
     45 65;45 20;45 10;55 5;65 35;65 20`,
    '0 10 7 13 19 26 3 5 9 16 16 12 19 23 20 8 19 2 12 17 9 11 18 29 3 6',
    `0 230;161 171;50 60;116 126;149 159;34 44;99 109;81 91;95 105;97 107;124 134;67 77;63 73;159 169;32 42;61 71;75 85;
     157 167;87 97;76 86;126 136;62 72;97 107;68 78;153 163;172 182`,
  ),
};

/** The problem of an instance, distances rounded as its authors do. */
export const problemOf = (
  { places: all, capacity, service = 0 }: Instance,
  round: (length: number) => number,
): RoutingProblem => {
  const distance = all.map(([x = 0, y = 0]) => all.map(([u = 0, v = 0]) => round(Math.hypot(x - u, y - v))));
  return {
    distance,
    time: distance,
    demand: all.map(([, , demand = 0]) => [demand]),
    capacity: [capacity],
    window: all.map(([, , , open = 0, close = Number.POSITIVE_INFINITY]) => [open, close] as const),
    service: all.map((_, at) => (at === 0 ? 0 : service)),
  };
};
