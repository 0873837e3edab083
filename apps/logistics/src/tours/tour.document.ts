import type { ProjectedEvent } from '@orderloom/projections';
import type { StopOutcome, Tour, TourEvent, TourFacts } from './tour.js';

/** A tour as listed. */
export interface TourDocument extends Omit<TourFacts, 'tourId'> {
  _id: string;
  record: 'tour';
  id: string;
  status: Tour['status'];
  done: Readonly<Record<string, StopOutcome>>;
  createdAt: string;
  updatedAt: string;
}

export const foldTour = (doc: TourDocument | null, event: ProjectedEvent, told: TourEvent): TourDocument | null => {
  const at = event.time;
  if (told.type === 'TourPlanned') {
    const { tourId, ...facts } = told.data;
    return {
      _id: event.streamId,
      record: 'tour',
      id: tourId,
      ...facts,
      status: 'PLANNED',
      done: {},
      createdAt: at,
      updatedAt: at,
    };
  }
  if (!doc) return null;
  switch (told.type) {
    case 'TourStarted':
      return { ...doc, status: 'STARTED', updatedAt: at };
    case 'TourStopDone':
      return { ...doc, done: { ...doc.done, [told.data.stopId]: told.data.outcome }, updatedAt: at };
    case 'TourCompleted':
      return { ...doc, status: 'COMPLETED', updatedAt: at };
    case 'TourCancelled':
      return { ...doc, status: 'CANCELLED', updatedAt: at };
  }
};
