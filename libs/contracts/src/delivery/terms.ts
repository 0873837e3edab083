import type { DeliveryTerms } from '../events/logistics-terms.js';
import { promiseOf } from './promise.js';

/** When an order should be there, as said while it is placed, and how it came about. */
export interface OrderPromise {
  readonly promisedAt: string;
  readonly earliestAt: string;
  /** Where it most likely leaves; another location may be chosen when stock is looked for. */
  readonly location: string;
  readonly carrier: string;
  readonly service: string;
  /** `LATE`: nothing comes by the date asked for, this is the fastest. */
  readonly reason: 'BEST' | 'IN_TIME' | 'LATE';
}

type Way = DeliveryTerms['lanes'][number]['ways'][number];

/**
 * The promise to a country for an order placed now: by the best way, with a date asked for by the best that keeps it,
 * else by the fastest. Undefined where nobody goes.
 */
export const promiseByTerms = (
  terms: DeliveryTerms,
  { country, at, requiredBy }: { country: string; at: number; requiredBy?: string | undefined },
): OrderPromise | undefined => {
  const lane = (name: string) => terms.lanes.find(({ countries }) => countries.includes(name));
  const ways = (lane(country) ?? lane('*'))?.ways ?? [];
  const said = ways.map((way) => ({ way, ...timesOf(terms, way, at) }));
  const [best] = said;
  if (best === undefined) return undefined;
  const wanted = requiredBy === undefined ? undefined : Date.parse(requiredBy);
  const inTime = wanted === undefined ? best : said.find(({ promisedAt }) => Date.parse(promisedAt) <= wanted);
  const fastest = said.reduce((a, b) => (b.promisedAt < a.promisedAt ? b : a));
  const { way, promisedAt, earliestAt } = inTime ?? fastest;
  return {
    promisedAt,
    earliestAt,
    location: terms.location,
    carrier: way.carrier,
    service: way.service,
    reason: inTime === undefined ? 'LATE' : inTime === best ? 'BEST' : 'IN_TIME',
  };
};

const timesOf = (terms: DeliveryTerms, way: Way, at: number): { promisedAt: string; earliestAt: string } => {
  if (way.takesMs !== undefined) {
    const there = new Date(at + way.takesMs).toISOString();
    return { promisedAt: there, earliestAt: there };
  }
  const { handlingHours, timeZone, calendar } = terms;
  return promiseOf({
    at,
    handlingHours,
    timeZone,
    siteCalendar: calendar,
    carrierCalendar: way.calendar,
    service: way,
    zone: way,
  });
};
