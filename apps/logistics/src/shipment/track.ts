import type { ShipmentEvent } from '@orderloom/contracts';
import {
  changePromise,
  deliver,
  factsOf,
  failDelivery,
  inTransit,
  outForDelivery,
  returned,
  returning,
  tracking,
} from './decide.js';
import { type Playbook, raise } from './exceptions.js';
import { type ExceptionKind, type Shipment, shipment } from './shipment.js';

/** What a scan can mean. */
export const trackStatuses = [
  'ANNOUNCED',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'DELIVERED',
  'DELIVERY_FAILED',
  'RETURNING',
  'RETURNED_TO_SENDER',
  'LOST',
  'ADDRESS_UNKNOWN',
  'REFUSED',
  'NOT_REACHED',
  'DAMAGED',
  'CUSTOMS',
  'DELAYED',
  'CARRIER_PROBLEM',
] as const;

export type TrackStatus = (typeof trackStatuses)[number];

/** One scan as a carrier tells it, in our words. */
export interface TrackUpdate {
  /** Names the scan for ever: the same scan told twice has the same key. */
  readonly scanKey: string;
  readonly status: TrackStatus;
  readonly occurredAt: string;
  readonly code?: string | undefined;
  readonly place?: string | undefined;
  /** When the carrier says it will be there, if it does. */
  readonly promisedAt?: string | undefined;
}

/** After this many tries in vain somebody has to act. */
const TRIES = 2;

const decideStatus = (
  id: string,
  update: TrackUpdate,
  state: Shipment,
  playbookOf: (kind: ExceptionKind) => Playbook,
): ShipmentEvent[] => {
  const { status, occurredAt: at, scanKey, code, place } = update;
  const scan = { scanKey, code, place };
  switch (status) {
    case 'ANNOUNCED':
      return [];
    case 'IN_TRANSIT':
      return inTransit(id, at, state, scan);
    case 'OUT_FOR_DELIVERY':
      // An older scan than the failed try it would undo.
      return state.status === 'DELIVERY_FAILED' && at < state.lastScanAt ? [] : outForDelivery(id, at, state, scan);
    case 'DELIVERED':
      return deliver(id, at, state, scan);
    case 'DELIVERY_FAILED': {
      const failed = failDelivery(id, code ?? 'NOT_REACHED', at, state, scan);
      const tries = state.attempts + failed.length;
      if (failed.length === 0 || tries < TRIES) return failed;
      const after = failed.reduce(shipment.evolve, state);
      return [...failed, ...raise(id, { kind: 'NOT_REACHED', at, playbook: playbookOf('NOT_REACHED') }, after)];
    }
    case 'RETURNING':
      return returning(id, code ?? 'CARRIER', at, state, scan);
    case 'RETURNED_TO_SENDER':
      return returned(id, at, state, scan);
    default:
      return raise(id, { kind: status, at, playbook: playbookOf(status), scan }, state);
  }
};

/**
 * Takes a scan in, however late, often, or out of order it comes: the same key once; what changes the state as that
 * event; what is older than what is known, or says nothing new, as `ShipmentScanned`, so that the track is complete.
 * @throws Refused SHIPMENT_NOT_FOUND
 */
export const track = (
  id: string,
  update: TrackUpdate,
  state: Shipment,
  playbookOf: (kind: ExceptionKind) => Playbook,
): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  const { scanKey, status, occurredAt, code, place, promisedAt } = update;
  if (state.scans.includes(scanKey)) return [];
  const decided = decideStatus(id, update, state, playbookOf);
  const events: ShipmentEvent[] =
    decided.length > 0
      ? decided
      : [{ type: 'ShipmentScanned', data: { ...tracking(facts, occurredAt, { code, place }), scanKey, status } }];
  if (promisedAt === undefined || occurredAt < state.lastScanAt) return events;
  const after = events.reduce(shipment.evolve, state);
  return [...events, ...changePromise(id, promisedAt, 'CARRIER_ESTIMATE', occurredAt, after)];
};
