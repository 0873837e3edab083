import type { ShipmentEvent } from '@orderloom/contracts';
import { spread } from '../carriers/tracking-number.js';
import type { IncidentsData } from '../data/kinds.js';
import { changePromise, failDelivery, returning } from '../shipment/decide.js';
import { type Playbook, raise } from '../shipment/exceptions.js';
import { type ExceptionKind, type Shipment, shipment } from '../shipment/shipment.js';

/** What a simulated carrier can be made to do to a parcel. */
export const incidents = ['delayed', 'lost', 'damaged', 'failed', 'refused'] as const;
export type Incident = (typeof incidents)[number];

/** What the simulation has to know of a shipment's carrier. */
export interface CarrierWorld {
  readonly incidents: IncidentsData | undefined;
  readonly playbookOf: (kind: ExceptionKind) => Playbook;
  /** The wall time after so much simulated time, ISO 8601 UTC. */
  readonly after: (simulatedMs: number) => string;
  /** Simulated length of the whole way, ms. */
  readonly way: (state: Shipment) => number;
}

/** What happens to a shipment: always the same for the same one, so that a repeat changes nothing. */
export const incidentOf = (shipmentId: string, shares: IncidentsData | undefined): Incident | undefined => {
  if (!shares) return undefined;
  let place = spread(`${shipmentId}!`) / 2 ** 32;
  for (const incident of incidents) {
    if (place < shares[incident]) return incident;
    place -= shares[incident];
  }
  return undefined;
};

/** How much longer a delayed parcel takes: half of its way. */
export const delayOf = (way: number): number => Math.round(way / 2);

/** Lets it happen now. */
export const strike = (
  id: string,
  incident: Incident,
  at: string,
  state: Shipment,
  world: CarrierWorld,
): ShipmentEvent[] => {
  const raised = (kind: ExceptionKind) => raise(id, { kind, at, playbook: world.playbookOf(kind) }, state);
  switch (incident) {
    case 'delayed': {
      const way = world.way(state);
      const left = state.promisedAt === undefined ? 0 : Math.max(0, Date.parse(state.promisedAt) - Date.parse(at));
      const promisedAt = new Date(Date.parse(world.after(delayOf(way))) + left).toISOString();
      return changePromise(id, promisedAt, 'CARRIER_DELAY', at, state);
    }
    case 'lost':
      return raised('LOST');
    case 'failed':
      return failDelivery(id, 'NOT_REACHED', at, state);
    case 'damaged':
    case 'refused': {
      const events = raised(incident === 'damaged' ? 'DAMAGED' : 'REFUSED');
      const after = events.reduce(shipment.evolve, state);
      return [...events, ...returning(id, incident === 'damaged' ? 'DAMAGED' : 'REFUSED', at, after)];
    }
    default:
      return incident satisfies never;
  }
};
