import { type FulfilmentEvent, isRefused, type ShipmentEvent } from '@orderloom/contracts';
import * as work from '../fulfilment/decide.js';
import { type Fulfilment, fulfilment, type Handover, type Parcel } from '../fulfilment/fulfilment.js';
import * as transport from '../shipment/decide.js';
import { type Shipment, type ShipmentFacts, shipment } from '../shipment/shipment.js';
import { type Durations, transitTime } from './durations.js';
import { type CarrierWorld, delayOf, incidentOf, strike } from './incidents.js';

/** What comes next for an entity, and after how much simulated time since the step before. */
export interface NextStep<E, S> {
  readonly after: () => number;
  readonly decide: (state: S, occurredAt: string) => E[];
}

/** Who makes the handover data of a fulfilment that is ready. */
export type MakeHandover = (state: Fulfilment, occurredAt: string) => Handover;

/** Who says what goes into which parcel; undefined: all into one. */
export type MakeParcels = (state: Fulfilment) => readonly Parcel[] | undefined;

/** The next step of the simulated warehouse; undefined when it has nothing to do. */
export const nextFulfilmentStep = (
  state: Fulfilment,
  durations: Durations,
  handover: MakeHandover,
  parcels?: MakeParcels,
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
      return { after: () => durations.pack, decide: (s, at) => work.completePacking(id, at, s, parcels?.(s)) };
    case 'PACKED':
    case 'LABELLED':
      return { after: () => durations.handover, decide: (s, at) => work.ship(id, handover(s, at), s) };
    case 'NONE':
    case 'SHIPPED':
    case 'CANCELLED':
    case 'REJECTED':
    case 'SHORT':
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
export const firstScanAfter = (
  { shipmentId, country, service }: Pick<ShipmentFacts, 'shipmentId' | 'country' | 'service'>,
  durations: Durations,
): number => scan(transitTime(shipmentId, country, durations, service));

/**
 * The next step of the simulated carrier: a scan after a quarter of the way, the last leg in the last tenth. Where the
 * carrier was told to err, its parcels are late, lost, damaged, refused, or met nobody the first time.
 */
export const nextShipmentStep = (
  state: Shipment,
  durations: Durations,
  world?: CarrierWorld,
): NextStep<ShipmentEvent, Shipment> | undefined => {
  if (!state.facts) return undefined;
  const { shipmentId: id, country, service } = state.facts;
  const way = () => transitTime(id, country, durations, service);
  const incident = incidentOf(id, world?.incidents);
  switch (state.status) {
    case 'DISPATCHED':
      return {
        after: () => scan(way()),
        decide: (s, at) => [
          ...transport.inTransit(id, at, s),
          ...(world && incident === 'delayed' ? strike(id, incident, at, s, world) : []),
        ],
      };
    case 'IN_TRANSIT':
      if (world && (incident === 'lost' || incident === 'damaged')) {
        return { after: () => lastLeg(way()), decide: (s, at) => strike(id, incident, at, s, world) };
      }
      return {
        after: () => lastLeg(way()) + (incident === 'delayed' ? delayOf(way()) : 0),
        decide: (s, at) => transport.outForDelivery(id, at, s),
      };
    case 'OUT_FOR_DELIVERY':
      return {
        after: () => lastTenth(way()),
        decide: (s, at) =>
          world && (incident === 'refused' || (incident === 'failed' && s.attempts === 0))
            ? strike(id, incident, at, s, world)
            : transport.deliver(id, at, s),
      };
    case 'DELIVERY_FAILED':
      return { after: () => scan(way()), decide: (s, at) => transport.outForDelivery(id, at, s) };
    case 'RETURNING':
      return { after: () => way(), decide: (s, at) => transport.returned(id, at, s) };
    case 'NONE':
    case 'DELIVERED':
    case 'RETURNED_TO_SENDER':
    case 'LOST':
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
    let decided: E[];
    try {
      decided = step.decide(current, occurredAt);
    } catch (error) {
      // What was done before it is kept; the refused step is tried alone the next time, and then it is told.
      if (events.length > 0 && isRefused(error)) return { events, state: current, due: at };
      throw error;
    }
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
  parcels?: MakeParcels,
): Advanced<FulfilmentEvent, Fulfilment> =>
  advance(state, due, now, occurredAt, fulfilment.evolve, (s) => nextFulfilmentStep(s, durations, handover, parcels));

/** Takes every step of a shipment that is due by `now`, all in one append. */
export const advanceShipment = (
  state: Shipment,
  due: number,
  now: number,
  occurredAt: string,
  durations: Durations,
  world?: CarrierWorld,
): Advanced<ShipmentEvent, Shipment> =>
  advance(state, due, now, occurredAt, shipment.evolve, (s) => nextShipmentStep(s, durations, world));
