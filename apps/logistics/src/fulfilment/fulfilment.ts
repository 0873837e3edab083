import type { FulfilmentEvent, FulfilmentGroupEvent, LogisticsEventData } from '@orderloom/contracts';
import { ALONE, evolveGroup, type Group, withLines } from '../regroup/group.js';
import { noScans, type Scans, scanned } from './scans.js';
import { type LineUnits, withoutUnits } from './units.js';

/** What a location was asked to send. */
export type FulfilmentFacts = LogisticsEventData['FulfilmentCreated'];
/** A parcel as packed. */
export type Parcel = LogisticsEventData['PackingCompleted']['parcels'][number];
/** How it was handed over. */
export type Handover = Omit<LogisticsEventData['FulfilmentShipped'], 'fulfilmentId' | 'orderId' | 'members'>;
/** A carrier that was booked before the handover. */
export type Label = Omit<LogisticsEventData['FulfilmentLabelled'], 'fulfilmentId' | 'orderId'>;

/**
 * The states in the order in which work goes through them. CANCELLED (the order ended), REJECTED (the location would
 * not) and SHORT (nothing was found) end it before SHIPPED; SPLIT and MERGED ones are worked on under other ids.
 */
export const fulfilmentStatuses = [
  'NONE',
  'CREATED',
  'ACCEPTED',
  'PICKING',
  'PICKED',
  'PACKING',
  'PACKED',
  'LABELLED',
  'SHIPPED',
  'CANCELLED',
  'REJECTED',
  'SHORT',
  'SPLIT',
  'MERGED',
] as const;

export type FulfilmentStatus = (typeof fulfilmentStatuses)[number];

/** Those in which nothing is left to do under its own id. */
export const endedStatuses: readonly FulfilmentStatus[] = [
  'SHIPPED',
  'CANCELLED',
  'REJECTED',
  'SHORT',
  'SPLIT',
  'MERGED',
];

/** State of a `fulfilment-{fulfilmentId}` stream. */
export interface Fulfilment {
  readonly status: FulfilmentStatus;
  readonly facts?: FulfilmentFacts;
  /** What is to be sent: the lines of the release, less what was not found or is sent in other parcels. */
  readonly lines: FulfilmentFacts['lines'];
  readonly picked: readonly LineUnits[];
  readonly parcels: readonly Parcel[];
  readonly scans: Scans;
  readonly label?: Label;
  readonly handover?: Handover;
  /** Stop requests that were answered. */
  readonly stopIds: readonly string[];
  readonly overdue: boolean;
  /** How it belongs together with others. */
  readonly group: Group;
  /** Its units were given back to the release it was a part of. */
  readonly rejoined: boolean;
}

/** The aggregate of what one location sends for one order. */
export const fulfilment = {
  prefix: 'fulfilment',
  initial: (): Fulfilment => ({
    status: 'NONE',
    lines: [],
    picked: [],
    parcels: [],
    scans: noScans,
    stopIds: [],
    overdue: false,
    group: ALONE,
    rejoined: false,
  }),
  evolve(state: Fulfilment, event: FulfilmentEvent): Fulfilment {
    switch (event.type) {
      case 'FulfilmentCreated':
        return { ...state, status: 'CREATED', facts: event.data, lines: event.data.lines };
      case 'FulfilmentAccepted':
        return { ...state, status: 'ACCEPTED' };
      case 'FulfilmentRejected':
        return { ...state, status: 'REJECTED', lines: [] };
      case 'PickingStarted':
        return { ...state, status: 'PICKING' };
      case 'UnitsScanned':
        return { ...state, scans: scanned(state.scans, event.data) };
      case 'FulfilmentShort': {
        const lines = withoutUnits(state.lines, event.data.lines);
        return lines.length === 0 ? { ...state, status: 'SHORT', lines } : { ...state, lines };
      }
      case 'PickingCompleted':
        return { ...state, status: 'PICKED', picked: event.data.lines };
      case 'PackingStarted':
        return { ...state, status: 'PACKING' };
      case 'PackingCompleted':
        return { ...state, status: 'PACKED', parcels: event.data.parcels };
      case 'FulfilmentLabelled': {
        const { fulfilmentId: _f, orderId: _o, ...label } = event.data;
        return { ...state, status: 'LABELLED', label };
      }
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
      case 'FulfilmentOverdue':
        return { ...state, overdue: true };
      case 'FulfilmentSplit':
        return regrouped(state, event, 'SPLIT', []);
      case 'FulfilmentRejoined':
        return regrouped(state, event, 'CREATED', withLines(state.lines, event.data.lines));
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
  lines: Fulfilment['lines'] = state.lines,
): Fulfilment => ({ ...state, status, lines, group: evolveGroup(state.group, event) });

const answered = (state: Fulfilment, stopId: string | undefined): readonly string[] =>
  stopId === undefined ? state.stopIds : [...state.stopIds, stopId];

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
