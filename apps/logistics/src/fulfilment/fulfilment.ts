import type { FulfilmentEvent, LogisticsEventData } from '@orderloom/contracts';
import { noScans, type Scans, scanned } from './scans.js';
import { type LineUnits, type ReservedUnits, withoutUnits } from './units.js';

/** What a location was asked to send. */
export type FulfilmentFacts = LogisticsEventData['FulfilmentCreated'];
/** A parcel as packed. */
export type Parcel = LogisticsEventData['PackingCompleted']['parcels'][number];
/** How it was handed over. */
export type Handover = Omit<LogisticsEventData['FulfilmentShipped'], 'fulfilmentId' | 'orderId'>;
/** A carrier that was booked before the handover. */
export type Label = Omit<LogisticsEventData['FulfilmentLabelled'], 'fulfilmentId' | 'orderId'>;

/**
 * The states in the order in which work goes through them. CANCELLED (the order ended), REJECTED (the location would
 * not) and SHORT (nothing was found) end it before SHIPPED.
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
] as const;

export type FulfilmentStatus = (typeof fulfilmentStatuses)[number];

/** Those in which nothing is left to do. */
export const endedStatuses: readonly FulfilmentStatus[] = ['SHIPPED', 'CANCELLED', 'REJECTED', 'SHORT'];

/** State of a `fulfilment-{fulfilmentId}` stream. */
export interface Fulfilment {
  readonly status: FulfilmentStatus;
  readonly facts?: FulfilmentFacts;
  /** What is to be sent: the lines of the release, less what was not found. */
  readonly lines: readonly ReservedUnits[];
  readonly picked: readonly LineUnits[];
  readonly parcels: readonly Parcel[];
  readonly scans: Scans;
  readonly label?: Label;
  readonly handover?: Handover;
  /** Stop requests that were answered. */
  readonly stopIds: readonly string[];
  readonly overdue: boolean;
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
        const { fulfilmentId: _f, orderId: _o, ...handover } = event.data;
        return { ...state, status: 'SHIPPED', handover };
      }
      case 'FulfilmentCancelled':
        return { ...state, status: 'CANCELLED', stopIds: answered(state, event.data.stopId) };
      case 'FulfilmentStopRefused':
        return { ...state, stopIds: answered(state, event.data.stopId) };
      case 'FulfilmentOverdue':
        return { ...state, overdue: true };
      default:
        return unknown(event, state);
    }
  },
};

const answered = (state: Fulfilment, stopId: string | undefined): readonly string[] =>
  stopId === undefined ? state.stopIds : [...state.stopIds, stopId];

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
