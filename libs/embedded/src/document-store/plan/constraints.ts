import { BSONRegExp } from 'bson';
import { compareValues } from '../bson/compare.js';
import { type Doc, isDoc, Rank, rankOf, toNumber } from '../bson/types.js';
import { isOperatorDoc } from '../query/match.js';

export interface Bound {
  readonly value: unknown;
  readonly inclusive: boolean;
}

/** What a filter demands of one path, as far as an index can use it. */
export interface Constraint {
  /** The value is one of these. */
  readonly values?: readonly unknown[];
  /** The value lies between; both of one type. */
  readonly lower?: Bound;
  readonly upper?: Bound;
  /** Both bounds hold for one and the same element of an array. */
  readonly tight?: boolean;
  /** Documents without the path cannot match. */
  readonly present: boolean;
}

export interface Constraints {
  readonly byPath: ReadonlyMap<string, Constraint>;
  /** The filter says nothing but these constraints. */
  readonly complete: boolean;
}

/** Collects the conjunctive conditions of a filter, also those that every branch of an `$or` implies. */
export function constraintsOf(filter: Doc): Constraints {
  const byPath = new Map<string, Constraint>();
  let complete = true;
  const add = (path: string, constraint: Constraint | undefined, whole: boolean): void => {
    if (!whole || constraint === undefined) complete = false;
    if (constraint === undefined) return;
    const known = byPath.get(path);
    if (known === undefined) byPath.set(path, constraint);
    else {
      complete = false;
      if (weight(constraint) > weight(known))
        byPath.set(path, { ...constraint, present: constraint.present || known.present });
    }
  };
  const walk = (clause: Doc): void => {
    for (const [key, condition] of Object.entries(clause)) {
      if (key === '$and' && Array.isArray(condition)) {
        for (const inner of condition) if (isDoc(inner)) walk(inner);
      } else if (key === '$or' && Array.isArray(condition)) {
        complete = false;
        for (const [path, constraint] of hull(condition.filter(isDoc)))
          if (!byPath.has(path)) byPath.set(path, constraint);
      } else if (key.startsWith('$')) complete = complete && key === '$comment';
      else {
        const { constraint, whole } = ofCondition(condition);
        add(key, constraint, whole);
        if (isOperatorDoc(condition) && isDoc(condition['$elemMatch'])) {
          complete = false;
          for (const [path, inner] of constraintsOf(condition['$elemMatch']).byPath)
            add(`${key}.${path}`, inner, false);
        }
      }
    }
  };
  walk(filter);
  return { byPath, complete };
}

function weight({ values, lower, upper }: Constraint): number {
  if (values !== undefined) return values.length === 1 ? 5 : 4;
  return Number(lower !== undefined) + Number(upper !== undefined);
}

function usable(value: unknown): boolean {
  const rank = rankOf(value);
  return rank !== Rank.array && rank !== Rank.regex && rank !== Rank.minKey && rank !== Rank.maxKey;
}

function ofCondition(condition: unknown): { constraint: Constraint | undefined; whole: boolean } {
  if (condition instanceof BSONRegExp) return regexConstraint(condition.pattern, condition.options);
  if (!isOperatorDoc(condition)) {
    return usable(condition)
      ? { constraint: { values: [condition], present: rankOf(condition) !== Rank.null }, whole: true }
      : { constraint: undefined, whole: false };
  }
  let values: readonly unknown[] | undefined;
  let lower: Bound | undefined;
  let upper: Bound | undefined;
  let present = false;
  let tight = false;
  let whole = true;
  for (const [operator, operand] of Object.entries(condition)) {
    switch (operator) {
      case '$eq':
        if (!usable(operand)) return { constraint: undefined, whole: false };
        values = [operand];
        present ||= rankOf(operand) !== Rank.null;
        break;
      case '$in':
        if (!Array.isArray(operand) || !operand.every(usable)) return { constraint: undefined, whole: false };
        if (values === undefined) values = operand as unknown[];
        else whole = false;
        present ||= operand.every((value) => rankOf(value) !== Rank.null);
        break;
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte': {
        const rank = rankOf(operand);
        if (!usable(operand) || rank === Rank.null || Number.isNaN(toNumber(operand)))
          return { constraint: undefined, whole: false };
        const bound = { value: operand, inclusive: operator.endsWith('e') };
        if (operator.startsWith('$g')) lower = bound;
        else upper = bound;
        present = true;
        break;
      }
      case '$exists':
        whole = false;
        present ||= operand !== false && toNumber(operand) !== 0;
        break;
      case '$ne':
        whole = false;
        present ||= operand === null;
        break;
      case '$regex': {
        whole = false;
        if (typeof operand !== 'string' || values !== undefined) break;
        const prefix = regexConstraint(operand, String(condition['$options'] ?? '')).constraint;
        tight = prefix?.lower !== undefined && lower === undefined && upper === undefined;
        lower = prefix?.lower ?? lower;
        upper = prefix?.upper ?? upper;
        present = true;
        break;
      }
      case '$options':
        break;
      default:
        whole = false;
    }
  }
  if (lower !== undefined && upper !== undefined && rankOf(lower.value) !== rankOf(upper.value)) {
    // Nothing is both a number and a string, unless it is an array: let one bound lead and the filter decide.
    upper = undefined;
    whole = false;
  }
  if (values !== undefined && (lower !== undefined || upper !== undefined)) whole = false;
  if (values === undefined && lower === undefined && upper === undefined && !present)
    return { constraint: undefined, whole: false };
  return {
    constraint: {
      ...(values === undefined ? {} : { values }),
      ...(values !== undefined || lower === undefined ? {} : { lower }),
      ...(values !== undefined || upper === undefined ? {} : { upper }),
      // A bound of another condition may hold for another element.
      ...(tight && Object.keys(condition).every((name) => name === '$regex' || name === '$options') ? { tight } : {}),
      present,
    },
    whole,
  };
}

/** `/^abc/` lies between "abc" and "abd". */
function regexConstraint(pattern: string, options: string): { constraint: Constraint | undefined; whole: boolean } {
  const literal = options === '' || options === 's' ? /^\^([\w \-:@/#%&=,;]+)(.?)/.exec(pattern) : null;
  let prefix = literal?.[1] ?? '';
  if ('*?{'.includes(literal?.[2] || '_')) prefix = prefix.slice(0, -1);
  if (prefix === '' || pattern.includes('|')) return { constraint: { present: true }, whole: false };
  const next = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  return {
    constraint: {
      lower: { value: prefix, inclusive: true },
      upper: { value: next, inclusive: false },
      tight: true,
      present: true,
    },
    whole: false,
  };
}

/** What all branches of an `$or` imply together; this is what pages by key lean on. */
function hull(branches: readonly Doc[]): Map<string, Constraint> {
  const merged = new Map<string, Constraint>();
  if (branches.length === 0) return merged;
  const all = branches.map((branch) => constraintsOf(branch).byPath);
  for (const path of all[0]!.keys()) {
    const parts = all.map((byPath) => byPath.get(path));
    if (parts.some((part) => part === undefined)) continue;
    const known = parts as Constraint[];
    const present = known.every((part) => part.present);
    if (known.every(({ values }) => values !== undefined)) {
      merged.set(path, { values: known.flatMap(({ values }) => values!), present });
      continue;
    }
    const lower = extreme(
      known.map((part) => edge(part, 'lower', -1)),
      -1,
    );
    const upper = extreme(
      known.map((part) => edge(part, 'upper', 1)),
      1,
    );
    if (lower === undefined && upper === undefined) continue;
    // A range is of one type; branches of different types cannot be led by one.
    const ranks = new Set(
      known
        .flatMap((part) => [
          ...(part.values ?? []),
          ...(part.lower ? [part.lower.value] : []),
          ...(part.upper ? [part.upper.value] : []),
        ])
        .map(rankOf),
    );
    if (ranks.size === 1) merged.set(path, { ...(lower ? { lower } : {}), ...(upper ? { upper } : {}), present });
  }
  return merged;
}

function edge(part: Constraint, side: 'lower' | 'upper', direction: 1 | -1): Bound | undefined {
  if (part.values === undefined) return part[side];
  let best: unknown = part.values[0];
  for (const value of part.values) if (compareValues(value, best) * direction > 0) best = value;
  return { value: best, inclusive: true };
}

function extreme(bounds: readonly (Bound | undefined)[], direction: 1 | -1): Bound | undefined {
  let best = bounds[0];
  for (const bound of bounds) {
    if (bound === undefined || best === undefined) return undefined;
    const difference = compareValues(bound.value, best.value) * direction;
    if (difference > 0 || (difference === 0 && bound.inclusive)) best = bound;
  }
  return best;
}
