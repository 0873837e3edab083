import { Injectable } from '@nestjs/common';
import type { FulfilmentEvent, ShipmentEvent } from '@orderloom/contracts';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { Vault } from '@orderloom/platform';
import { SealingRepository } from '@orderloom/service';
import { type DataEvent, type DataRecord, dataRecord } from './data/data-set.js';
import { type Fulfilment, fulfilment } from './fulfilment/fulfilment.js';
import { type DeliveryTermsEvent, deliveryTerms, type ToldTerms } from './promise/delivery-terms.js';
import { type Shipment, shipment } from './shipment/shipment.js';
import { type ClockSetting, type SimulationEvent, simulationClock } from './simulation/clock.js';
import { type Tour, type TourEvent, tour } from './tours/tour.js';
import { type Wave, type WaveEvent, wave } from './waves/wave.js';

/** What the warehouse and carriers write about an order goes when its customer goes. */
const keyOfOrder = (
  state: { readonly facts?: { readonly orderId: string } },
  [first]: readonly { data: object }[],
): string => `order:${state.facts?.orderId ?? (first?.data as { orderId?: string } | undefined)?.orderId ?? ''}`;

/** Fulfilment orders by id. Those in work are kept folded: each is asked for at every step. */
@Injectable()
export class FulfilmentRepository extends SealingRepository<Fulfilment, FulfilmentEvent> {
  constructor(store: EventStore, vault: Vault) {
    const words = {
      events: { FulfilmentRejected: [], FulfilmentShort: [] },
      keyIdOf: (_: string, state: Fulfilment, events: readonly FulfilmentEvent[]) => keyOfOrder(state, events),
    };
    super(store, fulfilment, vault, words, { cacheSize: 20_000 });
  }
}

/** Shipments by id. */
@Injectable()
export class ShipmentRepository extends SealingRepository<Shipment, ShipmentEvent> {
  constructor(store: EventStore, vault: Vault) {
    const words = {
      events: { ShipmentExceptionRaised: [], ShipmentActionTaken: [], CarrierClaimFiled: [] },
      keyIdOf: (_: string, state: Shipment, events: readonly ShipmentEvent[]) => keyOfOrder(state, events),
    };
    super(store, shipment, vault, words, { cacheSize: 20_000 });
  }
}

/** The one simulation clock. */
@Injectable()
export class SimulationClockRepository extends Repository<ClockSetting, SimulationEvent> {
  constructor(store: EventStore) {
    super(store, simulationClock);
  }
}

/** Reference data by kind and id. */
@Injectable()
export class DataRepository extends Repository<DataRecord, DataEvent> {
  constructor(store: EventStore) {
    super(store, dataRecord, { cacheSize: 1_000 });
  }
}

/** What was told of delivery, by location. */
@Injectable()
export class DeliveryTermsRepository extends Repository<ToldTerms, DeliveryTermsEvent> {
  constructor(store: EventStore) {
    super(store, deliveryTerms);
  }
}

/** Waves by id. */
@Injectable()
export class WaveRepository extends Repository<Wave, WaveEvent> {
  constructor(store: EventStore) {
    super(store, wave, { cacheSize: 500 });
  }
}

/** Tours by id. */
@Injectable()
export class TourRepository extends Repository<Tour, TourEvent> {
  constructor(store: EventStore) {
    super(store, tour, { cacheSize: 500 });
  }
}
