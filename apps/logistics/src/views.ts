import { Injectable } from '@nestjs/common';
import { afterCursor, decodeCursor } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections } from '@orderloom/service';
import { type FulfilmentDocument, fulfilmentsProjection } from './fulfilment/fulfilments.projection.js';
import { type ShipmentDocument, shipmentsProjection } from './shipment/shipments.projection.js';

/** The read models of this service. */
@Injectable()
export class Views {
  readonly fulfilments: ProjectionRunner<FulfilmentDocument>;
  readonly shipments: ProjectionRunner<ShipmentDocument>;

  constructor(projections: Projections) {
    this.fulfilments = projections.add(fulfilmentsProjection);
    this.shipments = projections.add(shipmentsProjection);
  }
}

/** Filter for the rows after a cursor of a list sorted by a time, newest first. */
export const olderThan = (field: string, cursor: string | undefined): Record<string, unknown> =>
  cursor === undefined
    ? {}
    : afterCursor(
        [
          { field, direction: -1 },
          { field: '_id', direction: -1 },
        ],
        decodeCursor(`-${field}`, 2, cursor),
      );

/** A document without what only the projection needs. */
export const shown = <D extends { _id: string; revision: number }>(doc: D): Record<string, unknown> => {
  const { _id, revision, ...rest } = doc;
  const fields = Object.entries(rest).filter(([name]) => !name.startsWith('_'));
  return { id: _id, ...Object.fromEntries(fields), revision: String(revision) };
};

/** Longest a query waits for a revision it asks to be shown, ms. */
export const FRESH_MS = 2_000;
