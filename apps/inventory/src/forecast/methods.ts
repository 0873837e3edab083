/**
 * Methods that forecast demand per period from its history, oldest first. Each answers with `horizon` values, never
 * below zero; undefined when the history is too short for it.
 */
export type Method = (history: readonly number[], horizon: number, season: number) => number[] | undefined;

const flat = (level: number, horizon: number): number[] => Array.from({ length: horizon }, () => Math.max(0, level));

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Tomorrow is as today: what every other method has to beat. */
export const naive: Method = (history, horizon) => {
  const last = history.at(-1);
  return last === undefined ? undefined : flat(last, horizon);
};

/** The same period one season before. Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.2. */
export const seasonalNaive: Method = (history, horizon, season) =>
  history.length < season
    ? undefined
    : Array.from({ length: horizon }, (_, step) => history[history.length - season + (step % season)] ?? 0);

/** Mean of the last periods, at most two seasons. */
export const movingAverage: Method = (history, horizon, season) =>
  history.length < 2 ? undefined : flat(mean(history.slice(-2 * season)), horizon);

/** Simple exponential smoothing (Brown 1956); the weight with the least one-step error is taken. */
export const exponentialSmoothing: Method = (history, horizon) => {
  if (history.length < 4) return undefined;
  const fit = (alpha: number) => {
    let level = history[0] ?? 0;
    let error = 0;
    for (const value of history.slice(1)) {
      error += (value - level) ** 2;
      level += alpha * (value - level);
    }
    return { level, error };
  };
  const best = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7].map(fit).reduce((a, b) => (b.error < a.error ? b : a));
  return flat(best.level, horizon);
};

interface Winters {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
}

const WINTERS: readonly Winters[] = [0.1, 0.3, 0.5].flatMap((alpha) =>
  [0.01, 0.1].flatMap((beta) => [0.05, 0.2, 0.4].map((gamma) => ({ alpha, beta, gamma }))),
);

/**
 * Holt-Winters with additive season (Winters 1960), the weights chosen by the least one-step error. The trend is
 * damped (Gardner & McKenzie 1985, φ 0.98): demand does not grow for ever.
 */
export const holtWinters: Method = (history, horizon, season) => {
  if (season < 2 || history.length < 2 * season + 2) return undefined;
  const first = mean(history.slice(0, season));
  const second = mean(history.slice(season, 2 * season));
  const damping = 0.98;
  const fit = ({ alpha, beta, gamma }: Winters) => {
    let level = first;
    let trend = (second - first) / season;
    const seasonal = history.slice(0, season).map((value) => value - first);
    let error = 0;
    for (let at = season; at < history.length; at += 1) {
      const value = history[at] ?? 0;
      const index = at % season;
      const before = seasonal[index] ?? 0;
      const expected = level + damping * trend;
      error += (value - expected - before) ** 2;
      const next = alpha * (value - before) + (1 - alpha) * expected;
      trend = beta * (next - level) + (1 - beta) * damping * trend;
      seasonal[index] = gamma * (value - next) + (1 - gamma) * before;
      level = next;
    }
    return { level, trend, seasonal, error };
  };
  const { level, trend, seasonal } = WINTERS.map(fit).reduce((a, b) => (b.error < a.error ? b : a));
  let drift = 0;
  return Array.from({ length: horizon }, (_, step) => {
    drift = drift * damping + damping;
    return Math.max(0, level + drift * trend + (seasonal[(history.length + step) % season] ?? 0));
  });
};

const SMOOTHING = 0.1;

const crostonRate = (history: readonly number[], alpha: number): number | undefined => {
  let size: number | undefined;
  let interval = 1;
  let since = 1;
  for (const value of history) {
    if (value <= 0) {
      since += 1;
      continue;
    }
    if (size === undefined) {
      size = value;
      interval = since;
    } else {
      size += alpha * (value - size);
      interval += alpha * (since - interval);
    }
    since = 1;
  }
  return size === undefined ? undefined : size / interval;
};

const demandCount = (history: readonly number[]): number => history.filter((value) => value > 0).length;

/** Croston (1972): size and interval of demand smoothed apart, for demand that is often zero. */
export const croston: Method = (history, horizon) => {
  const rate = demandCount(history) < 2 ? undefined : crostonRate(history, SMOOTHING);
  return rate === undefined ? undefined : flat(rate, horizon);
};

/** Syntetos & Boylan (2005): Croston without its bias, by the factor 1 − α/2. */
export const sba: Method = (history, horizon) => {
  const rate = demandCount(history) < 2 ? undefined : crostonRate(history, SMOOTHING);
  return rate === undefined ? undefined : flat(rate * (1 - SMOOTHING / 2), horizon);
};

/** Teunter, Syntetos & Babai (2011): the chance of demand falls with every period without, so that a dying product fades. */
export const tsb: Method = (history, horizon) => {
  if (demandCount(history) < 2) return undefined;
  const share = demandCount(history.slice(0, 10)) / Math.min(10, history.length);
  let chance = share > 0 ? share : 1 / history.length;
  let size = mean(history.filter((value) => value > 0).slice(0, 3));
  for (const value of history) {
    chance += 0.05 * ((value > 0 ? 1 : 0) - chance);
    if (value > 0) size += SMOOTHING * (value - size);
  }
  return flat(chance * size, horizon);
};

/** By name, in the order in which equal ones are preferred: the simplest first. */
export const methods = {
  naive,
  'seasonal-naive': seasonalNaive,
  'moving-average': movingAverage,
  'exponential-smoothing': exponentialSmoothing,
  'holt-winters': holtWinters,
  croston,
  sba,
  tsb,
} as const satisfies Readonly<Record<string, Method>>;

export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as readonly MethodName[];
