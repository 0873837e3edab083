import { Engine } from 'json-rules-engine';
import type { RuleDecision } from '../../order/review.js';

import type { FactValue } from '../checks/check.js';
import { type Condition, factsOf, isMet } from './conditions.js';
import type { Rule, Trigger } from './rule.js';

type Values = Readonly<Record<string, FactValue>>;

/** Values recorded beside those a rule speaks of, because they explain them. */
const EXPLAINS: Readonly<Record<string, string>> = {
  'duplicate.similarity': 'duplicate.orders',
  'order.total': 'order.currency',
};

interface Compiled {
  rule: Rule;
  condition: Condition;
  facts: readonly string[];
}

/** The rules that apply at one time, ready to be asked. */
export class RuleSet {
  readonly #rules: readonly Compiled[];
  readonly #engines = new Map<Trigger, Engine>();
  readonly #facts: ReadonlySet<string>;

  /** @param version revision of the stream they come from: recorded with every decision */
  constructor(
    rules: readonly Rule[],
    readonly version: string,
  ) {
    this.#rules = rules
      .map((rule) => {
        // Conditions were checked when the rule was drafted.
        const condition = rule.conditions as unknown as Condition;
        const named = factsOf(condition);
        const more = named.flatMap((fact) => EXPLAINS[fact] ?? []);
        return { rule, condition, facts: [...new Set([...named, ...more])] };
      })
      .sort((a, b) => b.rule.priority - a.rule.priority || (a.rule.ruleId < b.rule.ruleId ? -1 : 1));
    this.#facts = new Set(this.#rules.flatMap(({ facts }) => facts));
  }

  /** Whether any rule speaks of a fact. */
  asksFor(fact: string): boolean {
    return this.#facts.has(fact);
  }

  get rules(): readonly Rule[] {
    return this.#rules.map(({ rule }) => rule);
  }

  /** Whether any rule has something to say: quick, and asked of every order. */
  applies(trigger: Trigger, values: Values): boolean {
    return this.#rules.some(({ rule, condition }) => rule.triggers.includes(trigger) && isMet(condition, values));
  }

  /**
   * What the rules say about an order, highest priority first; a rule that lets the order pass ends it.
   * @param now when the holds they ask for begin
   * @param minutes how long somebody has where a rule does not say
   */
  async decide(trigger: Trigger, values: Values, now: string, minutes: number): Promise<RuleDecision[]> {
    if (!this.applies(trigger, values)) return [];
    const { events } = await this.#engine(trigger).run({ ...values });
    const fired = new Set(events.map((event) => event.type));
    const decisions: RuleDecision[] = [];
    for (const { rule, facts } of this.#rules) {
      if (!fired.has(rule.ruleId)) continue;
      decisions.push(decisionOf(rule, facts, values, { now, minutes }));
      if (rule.action.do === 'pass') break;
    }
    return decisions;
  }

  #engine(trigger: Trigger): Engine {
    const known = this.#engines.get(trigger);
    if (known !== undefined) return known;
    const engine = new Engine([], { allowUndefinedFacts: true });
    for (const { rule } of this.#rules) {
      if (!rule.triggers.includes(trigger)) continue;
      const conditions =
        'all' in rule.conditions || 'any' in rule.conditions ? rule.conditions : { all: [rule.conditions] };
      engine.addRule({
        name: rule.ruleId,
        priority: rule.priority,
        conditions: conditions as never,
        event: { type: rule.ruleId },
      });
    }
    this.#engines.set(trigger, engine);
    return engine;
  }
}

const decisionOf = (
  rule: Rule,
  names: readonly string[],
  values: Values,
  { now, minutes }: { now: string; minutes: number },
): RuleDecision => {
  const { ruleId, version, action } = rule;
  const facts = Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
  if (action.do === 'pass') return { ruleId, version, action: 'pass', facts };
  const related = facts['duplicate.orders'];
  return {
    ruleId,
    version,
    action: action.do,
    facts,
    hold: {
      type: action.type ?? 'CUSTOM',
      blocks: action.blocks ?? ['CONFIRM'],
      reason: action.reason ?? ruleId,
      ownerRole: action.ownerRole ?? 'reviewer',
      ...(action.owner === undefined ? {} : { owner: action.owner }),
      deadline: new Date(Date.parse(now) + (action.minutes ?? minutes) * 60_000).toISOString(),
      atDeadline: action.atDeadline ?? 'WAIT',
      ...(action.escalateTo === undefined ? {} : { escalateTo: action.escalateTo }),
      ...(action.levels === undefined ? {} : { levels: action.levels }),
      ...(action.fourEyes === undefined ? {} : { fourEyes: action.fourEyes }),
      ...(Array.isArray(related) ? { related: related.filter((id) => typeof id === 'string') } : {}),
    },
  };
};
