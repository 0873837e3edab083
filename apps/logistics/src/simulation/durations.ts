import { spread } from '../carriers/tracking-number.js';

/** How long things take in simulated time, milliseconds. */
export interface Durations {
  readonly accept: number;
  readonly pick: number;
  readonly pack: number;
  /** From packed to handed over. */
  readonly handover: number;
  /** Shortest and longest way, from handover to the door. */
  readonly transitMin: number;
  readonly transitMax: number;
}

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** A warehouse with little to do and a carrier that keeps its word. */
export const usualDurations: Durations = {
  accept: MINUTE,
  pick: 20 * MINUTE,
  pack: 10 * MINUTE,
  handover: 5 * MINUTE,
  transitMin: DAY,
  transitMax: 3 * DAY,
};

/** How fast a service is, told by its code. */
export const paceOf = (service: string | undefined): 'express' | 'standard' | 'freight' =>
  service?.includes('express') ? 'express' : service?.includes('freight') ? 'freight' : 'standard';

/**
 * Time from handover to the door: two thirds come from the country, one third from the shipment, so that parcels
 * to one country take similar but not equal times; the same shipment always takes the same. Express goes the faster
 * half of the range, freight the slower one.
 */
export const transitTime = (shipmentId: string, country: string, durations: Durations, service?: string): number =>
  transit(spread(shipmentId) % 1000, country, durations, service);

/** The longest any shipment to the country takes. */
export const longestTransit = (country: string, durations: Durations, service?: string): number =>
  transit(999, country, durations, service);

const transit = (part: number, country: string, durations: Durations, service?: string): number => {
  const range = Math.max(0, durations.transitMax - durations.transitMin);
  const share = ((spread(country) % 1000) * 2 + part) / 2997;
  const pace = paceOf(service);
  const place = pace === 'express' ? share / 2 : pace === 'freight' ? (1 + share) / 2 : share;
  return Math.round(durations.transitMin + range * place);
};
