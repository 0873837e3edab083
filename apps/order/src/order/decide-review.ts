import { Refused } from '@orderloom/contracts';
import { type PlaceHold, placeHold, rejectHold } from './decide-holds.js';
import { hasEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { isOpen, type ReviewDataOf } from './holds.js';
import { evolve, type Order } from './order.js';

export type Finding = ReviewDataOf<'OrderChecked'>['findings'][number];
export type CheckTrigger = ReviewDataOf<'OrderChecked'>['trigger'];

/** What a rule says about an order, with the facts it saw. */
export interface RuleDecision {
  ruleId: string;
  version: number;
  action: 'pass' | 'hold' | 'reject';
  facts: Record<string, unknown>;
  /** the hold it asks for; a rejection is recorded as one that was rejected at once */
  hold?: Omit<PlaceHold, 'now' | 'inputs' | 'rule'>;
}

/** The outcome of all checks and rules for one order. */
export interface OrderReview {
  trigger: CheckTrigger;
  /** revision of the rules that were asked */
  ruleSet: string;
  findings: readonly Finding[];
  decisions: readonly RuleDecision[];
}

/** Whether anybody has to look at the order because of this review. */
export const asksForSomebody = (review: OrderReview): boolean =>
  review.decisions.some((decision) => decision.action !== 'pass');

/** What a person has decided upon is not asked again until the facts are others. */
const isDecided = (order: Order, { ruleId, facts }: RuleDecision): boolean =>
  order.holds.some(
    (hold) => hold.rule?.ruleId === ruleId && (isOpen(hold) || JSON.stringify(hold.inputs) === JSON.stringify(facts)),
  );

/**
 * Records what the checks of an order found and does what the rules say: places holds, or rejects the order. A review
 * that says nothing new leaves no trace.
 */
export const recordReview = (review: OrderReview, now: string, order: Order): OrderEvent[] => {
  if (order.mode === 'history') return [];
  const due = review.decisions.filter((decision) => decision.action !== 'pass' && !isDecided(order, decision));
  const { trigger, ruleSet, findings, decisions } = review;
  const checked: OrderEvent = {
    type: 'OrderChecked',
    data: {
      trigger,
      ruleSet,
      findings: [...findings],
      decisions: decisions.map(({ ruleId, version, action, facts }) => ({ ruleId, version, action, facts })),
      occurredAt: now,
    },
  };
  const events: OrderEvent[] = [];
  let state = evolve(order, checked);
  const add = (more: readonly OrderEvent[]): void => {
    events.push(...more);
    state = more.reduce(evolve, state);
  };
  for (const { action, hold, facts, ruleId, version } of due) {
    if (hold === undefined || hasEnded(state)) continue;
    const placed = tooLateIsNothing(() => placeHold({ ...hold, inputs: facts, rule: { ruleId, version }, now }, state));
    const holdId = state.holds.length + 1;
    add(placed);
    if (action !== 'reject' || placed.length === 0) continue;
    add(rejectHold({ holdId: `${order.orderId}-H${holdId}`, reason: hold.reason, now }, state));
  }
  return events.length === 0 ? [] : withFollowUps(order, [checked, ...events], { now });
};

/** A rule that comes after the step it is about has nothing left to say. */
const tooLateIsNothing = (decide: () => OrderEvent[]): OrderEvent[] => {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Refused && error.code === 'HOLD_TOO_LATE') return [];
    throw error;
  }
};
