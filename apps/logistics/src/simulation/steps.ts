import type { FulfilmentEvent, ShipmentEvent } from '@orderloom/contracts';
import * as work from '../fulfilment/decide.js';
import { type Fulfilment, fulfilment, type Handover } from '../fulfilment/fulfilment.js';
import * as transport from '../shipment/decide.js';
import { type Shipment, shipment } from '../shipment/shipment.js';
import { type Durations, transitTime } from './durations.js';

/** What comes next for an entity, and after how much simulated time since the step before. */
export interface NextStep<E, S> {
  readonly after: () => number;
  readonly decide: (state: S, occurredAt: string) => E[];
}

/** Who makes the handover data of a fulfilment that is ready. */
export type MakeHandover = (state: Fulfilment, occurredAt: string) => Handover;

/** The next step of the simulated warehouse; undefined when it has nothing to do. */
export const nextFulfilmentStep = (
  state: Fulfilment,
  durations: Durations,
  handover: MakeHandover,
): NextStep<FulfilmentEvent, Fulfilment> | undefined => {
  const id = state.facts?.fulfilmentId ?? '';
  switch (state.status) {
    case 'CREATED':
      return { after: () => durations.accept, decide: (s, at) => work.accept(id, at, s) };
    case 'ACCEPTED':
      return { after: () => 0, decide: (s, at) => work.startPicking(id, at, s) };
    case 'PICKING':
      return { after: () => durations.pick, decide: (s, at) => work.completePicking(id, at, s) };
    case 'PICKED':
      return { after: () => 0, decide: (s, at) => work.startPacking(id, at, s) };
    case 'PACKING':
      return { after: () => durations.pack, decide: (s, at) => work.completePacking(id, at, s) };
    case 'PACKED':
      return { after: () => durations.handover, decide: (s, at) => work.ship(id, handover(s, at), s) };
    case 'NONE':
    case 'SHIPPED':
    case 'CANCELLED':
    case 'SPLIT':
    case 'MERGED':
      return undefined;
    default:
      return never(state.status);
  }
};

/** Whole milliseconds that together are the whole way. */
const scan = (way: number): number => Math.round(way * 0.25);
const lastLeg = (way: number): number => Math.round(way * 0.65);
const lastTenth = (way: number): number => way - scan(way) - lastLeg(way);

/** When a parcel is first scanned after its dispatch. */
export const firstScanAfter = (shipmentId: string, country: string, durations: Durations): number =>
  scan(transitTime(shipmentId, country, durations));

/** The next step of the simulated carrier: a scan after a quarter of the way, the last leg in the last tenth. */
export const nextShipmentStep = (
  state: Shipment,
  durations: Durations,
): NextStep<ShipmentEvent, Shipment> | undefined => {
  if (!state.facts) return undefined;
  const { shipmentId: id, country } = state.facts;
  const way = () => transitTime(id, country, durations);
  switch (state.status) {
    case 'DISPATCHED':
      return { after: () => scan(way()), decide: (s, at) => transport.inTransit(id, at, s) };
    case 'IN_TRANSIT':
      return { after: () => lastLeg(way()), decide: (s, at) => transport.outForDelivery(id, at, s) };
    case 'OUT_FOR_DELIVERY':
      return {
        after: () => lastTenth(way()),
        decide: (s, at) => transport.deliver(id, at, s),
      };
    case 'NONE':
    case 'DELIVERED':
      return undefined;
    default:
      return never(state.status);
  }
};

const never = (_value: never): undefined => undefined;

/** What was due, and when the step after it is due in simulated time; `due` undefined: nothing is left to do. */
export interface Advanced<E, S> {
  readonly events: E[];
  readonly state: S;
  readonly due?: number | undefined;
}

const advance = <E, S>(
  state: S,
  due: number,
  now: number,
  occurredAt: string,
  evolve: (state: S, event: E) => S,
  next: (state: S) => NextStep<E, S> | undefined,
): Advanced<E, S> => {
  const events: E[] = [];
  let current = state;
  let at = due;
  for (;;) {
    const step = next(current);
    if (!step) return { events, state: current };
    if (at > now) return { events, state: current, due: at };
    const decided = step.decide(current, occurredAt);
    events.push(...decided);
    current = decided.reduce(evolve, current);
    const following = next(current);
    // A step that changes nothing would be due for ever.
    if (decided.length === 0 || !following) return { events, state: current };
    at += following.after();
  }
};

/**
 * Takes every step of a fulfilment that is due by `now`, all in one append.
 * @param due when its next step is due, simulated ms
 */
export const advanceFulfilment = (
  state: Fulfilment,
  due: number,
  now: number,
  occurredAt: string,
  durations: Durations,
  handover: MakeHandover,
): Advanced<FulfilmentEvent, Fulfilment> =>
  advance(state, due, now, occurredAt, fulfilment.evolve, (s) => nextFulfilmentStep(s, durations, handover));

/** Takes every step of a shipment that is due by `now`, all in one append. */
export const advanceShipment = (
  state: Shipment,
  due: number,
  now: number,
  occurredAt: string,
  durations: Durations,
): Advanced<ShipmentEvent, Shipment> =>
  advance(state, due, now, occurredAt, shipment.evolve, (s) => nextShipmentStep(s, durations));
