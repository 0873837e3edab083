import type { Collection, Filter } from 'mongodb';
import type { OrderDocument } from '../order-document.js';
import type { ListFilter } from './list-query.js';

/** A count beyond this is not looked at more closely: the key is common. */
const COMMON = 20_000;

type Clause = Filter<OrderDocument>;

/** A filter with its conditions from the rarest to the commonest: the first leads to the rows, the others are checked. */
export interface Search {
  readonly filter: Clause;
  /** about how many rows the first condition leads to; undefined when there is none */
  readonly leads: number | undefined;
  /** nothing but one key: the index alone can count it */
  readonly single: boolean;
}

const keyClause = (keys: readonly string[]): Clause =>
  ({ find: keys.length === 1 ? keys[0] : { $in: [...keys] } }) as Clause;

const prefixClause = (pattern: string): Clause => ({ find: { $regex: pattern } }) as Clause;

const countOf = async (orders: Collection<OrderDocument>, keys: readonly string[]): Promise<number> => {
  const counts = await Promise.all(
    keys.map((key) => orders.countDocuments({ find: key } as Clause, { limit: COMMON })),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

/**
 * Looks up how common each condition is, from the index, and puts the rarest first. A database that has one condition
 * to choose an index by cannot know; a handful of counts costs less than one wrong choice.
 */
export async function searchFor(
  orders: Collection<OrderDocument>,
  { groups, prefixes, columns }: ListFilter,
): Promise<Search> {
  const ranked = await Promise.all(groups.map(async (keys) => ({ keys, count: await countOf(orders, keys) })));
  ranked.sort((a, b) => a.count - b.count);
  const clauses: Clause[] = [
    ...ranked.map(({ keys }) => keyClause(keys)),
    ...prefixes.map(prefixClause),
    ...Object.entries(columns).map(([column, condition]) => ({ [column]: condition }) as Clause),
  ];
  const filter = clauses.length === 0 ? {} : clauses.length === 1 ? (clauses[0] ?? {}) : ({ $and: clauses } as Clause);
  return {
    filter,
    leads: ranked[0]?.count ?? (prefixes.length > 0 ? 0 : undefined),
    single: clauses.length === 1 && groups.length === 1 && groups[0]?.length === 1,
  };
}

/** More rows than this are not sorted in memory: the index of the sort is walked instead, checking each row. */
const MOST_SORTED = 2_000;

/** The index to walk where the database would choose badly. */
export const hintFor = (sort: string, { leads }: Search): Record<string, 1 | -1> | undefined => {
  if (!sort.endsWith('total')) return undefined;
  return leads === undefined || leads > MOST_SORTED ? { total: -1, _id: -1 } : undefined;
};
