import { Refused } from '@orderloom/contracts';
import { type StopOutcome, type Tour, type TourEvent, type TourFacts, tour } from './tour.js';

const factsOf = (tourId: string, state: Tour): TourFacts => {
  if (!state.facts) throw new Refused('TOUR_NOT_FOUND', { tourId });
  return state.facts;
};

/** Fixes a tour. A repeat is no event. */
export const planTour = (facts: TourFacts, state: Tour): TourEvent[] =>
  state.status === 'NONE' ? [{ type: 'TourPlanned', data: facts }] : [];

/** @throws Refused TOUR_NOT_FOUND, TOUR_OVER */
export const startTour = (tourId: string, occurredAt: string, state: Tour): TourEvent[] => {
  factsOf(tourId, state);
  if (state.status === 'CANCELLED') throw new Refused('TOUR_OVER', { tourId, status: state.status });
  return state.status === 'PLANNED' ? [{ type: 'TourStarted', data: { tourId, occurredAt } }] : [];
};

/** What happened at a stop; the last one completes the tour. @throws Refused TOUR_NOT_FOUND, TOUR_NOT_STARTED, TOUR_STOP_NOT_FOUND */
export const doStop = (
  tourId: string,
  stopId: string,
  outcome: StopOutcome,
  occurredAt: string,
  state: Tour,
): TourEvent[] => {
  const facts = factsOf(tourId, state);
  if (!facts.stops.some((stop) => stop.stopId === stopId)) throw new Refused('TOUR_STOP_NOT_FOUND', { tourId, stopId });
  if (state.done[stopId] === outcome) return [];
  if (state.status !== 'STARTED') throw new Refused('TOUR_NOT_STARTED', { tourId, status: state.status });
  const done: TourEvent = { type: 'TourStopDone', data: { tourId, stopId, outcome, occurredAt } };
  const after = tour.evolve(state, done);
  const all = facts.stops.every((stop) => after.done[stop.stopId] !== undefined);
  return all ? [done, { type: 'TourCompleted', data: { tourId, occurredAt } }] : [done];
};

/** @throws Refused TOUR_NOT_FOUND, TOUR_OVER once it has started */
export const cancelTour = (tourId: string, occurredAt: string, state: Tour): TourEvent[] => {
  factsOf(tourId, state);
  if (state.status === 'CANCELLED') return [];
  if (state.status !== 'PLANNED') throw new Refused('TOUR_OVER', { tourId, status: state.status });
  return [{ type: 'TourCancelled', data: { tourId, occurredAt } }];
};
