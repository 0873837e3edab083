import type { LogisticsEventData, ShipmentEvent } from '@orderloom/contracts';

/** What is on its way. */
export type ShipmentFacts = LogisticsEventData['ShipmentDispatched'];

/** The states in the order in which a shipment goes through them. */
export const shipmentStatuses = ['NONE', 'DISPATCHED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED'] as const;

export type ShipmentStatus = (typeof shipmentStatuses)[number];

/** State of a `shipment-{shipmentId}` stream. */
export interface Shipment {
  readonly status: ShipmentStatus;
  readonly facts?: ShipmentFacts;
}

/** The aggregate of one handover to a carrier. */
export const shipment = {
  prefix: 'shipment',
  initial: (): Shipment => ({ status: 'NONE' }),
  evolve(state: Shipment, event: ShipmentEvent): Shipment {
    switch (event.type) {
      case 'ShipmentDispatched':
        return { status: 'DISPATCHED', facts: event.data };
      case 'ShipmentInTransit':
        return { ...state, status: 'IN_TRANSIT' };
      case 'ShipmentOutForDelivery':
        return { ...state, status: 'OUT_FOR_DELIVERY' };
      case 'ShipmentDelivered':
        return { ...state, status: 'DELIVERED' };
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
