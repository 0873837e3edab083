import type { OrderDeskEvent } from '@orderloom/contracts';

export type RuleEvent = Extract<OrderDeskEvent, { type: 'RuleDrafted' | 'RulePublished' | 'RuleDisabled' }>;
/** One version of a rule. */
export type Rule = Extract<RuleEvent, { type: 'RulePublished' }>['data']['rule'];
export type RuleAction = Rule['action'];
export type Trigger = Rule['triggers'][number];

/** A rule with all its versions. */
export interface RuleHistory {
  readonly ruleId: string;
  readonly versions: readonly Rule[];
  /** the version that applies; null: none */
  readonly published: number | null;
  readonly changedAt: string | null;
  /** comes with the product */
  readonly shipped: boolean;
}

/** The version of a rule that applies. */
export const publishedOf = (history: RuleHistory): Rule | undefined =>
  history.versions.find((rule) => rule.version === history.published);
