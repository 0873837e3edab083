import { type Doc, isDoc, toInteger } from '../bson/types.js';
import { MongoError } from '../errors.js';
import type { Search } from '../plan/find.js';
import { parseSort } from '../query/sort.js';

/** The part of a pipeline that the index planner does, and what is left. */
export interface Leading {
  readonly search: Search;
  readonly rest: Doc[];
}

/** `$match`es, then one `$sort`, then `$skip` and `$limit` at the beginning become a search. */
export function leading(pipeline: readonly Doc[], hint?: unknown): Leading {
  const matches: Doc[] = [];
  let at = 0;
  let sort: Doc | undefined;
  let skip = 0;
  let limit = 0;
  for (; at < pipeline.length; at += 1) {
    const stage = pipeline[at]!;
    if (isDoc(stage['$match']) && limit === 0 && skip === 0) matches.push(stage['$match']);
    else if (isDoc(stage['$sort']) && sort === undefined && limit === 0 && skip === 0) sort = stage['$sort'];
    else if ('$skip' in stage && limit === 0) skip += amount(stage['$skip'], '$skip', 0);
    else if ('$limit' in stage) {
      const number = amount(stage['$limit'], '$limit', 1);
      limit = limit === 0 ? number : Math.min(limit, number);
    } else break;
  }
  const filter = matches.length === 0 ? {} : matches.length === 1 ? matches[0]! : { $and: matches };
  return { search: { filter, sort: parseSort(sort), skip, limit, hint }, rest: pipeline.slice(at) };
}

function amount(value: unknown, stage: string, least: number): number {
  const number = toInteger(value, -1);
  if (number < least)
    throw new MongoError(15958, `the ${stage.slice(1)} must be ${least === 0 ? 'non-negative' : 'positive'}`);
  return number;
}

/** Stages after which nothing of the input document but what they name is left. */
const narrowing = new Set(['$group', '$count', '$bucket', '$sortByCount']);
const transparent = new Set(['$match', '$sort', '$limit', '$skip', '$unwind', '$addFields', '$set', '$sample']);

/**
 * The top-level fields that a pipeline reads before it makes new documents; undefined: all of them.
 * Only those are decoded.
 */
export function neededFields(stages: readonly Doc[]): ReadonlySet<string> | undefined {
  const fields = new Set<string>(['_id']);
  for (const stage of stages) {
    const name = Object.keys(stage)[0] ?? '';
    if (name === '$project' && isInclusion(stage[name])) {
      return collect(stage[name], fields) && namesOf(stage[name], fields) ? fields : undefined;
    }
    if (narrowing.has(name)) return collect(stage[name], fields) ? fields : undefined;
    if (!transparent.has(name)) return undefined;
    if (name === '$match' || name === '$sort' || name === '$set' || name === '$addFields') namesOf(stage[name], fields);
    if (!collect(stage[name], fields)) return undefined;
  }
  return undefined;
}

function isInclusion(spec: unknown): boolean {
  return (
    isDoc(spec) &&
    Object.entries(spec).some(
      ([path, value]) => path !== '_id' && (value === 1 || value === true || typeof value === 'string' || isDoc(value)),
    )
  );
}

/** Adds every field path in the expression; false when it may read the whole document. */
function collect(expression: unknown, fields: Set<string>): boolean {
  if (typeof expression === 'string') {
    if (expression.startsWith('$$')) return !expression.startsWith('$$ROOT') && !expression.startsWith('$$CURRENT');
    if (expression.startsWith('$')) fields.add(expression.slice(1).split('.')[0]!);
    return true;
  }
  if (Array.isArray(expression)) return expression.every((part) => collect(part, fields));
  if (!isDoc(expression)) return true;
  return Object.entries(expression).every(([key, value]) => key !== '$getField' && collect(value, fields));
}

/** Adds the field names that stand as keys. */
function namesOf(spec: unknown, fields: Set<string>): boolean {
  if (Array.isArray(spec)) return spec.every((part) => namesOf(part, fields));
  if (!isDoc(spec)) return true;
  for (const [key, value] of Object.entries(spec)) {
    if (!key.startsWith('$')) fields.add(key.split('.')[0]!);
    if (isDoc(value) || Array.isArray(value)) namesOf(value, fields);
  }
  return true;
}
