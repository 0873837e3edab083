import { Refused } from '@orderloom/contracts';
import type { OrderEvent } from './events.js';
import { isOpen } from './holds.js';
import { evolve, type Order } from './order.js';
import { placeHold } from './place-hold.js';
import type { OrderReview, RuleDecision } from './review.js';

/** Whether anybody has to look at the order because of this review. */
export const asksForSomebody = (review: OrderReview): boolean =>
  review.decisions.some((decision) => decision.action !== 'pass');

/** The event that says what was looked at and what the rules said. */
export const checkedBy = ({ trigger, ruleSet, findings, decisions }: OrderReview, occurredAt: string): OrderEvent => ({
  type: 'OrderChecked',
  data: {
    trigger,
    ruleSet,
    findings: [...findings],
    decisions: decisions.map(({ ruleId, version, action, facts }) => ({ ruleId, version, action, facts })),
    occurredAt,
  },
});

/** What a person has decided upon is not asked again until the facts are others. */
const isDecided = (order: Order, { ruleId, facts }: RuleDecision): boolean =>
  order.holds.some(
    (hold) => hold.rule?.ruleId === ruleId && (isOpen(hold) || JSON.stringify(hold.inputs) === JSON.stringify(facts)),
  );

/** What of the rules' decisions is still to be done. */
export const dueOf = (review: OrderReview, order: Order): RuleDecision[] =>
  review.decisions.filter((decision) => decision.action !== 'pass' && !isDecided(order, decision));

/** The hold a rule asks for; [] where the rule comes after the step it is about and has nothing left to say. */
export const holdOfRule = ({ hold, facts, ruleId, version }: RuleDecision, now: string, order: Order): OrderEvent[] =>
  hold === undefined
    ? []
    : tooLateIsNothing(() => placeHold({ ...hold, inputs: facts, rule: { ruleId, version }, now }, order));

const tooLateIsNothing = (decide: () => OrderEvent[]): OrderEvent[] => {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Refused && error.code === 'HOLD_TOO_LATE') return [];
    throw error;
  }
};

/** What has been confirmed can still be kept from leaving the house. */
const nextStep = (decision: RuleDecision, order: Order): RuleDecision => {
  const { hold } = decision;
  if (hold === undefined || order.status === 'SUBMITTED') return decision;
  const isAboutConfirming = hold.blocks.includes('CONFIRM') || hold.blocks.includes('RESERVE');
  if (!isAboutConfirming || hold.blocks.includes('RELEASE')) return decision;
  return { ...decision, hold: { ...hold, blocks: [...hold.blocks, 'RELEASE'] } };
};

/**
 * What the checks of a changed order found, and the holds that follow, before anything else does. A rule that would reject
 * a new order holds a changed one: whether all of it goes, or only the change is taken back, is for a person to say.
 */
export const reviewOfChange = (review: OrderReview, now: string, order: Order): OrderEvent[] => {
  if (review.findings.length === 0 && review.decisions.length === 0) return [];
  const events = [checkedBy(review, now)];
  let state = events.reduce(evolve, order);
  for (const decision of dueOf(review, order)) {
    const placed = holdOfRule(nextStep(decision, state), now, state);
    events.push(...placed);
    state = placed.reduce(evolve, state);
  }
  return events;
};
