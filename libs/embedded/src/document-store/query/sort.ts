import { compareValues } from '../bson/compare.js';
import { type Doc, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { collectPath } from './paths.js';

export type SortSpec = readonly (readonly [path: string, direction: 1 | -1])[];

/** @throws MongoError 2 for directions other than 1 and -1 */
export function parseSort(sort: Doc | undefined): SortSpec {
  return Object.entries(sort ?? {}).map(([path, direction]) => {
    const number = toNumber(direction);
    if (number !== 1 && number !== -1)
      throw new MongoError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    return [path, number] as const;
  });
}

/** The values that a document is sorted by: of an array its least (ascending) or greatest (descending) element. */
export function sortKey(doc: Doc, sort: SortSpec): unknown[] {
  return sort.map(([path, direction]) => {
    const found = { values: [] as unknown[], array: false };
    const parts = path.split('.');
    collectPath(doc[parts[0]!], parts, 1, found);
    if (found.values.length === 0) return EMPTY;
    let best = found.values[0];
    for (const value of found.values) if (compareValues(value, best) * direction < 0) best = value;
    return best;
  });
}

/** Marks an empty array, which sorts below null. */
const EMPTY = Symbol('empty array');

export function compareSortKeys(a: readonly unknown[], b: readonly unknown[], sort: SortSpec): number {
  for (let i = 0; i < sort.length; i += 1) {
    const [x, y] = [a[i], b[i]];
    const difference = x === EMPTY || y === EMPTY ? compareEmpty(x, y) : compareValues(x, y);
    if (difference !== 0) return difference * sort[i]![1];
  }
  return 0;
}

function compareEmpty(a: unknown, b: unknown): number {
  if (a === b) return 0;
  return a === EMPTY ? -1 : 1;
}
