import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { foldTour, type TourDocument } from '../tours/tour.document.js';
import type { TourEvent } from '../tours/tour.js';
import { foldWave, type WaveDocument } from '../waves/wave.document.js';
import type { WaveEvent } from '../waves/wave.js';
import type { DataEvent } from './data-set.js';
import type { DataKind } from './kinds.js';

/** A record of reference data as it stands. */
export interface DataDocument {
  _id: string;
  record: 'data';
  kind: DataKind;
  id: string;
  version: number;
  value: object | null;
  updatedAt: string;
}

/**
 * What the logistics desk keeps for itself: reference data, waves, tours. One read model for the three, because each
 * further one follows the log for as long as the service runs, and these change a few times a day.
 */
export type RecordDocument = DataDocument | WaveDocument | TourDocument;

const foldData = (event: ProjectedEvent, data: DataEvent): DataDocument => ({
  _id: event.streamId,
  record: 'data',
  kind: data.data.kind,
  id: data.data.id,
  version: event.sequence + 1,
  value: data.type === 'DataSaved' ? data.data.value : null,
  updatedAt: event.time,
});

/** Read model `records`. */
export const recordsProjection: ProjectionDefinition<RecordDocument> = {
  name: 'records',
  version: 1,
  prefixes: ['logisticsdata-', 'wave-', 'tour-'],
  indexes: [
    { key: { record: 1, kind: 1, id: 1 } },
    { key: { record: 1, location: 1, status: 1, createdAt: -1, _id: -1 } },
    { key: { fulfilmentIds: 1, status: 1 } },
  ],
  keyOf: (event) => event.streamId,
  evolve(doc, event) {
    // What these streams hold is what this service's deciders made.
    if (event.streamId.startsWith('logisticsdata-')) return foldData(event, event as unknown as DataEvent);
    if (event.streamId.startsWith('wave-')) {
      return foldWave(doc?.record === 'wave' ? doc : null, event, event as unknown as WaveEvent);
    }
    return foldTour(doc?.record === 'tour' ? doc : null, event, event as unknown as TourEvent);
  },
};
