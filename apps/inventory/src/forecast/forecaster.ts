import { Injectable } from '@nestjs/common';
import { Clock } from '@orderloom/platform';
import { daysAfter } from '../promise/available-to-promise.js';
import { type Forecast, forecastDemand } from './choose.js';
import { DemandBook } from './demand-book.js';

/** A season of days is a week, one of weeks a year. */
const SEASON = { day: 7, week: 52 } as const;

/** What to forecast. */
export interface ForecastRequest {
  readonly location?: string | undefined;
  readonly bucket: 'day' | 'week';
  readonly horizon: number;
}

export interface SkuForecast extends Forecast {
  readonly sku: string;
  readonly location: string | null;
  readonly bucket: 'day' | 'week';
  /** First day of each forecast period with its units. */
  readonly periodsAhead: readonly { readonly from: string; readonly units: number }[];
  readonly total: number;
  /** Units per period, oldest first. */
  readonly history: readonly { readonly from: string; readonly units: number }[];
}

/** Units per seven days; days that make no whole week are left out at the beginning. */
export const weekly = (days: readonly { day: string; units: number }[]): { from: string; units: number }[] => {
  const skip = days.length % 7;
  return Array.from({ length: Math.floor(days.length / 7) }, (_, week) => {
    const some = days.slice(skip + week * 7, skip + week * 7 + 7);
    return { from: some[0]?.day ?? '', units: some.reduce((sum, { units }) => sum + units, 0) };
  });
};

/** Forecasts demand from what was ordered so far. */
@Injectable()
export class Forecaster {
  constructor(
    private readonly demand: DemandBook,
    private readonly clock: Clock,
  ) {}

  /** Brings the record of demand up to date and forecasts from it. */
  async forecast(sku: string, request: ForecastRequest): Promise<SkuForecast> {
    await this.demand.refresh();
    return this.fromRecord(sku, request);
  }

  /** As `forecast`, from the record as it is. */
  async fromRecord(sku: string, { location, bucket, horizon }: ForecastRequest): Promise<SkuForecast> {
    const today = this.clock.now().slice(0, 10);
    const days = await this.demand.history(sku, today, location);
    const history = bucket === 'week' ? weekly(days) : days.map(({ day, units }) => ({ from: day, units }));
    const forecast = forecastDemand(
      history.map(({ units }) => units),
      horizon,
      SEASON[bucket],
    );
    const length = bucket === 'week' ? 7 : 1;
    const periodsAhead = forecast.values.map((units, at) => ({ from: daysAfter(today, at * length), units }));
    const total = Math.round(forecast.values.reduce((sum, units) => sum + units, 0) * 100) / 100;
    return { sku, location: location ?? null, bucket, ...forecast, periodsAhead, total, history };
  }
}
