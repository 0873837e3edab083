import { Snapshot } from '../data/reference.js';
import { changesOf } from './changes.js';
import { type AnalysedShipment, figuresBy, figuresOf, quantile } from './figures.js';

const AT = '2026-03-01T09:00:00.000Z';
const hour = (n: number) => new Date(Date.parse(AT) + n * 3_600_000).toISOString();
const shipment = (change: Partial<AnalysedShipment> = {}): AnalysedShipment => ({
  orderId: 'o1',
  carrier: 'federal-shipping',
  service: 'standard',
  zone: 'europe',
  location: 'main',
  country: 'DE',
  status: 'DELIVERED',
  dispatchedAt: AT,
  deliveredAt: hour(24),
  firstPromisedAt: hour(30),
  attempts: 0,
  cost: 702,
  currency: 'EUR',
  weightGrams: 2_000,
  chargeableGrams: 2_000,
  load: 0.5,
  exceptions: [],
  claims: [],
  ...change,
});

describe('figures', () => {
  it('count what is there and say nothing of what is not', () => {
    const figures = figuresOf([
      shipment(),
      shipment({ orderId: 'o2', deliveredAt: hour(40), attempts: 1, load: null }),
      shipment({
        orderId: 'o2',
        deliveredAt: null,
        cost: null,
        currency: null,
        exceptions: [{ kind: 'LOST' }],
        claims: [{ paid: 500 }],
      }),
    ]);
    expect(figures).toEqual({
      shipments: 3,
      orders: 2,
      delivered: 2,
      cost: { EUR: 1404 },
      costPerOrder: { EUR: 702 },
      transitHours: { mean: 32, median: 24, p90: 40 },
      onTimeRate: 0.5,
      redeliveries: 1,
      redeliveryRate: 0.333,
      load: 0.5,
      problems: { LOST: 1 },
      claimsPaid: 500,
    });
    expect(figuresOf([])).toMatchObject({ shipments: 0, onTimeRate: null, load: null, transitHours: { mean: null } });
    expect(
      figuresBy([shipment(), shipment({ country: 'US' }), shipment()], ({ country }) => country).map(
        ({ key, shipments }) => [key, shipments],
      ),
    ).toEqual([
      ['DE', 2],
      ['US', 1],
    ]);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
  });
});

describe('what would save most', () => {
  const data = new Snapshot();

  it('is a carrier that is cheaper and no less reliable, the largest saving first', () => {
    const changes = changesOf(
      [shipment(), shipment({ orderId: 'o2' }), shipment({ orderId: 'o3', attempts: 2 })],
      data,
    );
    expect(changes).toEqual([
      {
        change: 'FEWER_REDELIVERIES',
        saving: 421,
        currency: 'EUR',
        shipments: 1,
        details: { share: 0.3 },
      },
      {
        change: 'SWITCH_CARRIER',
        saving: 3 * (702 - 610),
        currency: 'EUR',
        shipments: 3,
        details: {
          location: 'main',
          country: 'DE',
          from: 'federal-shipping',
          to: 'united-package',
          service: 'standard',
        },
      },
    ]);
    expect(changesOf([shipment({ carrier: 'united-package', cost: 610 })], data)).toEqual([]);
  });

  it('is one parcel instead of two, and less air', () => {
    const parts = [
      shipment({ carrier: 'united-package', cost: 610 }),
      shipment({ carrier: 'united-package', cost: 610 }),
    ];
    expect(changesOf(parts, data)).toMatchObject([{ change: 'SHIP_TOGETHER', saving: 1220 - 730 }]);
    const airy = shipment({ carrier: 'united-package', cost: 490 + 60 * 6, chargeableGrams: 6_000 });
    expect(changesOf([airy], data)).toMatchObject([{ change: 'SMALLER_CARTONS', saving: 240 }]);
  });
});
