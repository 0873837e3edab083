import { givenFor, spec } from '@orderloom/testing';
import { cancelTour, doStop, planTour, startTour } from './decide.js';
import { planTours, roadDistance, type StopRequest, type Vehicle } from './plan-tours.js';
import { type TourEvent, type TourFacts, tour } from './tour.js';

const AT = '2026-03-02T07:00:00.000Z';
const startsAt = Date.parse(AT);
const endsAt = startsAt + 10 * 3_600_000;
const depot = { lat: 52.52, lon: 13.4 };
const vehicle = (code: string, change: Partial<Vehicle> = {}): Vehicle => ({
  code,
  maxGrams: 100_000,
  costPerTour: 2_000,
  costPerKm: 50,
  speedKmh: 30,
  currency: 'EUR',
  ...change,
});
const stop = (n: number, change: Partial<StopRequest> = {}): StopRequest => ({
  stopId: `s${n}`,
  lat: 52.52 + 0.03 * Math.cos(n * 2.4),
  lon: 13.4 + 0.05 * Math.sin(n * 2.4),
  grams: 20_000,
  volumeCm3: 0,
  serviceMinutes: 5,
  open: startsAt,
  close: endsAt,
  ...change,
});
const plan = (stops: readonly StopRequest[], vehicles: readonly Vehicle[], today?: string[][]) =>
  planTours({ depot, stops, vehicles, startsAt, endsAt, today });

describe('tours', () => {
  it('are shorter and cheaper than stops as they are listed, and no vehicle is overloaded', () => {
    const stops = Array.from({ length: 12 }, (_, n) => stop(n));
    const { tours, before, after } = plan(stops, [vehicle('v1'), vehicle('v2'), vehicle('v3')]);
    expect(tours.flatMap((one) => one.stops.map(({ stopId }) => stopId)).sort()).toEqual(
      stops.map(({ stopId }) => stopId).sort(),
    );
    for (const one of tours) expect(one.grams).toBeLessThanOrEqual(one.vehicle.maxGrams);
    expect(after.distanceM).toBeLessThan(before.distanceM);
    expect(after.cost).toBeLessThan(before.cost);
    expect(after.load).toBe(0.8);
    expect(after.distanceM).toBe(tours.reduce((sum, one) => sum + one.distanceM, 0));
  });

  it('arrive in the windows, and take the cheapest vehicles that can do it', () => {
    const late = stop(1, { open: startsAt + 5 * 3_600_000, close: startsAt + 5.5 * 3_600_000 });
    const { tours } = plan(
      [late, stop(2)],
      [vehicle('small', { maxGrams: 40_000, costPerTour: 500 }), vehicle('large', { costPerTour: 9_000 })],
    );
    const arrival = tours.flatMap((one) => one.stops).find(({ stopId }) => stopId === 's1')?.arriveAt ?? 0;
    expect(arrival).toBeGreaterThanOrEqual(late.open);
    expect(arrival).toBeLessThanOrEqual(late.close);
    for (const one of tours) expect(one.grams).toBeLessThanOrEqual(one.vehicle.maxGrams);
  });

  it('say what cannot be done', () => {
    expect(() => plan([stop(1, { grams: 200_000 })], [vehicle('v1')])).toThrow('TOUR_STOP_IMPOSSIBLE');
    expect(() => plan([stop(1, { close: startsAt + 1 })], [vehicle('v1')])).toThrow('TOUR_STOP_IMPOSSIBLE');
    expect(() =>
      plan(
        [1, 2, 3, 4, 5, 6].map((n) => stop(n)),
        [vehicle('v1')],
      ),
    ).toThrow('VEHICLES_MISSING');
    expect(() => plan([stop(1)], [])).toThrow('VEHICLES_MISSING');
  });

  it('are compared with how it is driven today, when that is told', () => {
    const { before } = plan([stop(1), stop(2)], [vehicle('v1'), vehicle('v2')], [['s1'], ['s2']]);
    expect(before).toMatchObject({ vehicles: 2, load: 0.2 });
  });

  it('measure by road', () => {
    expect(roadDistance(depot, depot)).toBe(0);
    // Berlin to Hamburg: 255 km as the crow flies.
    expect(roadDistance({ lat: 52.52, lon: 13.405 }, { lat: 53.551, lon: 9.994 }) / 1_000).toBeCloseTo(255.3 * 1.3, -1);
  });
});

describe('a tour', () => {
  const facts: TourFacts = {
    tourId: 't1',
    planId: 'p1',
    vehicle: 'v1',
    location: 'main',
    startsAt: AT,
    endsAt: AT,
    stops: ['a', 'b'].map((stopId) => ({ stopId, shipmentId: null, arriveAt: AT, leaveAt: AT })),
    distanceM: 1,
    grams: 1,
    load: 1,
    cost: 1,
    currency: 'EUR',
  };
  const given = givenFor(tour);
  const planned: TourEvent = { type: 'TourPlanned', data: facts };
  const started: TourEvent = { type: 'TourStarted', data: { tourId: 't1', occurredAt: AT } };
  const done = (stopId: string): TourEvent => ({
    type: 'TourStopDone',
    data: { tourId: 't1', stopId, outcome: 'DELIVERED', occurredAt: AT },
  });

  it('goes from stop to stop and ends with the last', () => {
    spec(tour)
      .when((s) => planTour(facts, s))
      .then(planned);
    given(planned)
      .when((s) => doStop('t1', 'a', 'DELIVERED', AT, s))
      .thenRefused('TOUR_NOT_STARTED');
    given(planned)
      .when((s) => startTour('t1', AT, s))
      .then(started);
    given(planned, started)
      .when((s) => startTour('t1', AT, s))
      .thenNothing();
    given(planned, started)
      .when((s) => doStop('t1', 'a', 'DELIVERED', AT, s))
      .then(done('a'));
    given(planned, started, done('a'))
      .when((s) => doStop('t1', 'a', 'DELIVERED', AT, s))
      .thenNothing();
    given(planned, started, done('a'))
      .when((s) => doStop('t1', 'b', 'FAILED', AT, s))
      .thenTypes('TourStopDone', 'TourCompleted');
    given(planned, started)
      .when((s) => doStop('t1', 'x', 'DELIVERED', AT, s))
      .thenRefused('TOUR_STOP_NOT_FOUND');
    given(planned, started)
      .when((s) => cancelTour('t1', AT, s))
      .thenRefused('TOUR_OVER');
    spec(tour)
      .when((s) => startTour('t1', AT, s))
      .thenRefused('TOUR_NOT_FOUND');
  });
});
