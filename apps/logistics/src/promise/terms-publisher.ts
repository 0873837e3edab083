import { Injectable } from '@nestjs/common';
import type { DeliveryTerms } from '@orderloom/contracts';
import { Clock } from '@orderloom/platform';
import { measure } from '../carriers/measures.js';
import { ReferenceData } from '../data/reference-data.js';
import { DeliveryTermsRepository } from '../repositories.js';
import { publishTerms } from './delivery-terms.js';
import { Promises } from './promises.js';

/** Where orders leave unless stock is found elsewhere; what a quote takes when it names no location. */
const LOCATION = 'main';

/**
 * Tells others how long delivery takes, so that a promise can be given while an order is placed without asking this
 * service. Told again whenever carriers, calendars, sites, policies or the simulation's clock change it.
 */
@Injectable()
export class TermsPublisher {
  constructor(
    private readonly terms: DeliveryTermsRepository,
    private readonly promises: Promises,
    private readonly reference: ReferenceData,
    private readonly clock: Clock,
  ) {}

  /** The same terms again are no event, whoever says them and however often. */
  async publish(): Promise<void> {
    await this.reference.fresh();
    const now = this.clock.now();
    const terms = this.#terms(now);
    await this.terms.handle(LOCATION, (state) => publishTerms(terms, state), {
      actor: 'logistics.terms',
      correlationId: `deliveryterms:${now}`,
      now,
    });
  }

  #terms(occurredAt: string): DeliveryTerms {
    const data = this.reference.now;
    const site = data.or('site', LOCATION);
    const zones = data.all('carrier').flatMap(({ value }) => value.services.flatMap((service) => service.zones));
    const countries = [...new Set(zones.flatMap((zone) => zone.countries)), '*'].filter(
      (country, index, all) => all.indexOf(country) === index,
    );
    const lanes = new Map<string, { countries: string[]; ways: DeliveryTerms['lanes'][number]['ways'] }>();
    for (const country of countries.sort()) {
      const ways = this.#ways(country);
      const key = JSON.stringify(ways);
      const lane = lanes.get(key);
      if (lane) lane.countries.push(country);
      else lanes.set(key, { countries: [country], ways });
    }
    return {
      location: LOCATION,
      timeZone: site.timeZone,
      handlingHours: site.handlingHours,
      calendar: data.or('calendar', site.calendar) as DeliveryTerms['calendar'],
      lanes: [...lanes.values()],
      occurredAt,
    };
  }

  /** The ways of a usual parcel, best first; none where nobody goes. */
  #ways(country: string): DeliveryTerms['lanes'][number]['ways'] {
    const data = this.reference.now;
    const measures = measure([{ sku: '', quantity: 1 }], data);
    const offers = this.promises.offers({
      location: LOCATION,
      country,
      measures,
      parcels: 1,
      heaviestGrams: measures.weightGrams,
      at: this.clock.millis(),
      handling: true,
      shipmentId: '',
    });
    return offers.map(({ carrier, service, zone, adapter }) => {
      const takesMs = this.promises.simulatedMs(adapter, country, service.code);
      return {
        carrier,
        service: service.code,
        kind: service.kind,
        cutOff: service.cutOff,
        calendar: data.or('calendar', data.get('carrier', carrier)?.value.calendar) as DeliveryTerms['calendar'],
        daysMin: zone.daysMin,
        daysMax: zone.daysMax,
        ...(takesMs === undefined ? {} : { takesMs }),
      };
    });
  }
}
