import type { LogisticsEventData, ShipmentEvent } from '@orderloom/contracts';
import type { ReservedUnits } from '../fulfilment/units.js';

/** What is on its way. */
export type ShipmentFacts = LogisticsEventData['ShipmentDispatched'];
export type ExceptionKind = LogisticsEventData['ShipmentExceptionRaised']['kind'];
export type ExceptionAction = LogisticsEventData['ShipmentActionTaken']['action'];

/** The states; the first five in the order in which a shipment goes through them when nothing goes wrong. */
export const shipmentStatuses = [
  'NONE',
  'DISPATCHED',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'DELIVERED',
  'DELIVERY_FAILED',
  'RETURNING',
  'RETURNED_TO_SENDER',
  'LOST',
] as const;

export type ShipmentStatus = (typeof shipmentStatuses)[number];

/** Something that went wrong, and what was done about it. */
export interface ShipmentException {
  readonly exceptionId: string;
  readonly kind: ExceptionKind;
  readonly actions: readonly ExceptionAction[];
  readonly dueAt: string;
  readonly owner: string;
  readonly playbook: { readonly kind: string; readonly version: number };
  readonly raisedAt: string;
  readonly closedAt: string | null;
  readonly outcome: string | null;
  readonly taken: readonly LogisticsEventData['ShipmentActionTaken'][];
}

/** Money asked of the carrier. */
export interface Claim {
  readonly claimId: string;
  readonly exceptionId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly dueAt: string;
  readonly filedAt: string;
  readonly outcome: 'OPEN' | LogisticsEventData['CarrierClaimSettled']['outcome'];
  readonly paid: number;
}

/** State of a `shipment-{shipmentId}` stream. */
export interface Shipment {
  readonly status: ShipmentStatus;
  readonly facts?: ShipmentFacts;
  readonly promisedAt?: string | undefined;
  /** When the newest scan happened: an older one that comes later turns nothing back. */
  readonly lastScanAt: string;
  /** Deliveries tried in vain. */
  readonly attempts: number;
  /** Scans that were recorded. Two hundred are remembered: carriers repeat the last ones. */
  readonly scans: readonly string[];
  readonly exceptions: readonly ShipmentException[];
  readonly claims: readonly Claim[];
  /** Units that were sent again: they are no longer expected with this shipment. */
  readonly resent: readonly ReservedUnits[];
  readonly reminded: boolean;
  readonly overdue: boolean;
}

const REMEMBERED_SCANS = 200;

const later = (a: string, b: string): string => (a > b ? a : b);

/** Notes which scan it was and when. */
const noted = (
  state: Shipment,
  { occurredAt, scanKey }: { occurredAt: string; scanKey?: string | undefined },
): Shipment => ({
  ...state,
  lastScanAt: later(state.lastScanAt, occurredAt),
  ...(scanKey === undefined ? {} : { scans: [...state.scans, scanKey].slice(-REMEMBERED_SCANS) }),
});

const changeException = (
  state: Shipment,
  exceptionId: string,
  change: (exception: ShipmentException) => Partial<ShipmentException>,
): Shipment => ({
  ...state,
  exceptions: state.exceptions.map((one) => (one.exceptionId === exceptionId ? { ...one, ...change(one) } : one)),
});

/** The aggregate of one handover to a carrier. */
export const shipment = {
  prefix: 'shipment',
  initial: (): Shipment => ({
    status: 'NONE',
    lastScanAt: '',
    attempts: 0,
    scans: [],
    exceptions: [],
    claims: [],
    resent: [],
    reminded: false,
    overdue: false,
  }),
  evolve(state: Shipment, event: ShipmentEvent): Shipment {
    switch (event.type) {
      case 'ShipmentDispatched': {
        const { promisedAt, occurredAt } = event.data;
        return { ...state, status: 'DISPATCHED', facts: event.data, promisedAt, lastScanAt: occurredAt };
      }
      case 'ShipmentInTransit':
        return { ...noted(state, event.data), status: 'IN_TRANSIT' };
      case 'ShipmentOutForDelivery':
        return { ...noted(state, event.data), status: 'OUT_FOR_DELIVERY' };
      case 'ShipmentDelivered':
        return { ...noted(state, event.data), status: 'DELIVERED' };
      case 'ShipmentScanned':
        return noted(state, event.data);
      case 'ShipmentDeliveryFailed': {
        const late = event.data.occurredAt < state.lastScanAt;
        return {
          ...noted(state, event.data),
          status: late ? state.status : 'DELIVERY_FAILED',
          attempts: event.data.attempt,
        };
      }
      case 'ShipmentReturning':
        return { ...noted(state, event.data), status: 'RETURNING' };
      case 'ShipmentReturnedToSender':
        return { ...noted(state, event.data), status: 'RETURNED_TO_SENDER' };
      case 'ShipmentLost':
        return { ...noted(state, event.data), status: 'LOST' };
      case 'ShipmentPromiseChanged':
        return { ...noted(state, event.data), promisedAt: event.data.promisedAt, reminded: false, overdue: false };
      case 'ShipmentExceptionRaised': {
        const { exceptionId, kind, actions, dueAt, owner, playbook, occurredAt } = event.data;
        const raised = { exceptionId, kind, actions, dueAt, owner, playbook, raisedAt: occurredAt };
        const exception: ShipmentException = { ...raised, closedAt: null, outcome: null, taken: [] };
        return { ...noted(state, event.data), exceptions: [...state.exceptions, exception] };
      }
      case 'ShipmentActionTaken': {
        const taken = changeException(state, event.data.exceptionId, (one) => ({ taken: [...one.taken, event.data] }));
        return event.data.action === 'RESEND' ? { ...taken, resent: [...state.resent, ...event.data.lines] } : taken;
      }
      case 'ShipmentExceptionClosed': {
        const { exceptionId, outcome, occurredAt } = event.data;
        return changeException(state, exceptionId, () => ({ closedAt: occurredAt, outcome }));
      }
      case 'ShipmentDeadlineNear':
        return { ...state, reminded: true };
      case 'ShipmentOverdue':
        return { ...state, overdue: true };
      case 'CarrierClaimFiled': {
        const { claimId, exceptionId, amount, currency, dueAt, occurredAt } = event.data;
        const filed = { claimId, exceptionId: exceptionId ?? null, amount, currency, dueAt, filedAt: occurredAt };
        return { ...state, claims: [...state.claims, { ...filed, outcome: 'OPEN', paid: 0 }] };
      }
      case 'CarrierClaimSettled': {
        const { claimId, outcome, amount } = event.data;
        const claims = state.claims.map((one) => (one.claimId === claimId ? { ...one, outcome, paid: amount } : one));
        return { ...state, claims };
      }
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
