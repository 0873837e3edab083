import type { SourcingEvent } from '@orderloom/contracts';
import type { Decision, DemandChange, OpenLine, Sourcing } from './sourcing.js';

/**
 * Records a decision. One that was recorded before is never changed, and an order that needs no more stock gets
 * none: both are no event, and the caller releases what it reserved in vain.
 */
export const recordDecision = (decision: Decision, state: Sourcing): SourcingEvent[] =>
  state.status === 'CANCELLED' || state.decisionIds.includes(decision.decisionId)
    ? []
    : [{ type: 'SourcingDecided', data: decision }];

/**
 * Records a further decision about lines that waited. One that was made beside another decision is out of date.
 * @param number how many decisions there were when it was made
 */
export const recordFurtherDecision = (decision: Decision, number: number, state: Sourcing): SourcingEvent[] =>
  state.decisionIds.length === number ? recordDecision(decision, state) : [];

/**
 * The order ended: it gets no more stock, also when a decision about it is still under way. An end that is heard of again
 * after the order was taken up again is over.
 * @param epoch how often the order had been reopened when it ended
 */
export const cancelSourcing = (
  orderId: string,
  reason: string,
  state: Sourcing,
  epoch = state.epoch,
): SourcingEvent[] =>
  state.status === 'CANCELLED' || epoch < state.epoch ? [] : [{ type: 'SourcingCancelled', data: { orderId, reason } }];

/** What an order says about its need. `again`: what it returns is wanted still, from elsewhere. */
export type Demand = Omit<DemandChange, 'open'> & { readonly again?: boolean };

/**
 * The order needs more or less than before. Said twice, or after something newer, it changes nothing; an order that
 * was never decided about is decided about with what it wants then.
 */
export const changeDemand = ({ again, ...demand }: Demand, state: Sourcing): SourcingEvent[] => {
  if (demand.orderSequence <= state.heardUpTo) return [];
  const reopened = (demand.epoch ?? 0) > state.epoch;
  if (state.status === 'NONE' || (state.status === 'CANCELLED' && !reopened)) return [];
  const had = new Map<string, number>();
  const add = (lineId: string, units: number) => had.set(lineId, (had.get(lineId) ?? 0) + units);
  if (!reopened) for (const { lineId, quantity } of state.allocations) add(lineId, quantity);
  for (const { lineId, quantity } of demand.returned ?? []) add(lineId, -quantity);
  // Units given back without more being said are not wanted any more: nothing new is looked for.
  if (again) return [{ type: 'SourcingDemandChanged', data: { ...demand, open: openAgain(demand, state) } }];
  if (demand.wanted === undefined)
    return [{ type: 'SourcingDemandChanged', data: { ...demand, open: state.open.map(plainLine) } }];
  const open = demand.wanted
    .map((line) => ({ ...line, quantity: line.quantity - (had.get(line.lineId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
  return [{ type: 'SourcingDemandChanged', data: { ...demand, open } }];
};

const plainLine = ({ lineId, sku, quantity }: OpenLine): OpenLine => ({ lineId, sku, quantity });

/** What is open once units that were given back are looked for again. */
const openAgain = ({ returned = [] }: Demand, state: Sourcing): OpenLine[] => {
  const open = new Map(state.open.map((line) => [line.lineId, plainLine(line)]));
  const held = new Map(state.allocations.map((one) => [one.reservationId, one]));
  for (const { lineId, reservationId, quantity } of returned) {
    const allocation = held.get(reservationId);
    const units = Math.min(quantity, allocation?.quantity ?? 0);
    if (!allocation || units <= 0) continue;
    const had = open.get(lineId) ?? { lineId, sku: state.skus[lineId] ?? allocation.sku, quantity: 0 };
    open.set(lineId, { ...had, quantity: had.quantity + units });
  }
  return [...open.values()];
};
