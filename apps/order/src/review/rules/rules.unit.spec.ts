import { Refused } from '@orderloom/contracts';
import fc from 'fast-check';
import { Engine } from 'json-rules-engine';
import { FACTS } from '../checks/run-checks.js';
import { type Condition, type ConditionProblem, factsOf, isMet, OPERATORS, parseConditions } from './conditions.js';
import { appliedRules, disableRule, draftRule, publishRule, type RuleBook, ruleAggregate } from './decide-rules.js';
import type { Rule, RuleEvent } from './rule.js';
import { RuleSet } from './rule-set.js';
import { shippedRules } from './shipped-rules.js';

const NOW = '2026-03-01T09:30:00.000Z';
const rule = (change: Partial<Rule> = {}): Rule => ({
  ruleId: 'r',
  version: 1,
  name: 'R',
  triggers: ['submit'],
  priority: 10,
  conditions: { all: [{ fact: 'order.total', operator: 'greaterThan', value: 100 }] },
  action: { do: 'hold', type: 'FINANCE_REVIEW', ownerRole: 'finance', minutes: 60 },
  ...change,
});

describe('conditions', () => {
  it('are the same for the quick check and for the engine', async () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b'), fc.boolean());
    const leaf = fc.tuple(fc.constantFrom(...Object.keys(FACTS).slice(0, 4)), fc.constantFrom(...OPERATORS), value).map(
      ([fact, operator, against]): Condition => ({
        fact,
        operator,
        value:
          operator === 'in' || operator === 'notIn'
            ? [against, 'c']
            : /Than/.test(operator)
              ? Number(against) || 1
              : against,
      }),
    );
    const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
        tie('tree').map((not) => ({ not })),
      ),
    }));
    const values = fc.dictionary(
      fc.constantFrom(...Object.keys(FACTS).slice(0, 4)),
      fc.oneof(value, fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 })),
    );
    await fc.assert(
      fc.asyncProperty(tree, values, async (condition, given) => {
        const engine = new Engine([], { allowUndefinedFacts: true });
        engine.addRule({ conditions: { all: [condition] } as never, event: { type: 'met' } });
        const { events } = await engine.run({ ...given });
        expect(isMet(condition, given)).toBe(events.length > 0);
      }),
      { numRuns: 400 },
    );
  });

  it('are refused where they make no sense, with the place', () => {
    const problems: ConditionProblem[] = [];
    const bad = {
      all: [
        { fact: 'weather', operator: 'equal', value: 1 },
        { fact: 'order.total', operator: 'like', value: 1 },
        { fact: 'order.total', operator: 'in', value: 1 },
        { any: [] },
        'x',
      ],
    };
    expect(parseConditions(bad, problems)).toBeNull();
    expect(problems.map(({ path, code }) => [path, code])).toEqual([
      ['conditions.all.0', 'RULE_FACT_UNKNOWN'],
      ['conditions.all.1', 'NOT_ONE_OF'],
      ['conditions.all.2', 'RULE_CONDITION_INVALID'],
      ['conditions.all.3', 'RULE_CONDITION_INVALID'],
      ['conditions.all.4', 'RULE_CONDITION_INVALID'],
    ]);
  });
});

describe('a set of rules', () => {
  const values = { 'order.total': 500, 'order.currency': 'EUR', 'customer.class': 'vip' };

  it('records the version and the facts it decided by', async () => {
    const decisions = await new RuleSet([rule({ version: 3 })], '7').decide('submit', values, NOW, 1440);
    expect(decisions).toMatchObject([
      {
        ruleId: 'r',
        version: 3,
        action: 'hold',
        facts: { 'order.total': 500, 'order.currency': 'EUR' },
        hold: { type: 'FINANCE_REVIEW', reason: 'r', deadline: '2026-03-01T10:30:00.000Z', atDeadline: 'WAIT' },
      },
    ]);
  });

  it('asks the highest priority first and ends where an order may pass', async () => {
    const pass = rule({
      ruleId: 'vip',
      priority: 20,
      conditions: { fact: 'customer.class', operator: 'equal', value: 'vip' } as never,
      action: { do: 'pass' },
    });
    const set = new RuleSet([rule(), pass, rule({ ruleId: 'z', priority: 30 })], '1');
    const decisions = await set.decide('submit', values, NOW, 1440);
    expect(decisions.map(({ ruleId, action }) => [ruleId, action])).toEqual([
      ['z', 'hold'],
      ['vip', 'pass'],
    ]);
  });

  it('says nothing for another occasion', async () => {
    expect(await new RuleSet([rule()], '1').decide('sweep', values, NOW, 1440)).toEqual([]);
  });
});

describe('the rule book', () => {
  const initial = ruleAggregate.initial();
  const fold = (book: RuleBook, events: readonly RuleEvent[]): RuleBook =>
    events.reduce((state, event) => ruleAggregate.evolve(state, event, NOW), book);
  const draft = (change: Partial<Rule> = {}, isNew = true) => {
    const { version: _version, ...content } = rule(change);
    return { rule: content, isNew, now: NOW };
  };
  const code = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  };

  it('ships rules of which only those about standings apply', () => {
    expect(appliedRules(initial).map(({ ruleId }) => ruleId)).toEqual([
      'customer-blocked',
      'area-not-served',
      'credit-exceeded',
      'seller-discount',
    ]);
    for (const { versions } of shippedRules().values()) {
      const problems: ConditionProblem[] = [];
      const parsed = parseConditions(versions[0]?.conditions, problems);
      expect(problems).toEqual([]);
      expect(factsOf(parsed!).length).toBeGreaterThan(0);
    }
  });

  it('drafts, publishes, goes back and disables; each once', () => {
    const one = fold(initial, draftRule(draft(), initial));
    expect(appliedRules(one)).toHaveLength(4);
    expect(draftRule(draft(), one)).toEqual([]);
    expect(code(() => draftRule(draft({ priority: 11 }), one))).toBe('RULE_EXISTS');
    const two = fold(one, draftRule(draft({ priority: 11 }, false), one));
    const published = fold(two, publishRule({ ruleId: 'r', now: NOW }, two));
    expect(appliedRules(published).find(({ ruleId }) => ruleId === 'r')).toMatchObject({ version: 2, priority: 11 });
    expect(publishRule({ ruleId: 'r', now: NOW }, published)).toEqual([]);
    const back = fold(published, publishRule({ ruleId: 'r', version: 1, now: NOW }, published));
    expect(appliedRules(back).find(({ ruleId }) => ruleId === 'r')?.version).toBe(1);
    const off = fold(back, disableRule({ ruleId: 'r', now: NOW }, back));
    expect(appliedRules(off)).toHaveLength(4);
    expect(disableRule({ ruleId: 'r', now: NOW }, off)).toEqual([]);
  });

  it('refuses what is not there', () => {
    expect(code(() => draftRule(draft({}, false), initial))).toBe('RULE_NOT_FOUND');
    expect(code(() => publishRule({ ruleId: 'r', now: NOW }, initial))).toBe('RULE_NOT_FOUND');
    expect(code(() => publishRule({ ruleId: 'duplicate', version: 9, now: NOW }, initial))).toBe(
      'RULE_VERSION_NOT_FOUND',
    );
    expect(code(() => disableRule({ ruleId: 'r', now: NOW }, initial))).toBe('RULE_NOT_FOUND');
  });
});
