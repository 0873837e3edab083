import { rejectHold } from './decide-holds.js';
import { hasEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { evolve, type Order } from './order.js';
import type { OrderReview } from './review.js';
import { checkedBy, dueOf, holdOfRule } from './review-outcome.js';

/**
 * Records what the checks of an order found and does what the rules say: places holds, or rejects the order. A review
 * that says nothing new leaves no trace.
 */
export const recordReview = (review: OrderReview, now: string, order: Order): OrderEvent[] => {
  if (order.mode === 'history') return [];
  const checked = checkedBy(review, now);
  const events: OrderEvent[] = [];
  let state = evolve(order, checked);
  const add = (more: readonly OrderEvent[]): void => {
    events.push(...more);
    state = more.reduce(evolve, state);
  };
  for (const decision of dueOf(review, order)) {
    const { action, hold } = decision;
    if (hold === undefined || hasEnded(state)) continue;
    const placed = holdOfRule(decision, now, state);
    const holdId = state.holds.length + 1;
    add(placed);
    if (action !== 'reject' || placed.length === 0) continue;
    add(rejectHold({ holdId: `${order.orderId}-H${holdId}`, reason: hold.reason, now }, state));
  }
  return events.length === 0 ? [] : withFollowUps(order, [checked, ...events], { now });
};
