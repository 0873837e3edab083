import { Refused, type ShipmentEvent } from '@orderloom/contracts';
import { type Shipment, type ShipmentFacts, type ShipmentStatus, shipmentStatuses } from './shipment.js';

const rank = (status: ShipmentStatus): number => shipmentStatuses.indexOf(status);

/** Puts a shipment on its way. A repeat is no event. */
export const dispatch = (facts: ShipmentFacts, state: Shipment): ShipmentEvent[] =>
  state.status === 'NONE' ? [{ type: 'ShipmentDispatched', data: facts }] : [];

/** The facts unless the state was reached before. @throws Refused SHIPMENT_NOT_FOUND */
const moving = (id: string, to: ShipmentStatus, state: Shipment): ShipmentFacts | undefined => {
  if (!state.facts) throw new Refused('SHIPMENT_NOT_FOUND', { shipmentId: id });
  return rank(state.status) >= rank(to) ? undefined : state.facts;
};

const tracking = (facts: ShipmentFacts, occurredAt: string) => ({
  shipmentId: facts.shipmentId,
  orderId: facts.orderId,
  occurredAt,
});

/** A scan on the way. A scan that comes after a later one tells nothing new: no event. */
export const inTransit = (id: string, at: string, state: Shipment): ShipmentEvent[] => {
  const facts = moving(id, 'IN_TRANSIT', state);
  return facts ? [{ type: 'ShipmentInTransit', data: tracking(facts, at) }] : [];
};

/** On the last leg. Carriers leave scans out, so it may follow the dispatch directly. */
export const outForDelivery = (id: string, at: string, state: Shipment): ShipmentEvent[] => {
  const facts = moving(id, 'OUT_FOR_DELIVERY', state);
  return facts ? [{ type: 'ShipmentOutForDelivery', data: tracking(facts, at) }] : [];
};

/** Handed to the customer, from any earlier state: the person at the door knows better than the scans. */
export const deliver = (id: string, at: string, state: Shipment): ShipmentEvent[] => {
  const facts = moving(id, 'DELIVERED', state);
  if (!facts) return [];
  const lines = facts.lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
  return [{ type: 'ShipmentDelivered', data: { ...tracking(facts, at), fulfilmentId: facts.fulfilmentId, lines } }];
};
