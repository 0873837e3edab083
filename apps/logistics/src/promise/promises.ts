import { Injectable } from '@nestjs/common';
import { type DeliveryPromise, isRefused, promiseOf } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { Clock, InjectSettings } from '@orderloom/platform';
import { type Consignment, type Offer, type Shopping, shop } from '../carriers/choose.js';
import { type Measures, measure } from '../carriers/measures.js';
import type { CarrierData, ServiceData, ZoneData } from '../data/kinds.js';
import { ReferenceData } from '../data/reference-data.js';
import type { FulfilmentFacts } from '../fulfilment/fulfilment.js';
import type { LogisticsSettings } from '../settings.js';
import { longestTransit, transitTime } from '../simulation/durations.js';
import { SimulationTime } from '../simulation/simulation-time.js';

/** The shipment of a fulfilment, derived: a repeat makes no second one. */
export const shipmentIdOf = (fulfilmentId: string): string => deterministicId('shipment', fulfilmentId);

/** What is to be sent, and when it can leave. */
export interface Sending {
  readonly location: string;
  readonly country: string;
  readonly measures: Measures;
  readonly parcels: number;
  readonly heaviestGrams: number;
  readonly requiredBy?: string | undefined;
  /** ms since 1970. */
  readonly at: number;
  /** False when the parcels are ready. */
  readonly handling: boolean;
  /** Of the shipment, where there is one: the simulation makes up its way from it. */
  readonly shipmentId: string;
  readonly wish?: string | undefined;
  readonly without?: Consignment['without'];
}

/** At least so much time a location has, however fast the simulation runs, ms. */
const SHORTEST_HANDLING = 5 * 60_000;

/** When things will be where: from calendars and rate tables, or from the simulation where it does the work. */
@Injectable()
export class Promises {
  readonly #warehouse: boolean;
  readonly #carrier: boolean;

  constructor(
    private readonly reference: ReferenceData,
    private readonly time: SimulationTime,
    private readonly clock: Clock,
    @InjectSettings() settings: LogisticsSettings,
  ) {
    this.#warehouse = settings.WAREHOUSE_MODE === 'simulated';
    this.#carrier = settings.CARRIER_MODE === 'simulated';
  }

  /** Compares carriers for what is to be sent. @throws Refused CARRIER_UNKNOWN, CARRIER_NONE */
  shop(sending: Sending): Shopping {
    const data = this.reference.now;
    const site = data.or('site', sending.location);
    const { location: _location, handling, shipmentId, ...consignment } = sending;
    return shop(
      {
        ...consignment,
        from: site.country,
        promise: (_carrier, carrier, service, zone) =>
          this.#promise(sending, carrier, service, zone, { handling, shipmentId }).promisedAt,
      },
      data.or('policy', sending.location),
      data,
    );
  }

  /** The way it would most likely go; undefined when nobody goes there. */
  likely(sending: Sending): Offer | undefined {
    return this.offers(sending)[0];
  }

  /** Every way it could go, best first; none where nobody goes there. */
  offers(sending: Sending): readonly Offer[] {
    try {
      return this.shop(sending).offers;
    } catch (error) {
      if (isRefused(error)) return [];
      throw error;
    }
  }

  /** Longest wall time from release to door where the simulation does it, ms; undefined where it does not. */
  simulatedMs(adapter: CarrierData['adapter'], country: string, service: string): number | undefined {
    if (!this.#carrier || adapter !== 'simulated') return undefined;
    const { accept, pick, pack, handover } = this.time.durations;
    const work = this.#warehouse ? accept + pick + pack + handover : 0;
    const { speed, running } = this.time.setting;
    return Math.round((work + longestTransit(country, this.time.durations, service)) / (running ? speed : 1));
  }

  /** How a promise of one service comes about. */
  explain(sending: Sending, carrier: CarrierData, service: ServiceData, zone: ZoneData): DeliveryPromise {
    return this.#promise(sending, carrier, service, zone, sending);
  }

  /** Reads the reference data when what is known is old. */
  async ready(): Promise<void> {
    await this.reference.fresh();
  }

  /** Says when a location should have handed over, and when it should be there. No I/O. */
  withPromise(facts: FulfilmentFacts): FulfilmentFacts {
    const { fulfilmentId, location, shipTo, lines, requiredBy } = facts;
    const { country } = shipTo;
    const at = this.clock.millis();
    const measures = measure(lines, this.reference.now);
    const way = this.likely({
      location,
      country,
      measures,
      parcels: 1,
      heaviestGrams: measures.weightGrams,
      requiredBy,
      at,
      handling: true,
      shipmentId: shipmentIdOf(fulfilmentId),
    });
    // Where nobody goes the location is told when it labels, where a person can act.
    return { ...facts, dueAt: this.#dueAt(location, at), ...(way ? { promisedAt: way.promisedAt } : {}) };
  }

  #dueAt(location: string, at: number): string {
    if (this.#warehouse) {
      const { accept, pick, pack, handover } = this.time.durations;
      const due = Date.parse(this.time.after(3 * (accept + pick + pack + handover)));
      return new Date(Math.max(due, at + SHORTEST_HANDLING)).toISOString();
    }
    const { handlingHours } = this.reference.now.or('site', location);
    return new Date(at + handlingHours * 3_600_000).toISOString();
  }

  #promise(
    { location, country, at }: Sending,
    carrier: CarrierData,
    service: ServiceData,
    zone: ZoneData,
    { handling, shipmentId }: Pick<Sending, 'handling' | 'shipmentId'>,
  ): DeliveryPromise {
    if (this.#carrier && carrier.adapter === 'simulated') {
      const { accept, pick, pack, handover } = this.time.durations;
      const work = handling && this.#warehouse ? accept + pick + pack + handover : 0;
      const leavesAt = this.time.after(work);
      const promisedAt = this.time.after(work + transitTime(shipmentId, country, this.time.durations, service.code));
      return { dispatchBy: leavesAt, leavesAt, earliestAt: promisedAt, promisedAt, missedCutOff: false };
    }
    const data = this.reference.now;
    const site = data.or('site', location);
    return promiseOf({
      at,
      handlingHours: handling ? site.handlingHours : 0,
      timeZone: site.timeZone,
      siteCalendar: data.or('calendar', site.calendar),
      carrierCalendar: data.or('calendar', carrier.calendar),
      service,
      zone,
    });
  }
}
