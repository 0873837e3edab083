import { type MethodName, methodNames, methods } from './methods.js';

/** How well a method would have done. */
export interface Backtest {
  readonly method: MethodName;
  /** Mean absolute error per period, units. */
  readonly mae: number;
  /** Root mean squared error per period, units. */
  readonly rmse: number;
  /** rmse divided by that of the naive forecast: below 1 it is better. */
  readonly againstNaive: number;
}

/** Kinds of demand after Syntetos, Boylan & Croston (2005): by mean interval (ADI) and variation of size (CV²). */
export type DemandKind = 'none' | 'smooth' | 'intermittent' | 'erratic' | 'lumpy';

export interface Forecast {
  readonly method: MethodName;
  readonly kind: DemandKind;
  /** Units per period, the next one first. */
  readonly values: readonly number[];
  /** Standard deviation of the error of one period, units: what safety stock has to cover. */
  readonly deviation: number;
  readonly backtests: readonly Backtest[];
  /** Periods of history that were used. */
  readonly periods: number;
}

/** Fewest periods that are held back in a back-test; with less history only the naive forecast is used. */
const LEAST_ORIGINS = 4;
const MOST_ORIGINS = 28;
/** History longer than this says little about tomorrow. */
const MOST_HISTORY = 730;

const ADI_LIMIT = 1.32;
const CV2_LIMIT = 0.49;

export const kindOf = (history: readonly number[]): DemandKind => {
  const sizes = history.filter((value) => value > 0);
  if (sizes.length === 0) return 'none';
  const interval = history.length / sizes.length;
  const mean = sizes.reduce((sum, value) => sum + value, 0) / sizes.length;
  const variance = sizes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sizes.length;
  const varied = variance / mean ** 2 >= CV2_LIMIT;
  if (interval >= ADI_LIMIT) return varied ? 'lumpy' : 'intermittent';
  return varied ? 'erratic' : 'smooth';
};

interface Errors {
  absolute: number;
  squared: number;
  count: number;
}

/** Errors of a method over the last periods, each forecast from what was known before it; undefined: it cannot. */
const errorsOf = (
  name: MethodName,
  history: readonly number[],
  origins: number,
  season: number,
): Errors | undefined => {
  const errors: Errors = { absolute: 0, squared: 0, count: 0 };
  for (let origin = history.length - origins; origin < history.length; origin += 1) {
    const forecast = methods[name](history.slice(0, origin), 1, season);
    if (!forecast) return undefined;
    const error = (history[origin] ?? 0) - (forecast[0] ?? 0);
    errors.absolute += Math.abs(error);
    errors.squared += error ** 2;
    errors.count += 1;
  }
  return errors;
};

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/**
 * Forecasts demand by the method that would have done best so far (rolling origin, one step ahead). One that would
 * have done worse than the naive forecast is never used.
 * @param history units per period, oldest first
 * @param season periods of a season: 7 for days, 52 for weeks
 */
export const forecastDemand = (history: readonly number[], horizon: number, season: number): Forecast => {
  const known = history.slice(-MOST_HISTORY);
  const kind = kindOf(known);
  const periods = known.length;
  const origins = Math.min(MOST_ORIGINS, Math.floor(periods / 3));
  const plain = (): Forecast => {
    const values = methods.naive(known, horizon, season) ?? Array.from({ length: horizon }, () => 0);
    return { method: 'naive', kind, values, deviation: spread(known), backtests: [], periods };
  };
  if (kind === 'none' || origins < LEAST_ORIGINS) return plain();
  const base = errorsOf('naive', known, origins, season);
  if (!base) return plain();
  const backtests = methodNames.flatMap((method): Backtest[] => {
    const errors = method === 'naive' ? base : errorsOf(method, known, origins, season);
    if (!errors) return [];
    const ratio =
      base.squared === 0 ? (errors.squared === 0 ? 1 : Number.MAX_SAFE_INTEGER) : errors.squared / base.squared;
    return [
      {
        method,
        mae: round(errors.absolute / errors.count),
        rmse: round(Math.sqrt(errors.squared / errors.count)),
        againstNaive: round(Math.sqrt(ratio)),
      },
    ];
  });
  const best = backtests.reduce((a, b) => (b.againstNaive < a.againstNaive ? b : a));
  const values = methods[best.method](known, horizon, season) ?? [];
  return { method: best.method, kind, values: values.map(round), deviation: best.rmse, backtests, periods };
};

const spread = (values: readonly number[]): number => {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return round(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)));
};
