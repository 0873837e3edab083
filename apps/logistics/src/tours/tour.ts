import type { DomainEvent } from '@orderloom/event-sourcing';

/** A stop as planned. */
export interface TourStop {
  readonly stopId: string;
  readonly shipmentId: string | null;
  /** ISO 8601 UTC. */
  readonly arriveAt: string;
  readonly leaveAt: string;
}

/** One vehicle's way of one day. */
export interface TourFacts {
  readonly tourId: string;
  readonly planId: string;
  readonly vehicle: string;
  readonly location: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly stops: readonly TourStop[];
  readonly distanceM: number;
  readonly grams: number;
  readonly load: number;
  readonly cost: number;
  readonly currency: string;
}

/** Kept in the service's log only; what it does to shipments is told by their own events. */
export type TourEvent =
  | DomainEvent<'TourPlanned', TourFacts>
  | DomainEvent<'TourStarted', { readonly tourId: string; readonly occurredAt: string }>
  | DomainEvent<
      'TourStopDone',
      { readonly tourId: string; readonly stopId: string; readonly outcome: StopOutcome; readonly occurredAt: string }
    >
  | DomainEvent<'TourCompleted', { readonly tourId: string; readonly occurredAt: string }>
  | DomainEvent<'TourCancelled', { readonly tourId: string; readonly occurredAt: string }>;

export const stopOutcomes = ['DELIVERED', 'FAILED'] as const;
export type StopOutcome = (typeof stopOutcomes)[number];

export interface Tour {
  readonly status: 'NONE' | 'PLANNED' | 'STARTED' | 'COMPLETED' | 'CANCELLED';
  readonly facts?: TourFacts;
  readonly done: Readonly<Record<string, StopOutcome>>;
}

/** The aggregate of one tour. */
export const tour = {
  prefix: 'tour',
  initial: (): Tour => ({ status: 'NONE', done: {} }),
  evolve(state: Tour, event: TourEvent): Tour {
    switch (event.type) {
      case 'TourPlanned':
        return { ...state, status: 'PLANNED', facts: event.data };
      case 'TourStarted':
        return { ...state, status: 'STARTED' };
      case 'TourStopDone':
        return { ...state, done: { ...state.done, [event.data.stopId]: event.data.outcome } };
      case 'TourCompleted':
        return { ...state, status: 'COMPLETED' };
      case 'TourCancelled':
        return { ...state, status: 'CANCELLED' };
      default:
        return unknown(event, state);
    }
  },
};

const unknown = <S>(_event: never, state: S): S => state;
