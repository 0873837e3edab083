import { Injectable } from '@nestjs/common';
import type { FulfilmentEvent, ShipmentEvent } from '@orderloom/contracts';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { type Fulfilment, fulfilment } from './fulfilment/fulfilment.js';
import { type Shipment, shipment } from './shipment/shipment.js';
import { type ClockSetting, type SimulationEvent, simulationClock } from './simulation/clock.js';

/** Fulfilment orders by id. Those in work are kept folded: each is asked for at every step. */
@Injectable()
export class FulfilmentRepository extends Repository<Fulfilment, FulfilmentEvent> {
  constructor(store: EventStore) {
    super(store, fulfilment, { cacheSize: 20_000 });
  }
}

/** Shipments by id. */
@Injectable()
export class ShipmentRepository extends Repository<Shipment, ShipmentEvent> {
  constructor(store: EventStore) {
    super(store, shipment, { cacheSize: 20_000 });
  }
}

/** The one simulation clock. */
@Injectable()
export class SimulationClockRepository extends Repository<ClockSetting, SimulationEvent> {
  constructor(store: EventStore) {
    super(store, simulationClock);
  }
}
