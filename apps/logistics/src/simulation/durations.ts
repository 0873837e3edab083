import { spread } from '../carriers/carriers.js';

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

/**
 * Time from handover to the door: two thirds come from the country, one third from the shipment, so that parcels
 * to one country take similar but not equal times; the same shipment always takes the same.
 */
export const transitTime = (shipmentId: string, country: string, durations: Durations): number => {
  const range = Math.max(0, durations.transitMax - durations.transitMin);
  const share = ((spread(country) % 1000) * 2 + (spread(shipmentId) % 1000)) / 2997;
  return Math.round(durations.transitMin + range * share);
};
