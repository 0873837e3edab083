import type { DomainEvent } from '@orderloom/event-sourcing';

/** Fulfilments that are picked together, with why. */
export interface WaveFacts {
  readonly waveId: string;
  readonly location: string;
  readonly carrier: string | null;
  readonly zone: string | null;
  /** Earliest of its fulfilments. */
  readonly dueAt: string | null;
  readonly fulfilmentIds: readonly string[];
  readonly units: number;
  /** Lines less than if each fulfilment were walked for on its own. */
  readonly sharedStops: number;
  readonly reason: string;
}

/** Kept in the service's log only: how work is batched is no fact about an order. */
export type WaveEvent =
  | DomainEvent<'WavePlanned', WaveFacts>
  | DomainEvent<'WaveStarted', { readonly waveId: string; readonly occurredAt: string }>
  | DomainEvent<'WaveCompleted', { readonly waveId: string; readonly occurredAt: string }>
  | DomainEvent<'WaveCancelled', { readonly waveId: string; readonly occurredAt: string }>;

export const waveStatuses = ['NONE', 'PLANNED', 'STARTED', 'COMPLETED', 'CANCELLED'] as const;

export interface Wave {
  readonly status: (typeof waveStatuses)[number];
  readonly facts?: WaveFacts;
}

/** The aggregate of one wave. */
export const wave = {
  prefix: 'wave',
  initial: (): Wave => ({ status: 'NONE' }),
  evolve(state: Wave, event: WaveEvent): Wave {
    switch (event.type) {
      case 'WavePlanned':
        return { status: 'PLANNED', facts: event.data };
      case 'WaveStarted':
        return { ...state, status: 'STARTED' };
      case 'WaveCompleted':
        return { ...state, status: 'COMPLETED' };
      case 'WaveCancelled':
        return { ...state, status: 'CANCELLED' };
      default:
        return unknown(event, state);
    }
  },
};

const unknown = <S>(_event: never, state: S): S => state;
