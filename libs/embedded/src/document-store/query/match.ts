import { BSONRegExp } from 'bson';
import { compareValues, equalValues } from '../bson/compare.js';
import { toPlain, toRegExp } from '../bson/decode.js';
import { type Doc, isDoc, Rank, rankOf, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { evaluate, mingoOptions } from './expression.js';
import { bitTest, typeTest } from './leaf-tests.js';
import { type LeafTest, matchPath } from './paths.js';

/** A compiled filter. `fields` are the top-level fields that it reads; undefined: it needs the whole document. */
export interface Matcher {
  readonly fields: ReadonlySet<string> | undefined;
  test(doc: Doc): boolean;
}

type Test = (doc: Doc) => boolean;

/**
 * Compiles a filter with MongoDB's own semantics on exact BSON values.
 *
 * mingo's matcher works on JavaScript numbers and cannot tell an int64 or decimal from an object; filters
 * run on every document and decide about writes, so they are compiled here, and mingo evaluates `$expr`.
 * @throws MongoError 2 for unknown operators and malformed operands
 */
export function compileFilter(filter: Doc, variables: Doc = {}): Matcher {
  const fields = new Set<string>();
  const whole = { needed: false };
  const test = compileDoc(filter, { fields, whole, variables });
  return { test, fields: whole.needed ? undefined : fields };
}

interface Scope {
  readonly fields: Set<string>;
  readonly whole: { needed: boolean };
  readonly variables: Doc;
}

function compileDoc(filter: Doc, scope: Scope): Test {
  const tests: Test[] = [];
  for (const [key, condition] of Object.entries(filter)) {
    if (key.startsWith('$')) {
      const test = topLevel(key, condition, scope);
      if (test !== undefined) tests.push(test);
    } else tests.push(fieldTest(key, condition, scope));
  }
  return all(tests);
}

function all<T>(tests: ((value: T) => boolean)[]): (value: T) => boolean {
  if (tests.length === 0) return () => true;
  if (tests.length === 1) return tests[0]!;
  return (value) => {
    for (const test of tests) if (!test(value)) return false;
    return true;
  };
}

function topLevel(key: string, condition: unknown, scope: Scope): Test | undefined {
  switch (key) {
    case '$and':
      return all(clauses(key, condition).map((clause) => compileDoc(clause, scope)));
    case '$or': {
      const tests = clauses(key, condition).map((clause) => compileDoc(clause, scope));
      return (doc) => tests.some((test) => test(doc));
    }
    case '$nor': {
      const tests = clauses(key, condition).map((clause) => compileDoc(clause, scope));
      return (doc) => !tests.some((test) => test(doc));
    }
    case '$expr': {
      scope.whole.needed = true;
      const options = mingoOptions(scope.variables);
      const expression = toPlain(condition);
      return (doc) => {
        const value = evaluate(toPlain(doc), expression, options);
        return value !== false && value !== null && value !== undefined && value !== 0;
      };
    }
    case '$comment':
      return undefined;
    case '$alwaysTrue':
      return () => true;
    case '$alwaysFalse':
      return () => false;
    case '$where':
    case '$text':
    case '$jsonSchema':
      throw new MongoError(238, `${key} is not supported by this engine`);
    default:
      throw new MongoError(
        2,
        `unknown top level operator: ${key}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function clauses(key: string, condition: unknown): Doc[] {
  if (!Array.isArray(condition) || condition.length === 0)
    throw new MongoError(2, `${key} argument must be a non-empty array`);
  return condition.map((clause: unknown) => {
    if (!isDoc(clause)) throw new MongoError(2, `${key} argument's entries must be objects`);
    return clause;
  });
}

function fieldTest(path: string, condition: unknown, scope: Scope): Test {
  const parts = path.split('.');
  const top = parts[0]!;
  scope.fields.add(top);
  const leaf = compileCondition(condition);
  // A field may be called like something that every object inherits.
  const read: (doc: Doc) => unknown =
    top in Object.prototype ? (doc) => (Object.hasOwn(doc, top) ? doc[top] : undefined) : (doc) => doc[top];
  if (parts.length === 1) return (doc) => leaf(read(doc));
  return (doc) => (leaf.path === undefined ? leaf(undefined) : leaf.path(read(doc), parts, 1));
}

/** A test of a value found at the end of a path; `path` walks the rest of a path first. */
interface ValueTest {
  (value: unknown): boolean;
  readonly path?: (value: unknown, parts: readonly string[], from: number) => boolean;
}

function valueTest(leaf: LeafTest): ValueTest {
  const test = (value: unknown): boolean => (Array.isArray(value) ? matchPath(value, [], 0, leaf) : leaf.test(value));
  return Object.assign(test, {
    path: (value: unknown, parts: readonly string[], from: number) => matchPath(value, parts, from, leaf),
  });
}

function combine(
  tests: readonly ValueTest[],
  how: (results: (index: number) => boolean, count: number) => boolean,
): ValueTest {
  const test = (value: unknown): boolean => how((index) => tests[index]!(value), tests.length);
  return Object.assign(test, {
    path: (value: unknown, parts: readonly string[], from: number) =>
      how((index) => tests[index]!.path!(value, parts, from), tests.length),
  });
}

const every = (result: (index: number) => boolean, count: number): boolean => {
  for (let i = 0; i < count; i += 1) if (!result(i)) return false;
  return true;
};
const none = (result: (index: number) => boolean, count: number): boolean => {
  for (let i = 0; i < count; i += 1) if (result(i)) return false;
  return true;
};

/** Is this the `{$gt: 1, …}` form, and not a document to be equal to? */
export function isOperatorDoc(condition: unknown): condition is Doc {
  if (!isDoc(condition)) return false;
  const first = Object.keys(condition)[0];
  return first?.startsWith('$') === true && first !== '$ref' && first !== '$id' && first !== '$db';
}

/** Compiles what stands behind a field's name: a value, a pattern or an operator document. */
export function compileCondition(condition: unknown): ValueTest {
  if (!isOperatorDoc(condition)) return valueTest(equality(condition));
  const tests: ValueTest[] = [];
  for (const [operator, operand] of Object.entries(condition)) {
    if (operator === '$options') {
      if (!('$regex' in condition)) throw new MongoError(2, '$options needs a $regex');
      continue;
    }
    tests.push(operatorTest(operator, operand, condition));
  }
  return tests.length === 1 ? tests[0]! : combine(tests, every);
}

function equality(value: unknown): LeafTest {
  if (value instanceof BSONRegExp || value instanceof RegExp) return patternTest(value, undefined);
  if (value === null || value === undefined) return { test: (found) => found === null || found === undefined };
  if (typeof value === 'string')
    return { test: (found) => found === value || (typeof found === 'object' && equalValues(found, value)) };
  return { test: (found) => found !== undefined && equalValues(found, value) };
}

function patternTest(pattern: unknown, options: string | undefined): LeafTest {
  const regex =
    pattern instanceof BSONRegExp
      ? toRegExp(pattern.pattern, options ?? pattern.options)
      : pattern instanceof RegExp
        ? new RegExp(pattern.source, options ?? pattern.flags.replace(/[gy]/g, ''))
        : typeof pattern === 'string'
          ? toRegExp(pattern, options ?? '')
          : undefined;
  if (regex === undefined) throw new MongoError(2, '$regex has to be a string');
  const same = pattern instanceof BSONRegExp ? pattern : undefined;
  return {
    test: (found) =>
      typeof found === 'string'
        ? regex.test(found)
        : same !== undefined && found instanceof BSONRegExp && equalValues(found, same),
  };
}

function comparison(operand: unknown, accept: (difference: number) => boolean): LeafTest {
  const rank = rankOf(operand);
  if (rank === Rank.null) return { test: (found) => (found === null || found === undefined) && accept(0) };
  if (rank === Rank.minKey || rank === Rank.maxKey)
    return { test: (found) => found !== undefined && accept(compareValues(found, operand)) };
  if (typeof operand === 'number' && Number.isNaN(operand))
    return { test: (found) => Number.isNaN(toNumber(found)) && accept(0) };
  return {
    test: (found) => {
      if (rankOf(found) !== rank) return false;
      if (rank === Rank.number && Number.isNaN(toNumber(found))) return false;
      return accept(compareValues(found, operand));
    },
  };
}

function membership(operand: unknown): LeafTest {
  if (!Array.isArray(operand)) throw new MongoError(2, '$in needs an array');
  if (operand.some(isOperatorDoc)) throw new MongoError(2, 'cannot nest $ under $in');
  const strings = new Set<string>();
  const others: LeafTest[] = [];
  for (const value of operand as unknown[]) {
    if (typeof value === 'string') strings.add(value);
    else others.push(equality(value));
  }
  return {
    test: (found) => (typeof found === 'string' && strings.has(found)) || others.some((other) => other.test(found)),
  };
}

function operatorTest(operator: string, operand: unknown, siblings: Doc): ValueTest {
  switch (operator) {
    case '$eq':
      return valueTest(
        operand instanceof BSONRegExp ? { test: (found) => equalValues(found, operand) } : equality(operand),
      );
    case '$ne':
      return combine([valueTest(equality(operand))], none);
    case '$gt':
      return valueTest(comparison(operand, (difference) => difference > 0));
    case '$gte':
      return valueTest(comparison(operand, (difference) => difference >= 0));
    case '$lt':
      return valueTest(comparison(operand, (difference) => difference < 0));
    case '$lte':
      return valueTest(comparison(operand, (difference) => difference <= 0));
    case '$in':
      return valueTest(membership(operand));
    case '$nin':
      return combine([valueTest(membership(operand))], none);
    case '$exists': {
      const exists = valueTest({ whole: true, test: (found) => found !== undefined });
      return operand === false || toNumber(operand) === 0 || operand === null ? combine([exists], none) : exists;
    }
    case '$type':
      return valueTest(typeTest(operand));
    case '$regex': {
      const options = siblings['$options'];
      return valueTest(patternTest(operand, typeof options === 'string' ? options : undefined));
    }
    case '$mod': {
      if (!Array.isArray(operand) || operand.length !== 2)
        throw new MongoError(2, 'malformed mod, needs to be an array of two numbers');
      const [divisor, remainder] = operand.map((value) => Math.trunc(toNumber(value) ?? Number.NaN)) as [
        number,
        number,
      ];
      if (divisor === 0) throw new MongoError(2, 'divisor cannot be 0');
      return valueTest({ test: (found) => Math.trunc(toNumber(found) ?? Number.NaN) % divisor === remainder });
    }
    case '$size': {
      const size = toNumber(operand);
      if (size === undefined || !Number.isInteger(size) || size < 0)
        throw new MongoError(2, 'Failed to parse $size. Expected a non-negative integer');
      return valueTest({ whole: true, test: (found) => Array.isArray(found) && found.length === size });
    }
    case '$all': {
      if (!Array.isArray(operand)) throw new MongoError(2, '$all needs an array');
      if (operand.length === 0) return valueTest({ test: () => false });
      return combine(
        operand.map((value: unknown) => (isOperatorDoc(value) ? compileCondition(value) : valueTest(equality(value)))),
        every,
      );
    }
    case '$elemMatch': {
      const matches = elementTest(operand);
      return valueTest({ whole: true, test: (found) => Array.isArray(found) && found.some(matches) });
    }
    case '$not': {
      const inner =
        operand instanceof BSONRegExp || operand instanceof RegExp
          ? valueTest(patternTest(operand, undefined))
          : isOperatorDoc(operand)
            ? compileCondition(operand)
            : undefined;
      if (inner === undefined) throw new MongoError(2, '$not needs a regex or a document');
      return combine([inner], none);
    }
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return valueTest(bitTest(operator, operand));
    case '$comment':
      return valueTest({ whole: true, test: () => true });
    default:
      throw new MongoError(2, `unknown operator: ${operator}`);
  }
}

/** The test of one array element, as `$elemMatch`, `$pull` and array filters need it. */
export function elementTest(operand: unknown): (element: unknown) => boolean {
  if (!isDoc(operand)) throw new MongoError(2, '$elemMatch needs an Object');
  const first = Object.keys(operand)[0];
  if (isOperatorDoc(operand) && first !== '$and' && first !== '$or' && first !== '$nor' && first !== '$expr') {
    const test = compileCondition(operand);
    return (element) => test(element);
  }
  const matcher = compileFilter(operand);
  return (element) =>
    isDoc(element) ? matcher.test(element) : Array.isArray(element) && matcher.test({ ...element } as unknown as Doc);
}
