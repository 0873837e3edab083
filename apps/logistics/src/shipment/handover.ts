import { Injectable } from '@nestjs/common';
import { Refused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { carrierFor, findCarrier, trackingNumberFor } from '../carriers/carriers.js';
import type { Fulfilment, Handover } from '../fulfilment/fulfilment.js';
import { transitTime } from '../simulation/durations.js';
import { SimulationTime } from '../simulation/simulation-time.js';
import type { ShipmentFacts } from './shipment.js';

/** What a person says about the handover; the rest is chosen. */
export interface HandoverWish {
  readonly carrier?: string | undefined;
  readonly trackingNumber?: string | undefined;
}

/** The shipment of a fulfilment, derived: a repeat makes no second one. */
export const shipmentIdOf = (fulfilmentId: string): string => deterministicId('shipment', fulfilmentId);

/** Chooses carrier, tracking number and promise. */
@Injectable()
export class Handovers {
  constructor(private readonly time: SimulationTime) {}

  /** @throws Refused CARRIER_UNKNOWN */
  make(fulfilmentId: string, country: string, occurredAt: string, wish: HandoverWish = {}): Handover {
    const carrier = wish.carrier === undefined ? carrierFor(country) : findCarrier(wish.carrier);
    if (!carrier) throw new Refused('CARRIER_UNKNOWN', { carrier: wish.carrier });
    const shipmentId = shipmentIdOf(fulfilmentId);
    return {
      shipmentId,
      carrier: carrier.code,
      service: carrier.service,
      trackingNumber: wish.trackingNumber ?? trackingNumberFor(carrier.code, shipmentId),
      occurredAt,
      promisedAt: this.time.after(transitTime(shipmentId, country, this.time.durations)),
    };
  }
}

/** The shipment of a fulfilment that was handed over; undefined when it was not. */
export const shipmentOf = ({ facts, handover }: Fulfilment): ShipmentFacts | undefined => {
  if (!facts || !handover) return undefined;
  const { shipmentId, carrier, service, trackingNumber, occurredAt, promisedAt } = handover;
  return {
    shipmentId,
    fulfilmentId: facts.fulfilmentId,
    orderId: facts.orderId,
    orderNumber: facts.orderNumber,
    location: facts.location,
    carrier: carrier ?? 'unknown',
    ...(service === undefined ? {} : { service }),
    trackingNumber: trackingNumber ?? shipmentId,
    country: facts.shipTo.country,
    lines: facts.lines.map(({ lineId, sku, quantity, reservationId }) => ({ lineId, sku, quantity, reservationId })),
    occurredAt,
    ...(promisedAt === undefined ? {} : { promisedAt }),
  };
};
