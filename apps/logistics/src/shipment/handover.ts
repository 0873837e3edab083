import { Injectable } from '@nestjs/common';
import { isRefused, type RefusalCode, Refused } from '@orderloom/contracts';
import { Clock, InjectSettings, Logger } from '@orderloom/platform';
import type { Offer, Shopping } from '../carriers/choose.js';
import { bookOverHttp } from '../carriers/http-booking.js';
import { type CarrierSecrets, readSecrets } from '../carriers/secrets.js';
import { trackingNumberFor } from '../carriers/tracking-number.js';
import { ReferenceData } from '../data/reference-data.js';
import type { Fulfilment, Handover } from '../fulfilment/fulfilment.js';
import { bare } from '../fulfilment/units.js';
import { figuresOf, type ParcelFigures } from '../packing/parcels.js';
import { Promises, shipmentIdOf } from '../promise/promises.js';
import type { LogisticsSettings } from '../settings.js';
import type { ShipmentFacts } from './shipment.js';

export { shipmentIdOf } from '../promise/promises.js';

/** What a person says about the handover; the rest is chosen. */
export interface HandoverWish {
  readonly carrier?: string | undefined;
  readonly trackingNumber?: string | undefined;
}

/** Chooses carrier, tracking number and promise. */
@Injectable()
export class Handovers {
  readonly #secrets: CarrierSecrets;

  constructor(
    private readonly promises: Promises,
    private readonly reference: ReferenceData,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @InjectSettings() settings: LogisticsSettings,
  ) {
    this.#secrets = settings.CARRIER_SECRETS === undefined ? {} : readSecrets(settings.CARRIER_SECRETS);
  }

  /**
   * Without asking anybody: for the simulation and for dry runs. Carriers that are booked over HTTP are left out unless
   * one insists on them.
   * @throws Refused CARRIER_UNKNOWN, CARRIER_NONE
   */
  make(fulfilmentId: string, state: Fulfilment, occurredAt: string, wish: HandoverWish = {}): Handover {
    const figures = figuresOf(state, this.reference.now);
    const shopping = this.#shop(fulfilmentId, state, figures, wish, (adapter) =>
      adapter === 'http' && wish.carrier === undefined ? 'CARRIER_BOOKED_OVER_HTTP' : undefined,
    );
    const [offer] = shopping.offers;
    if (!offer) throw new Refused('CARRIER_NONE', { country: state.facts?.shipTo.country });
    const shipmentId = shipmentIdOf(fulfilmentId);
    const trackingNumber = wish.trackingNumber ?? trackingNumberFor(offer.carrier, shipmentId);
    return handoverOf(shipmentId, offer, figures, shopping.choice(0), trackingNumber, occurredAt);
  }

  /**
   * Books a carrier: the best that can be reached. One that cannot is passed over, which is told with the choice; one
   * that a person insists on is not replaced.
   * @throws Refused CARRIER_UNKNOWN, CARRIER_NONE, CARRIER_UNREACHABLE
   */
  async book(fulfilmentId: string, state: Fulfilment, occurredAt: string, wish: HandoverWish = {}): Promise<Handover> {
    await this.reference.fresh();
    const figures = figuresOf(state, this.reference.now);
    const shopping = this.#shop(fulfilmentId, state, figures, wish);
    const shipmentId = shipmentIdOf(fulfilmentId);
    const failed: RefusalCode[] = [];
    let last: Refused | undefined;
    for (const [index, offer] of shopping.offers.entries()) {
      try {
        const { trackingNumber, cost } = await this.#number(shipmentId, state, offer, figures, wish);
        const taken = cost === undefined ? offer : { ...offer, cost };
        return handoverOf(shipmentId, taken, figures, shopping.choice(index, failed), trackingNumber, occurredAt);
      } catch (error) {
        if (!isRefused(error)) throw error;
        this.logger.warn({ carrier: offer.carrier, shipmentId, code: error.code }, 'a carrier could not be booked');
        failed[index] = error.code;
        last = error;
        if (wish.carrier !== undefined) break;
      }
    }
    throw last ?? new Refused('CARRIER_NONE', { country: state.facts?.shipTo.country });
  }

  /** Secret of a carrier by name; never shown to anybody. */
  secret(carrier: string, name: string): string | undefined {
    return this.#secrets[carrier]?.[name];
  }

  #shop(
    fulfilmentId: string,
    state: Fulfilment,
    figures: ParcelFigures,
    wish: HandoverWish,
    without?: (adapter: string) => RefusalCode | undefined,
  ): Shopping {
    const { facts } = state;
    if (!facts) throw new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId });
    return this.promises.shop({
      location: facts.location,
      country: facts.shipTo.country,
      measures: figures,
      parcels: figures.parcels,
      heaviestGrams: figures.heaviestGrams,
      requiredBy: facts.requiredBy,
      at: this.clock.millis(),
      handling: false,
      shipmentId: shipmentIdOf(fulfilmentId),
      wish: wish.carrier,
      ...(without ? { without: (_carrier: string, { adapter }: { adapter: string }) => without(adapter) } : {}),
    });
  }

  async #number(shipmentId: string, state: Fulfilment, offer: Offer, figures: ParcelFigures, wish: HandoverWish) {
    if (wish.trackingNumber !== undefined) return { trackingNumber: wish.trackingNumber, cost: undefined };
    const booking = this.reference.now.get('carrier', offer.carrier)?.value.booking;
    if (offer.adapter !== 'http' || !booking) {
      return { trackingNumber: trackingNumberFor(offer.carrier, shipmentId), cost: undefined };
    }
    const { facts } = state;
    const told = {
      reference: shipmentId,
      orderNumber: facts?.orderNumber ?? '',
      service: offer.service.code,
      country: facts?.shipTo.country ?? '',
      location: facts?.location ?? '',
      weightGrams: figures.weightGrams,
      volumeCm3: figures.volumeCm3,
      parcels: figures.parcels,
    };
    return bookOverHttp(offer.carrier, booking, told, this.#secrets[offer.carrier] ?? {});
  }
}

const handoverOf = (
  shipmentId: string,
  offer: Offer,
  figures: ParcelFigures,
  choice: Handover['choice'],
  trackingNumber: string,
  occurredAt: string,
): Handover => ({
  shipmentId,
  carrier: offer.carrier,
  service: offer.service.code,
  trackingNumber,
  occurredAt,
  promisedAt: offer.promisedAt,
  cost: offer.cost,
  currency: offer.currency,
  zone: offer.zone.zone,
  weightGrams: figures.weightGrams,
  chargeableGrams: offer.chargeableGrams,
  parcels: figures.parcels,
  ...(figures.load === undefined ? {} : { load: Math.round(figures.load * 1000) / 1000 }),
  ...(choice === undefined ? {} : { choice }),
});

/** The shipment of a fulfilment that was handed over; undefined when it was not. */
export const shipmentOf = ({ facts, handover, lines }: Fulfilment): ShipmentFacts | undefined => {
  if (!facts || !handover) return undefined;
  const { choice: _told, carrier, trackingNumber, ...booked } = handover;
  return {
    ...booked,
    fulfilmentId: facts.fulfilmentId,
    orderId: facts.orderId,
    orderNumber: facts.orderNumber,
    location: facts.location,
    carrier: carrier ?? 'unknown',
    trackingNumber: trackingNumber ?? booked.shipmentId,
    country: facts.shipTo.country,
    lines: lines.map(bare),
  };
};
