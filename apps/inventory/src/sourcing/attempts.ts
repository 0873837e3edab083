import { deterministicId } from '@orderloom/event-sourcing';
import { type ProductPolicy, safetyStockAt } from '../product/product-policy.js';
import type { Hold } from '../reservation/hold-book.js';
import { capacityFor, type Demand } from '../stock/capacity.js';
import { available, type Stock } from '../stock/stock.js';
import type { OpenLine } from './sourcing.js';
import type { SourcingRequest } from './sourcing-request.js';

/** One try to reserve units for a line at a location; a bundle's line tries once for each component. */
export interface Attempt {
  readonly request: number;
  readonly line: OpenLine;
  readonly location: string;
  /** What is reserved: the line's sku, what goes instead, or a component. */
  readonly sku: string;
  /** Units of the line that this is for. */
  readonly units: number;
  /** Units to reserve. */
  readonly quantity: number;
  readonly reservationId: string;
  /** Of a component: the reservation of the bundle. All of its components are reserved, or none. */
  readonly bundle?: string | undefined;
  /** Holds that this takes over. */
  readonly replaces: readonly string[];
  /** Most units this may take; the rest is claimed by orders that came earlier. */
  readonly most: (state: Stock) => number;
  reserved: number;
  seen: number;
}

export const decisionIdOf = (orderId: string, number: number): string =>
  deterministicId('sourcing', orderId, String(number));

/** Derived, so that a repeat after a crash finds the reservations of the first try instead of making others. */
export const reservationIdOf = (decisionId: string, lineId: string, location: string): string =>
  deterministicId('reservation', decisionId, lineId, location);

/** The reservation of one component of a bundle's reservation. */
export const componentReservationId = (reservationId: string, sku: string): string =>
  deterministicId('component', reservationId, sku);

/** A loaded stock, and what this batch has planned to take from it. */
export interface Known {
  readonly location: string;
  readonly state: Stock;
  taken: number;
}

/** Loaded stocks by sku. */
export type Ledger = ReadonlyMap<string, readonly Known[]>;

/** What a line really takes: its own sku, or what goes instead. */
export const skuOf = (line: OpenLine): string => line.use ?? line.sku;

/** What is to be known of a request's demand at a location. */
export const demandAt = (
  request: Pick<SourcingRequest, 'facts' | 'context'>,
  policy: ProductPolicy | undefined,
  location: string,
): Demand => ({
  channel: request.facts?.channel,
  keep: safetyStockAt(policy, location),
  today: request.context.now.slice(0, 10),
});

/** Units a request could take of a loaded stock now. */
export const capacityAt = (
  { location, state, taken }: Known,
  request: Pick<SourcingRequest, 'facts' | 'context'>,
  policy: ProductPolicy | undefined,
  holds: readonly Hold[] = [],
): number => {
  const held = holds
    .filter((hold) => hold.location === location)
    .reduce((sum, hold) => sum + (state.live.get(hold._id)?.quantity ?? 0), 0);
  return capacityFor(state, demandAt(request, policy, location)) + held - taken;
};

/** What is shown of a stock as a candidate: units nobody has. */
export const shownAvailable = ({ state }: Known): number => available(state);
