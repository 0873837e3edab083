import { carrierFor, carriers, findCarrier, spread, trackingNumberFor } from './carriers.js';

describe('carriers', () => {
  it('are found by code', () => {
    expect(findCarrier('united-package')?.name).toBe('United Package');
    expect(findCarrier('nobody')).toBeUndefined();
  });

  it('are always the same for a country, and all are used', () => {
    expect(carrierFor('DE')).toBe(carrierFor('DE'));
    const used = new Set(
      ['DE', 'US', 'CN', 'FR', 'BR', 'GB', 'SE', 'MX', 'IT'].map((country) => carrierFor(country).code),
    );
    expect(used.size).toBe(carriers.length);
  });

  it('number shipments, each its own, with a check digit', () => {
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
