import type { FulfilmentEvent, LogisticsEventData } from '@orderloom/contracts';

/** What a location was asked to send. */
export type FulfilmentFacts = LogisticsEventData['FulfilmentCreated'];
/** A parcel as packed. */
export type Parcel = LogisticsEventData['PackingCompleted']['parcels'][number];
/** How it was handed over. */
export type Handover = Omit<LogisticsEventData['FulfilmentShipped'], 'fulfilmentId' | 'orderId'>;

/** The states in the order in which work goes through them; CANCELLED ends it before SHIPPED. */
export const fulfilmentStatuses = [
  'NONE',
  'CREATED',
  'ACCEPTED',
  'PICKING',
  'PICKED',
  'PACKING',
  'PACKED',
  'SHIPPED',
  'CANCELLED',
] as const;

export type FulfilmentStatus = (typeof fulfilmentStatuses)[number];

/** State of a `fulfilment-{fulfilmentId}` stream. */
export interface Fulfilment {
  readonly status: FulfilmentStatus;
  readonly facts?: FulfilmentFacts;
  readonly picked: LogisticsEventData['PickingCompleted']['lines'];
  readonly parcels: readonly Parcel[];
  readonly handover?: Handover;
  /** Stop requests that were answered. */
  readonly stopIds: readonly string[];
}

/** The aggregate of what one location sends for one order. */
export const fulfilment = {
  prefix: 'fulfilment',
  initial: (): Fulfilment => ({ status: 'NONE', picked: [], parcels: [], stopIds: [] }),
  evolve(state: Fulfilment, event: FulfilmentEvent): Fulfilment {
    switch (event.type) {
      case 'FulfilmentCreated':
        return { ...state, status: 'CREATED', facts: event.data };
      case 'FulfilmentAccepted':
        return { ...state, status: 'ACCEPTED' };
      case 'PickingStarted':
        return { ...state, status: 'PICKING' };
      case 'PickingCompleted':
        return { ...state, status: 'PICKED', picked: event.data.lines };
      case 'PackingStarted':
        return { ...state, status: 'PACKING' };
      case 'PackingCompleted':
        return { ...state, status: 'PACKED', parcels: event.data.parcels };
      case 'FulfilmentShipped': {
        const { fulfilmentId: _f, orderId: _o, ...handover } = event.data;
        return { ...state, status: 'SHIPPED', handover };
      }
      case 'FulfilmentCancelled':
        return { ...state, status: 'CANCELLED', stopIds: answered(state, event.data.stopId) };
      case 'FulfilmentStopRefused':
        return { ...state, stopIds: answered(state, event.data.stopId) };
      default:
        return unknown(event, state);
    }
  },
};

const answered = (state: Fulfilment, stopId: string | undefined): readonly string[] =>
  stopId === undefined ? state.stopIds : [...state.stopIds, stopId];

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
