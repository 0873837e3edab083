import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { InjectConnection, Logger, Shutdown } from '@orderloom/platform';
import { MongoCheckpoints, MongoLease } from '@orderloom/projections';
import { LogFollower } from '@orderloom/service/log-follower';
import type { Connection } from 'mongoose';
import { FulfilmentsController } from './fulfilment/fulfilments.controller.js';
import { ReleaseProcess } from './fulfilment/release-process.js';
import { WorkOnFulfilments } from './fulfilment/work-on-fulfilments.js';
import { Mergeable } from './regroup/mergeable.js';
import { RegroupController } from './regroup/regroup.controller.js';
import { Regrouping } from './regroup/regrouping.js';
import { FulfilmentRepository, ShipmentRepository, SimulationClockRepository } from './repositories.js';
import { Handovers } from './shipment/handover.js';
import { ShipmentsController } from './shipment/shipments.controller.js';
import { SimulationController } from './simulation/simulation.controller.js';
import { SimulationTime } from './simulation/simulation-time.js';
import { Simulator } from './simulation/simulator.js';
import { Timers } from './simulation/timers.js';
import { Views } from './views.js';

@Module({
  controllers: [RegroupController, FulfilmentsController, ShipmentsController, SimulationController],
  providers: [
    FulfilmentRepository,
    ShipmentRepository,
    SimulationClockRepository,
    Views,
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
      onActive: async (signal) => this.simulator.run(signal),
      logger: this.logger,
    });
    this.shutdown.register('workers', 'simulation', () => follower.stop());
    follower.start();
  }
}
