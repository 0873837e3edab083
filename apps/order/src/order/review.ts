import type { AtDeadline, HoldStep, HoldType } from '@orderloom/contracts';
import type { ApprovalLevel, ReviewDataOf } from './holds.js';

/** A hold that is asked for, by a person or a rule. */
export interface PlaceHold {
  type: HoldType;
  lineId?: string;
  blocks: readonly HoldStep[];
  /** stable code of why */
  reason: string;
  ownerRole: string;
  owner?: string;
  deadline: string;
  atDeadline: AtDeadline;
  escalateTo?: string;
  levels?: readonly ApprovalLevel[];
  fourEyes?: boolean;
  related?: readonly string[];
  inputs: Record<string, unknown>;
  rule?: { ruleId: string; version: number };
  now: string;
}

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
