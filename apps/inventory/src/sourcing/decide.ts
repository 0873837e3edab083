import type { SourcingEvent } from '@orderloom/contracts';
import type { Decision, Sourcing } from './sourcing.js';

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

/** The order ended: it gets no more stock, also when a decision about it is still under way. */
export const cancelSourcing = (orderId: string, reason: string, state: Sourcing): SourcingEvent[] =>
  state.status === 'CANCELLED' ? [] : [{ type: 'SourcingCancelled', data: { orderId, reason } }];
