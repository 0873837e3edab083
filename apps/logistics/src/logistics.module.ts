import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { InjectConnection, Logger, Shutdown } from '@orderloom/platform';
import { MongoCheckpoints, MongoLease } from '@orderloom/projections';
import { LogFollower } from '@orderloom/service/log-follower';
import type { Connection } from 'mongoose';
import { AnalysisController } from './analysis/analysis.controller.js';
import { DataController } from './data/data.controller.js';
import { ReferenceData } from './data/reference-data.js';
import { DeadlineWatch } from './deadlines/deadline-watch.js';
import { FulfilmentsController } from './fulfilment/fulfilments.controller.js';
import { PackingController } from './fulfilment/packing.controller.js';
import { ReleaseProcess } from './fulfilment/release-process.js';
import { WorkOnFulfilments } from './fulfilment/work-on-fulfilments.js';
import { PromisesController } from './promise/promises.controller.js';
import { Promises } from './promise/promises.js';
import { TermsPublisher } from './promise/terms-publisher.js';
import { Mergeable } from './regroup/mergeable.js';
import { RegroupController } from './regroup/regroup.controller.js';
import { Regrouping } from './regroup/regrouping.js';
import {
  DataRepository,
  DeliveryTermsRepository,
  FulfilmentRepository,
  ShipmentRepository,
  SimulationClockRepository,
  TourRepository,
  WaveRepository,
} from './repositories.js';
import { ExceptionsController } from './shipment/exceptions.controller.js';
import { Handovers } from './shipment/handover.js';
import { ShipmentsController } from './shipment/shipments.controller.js';
import { SimulationController } from './simulation/simulation.controller.js';
import { SimulationTime } from './simulation/simulation-time.js';
import { Simulator } from './simulation/simulator.js';
import { Timers } from './simulation/timers.js';
import { ToursController } from './tours/tours.controller.js';
import { Views } from './views.js';
import { PickLists } from './waves/pick-lists.js';
import { WavePlanner } from './waves/wave-planner.js';
import { WavesController } from './waves/waves.controller.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

@Module({
  controllers: [
    RegroupController,
    FulfilmentsController,
    ShipmentsController,
    ExceptionsController,
    SimulationController,
    PackingController,
    DataController,
    WebhooksController,
    WavesController,
    ToursController,
    PromisesController,
    AnalysisController,
  ],
  providers: [
    FulfilmentRepository,
    ShipmentRepository,
    SimulationClockRepository,
    DataRepository,
    DeliveryTermsRepository,
    WaveRepository,
    TourRepository,
    Views,
    ReferenceData,
    Promises,
    TermsPublisher,
    DeadlineWatch,
    PickLists,
    WavePlanner,
    SimulationTime,
    Handovers,
    Timers,
    Simulator,
    WorkOnFulfilments,
    ReleaseProcess,
    Regrouping,
    Mergeable,
  ],
})
export class LogisticsModule implements OnApplicationBootstrap {
  constructor(
    private readonly store: EventStore,
    private readonly lease: MongoLease,
    private readonly simulator: Simulator,
    private readonly regrouping: Regrouping,
    private readonly timers: Timers,
    private readonly time: SimulationTime,
    private readonly deadlines: DeadlineWatch,
    private readonly terms: TermsPublisher,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @InjectConnection() private readonly mongo: Connection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.timers.prepare(), this.time.refresh()]);
    const follower = new LogFollower({
      store: this.store,
      lease: this.lease,
      checkpoints: new MongoCheckpoints(this.mongo),
      name: 'logistics.simulation',
      prefixes: ['fulfilment-', 'shipment-', 'simulation-'],
      handle: async (batch) => {
        await this.regrouping.follow(batch.events);
        await this.simulator.follow(batch);
      },
      onActive: async (signal) => {
        await this.terms.publish();
        const working = [this.simulator.run(signal), this.deadlines.run(signal)];
        return async () => {
          await Promise.all(working.map((stop) => stop()));
        };
      },
      logger: this.logger,
    });
    this.shutdown.register('workers', 'simulation', () => follower.stop());
    follower.start();
  }
}
