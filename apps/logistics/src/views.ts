import { Injectable } from '@nestjs/common';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections, withoutInternals } from '@orderloom/service';
import { type RecordDocument, recordsProjection } from './data/records.projection.js';
import { type FulfilmentDocument, fulfilmentsProjection } from './fulfilment/fulfilments.projection.js';
import { type ShipmentDocument, shipmentsProjection } from './shipment/shipments.projection.js';

/** The read models of this service. */
@Injectable()
export class Views {
  readonly fulfilments: ProjectionRunner<FulfilmentDocument>;
  readonly shipments: ProjectionRunner<ShipmentDocument>;
  readonly records: ProjectionRunner<RecordDocument>;

  constructor(projections: Projections) {
    this.fulfilments = projections.add(fulfilmentsProjection);
    this.shipments = projections.add(shipmentsProjection);
    this.records = projections.add(recordsProjection);
  }
}

/** A document as lists show it. */
export const listed = <D extends { _id: string; revision: number }>(doc: D): Record<string, unknown> => ({
  ...withoutInternals(doc),
  revision: String(doc.revision),
});
