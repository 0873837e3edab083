import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileCondition, compileFilter, isOperatorDoc } from '../query/match.js';
import { readAt } from './set-path.js';

/** Array filters by their identifier: `{'line.sku': …}` is the filter of `$[line]`. */
export type ArrayFilters = ReadonlyMap<string, (element: unknown) => boolean>;

/** @throws MongoError 9 for malformed or doubled filters */
export function compileArrayFilters(filters: readonly unknown[] | undefined): ArrayFilters {
  const compiled = new Map<string, (element: unknown) => boolean>();
  for (const filter of filters ?? []) {
    if (!isDoc(filter)) throw new MongoError(14, 'arrayFilters takes an array of objects');
    const name = identifierOf(filter);
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw new MongoError(
        2,
        `The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      );
    }
    if (compiled.has(name))
      throw new MongoError(9, `Found multiple array filters with the same top-level field name ${name}`);
    const matcher = compileFilter(filter);
    compiled.set(name, (element) => matcher.test({ [name]: element }));
  }
  return compiled;
}

function identifierOf(filter: Doc): string {
  for (const [key, value] of Object.entries(filter)) {
    if (key === '$and' || key === '$or' || key === '$nor') {
      const first = Array.isArray(value) ? (value[0] as unknown) : undefined;
      if (isDoc(first)) return identifierOf(first);
    } else return key.split('.')[0]!;
  }
  throw new MongoError(9, 'Cannot use an expression without a top-level field name in arrayFilters');
}

/**
 * The concrete paths that `lines.$[line].quantity`, `lines.$[].x` or `lines.$.x` stand for in this document.
 * @throws MongoError 2 when an identifier has no filter, or `$` finds no matched array in the filter
 */
export function expand(doc: Doc, path: readonly string[], filter: Doc, filters: ArrayFilters): string[][] {
  const at = path.findIndex((part) => part.startsWith('$'));
  if (at === -1) return [[...path]];
  const before = path.slice(0, at);
  const after = path.slice(at + 1);
  const part = path[at]!;
  const array = readAt(doc, before);
  if (part === '$') {
    const index = matchedIndex(array, before.join('.'), filter);
    return expand(doc, [...before, String(index), ...after], filter, filters);
  }
  if (!part.startsWith('$[') || !part.endsWith(']'))
    throw new MongoError(
      52,
      `The dollar ($) prefixed field '${part}' in '${path.join('.')}' is not allowed in the context of an update's replacement document.`,
    );
  const identifier = part.slice(2, -1);
  const accepts = identifier === '' ? () => true : filters.get(identifier);
  if (accepts === undefined)
    throw new MongoError(2, `No array filter found for identifier '${identifier}' in path '${path.join('.')}'`);
  if (array === undefined)
    throw new MongoError(
      2,
      `The path '${before.join('.')}' must exist in the document in order to apply array updates.`,
    );
  if (!Array.isArray(array))
    throw new MongoError(2, `Cannot apply array updates to non-array element ${before.join('.')}`);
  return array.flatMap((element: unknown, index) =>
    accepts(element) ? expand(doc, [...before, String(index), ...after], filter, filters) : [],
  );
}

/** Which element made the filter match: the first that fulfils a condition on this array. */
function matchedIndex(array: unknown, path: string, filter: Doc): number {
  if (Array.isArray(array)) {
    for (const test of conditionsOn(path, filter)) {
      const index = array.findIndex((element) => test(element));
      if (index !== -1) return index;
    }
  }
  throw new MongoError(2, 'The positional operator did not find the match needed from the query.');
}

function* conditionsOn(path: string, filter: Doc): Generator<(element: unknown) => boolean> {
  for (const [key, condition] of Object.entries(filter)) {
    if ((key === '$and' || key === '$or') && Array.isArray(condition)) {
      for (const clause of condition) if (isDoc(clause)) yield* conditionsOn(path, clause);
    } else if (key === path) {
      if (isOperatorDoc(condition) && '$elemMatch' in condition) {
        const test = compileCondition({ $elemMatch: condition['$elemMatch'] });
        yield (element) => test([element]);
      } else {
        const test = compileCondition(condition);
        yield (element) => test(element);
      }
    } else if (key.startsWith(`${path}.`)) {
      const matcher = compileFilter({ [key.slice(path.length + 1)]: condition });
      yield (element) => isDoc(element) && matcher.test(element);
    }
  }
}
