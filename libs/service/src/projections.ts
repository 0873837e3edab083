import { Injectable } from '@nestjs/common';
import type { ServiceName } from '@orderloom/contracts';
import { EventStore } from '@orderloom/event-sourcing';
import { Logger, MongoConnections } from '@orderloom/platform';
import { MongoLease, type ProjectionDefinition, ProjectionRunner } from '@orderloom/projections';

/** The service's own read models, registered while modules are made and started with everything else. */
@Injectable()
export class Projections {
  /** By name. */
  readonly runners = new Map<string, ProjectionRunner<{ _id: string }>>();

  constructor(
    private readonly store: EventStore,
    private readonly mongo: MongoConnections,
    private readonly lease: MongoLease,
    private readonly logger: Logger,
    private readonly service: ServiceName,
  ) {}

  /** Adds a read model of the service's own streams. */
  add<D extends { _id: string }>(definition: ProjectionDefinition<D>): ProjectionRunner<D> {
    const runner = new ProjectionRunner<D>({
      store: this.store,
      connection: this.mongo.connection(this.service),
      definition,
      lease: this.lease,
      logger: this.logger,
    });
    // Runners are kept for starting, stopping and asking their lag, none of which depends on the document's type.
    this.runners.set(definition.name, runner as unknown as ProjectionRunner<{ _id: string }>);
    return runner;
  }
}
