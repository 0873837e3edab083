import { Refused } from '@orderloom/contracts';
import type { Aggregate } from '@orderloom/event-sourcing';
import { publishedOf, type Rule, type RuleEvent, type RuleHistory } from './rule.js';
import { shippedRules } from './shipped-rules.js';

/** All rules with all their versions: one stream, so that its revision names the set that applied. */
export interface RuleBook {
  readonly rules: ReadonlyMap<string, RuleHistory>;
}

const SHIPPED = shippedRules();

const change = (book: RuleBook, ruleId: string, to: (history: RuleHistory) => RuleHistory): RuleBook => {
  const known = book.rules.get(ruleId) ?? { ruleId, versions: [], published: null, changedAt: null, shipped: false };
  return { rules: new Map(book.rules).set(ruleId, to(known)) };
};

const withVersion = (history: RuleHistory, rule: Rule): readonly Rule[] =>
  [...history.versions.filter((version) => version.version !== rule.version), rule].sort(
    (a, b) => a.version - b.version,
  );

/** How rules are kept: stream `desk-rules`. */
export const ruleAggregate: Aggregate<RuleBook, RuleEvent> = {
  prefix: 'desk',
  initial: () => ({ rules: SHIPPED }),
  evolve: (book, event) => {
    switch (event.type) {
      case 'RuleDrafted': {
        const { rule, occurredAt } = event.data;
        return change(book, rule.ruleId, (known) => ({
          ...known,
          versions: withVersion(known, rule),
          changedAt: occurredAt,
        }));
      }
      case 'RulePublished': {
        const { rule, occurredAt } = event.data;
        return change(book, rule.ruleId, (known) => ({
          ...known,
          versions: withVersion(known, rule),
          published: rule.version,
          changedAt: occurredAt,
        }));
      }
      case 'RuleDisabled': {
        const { ruleId, occurredAt } = event.data;
        return change(book, ruleId, (known) => ({ ...known, published: null, changedAt: occurredAt }));
      }
      default:
        event satisfies never;
        return book;
    }
  },
};

const historyOf = (book: RuleBook, ruleId: string): RuleHistory => {
  const history = book.rules.get(ruleId);
  if (history === undefined) throw new Refused('RULE_NOT_FOUND', { ruleId });
  return history;
};

const same = (a: Omit<Rule, 'version'>, b: Omit<Rule, 'version'>): boolean => canonical(a) === canonical(b);
const canonical = ({ ruleId, name, triggers, priority, conditions, action }: Omit<Rule, 'version'>): string =>
  JSON.stringify([ruleId, name, triggers, priority, conditions, sorted(action)]);
const sorted = (value: object): unknown => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));

export interface DraftRule {
  rule: Omit<Rule, 'version'>;
  /** a new rule must not be there yet, a new version needs one */
  isNew: boolean;
  now: string;
}

/** Writes the next version of a rule; the same text again changes nothing. @throws Refused RULE_EXISTS, RULE_NOT_FOUND */
export const draftRule = ({ rule, isNew, now }: DraftRule, book: RuleBook): RuleEvent[] => {
  const known = isNew ? book.rules.get(rule.ruleId) : historyOf(book, rule.ruleId);
  const last = known?.versions.at(-1);
  if (last !== undefined && same(last, rule)) return [];
  if (isNew && known !== undefined) throw new Refused('RULE_EXISTS', { ruleId: rule.ruleId });
  const version = (last?.version ?? 0) + 1;
  return [{ type: 'RuleDrafted', data: { rule: { ...rule, version }, occurredAt: now } }];
};

/** Makes a version apply, the newest unless one is named. @throws Refused RULE_NOT_FOUND, RULE_VERSION_NOT_FOUND */
export const publishRule = (
  { ruleId, version, now }: { ruleId: string; version?: number; now: string },
  book: RuleBook,
): RuleEvent[] => {
  const history = historyOf(book, ruleId);
  const rule =
    version === undefined ? history.versions.at(-1) : history.versions.find((one) => one.version === version);
  if (rule === undefined) throw new Refused('RULE_VERSION_NOT_FOUND', { ruleId, version });
  if (history.published === rule.version) return [];
  return [{ type: 'RulePublished', data: { rule, occurredAt: now } }];
};

/** Makes a rule apply no longer. @throws Refused RULE_NOT_FOUND */
export const disableRule = ({ ruleId, now }: { ruleId: string; now: string }, book: RuleBook): RuleEvent[] =>
  historyOf(book, ruleId).published === null ? [] : [{ type: 'RuleDisabled', data: { ruleId, occurredAt: now } }];

/** The rules that apply. */
export const appliedRules = (book: RuleBook): Rule[] =>
  [...book.rules.values()].map(publishedOf).filter((rule) => rule !== undefined);
