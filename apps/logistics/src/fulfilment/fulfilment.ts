import type { FulfilmentEvent, FulfilmentGroupEvent, LogisticsEventData } from '@orderloom/contracts';
import { ALONE, evolveGroup, type Group, withLines } from '../regroup/group.js';

/** What a location was asked to send. */
export type FulfilmentFacts = LogisticsEventData['FulfilmentCreated'];
/** A parcel as packed. */
export type Parcel = LogisticsEventData['PackingCompleted']['parcels'][number];
/** How it was handed over. */
export type Handover = Omit<LogisticsEventData['FulfilmentShipped'], 'fulfilmentId' | 'orderId' | 'members'>;

/** The states in the order in which work goes through them; CANCELLED ends it before SHIPPED; SPLIT and MERGED ones
 * are worked on under other ids. */
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
  'SPLIT',
  'MERGED',
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
  /** How it belongs together with others. */
  readonly group: Group;
  /** Its units were given back to the release it was a part of. */
  readonly rejoined: boolean;
}

/** The aggregate of what one location sends for one order. */
export const fulfilment = {
  prefix: 'fulfilment',
  initial: (): Fulfilment => ({ status: 'NONE', picked: [], parcels: [], stopIds: [], group: ALONE, rejoined: false }),
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
        const { fulfilmentId: _f, orderId: _o, members: _m, ...handover } = event.data;
        return { ...state, status: 'SHIPPED', handover };
      }
      case 'FulfilmentCancelled':
        return {
          ...state,
          status: 'CANCELLED',
          stopIds: answered(state, event.data.stopId),
          rejoined: event.data.reason === 'REJOINED',
        };
      case 'FulfilmentStopRefused':
        return { ...state, stopIds: answered(state, event.data.stopId) };
      case 'FulfilmentSplit':
        return regrouped(state, event, 'SPLIT', []);
      case 'FulfilmentRejoined':
        return regrouped(state, event, 'CREATED', withLines(state.facts?.lines ?? [], event.data.lines));
      case 'FulfilmentMerged':
        return regrouped(state, event, 'MERGED');
      case 'FulfilmentUnmerged':
        return regrouped(state, event, 'CREATED');
      case 'FulfilmentJoined':
      case 'FulfilmentLeft':
        return regrouped(state, event, state.status);
      default:
        return unknown(event, state);
    }
  },
};

const regrouped = (
  state: Fulfilment,
  event: FulfilmentGroupEvent,
  status: FulfilmentStatus,
  lines: FulfilmentFacts['lines'] | undefined = state.facts?.lines,
): Fulfilment => ({
  ...state,
  status,
  group: evolveGroup(state.group, event),
  ...(state.facts && lines ? { facts: { ...state.facts, lines } } : {}),
});

const answered = (state: Fulfilment, stopId: string | undefined): readonly string[] =>
  stopId === undefined ? state.stopIds : [...state.stopIds, stopId];

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
