import { type LogisticsEventData, type RefusalCode, Refused } from '@orderloom/contracts';
import type { CarrierData, PolicyData, ServiceData, ZoneData } from '../data/kinds.js';
import type { Snapshot } from '../data/reference.js';
import { chargeableGrams, type Measures } from './measures.js';
import { OWN_FLEET } from './own-fleet.js';
import { rateOf, zoneFor } from './rates.js';

/** Why a carrier was chosen, as recorded. */
export type CarrierChoice = NonNullable<LogisticsEventData['FulfilmentShipped']['choice']>;

/** One way to send it that is possible. */
export interface Offer {
  readonly carrier: string;
  readonly adapter: CarrierData['adapter'];
  readonly service: ServiceData;
  readonly zone: ZoneData;
  readonly cost: number;
  readonly currency: string;
  readonly chargeableGrams: number;
  readonly promisedAt: string;
  readonly score: number;
}

/** What is to be sent, where, and how one would like it. */
export interface Consignment {
  readonly country: string;
  /** Country it leaves from. */
  readonly from?: string | undefined;
  readonly measures: Measures;
  readonly parcels: number;
  /** Heaviest parcel. */
  readonly heaviestGrams: number;
  readonly requiredBy?: string | undefined;
  /** When it is ready, ms since 1970. */
  readonly at: number;
  /** A carrier that a person insists on. */
  readonly wish?: string | undefined;
  /** Leaves out carriers that cannot be used now, with the reason. */
  readonly without?: (carrier: string, data: CarrierData) => RefusalCode | undefined;
  /** When a service would be there, ISO 8601 UTC. */
  readonly promise: (carrier: string, data: CarrierData, service: ServiceData, zone: ZoneData) => string;
}

/** Offers, best first, and the record of how they came about. */
export interface Shopping {
  readonly offers: readonly Offer[];
  /** The record when the n-th offer is taken; the first unless a booking failed. */
  choice(taken: number, failed?: readonly RefusalCode[]): CarrierChoice;
}

type Candidate = CarrierChoice['candidates'][number];

/** Candidates named in an event at most: an explanation, not a price list. */
const MOST_CANDIDATES = 8;

const whyNot = (
  carrier: string,
  data: CarrierData,
  service: ServiceData,
  zone: ZoneData | undefined,
  bulky: boolean,
  policy: PolicyData,
  consignment: Consignment,
): RefusalCode | undefined => {
  if (!data.enabled) return 'CARRIER_DISABLED';
  const left = consignment.without?.(carrier, data);
  if (left !== undefined) return left;
  if (!zone) return 'CARRIER_NO_ZONE';
  if (data.currency !== policy.currency) return 'CARRIER_OTHER_CURRENCY';
  if (bulky && service.kind !== 'freight') return 'CARRIER_NOT_FOR_BULKY';
  if (!bulky && service.kind === 'freight') return 'CARRIER_ONLY_BULKY';
  if (service.maxParcelGrams !== undefined && consignment.heaviestGrams > service.maxParcelGrams)
    return 'CARRIER_TOO_HEAVY';
  if (service.maxSideMm !== undefined && consignment.measures.longestMm > service.maxSideMm) return 'CARRIER_TOO_LARGE';
  return undefined;
};

/** 0–1 per aspect: the cheapest and the fastest get 1, one twice as dear or slow half of it. */
const scored = (
  offers: readonly Offer[],
  policy: PolicyData,
  reliability: (carrier: string) => number,
  at: number,
): Offer[] => {
  const cheapest = Math.max(1, Math.min(...offers.map(({ cost }) => cost)));
  const way = ({ promisedAt }: Offer) => Math.max(1, Date.parse(promisedAt) - at);
  const fastest = Math.min(...offers.map(way));
  const { costWeight, promiseWeight, reliabilityWeight } = policy;
  const weights = costWeight + promiseWeight + reliabilityWeight || 1;
  return offers.map((offer) => {
    const score =
      (costWeight * (cheapest / Math.max(1, offer.cost)) +
        promiseWeight * (fastest / way(offer)) +
        reliabilityWeight * reliability(offer.carrier)) /
      weights;
    return { ...offer, score: Math.round(score * 1000) / 1000 };
  });
};

const compare =
  (rule: PolicyData['rule']) =>
  (a: Offer, b: Offer): number => {
    const cost = a.cost - b.cost;
    const promise = Date.parse(a.promisedAt) - Date.parse(b.promisedAt);
    const score = b.score - a.score;
    const order =
      rule === 'cost' ? [cost, promise, score] : rule === 'promise' ? [promise, cost, score] : [score, cost, promise];
    // Equal in everything: by name, so that the same question always has the same answer.
    return (
      order.find((difference) => difference !== 0) ??
      (`${a.carrier}/${a.service.code}` < `${b.carrier}/${b.service.code}` ? -1 : 1)
    );
  };

const RULE_REASONS = { cost: 'CARRIER_CHEAPEST', promise: 'CARRIER_FASTEST', score: 'CARRIER_BEST_SCORE' } as const;

/**
 * Compares every service of every carrier for a consignment. What is bulky goes as freight; what would come too late
 * is left out as long as something comes in time; the policy's rule ranks the rest.
 * @throws Refused CARRIER_UNKNOWN (a wish nobody knows), CARRIER_NONE (nobody can take it)
 */
export const shop = (consignment: Consignment, policy: PolicyData, data: Pick<Snapshot, 'all' | 'get'>): Shopping => {
  const { measures, country, from, requiredBy, at, wish } = consignment;
  const wished = wish === undefined ? undefined : data.get('carrier', wish);
  if (wish !== undefined && !wished) throw new Refused('CARRIER_UNKNOWN', { carrier: wish });
  const bulky = consignment.heaviestGrams > policy.bulkyGrams || measures.longestMm > policy.bulkySideMm;
  const possible: Offer[] = [];
  const refused: Candidate[] = [];
  for (const { id: carrier, value } of wished ? [wished] : data.all('carrier')) {
    // One's own vehicles are planned, not shopped for.
    if (carrier === OWN_FLEET && !wished) continue;
    const chargeable = chargeableGrams(measures, value.volumetricDivisor);
    for (const service of value.services) {
      const zone = zoneFor(service, country, from);
      const reason = whyNot(carrier, value, service, zone, bulky, policy, consignment);
      // Whoever insists on a carrier gets it, unless it does not go there at all.
      if (
        !zone ||
        (reason !== undefined && !(wished && reason !== 'CARRIER_DISABLED' && service === value.services[0]))
      ) {
        refused.push({ carrier, service: service.code, refused: reason ?? 'CARRIER_NO_ZONE' });
        continue;
      }
      possible.push({
        carrier,
        adapter: value.adapter,
        service,
        zone,
        cost: rateOf(zone, chargeable),
        currency: value.currency,
        chargeableGrams: chargeable,
        promisedAt: consignment.promise(carrier, value, service, zone),
        score: 0,
      });
    }
  }
  if (possible.length === 0) throw new Refused('CARRIER_NONE', { country });
  const offers = scored(possible, policy, (carrier) => data.get('carrier', carrier)?.value.reliability ?? 0, at);
  const inTime = requiredBy === undefined ? offers : offers.filter((offer) => offer.promisedAt <= requiredBy);
  const urgent = requiredBy !== undefined && inTime.length < offers.length;
  // When nothing comes in time, the fastest comes least late.
  const rule = urgent && inTime.length === 0 ? 'promise' : policy.rule;
  const ranked = [...(inTime.length > 0 ? inTime : offers)].sort(compare(rule));
  const late = inTime.length > 0 ? offers.filter((offer) => !inTime.includes(offer)) : [];
  const first = ranked[0];
  const reason: RefusalCode = wished
    ? 'CARRIER_GIVEN'
    : bulky
      ? 'CARRIER_BULKY'
      : urgent && first?.service.kind === 'express'
        ? 'CARRIER_URGENT'
        : ranked.length === 1
          ? 'CARRIER_ONLY_ONE'
          : RULE_REASONS[rule];
  const candidate = ({ carrier, service, cost, currency, promisedAt, score }: Offer): Candidate => ({
    carrier,
    service: service.code,
    cost,
    currency,
    promisedAt,
    score,
  });
  return {
    offers: ranked,
    choice: (taken, failed = []) => {
      const offer = ranked[taken] ?? first;
      return {
        reason: taken === 0 ? reason : 'CARRIER_NEXT_BEST',
        policy: wished ? 'given' : policy.rule,
        inputs: {
          country,
          ...(offer ? { zone: offer.zone.zone, chargeableGrams: offer.chargeableGrams } : {}),
          weightGrams: measures.weightGrams,
          volumeCm3: measures.volumeCm3,
          urgent,
          bulky,
          ...(requiredBy === undefined ? {} : { requiredBy }),
        },
        candidates: [
          ...ranked.map((one, index) => {
            const why = failed[index];
            return why === undefined || index >= taken ? candidate(one) : { ...candidate(one), refused: why };
          }),
          ...late.map((one) => ({ ...candidate(one), refused: 'CARRIER_TOO_LATE' })),
          ...refused,
        ].slice(0, MOST_CANDIDATES),
      };
    },
  };
};
