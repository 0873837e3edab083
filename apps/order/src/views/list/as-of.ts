import type { SortField } from '@orderloom/platform';
import type { Collection, Filter } from 'mongodb';
import type { OrderDocument } from '../order-document.js';
import { keysOf, wordsIn } from './find-keys.js';
import type { ListFilter } from './list-query.js';
import { Past } from './past.js';

/** Keys that never change, by their first letter: they find rows of the past as well as of today. */
const LASTING = new Set(['c', 'u', 'y', 'z', 'm', 'e', 'w', 'i']);

const holds = (value: unknown, condition: unknown): boolean =>
  Object.entries(condition as Record<string, string | number>).every(([operator, bound]) => {
    if (operator === '$eq') return value === bound;
    if (value === null || value === undefined) return false;
    const row = value as string | number;
    return operator === '$gte' ? row >= bound : operator === '$lt' ? row < bound : row <= bound;
  });

/** Whether a row, as it was, fulfils a filter. */
const matches = (row: OrderDocument, words: readonly string[], { groups, prefixes, columns }: ListFilter): boolean => {
  const keys = new Set([...keysOf(row), ...words]);
  return (
    groups.every((group) => group.some((key) => keys.has(key))) &&
    prefixes.every((pattern) => words.some((word) => new RegExp(pattern, 'u').test(word))) &&
    Object.entries(columns).every(([column, condition]) => holds(Reflect.get(row, column), condition))
  );
};

/**
 * Rows as they were recorded at a time, in today's order of submission: today's rows are walked, put back to that time, and
 * then filtered. Conditions that never change narrow the walk.
 * @param from filter for the rows after a cursor
 */
export async function* rowsAsOf(
  orders: Collection<OrderDocument>,
  filter: ListFilter,
  asOf: string,
  sort: readonly SortField[],
  from: Record<string, unknown>,
): AsyncGenerator<OrderDocument> {
  const lasting = filter.groups.filter((group) => group.every((key) => LASTING.has(key.charAt(0))));
  const clauses = [
    ...lasting.map((group) => ({ find: group.length === 1 ? group[0] : { $in: group } })),
    ...(filter.columns['submittedAt'] === undefined ? [] : [{ submittedAt: filter.columns['submittedAt'] }]),
    ...(Object.keys(from).length === 0 ? [] : [from]),
    { recordedAt: { $lte: asOf } },
  ];
  const found = orders
    .find({ $and: clauses } as Filter<OrderDocument>, { projection: { fold: 0 }, batchSize: 500 })
    .sort(Object.fromEntries(sort.map(({ field, direction }) => [field, direction])));
  for await (const stored of found) {
    const now = stored as unknown as OrderDocument;
    const then = Past.of(now.past).rowAt(now, asOf);
    if (then !== null && matches(then, wordsIn(now.find), filter)) yield then;
  }
}
