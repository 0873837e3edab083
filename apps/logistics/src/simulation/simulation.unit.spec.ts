import type { ShipmentEvent } from '@orderloom/contracts';
import { givenFor, spec } from '@orderloom/testing';
import { fulfilment } from '../fulfilment/fulfilment.js';
import { shipment } from '../shipment/shipment.js';
import { CLOCK_ID, type ClockSetting, setClock, simulatedAt, simulationClock, wallTimeOf } from './clock.js';
import { DAY, MINUTE, transitTime, usualDurations } from './durations.js';
import { advanceFulfilment, advanceShipment } from './steps.js';

const AT = '2026-03-01T09:00:00.000Z';
const created = fulfilment.evolve(fulfilment.initial(), {
  type: 'FulfilmentCreated',
  data: {
    fulfilmentId: 'f1',
    orderId: 'o1',
    orderNumber: '1001',
    location: 'main',
    lines: [{ lineId: 'L1', sku: 'A', name: 'Tea', quantity: 2, reservationId: 'r1' }],
    shipTo: { country: 'DE' },
  },
});
const dispatched: ShipmentEvent = {
  type: 'ShipmentDispatched',
  data: {
    shipmentId: 's1',
    fulfilmentId: 'f1',
    orderId: 'o1',
    orderNumber: '1001',
    carrier: 'speedy-express',
    trackingNumber: 't',
    country: 'DE',
    lines: [{ lineId: 'L1', sku: 'A', quantity: 2, reservationId: 'r1' }],
    occurredAt: AT,
  },
};
const handover = () => ({ shipmentId: 's1', carrier: 'c', trackingNumber: 't', occurredAt: AT });

describe('the simulation clock', () => {
  const given = givenFor(simulationClock);
  const set = (data: ClockSetting) => ({ type: 'SimulationClockSet', data }) as const;

  it(`is the wall clock until it is set (${CLOCK_ID})`, () => {
    expect(simulatedAt(simulationClock.initial(), 1_234_567)).toBe(1_234_567);
    expect(wallTimeOf(simulationClock.initial(), 5000)).toBe(5000);
  });

  it('does not jump when its speed is changed', () => {
    spec(simulationClock)
      .when((s) => setClock({ speed: 60 }, 1000, s))
      .then(set({ speed: 60, running: true, simulated: 1000, at: 1000 }));
    given(set({ speed: 60, running: true, simulated: 1000, at: 1000 }))
      .when((s) => setClock({ running: false }, 2000, s))
      .then(set({ speed: 60, running: false, simulated: 61_000, at: 2000 }));
  });

  it('stands when it does not run, and can be moved by hand', () => {
    const stopped = { speed: 10, running: false, simulated: 5000, at: 1000 };
    expect(simulatedAt(stopped, 99_000)).toBe(5000);
    expect(wallTimeOf(stopped, 6000)).toBeUndefined();
    given(set(stopped))
      .when((s) => setClock({ skipMs: 500 }, 7000, s))
      .then(set({ ...stopped, simulated: 5500, at: 7000 }));
  });

  it('records nothing when nothing changes', () => {
    given(set({ speed: 2, running: true, simulated: 0, at: 0 }))
      .when((s) => setClock({ speed: 2, running: true }, 50, s))
      .thenNothing();
  });

  it('knows when a time will come', () => {
    const fast = { speed: 100, running: true, simulated: 0, at: 1000 };
    expect(wallTimeOf(fast, 50_000)).toBe(1500);
    expect(simulatedAt(fast, 1500)).toBe(50_000);
  });
});

describe('the simulated warehouse', () => {
  it('takes each step when it is due', () => {
    const first = advanceFulfilment(created, 0, 0, AT, usualDurations, handover);
    expect(first.events.map((event) => event.type)).toEqual(['FulfilmentAccepted', 'PickingStarted']);
    expect(first.due).toBe(20 * MINUTE);
    const early = advanceFulfilment(first.state, 20 * MINUTE, 20 * MINUTE - 1, AT, usualDurations, handover);
    expect(early).toEqual({ events: [], state: first.state, due: 20 * MINUTE });
  });

  it('takes all steps that are due in one go', () => {
    const { events, due } = advanceFulfilment(created, 0, DAY, AT, usualDurations, handover);
    expect(events.map((event) => event.type)).toEqual([
      'FulfilmentAccepted',
      'PickingStarted',
      'PickingCompleted',
      'PackingStarted',
      'PackingCompleted',
      'FulfilmentShipped',
    ]);
    expect(due).toBeUndefined();
  });

  it('has nothing to do for what a person has finished or cancelled', () => {
    const cancelled = fulfilment.evolve(created, {
      type: 'FulfilmentCancelled',
      data: { fulfilmentId: 'f1', orderId: 'o1', reason: 'x', occurredAt: AT },
    });
    expect(advanceFulfilment(cancelled, 0, DAY, AT, usualDurations, handover)).toEqual({
      events: [],
      state: cancelled,
    });
  });
});

describe('the simulated carrier', () => {
  const state = shipment.evolve(shipment.initial(), dispatched);

  it('brings a parcel in one to three days, always the same for the same parcel', () => {
    for (let n = 0; n < 500; n++) {
      const way = transitTime(`s${n}`, ['DE', 'US', 'CN'][n % 3] ?? 'FR', usualDurations);
      expect(way).toBeGreaterThanOrEqual(DAY);
      expect(way).toBeLessThanOrEqual(3 * DAY);
      expect(way).toBe(transitTime(`s${n}`, ['DE', 'US', 'CN'][n % 3] ?? 'FR', usualDurations));
    }
  });

  it('scans it on the way', () => {
    const way = transitTime('s1', 'DE', usualDurations);
    const scanned = advanceShipment(state, way * 0.25, way * 0.25, AT, usualDurations);
    expect(scanned.events.map((event) => event.type)).toEqual(['ShipmentInTransit']);
    expect(Math.abs((scanned.due ?? 0) - way * 0.9)).toBeLessThanOrEqual(1);
    const all = advanceShipment(state, way * 0.25, way, AT, usualDurations);
    expect(all.events.map((event) => event.type)).toEqual([
      'ShipmentInTransit',
      'ShipmentOutForDelivery',
      'ShipmentDelivered',
    ]);
    expect(all.due).toBeUndefined();
  });
});
