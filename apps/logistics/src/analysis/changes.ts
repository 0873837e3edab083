import { OWN_FLEET } from '../carriers/own-fleet.js';
import { rateOf, zoneFor } from '../carriers/rates.js';
import type { Snapshot } from '../data/reference.js';
import { paceOf } from '../simulation/durations.js';
import { type AnalysedShipment, figuresOf } from './figures.js';

/** Something that could be done otherwise, and what it would have saved in the period. */
export interface Change {
  readonly change: 'SWITCH_CARRIER' | 'SHIP_TOGETHER' | 'SMALLER_CARTONS' | 'FEWER_REDELIVERIES';
  /** Minor units. */
  readonly saving: number;
  readonly currency: string;
  readonly shipments: number;
  /** Where, and from what to what. */
  readonly details: Readonly<Record<string, string | number | null>>;
}

/** What a second try costs, as part of what the shipment cost: carriers charge for it, or price it in. */
export const REDELIVERY_SHARE = 0.3;
/** A carrier that keeps its word this much less often than the one it would replace is not proposed. */
const WORSE = 0.05;
/** Fewer shipments than this say nothing about a carrier: then the figure on record is taken. */
const ENOUGH = 20;

const chargeable = ({ chargeableGrams, weightGrams }: AnalysedShipment): number =>
  chargeableGrams ?? weightGrams ?? 500;

const priced = (shipments: readonly AnalysedShipment[], currency: string) =>
  shipments.filter((one): one is AnalysedShipment & { cost: number } => one.cost !== null && one.currency === currency);

/** The same parcels with another carrier's service of the same pace, lane by lane; the best per lane. */
const switches = (
  shipments: readonly (AnalysedShipment & { cost: number })[],
  currency: string,
  data: Pick<Snapshot, 'all'>,
): Change[] => {
  const lanes = new Map<string, (AnalysedShipment & { cost: number })[]>();
  for (const one of shipments) {
    const key = `${one.location ?? ''}\n${one.country}\n${one.carrier}\n${one.service ?? ''}`;
    lanes.set(key, [...(lanes.get(key) ?? []), one]);
  }
  const kept = (carrier: string, onRecord: number): number => {
    const own = figuresOf(shipments.filter((one) => one.carrier === carrier));
    return own.delivered >= ENOUGH && own.onTimeRate !== null ? own.onTimeRate : onRecord;
  };
  const carriers = data
    .all('carrier')
    .filter(({ id, value }) => id !== OWN_FLEET && value.enabled && value.currency === currency);
  return [...lanes.values()].flatMap((lane): Change[] => {
    const [first] = lane;
    if (!first || first.carrier === OWN_FLEET) return [];
    const paid = lane.reduce((sum, { cost }) => sum + cost, 0);
    const today = kept(first.carrier, carriers.find(({ id }) => id === first.carrier)?.value.reliability ?? 0);
    const others = carriers.flatMap(({ id, value }) => {
      if (id === first.carrier || kept(id, value.reliability) < today - WORSE) return [];
      return value.services.flatMap((service) => {
        const zone = zoneFor(service, first.country);
        const heaviest = Math.max(...lane.map((one) => one.weightGrams ?? 0));
        const fits = service.maxParcelGrams === undefined || heaviest <= service.maxParcelGrams;
        if (!zone || !fits || paceOf(service.code) !== paceOf(first.service ?? undefined)) return [];
        return [{ id, service: service.code, cost: lane.reduce((sum, one) => sum + rateOf(zone, chargeable(one)), 0) }];
      });
    });
    const [best] = others.sort((a, b) => a.cost - b.cost);
    if (!best || best.cost >= paid) return [];
    const details = {
      location: first.location,
      country: first.country,
      from: first.carrier,
      to: best.id,
      service: best.service,
    };
    return [{ change: 'SWITCH_CARRIER', saving: paid - best.cost, currency, shipments: lane.length, details }];
  });
};

/** Parcels of one order that left the same place on the same day, as one. */
const together = (
  shipments: readonly (AnalysedShipment & { cost: number })[],
  currency: string,
  data: Pick<Snapshot, 'get'>,
): Change[] => {
  const groups = new Map<string, (AnalysedShipment & { cost: number })[]>();
  for (const one of shipments) {
    const key = `${one.orderId}\n${one.location ?? ''}\n${one.dispatchedAt.slice(0, 10)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  let saving = 0;
  let count = 0;
  for (const group of groups.values()) {
    const [first] = group;
    if (!first || group.length < 2) continue;
    const service = data.get('carrier', first.carrier)?.value.services.find(({ code }) => code === first.service);
    const zone = service && zoneFor(service, first.country);
    if (!zone) continue;
    const paid = group.reduce((sum, { cost }) => sum + cost, 0);
    const once = rateOf(
      zone,
      group.reduce((sum, one) => sum + chargeable(one), 0),
    );
    if (once >= paid) continue;
    saving += paid - once;
    count += group.length;
  }
  return saving > 0 ? [{ change: 'SHIP_TOGETHER', saving, currency, shipments: count, details: {} }] : [];
};

/** What was paid for air: the price by volume less the price by weight. */
const cartons = (
  shipments: readonly (AnalysedShipment & { cost: number })[],
  currency: string,
  data: Pick<Snapshot, 'get'>,
): Change[] => {
  let saving = 0;
  let count = 0;
  for (const one of shipments) {
    if (one.weightGrams === null || chargeable(one) <= one.weightGrams) continue;
    const service = data.get('carrier', one.carrier)?.value.services.find(({ code }) => code === one.service);
    const zone = service && zoneFor(service, one.country);
    const air = zone ? one.cost - rateOf(zone, one.weightGrams) : 0;
    if (air <= 0) continue;
    saving += air;
    count++;
  }
  return saving > 0 ? [{ change: 'SMALLER_CARTONS', saving, currency, shipments: count, details: {} }] : [];
};

const redeliveries = (shipments: readonly (AnalysedShipment & { cost: number })[], currency: string): Change[] => {
  const failed = shipments.filter(({ attempts }) => attempts > 0);
  const saving = Math.round(failed.reduce((sum, { cost, attempts }) => sum + cost * attempts * REDELIVERY_SHARE, 0));
  return saving > 0
    ? [
        {
          change: 'FEWER_REDELIVERIES',
          saving,
          currency,
          shipments: failed.length,
          details: { share: REDELIVERY_SHARE },
        },
      ]
    : [];
};

/** What would have saved most in the period, the largest saving first. Changes overlap: they must not be added up. */
export const changesOf = (shipments: readonly AnalysedShipment[], data: Pick<Snapshot, 'all' | 'get'>): Change[] => {
  const currencies = [...new Set(shipments.flatMap(({ currency }) => (currency === null ? [] : [currency])))];
  return currencies
    .flatMap((currency) => {
      const own = priced(shipments, currency);
      return [
        ...switches(own, currency, data),
        ...together(own, currency, data),
        ...cartons(own, currency, data),
        ...redeliveries(own, currency),
      ];
    })
    .sort((a, b) => b.saving - a.saving);
};
