import { afterPrefix } from '../../storage/index.js';
import { encodeKey } from '../bson/key-encoding.js';
import { sameBytes } from '../bson/raw.js';
import { type Doc, isDoc, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileCondition, compileFilter, isOperatorDoc } from '../query/match.js';
import type { SortSpec } from '../query/sort.js';
import type { Collection, Index } from '../store/collection.js';
import type { IndexField } from '../store/index-keys.js';
import { idPart } from '../store/keys.js';
import { type Bounds, boundsOf, type Interval } from './bounds.js';
import { type Constraints, constraintsOf } from './constraints.js';

/** How a filter's documents are found. */
export interface Plan {
  /** Undefined: the documents themselves, in the order of `_id`. */
  readonly index: Index | undefined;
  /** Set when the filter names the documents by `_id`: looked up directly. */
  readonly ids: Buffer[] | undefined;
  readonly intervals: Interval[];
  readonly reverse: boolean;
  /** The documents come in the wanted order. */
  readonly sorted: boolean;
  /** Every document found fulfils the filter: it need not be tested. */
  readonly exact: boolean;
  readonly scansAll: boolean;
  /** No document comes twice: it need not be looked whether it has. */
  readonly once?: boolean;
  /**
   * Set when the intervals are to be read side by side, the least key behind their fixed values first: each brings the
   * wanted order, and so they do together.
   */
  readonly merge?: readonly number[];
}

/** More intervals than this are not merged: each keeps some keys in hand. */
const MOST_MERGED = 100;

export interface Wish {
  readonly filter: Doc;
  readonly sort?: SortSpec;
  readonly hint?: unknown;
}

const idFields: readonly IndexField[] = [{ path: '_id', parts: ['_id'], direction: 1 }];

/** Chooses the index that leads to the fewest documents, and among equals the one that brings the order. */
export function plan(collection: Collection, { filter, sort = [], hint }: Wish): Plan {
  const simple = byId(filter);
  if (simple !== undefined && hint === undefined) {
    return {
      index: undefined,
      ids: [idPart(simple.id)],
      intervals: [],
      reverse: false,
      sorted: true,
      exact: simple.only,
      scansAll: false,
    };
  }
  const constraints = constraintsOf(filter);
  let best = primary(collection, constraints, sort);
  if (hint !== undefined && isDoc(hint) && '$natural' in hint)
    return { ...best.plan, reverse: toNumber(hint['$natural']) === -1, sorted: sort.length === 0 };
  const hinted = hint === undefined ? undefined : findHint(collection, hint);
  if (hinted === '_id_') return best.plan;
  for (const index of hinted === undefined ? collection.indexes : [hinted]) {
    if (index.spec.building === true || (index.spec.hidden === true && hinted === undefined)) continue;
    if (hinted === undefined && !holdsAll(index, filter, constraints)) continue;
    const candidate = consider(index, constraints, sort);
    if (hinted !== undefined || candidate.score > best.score) best = candidate;
  }
  return best.plan;
}

/** The value of `_id` when the filter fixes it; `only`: it says nothing else. */
function byId(filter: Doc): { id: unknown; only: boolean } | undefined {
  const id = filter['_id'];
  if (id === undefined || id === null || Array.isArray(id) || isOperatorDoc(id)) return undefined;
  if (typeof id === 'object' && (id as { _bsontype?: string })._bsontype === 'BSONRegExp') return undefined;
  return { id, only: Object.keys(filter).length === 1 };
}

interface Candidate {
  readonly plan: Plan;
  readonly score: number;
}

function primary(collection: Collection, constraints: Constraints, sort: SortSpec): Candidate {
  const bounds = boundsOf(collection.prefix, idFields, 0, constraints.byPath);
  const order = orderOf(idFields, 0, constraints, sort);
  const values = constraints.byPath.get('_id')?.values;
  const led = bounds.equalities > 0 || bounds.range;
  const plan: Plan = {
    index: undefined,
    ids: values === undefined || values.length > 100_000 ? undefined : sortedIds(values),
    intervals: bounds.intervals,
    reverse: order?.reverse ?? false,
    sorted: sort.length === 0 || order !== undefined,
    exact: isExact(bounds, constraints, 1),
    scansAll: !led,
  };
  return { plan, score: values !== undefined ? 60 : score(bounds, order !== undefined && sort.length > 0) };
}

function sortedIds(values: readonly unknown[]): Buffer[] {
  const ids = values.map(idPart).sort(Buffer.compare);
  return ids.filter((id, i) => i === 0 || !sameBytes(id, ids[i - 1]!));
}

function consider(index: Index, constraints: Constraints, sort: SortSpec): Candidate {
  const { arrays } = index.spec;
  const bounds = boundsOf(index.prefix, index.fields, arrays, constraints.byPath);
  const fields = orderFields(index);
  const ordered = (arrays === 0 || bounds.once) && !index.spec.sparse;
  const single = ordered ? orderOf(fields, bounds.equalities, constraints, sort) : undefined;
  const merged =
    ordered && single === undefined && bounds.once && mayMerge(bounds, fields, constraints, sort)
      ? orderOf(fields, bounds.equalities, constraints, sort, true)
      : undefined;
  const order = single ?? merged;
  const once = arrays === 0 || (bounds.once && (bounds.intervals.length === 1 || merged !== undefined));
  const plan: Plan = {
    index,
    ids: undefined,
    intervals: bounds.intervals,
    reverse: order?.reverse ?? false,
    sorted: sort.length === 0 || order !== undefined,
    exact: once && isExact(bounds, constraints, index.fields.length),
    scansAll: bounds.equalities === 0 && !bounds.range,
    once,
    ...(merged === undefined ? {} : { merge: bounds.heads }),
  };
  const base = score(bounds, order !== undefined && sort.length > 0);
  return {
    plan,
    score: base + (bounds.points && index.unique ? 25 : 0) + (base > 0 && index.partial !== undefined ? 1 : 0),
  };
}

/** Several lists of values lead to a few places that each bring the order of what comes behind them. */
function mayMerge(bounds: Bounds, fields: readonly IndexField[], { byPath }: Constraints, sort: SortSpec): boolean {
  if (bounds.intervals.length > MOST_MERGED) return false;
  const listed = fields.slice(0, bounds.equalities).filter(({ path }) => byPath.get(path)?.values?.length !== 1);
  return !listed.some(({ path }) => sort.some(([sorted]) => sorted === path));
}

function score(bounds: Bounds, ordered: boolean): number {
  return bounds.equalities * 10 + (bounds.range ? 6 : 0) + (ordered ? 8 : 0);
}

/** An index that is not unique ends with the `_id`, so it brings that order as well. */
function orderFields(index: Index): readonly IndexField[] {
  return index.unique || index.fields.some(({ path }) => path === '_id')
    ? index.fields
    : [...index.fields, ...idFields];
}

function isExact(bounds: Bounds, constraints: Constraints, fields: number): boolean {
  if (!constraints.complete || !bounds.exact) return false;
  return constraints.byPath.size === bounds.equalities + Number(bounds.range) && bounds.equalities <= fields;
}

/** Do the keys come in the order of `sort`? Fields fixed to one value may be skipped. */
function orderOf(
  fields: readonly IndexField[],
  equalities: number,
  { byPath }: Constraints,
  sort: SortSpec,
  merged = false,
): { reverse: boolean } | undefined {
  if (sort.length === 0) return { reverse: false };
  let at = 0;
  let reverse: boolean | undefined;
  for (const [path, direction] of sort) {
    const fixed = (field: IndexField): boolean =>
      fields.indexOf(field) < equalities && (merged || byPath.get(field.path)?.values?.length === 1);
    while (at < fields.length && fields[at]!.path !== path && fixed(fields[at]!)) at += 1;
    const field = fields[at];
    if (field === undefined || field.path !== path) {
      if (byPath.get(path)?.values?.length === 1 && fields.some((other) => other.path === path && fixed(other)))
        continue;
      return undefined;
    }
    at += 1;
    if (fixed(field)) continue;
    const backwards = field.direction !== direction;
    if (reverse !== undefined && reverse !== backwards) return undefined;
    reverse = backwards;
  }
  return { reverse: reverse ?? false };
}

/** Sparse and partial indexes lack documents: they serve only filters that want none of those. */
function holdsAll(index: Index, filter: Doc, { byPath }: Constraints): boolean {
  if (index.spec.sparse === true && !index.fields.some(({ path }) => byPath.get(path)?.present === true)) return false;
  const partial = index.spec.partialFilterExpression;
  return partial === undefined || implies(filter, partial, byPath);
}

function implies(filter: Doc, partial: Doc, byPath: Constraints['byPath']): boolean {
  return Object.entries(partial).every(([path, condition]) => {
    if (path === '$and' && Array.isArray(condition))
      return condition.every((clause) => isDoc(clause) && implies(filter, clause, byPath));
    if (path.startsWith('$')) return false;
    const own = filter[path];
    if (own !== undefined && sameCondition(own, condition)) return true;
    const constraint = byPath.get(path);
    if (constraint === undefined) return false;
    const test = compileCondition(condition);
    if (constraint.values !== undefined) return constraint.values.every((value) => value !== null && test(value));
    if (!isOperatorDoc(condition)) return false;
    return Object.entries(condition).every(([operator, operand]) => {
      if (operator === '$exists') return operand !== false && constraint.present;
      if (operator === '$gt' || operator === '$gte')
        return (
          constraint.lower !== undefined &&
          (test(constraint.lower.value) ||
            (operator === '$gt' &&
              !constraint.lower.inclusive &&
              compileFilter({ v: { $eq: operand } }).test({ v: constraint.lower.value })))
        );
      if (operator === '$lt' || operator === '$lte')
        return (
          constraint.upper !== undefined &&
          (test(constraint.upper.value) ||
            (operator === '$lt' &&
              !constraint.upper.inclusive &&
              compileFilter({ v: { $eq: operand } }).test({ v: constraint.upper.value })))
        );
      if (operator === '$type')
        return (
          (constraint.lower ?? constraint.upper) !== undefined &&
          compileCondition({ $type: operand })((constraint.lower ?? constraint.upper)!.value)
        );
      return false;
    });
  });
}

function sameCondition(a: unknown, b: unknown): boolean {
  try {
    return encodeKey(a).equals(encodeKey(b));
  } catch {
    return false;
  }
}

/** @throws MongoError 2 when no index has this name or key */
function findHint(collection: Collection, hint: unknown): Index | '_id_' {
  if (hint === '_id_' || (isDoc(hint) && sameCondition(hint, { _id: 1 }))) return '_id_';
  const found = collection.indexes.find(({ spec }) =>
    typeof hint === 'string' ? spec.name === hint : isDoc(hint) && JSON.stringify(spec.key) === JSON.stringify(hint),
  );
  if (found === undefined)
    throw new MongoError(
      2,
      'error processing query: planner returned error: hint provided does not correspond to an existing index',
    );
  return found;
}

/** All documents in the order of `_id`. */
export function planAll(collection: Collection): Plan {
  return {
    index: undefined,
    ids: undefined,
    intervals: [{ from: collection.prefix, to: afterPrefix(collection.prefix)! }],
    reverse: false,
    sorted: true,
    exact: true,
    scansAll: true,
  };
}
