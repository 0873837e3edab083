import { Refused, type ShipmentEvent } from '@orderloom/contracts';
import { bare, byLine, type ReservedUnits, withoutUnits } from '../fulfilment/units.js';
import type { Shipment, ShipmentFacts, ShipmentStatus } from './shipment.js';

/** A scan as a carrier names it; steps without one come from people or the simulation. */
export interface ScanFacts {
  readonly scanKey?: string | undefined;
  readonly code?: string | undefined;
  readonly place?: string | undefined;
}

/** Puts a shipment on its way. A repeat is no event. */
export const dispatch = (facts: ShipmentFacts, state: Shipment): ShipmentEvent[] =>
  state.status === 'NONE' ? [{ type: 'ShipmentDispatched', data: facts }] : [];

/** @throws Refused SHIPMENT_NOT_FOUND */
export const factsOf = (id: string, state: Shipment): ShipmentFacts => {
  if (!state.facts) throw new Refused('SHIPMENT_NOT_FOUND', { shipmentId: id });
  return state.facts;
};

/** Units that are still expected with it. */
export const expected = (state: Shipment): ReservedUnits[] =>
  withoutUnits((state.facts?.lines ?? []).map(bare), state.resent);

/** Nothing more is to come of it: it is there, back, or everything in it went out again. */
export const isOver = (state: Shipment): boolean =>
  state.status === 'DELIVERED' || state.status === 'RETURNED_TO_SENDER' || expected(state).length === 0;

const from = (state: Shipment, statuses: readonly ShipmentStatus[]): boolean =>
  !isOver(state) && statuses.includes(state.status);

export const tracking = (facts: ShipmentFacts, occurredAt: string, { scanKey, code, place }: ScanFacts = {}) => ({
  shipmentId: facts.shipmentId,
  orderId: facts.orderId,
  occurredAt,
  ...(scanKey === undefined ? {} : { scanKey }),
  ...(code === undefined ? {} : { code }),
  ...(place === undefined ? {} : { place }),
});

/** Whatever was open about it is cleared up by how it ended. */
export const closing = (facts: ShipmentFacts, state: Shipment, outcome: string, at: string): ShipmentEvent[] =>
  state.exceptions
    .filter(({ closedAt }) => closedAt === null)
    .map(({ exceptionId }) => ({
      type: 'ShipmentExceptionClosed',
      data: { shipmentId: facts.shipmentId, orderId: facts.orderId, exceptionId, outcome, occurredAt: at },
    }));

/** What was lost was found. */
const found = (facts: ShipmentFacts, state: Shipment, at: string): ShipmentEvent[] =>
  state.status === 'LOST' ? closing(facts, state, 'FOUND', at) : [];

/** A scan on the way. A scan that comes after a later one tells nothing new: no event. */
export const inTransit = (id: string, at: string, state: Shipment, scan?: ScanFacts): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  if (!from(state, ['DISPATCHED', 'LOST'])) return [];
  return [{ type: 'ShipmentInTransit', data: tracking(facts, at, scan) }, ...found(facts, state, at)];
};

/** On the last leg. Carriers leave scans out, so it may follow the dispatch directly; a second try follows a failed one. */
export const outForDelivery = (id: string, at: string, state: Shipment, scan?: ScanFacts): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  if (!from(state, ['DISPATCHED', 'IN_TRANSIT', 'DELIVERY_FAILED', 'LOST'])) return [];
  return [{ type: 'ShipmentOutForDelivery', data: tracking(facts, at, scan) }, ...found(facts, state, at)];
};

/** Handed to the customer, from any earlier state: the person at the door knows better than the scans. */
export const deliver = (id: string, at: string, state: Shipment, scan: ScanFacts = {}): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  if (isOver(state)) return [];
  const { place: _place, ...where } = tracking(facts, at, scan);
  const data = { ...where, fulfilmentId: facts.fulfilmentId, lines: deliveredLines(facts, state) };
  return [{ type: 'ShipmentDelivered', data }, ...closing(facts, state, 'DELIVERED', at)];
};

/** As they were dispatched, unless some of it went out again meanwhile. */
const deliveredLines = (facts: ShipmentFacts, state: Shipment) =>
  state.resent.length === 0
    ? facts.lines.map(({ lineId, quantity }) => ({ lineId, quantity }))
    : byLine(expected(state));

/** The carrier was at the door in vain. */
export const failDelivery = (
  id: string,
  reason: string,
  at: string,
  state: Shipment,
  scan?: ScanFacts,
): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  if (!from(state, ['DISPATCHED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERY_FAILED'])) return [];
  // Said twice without a scan of its own, it is the same attempt.
  if (state.status === 'DELIVERY_FAILED' && scan?.scanKey === undefined) return [];
  return [
    { type: 'ShipmentDeliveryFailed', data: { ...tracking(facts, at, scan), attempt: state.attempts + 1, reason } },
  ];
};

/** It comes back. */
export const returning = (
  id: string,
  reason: string,
  at: string,
  state: Shipment,
  scan?: ScanFacts,
): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  if (isOver(state) || state.status === 'RETURNING') return [];
  const { place: _place, ...where } = tracking(facts, at, scan);
  return [{ type: 'ShipmentReturning', data: { ...where, reason } }];
};

/** It is back. */
export const returned = (id: string, at: string, state: Shipment, scan?: ScanFacts): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  if (isOver(state)) return [];
  const { place: _place, ...where } = tracking(facts, at, scan);
  const location = facts.location === undefined ? {} : { location: facts.location };
  return [
    { type: 'ShipmentReturnedToSender', data: { ...where, ...location, lines: expected(state) } },
    ...closing(facts, state, 'RETURNED', at),
  ];
};

/** It will come at another time. The same time again is no event. */
export const changePromise = (
  id: string,
  promisedAt: string,
  reason: string,
  at: string,
  state: Shipment,
  scan?: ScanFacts,
): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  if (isOver(state) || state.promisedAt === promisedAt) return [];
  const before = state.promisedAt === undefined ? {} : { before: state.promisedAt };
  const { place: _place, ...where } = tracking(facts, at, scan);
  return [{ type: 'ShipmentPromiseChanged', data: { ...where, promisedAt, ...before, reason } }];
};
