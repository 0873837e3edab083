import { defaults } from '../data/defaults.js';
import type { CarrierData, PolicyData } from '../data/kinds.js';
import { type SavedRecord, Snapshot } from '../data/reference.js';
import { type Consignment, shop } from './choose.js';
import { chargeableGrams, measure } from './measures.js';
import { rateOf, zoneFor } from './rates.js';
import { spread, trackingNumberFor } from './tracking-number.js';

const AT = Date.parse('2026-03-02T09:00:00.000Z');
const days = (n: number) => new Date(AT + n * 86_400_000).toISOString();
const policy = (change: Partial<PolicyData> = {}): PolicyData => ({
  ...(defaults.policy['default'] as PolicyData),
  ...change,
});
const consignment = (change: Partial<Consignment> = {}): Consignment => ({
  country: 'DE',
  measures: { weightGrams: 2_000, volumeCm3: 3_000, longestMm: 200 },
  parcels: 1,
  heaviestGrams: 2_000,
  at: AT,
  promise: (_carrier, _data, _service, zone) => days(zone.daysMax),
  ...change,
});
const data = new Snapshot();
const withCarrier = (id: string, change: Partial<CarrierData>): Snapshot => {
  const value = { ...(defaults.carrier['united-package'] as CarrierData), ...change };
  const saved: SavedRecord = { kind: 'carrier', id, version: 1, value };
  return new Snapshot([saved]);
};

describe('rates', () => {
  const zone = { zone: 'z', countries: ['*'], daysMin: 1, daysMax: 2, base: 500, perKg: 100 };

  it('charge every started kilogram, or by steps', () => {
    expect(rateOf(zone, 1)).toBe(600);
    expect(rateOf(zone, 1_001)).toBe(700);
    const steps = [
      { uptoGrams: 5_000, cost: 900 },
      { uptoGrams: 1_000, cost: 400 },
    ];
    expect([500, 1_000, 1_001, 5_000, 5_001, 7_000].map((grams) => rateOf({ ...zone, steps }, grams))).toEqual([
      400, 400, 900, 900, 1_000, 1_100,
    ]);
  });

  it('take the first zone that matches both ends', () => {
    const near = { ...zone, zone: 'near', countries: ['DE'], from: ['AT'] };
    const service = { code: 's', kind: 'standard' as const, cutOff: '17:00', zones: [near, zone] };
    expect(zoneFor(service, 'DE', 'AT')?.zone).toBe('near');
    expect(zoneFor(service, 'DE', 'FR')?.zone).toBe('z');
    expect(zoneFor({ ...service, zones: [near] }, 'DE')).toBeUndefined();
  });

  it('are by volume where that is more', () => {
    const measures = measure([{ sku: 'x', quantity: 4 }], data);
    expect(measures).toEqual({ weightGrams: 2_000, volumeCm3: 4_000, longestMm: 0 });
    expect(chargeableGrams(measures, 5_000)).toBe(2_000);
    expect(chargeableGrams({ ...measures, volumeCm3: 30_000 }, 5_000)).toBe(6_000);
  });
});

describe('choosing a carrier', () => {
  it('follows the policy and says what the others would have cost', () => {
    const cheapest = shop(consignment(), policy({ rule: 'cost' }), data);
    expect(cheapest.offers[0]).toMatchObject({ carrier: 'united-package', cost: 610 });
    expect(cheapest.choice(0)).toMatchObject({
      reason: 'CARRIER_CHEAPEST',
      policy: 'cost',
      inputs: { urgent: false, bulky: false, zone: 'europe' },
    });
    expect(cheapest.choice(0).candidates).toContainEqual({
      carrier: 'federal-shipping',
      service: 'freight',
      refused: 'CARRIER_ONLY_BULKY',
    });
    expect(cheapest.choice(0).candidates.some(({ carrier }) => carrier === 'own-fleet')).toBe(false);
    expect(shop(consignment(), policy({ rule: 'promise' }), data).offers[0]?.carrier).toBe('speedy-express');
    expect(
      shop(consignment(), policy({ rule: 'score', costWeight: 0, promiseWeight: 0, reliabilityWeight: 1 }), data)
        .offers[0]?.carrier,
    ).toBe('speedy-express');
  });

  it('sends express what is urgent, and the least late where nothing comes in time', () => {
    const urgent = shop(consignment({ requiredBy: days(2) }), policy({ rule: 'cost' }), data);
    expect(urgent.offers.map(({ carrier }) => carrier)).toEqual(['speedy-express']);
    expect(urgent.choice(0)).toMatchObject({ reason: 'CARRIER_URGENT', inputs: { urgent: true } });
    expect(urgent.choice(0).candidates).toContainEqual(
      expect.objectContaining({ carrier: 'united-package', refused: 'CARRIER_TOO_LATE' }),
    );
    expect(shop(consignment({ requiredBy: days(0) }), policy({ rule: 'cost' }), data).offers[0]?.carrier).toBe(
      'speedy-express',
    );
  });

  it('sends as freight what is bulky', () => {
    const heavy = shop(
      consignment({ heaviestGrams: 45_000, measures: { weightGrams: 45_000, volumeCm3: 1, longestMm: 0 } }),
      policy(),
      data,
    );
    expect(heavy.offers.map(({ service }) => service.kind)).toEqual(['freight']);
    expect(heavy.choice(0).reason).toBe('CARRIER_BULKY');
  });

  it('does what a person says, and refuses whom nobody knows', () => {
    expect(shop(consignment({ wish: 'own-fleet' }), policy(), data).choice(0)).toMatchObject({
      reason: 'CARRIER_GIVEN',
      policy: 'given',
    });
    expect(() => shop(consignment({ wish: 'nobody' }), policy(), data)).toThrow('CARRIER_UNKNOWN');
    const off = withCarrier('united-package', { enabled: false });
    expect(() => shop(consignment({ wish: 'united-package' }), policy(), off)).toThrow('CARRIER_NONE');
    expect(shop(consignment(), policy({ rule: 'cost' }), off).offers[0]?.carrier).toBe('federal-shipping');
  });

  it('tells when the next best was taken because a better one could not be booked', () => {
    const shopping = shop(consignment(), policy({ rule: 'cost' }), data);
    const choice = shopping.choice(1, ['CARRIER_UNREACHABLE']);
    expect(choice.reason).toBe('CARRIER_NEXT_BEST');
    expect(choice.candidates[0]).toMatchObject({ carrier: 'united-package', refused: 'CARRIER_UNREACHABLE' });
  });

  it('compares only what is priced in the currency of the policy', () => {
    expect(() => shop(consignment(), policy({ currency: 'CNY' }), data)).toThrow('CARRIER_NONE');
    const china = withCarrier('sf', { currency: 'CNY' });
    expect(shop(consignment(), policy({ currency: 'CNY' }), china).offers[0]?.carrier).toBe('sf');
  });
});

describe('tracking numbers', () => {
  it('are each their own, with a check digit', () => {
    const numbers = new Set(
      Array.from({ length: 5000 }, (_, n) => trackingNumberFor('speedy-express', `shipment-${n}`)),
    );
    expect(numbers.size).toBeGreaterThan(4990);
    for (const number of numbers) expect(number).toMatch(/^SE\d{11}$/);
    expect(trackingNumberFor('speedy-express', 'x')).toBe(trackingNumberFor('speedy-express', 'x'));
  });

  it('spread texts evenly', () => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 10_000; n++) buckets[spread(`id-${n}`) % 10]! += 1;
    for (const count of buckets) expect(count).toBeGreaterThan(800);
  });
});
