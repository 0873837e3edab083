import type { ServiceData, ZoneData } from '../data/kinds.js';

/** The zone of a service for a way; the first that matches, so that exceptions stand before the rule. */
export const zoneFor = (service: ServiceData, to: string, from?: string): ZoneData | undefined =>
  service.zones.find(
    ({ countries, from: origins }) =>
      (countries.includes(to) || countries.includes('*')) &&
      (origins === undefined || (from !== undefined && origins.includes(from))),
  );

const startedKilograms = (grams: number): number => Math.max(1, Math.ceil(grams / 1_000));

/**
 * Price of a shipment, minor units. With steps: the first that reaches the weight; beyond the last, its price and
 * `perKg` for every started kilogram more.
 */
export const rateOf = (zone: ZoneData, chargeable: number): number => {
  const steps = [...(zone.steps ?? [])].sort((a, b) => a.uptoGrams - b.uptoGrams);
  const last = steps.at(-1);
  if (!last) return zone.base + zone.perKg * startedKilograms(chargeable);
  const step = steps.find(({ uptoGrams }) => chargeable <= uptoGrams);
  return step ? step.cost : last.cost + zone.perKg * startedKilograms(chargeable - last.uptoGrams);
};
