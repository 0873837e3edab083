import type { Collection, Filter } from 'mongodb';
import type { OrderDocument } from '../order-document.js';
import { excludeEachOther } from './find-keys.js';
import type { ListFilter } from './list-query.js';

/** A count beyond this is not looked at more closely: the key is common. */
const COMMON = 20_000;

/** More rows than this are not sorted in memory: the index of the sort is walked instead, checking each row. */
const MOST_SORTED = 2_000;
/** The index that finds rows by their keys. */
const BY_KEY = { find: 1, submittedAt: -1, _id: -1 } as const;

type Clause = Filter<OrderDocument>;

/** A filter with its conditions from the rarest to the commonest: the first leads to the rows, the others are checked. */
export interface Search {
  readonly filter: Clause;
  /** about how many rows the first condition leads to; undefined when there is none */
  readonly leads: number | undefined;
  /** how many rows there are, up to `COMMON` of each key, where the index alone can tell */
  readonly counted: number | undefined;
  /** the rows are fewest by the beginning of a word: read by it and put in order, not the other way round */
  readonly byBeginning: boolean;
}

const keyClause = (keys: readonly string[]): Clause =>
  ({ find: keys.length === 1 ? keys[0] : { $in: [...keys] } }) as Clause;

const prefixClause = (pattern: string): Clause => ({ find: { $regex: pattern } }) as Clause;

/** Keys found to be common a moment ago; they still are, and counting what is common takes longest. */
export interface CommonKeys {
  has(key: string): boolean;
  set(key: string, value: true): unknown;
}

const countOf = async (
  orders: Collection<OrderDocument>,
  keys: readonly string[],
  common: CommonKeys | undefined,
): Promise<number> => {
  const counts = await Promise.all(
    keys.map(async (key) => {
      if (common?.has(key)) return COMMON;
      const count = await orders.countDocuments({ find: key } as Clause, { limit: COMMON });
      if (count >= COMMON) common?.set(key, true);
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

/** Rows with a word that begins so; more than are sorted in memory need not be told apart. */
const countBeginning = (orders: Collection<OrderDocument>, pattern: string): Promise<number> =>
  orders.countDocuments(prefixClause(pattern), { limit: MOST_SORTED + 1, hint: BY_KEY });

/**
 * Looks up how common each condition is, from the index, and puts the rarest first. A database that has one condition
 * to choose an index by cannot know; a handful of counts costs less than one wrong choice.
 */
export async function searchFor(
  orders: Collection<OrderDocument>,
  { groups, prefixes, columns }: ListFilter,
  common?: CommonKeys,
): Promise<Search> {
  const [ranked, beginnings] = await Promise.all([
    Promise.all(groups.map(async (keys) => ({ keys, count: await countOf(orders, keys, common) }))),
    Promise.all(prefixes.map(async (pattern) => ({ pattern, count: await countBeginning(orders, pattern) }))),
  ]);
  ranked.sort((a, b) => a.count - b.count);
  beginnings.sort((a, b) => a.count - b.count);
  const [rarest] = ranked;
  const byBeginning = beginnings[0] !== undefined && beginnings[0].count <= MOST_SORTED && rarest === undefined;
  const leads = rarest?.count ?? beginnings[0]?.count;
  const clauses: Clause[] = [
    ...ranked.map(({ keys }) => keyClause(keys)),
    ...beginnings.map(({ pattern }) => prefixClause(pattern)),
    ...Object.entries(columns).map(([column, condition]) => ({ [column]: condition }) as Clause),
  ];
  const filter = clauses.length === 0 ? {} : clauses.length === 1 ? (clauses[0] ?? {}) : ({ $and: clauses } as Clause);
  return {
    filter,
    leads,
    counted: clauses.length > 1 ? undefined : rarest === undefined || excludeEachOther(rarest.keys) ? leads : undefined,
    byBeginning,
  };
}

/** The index to walk where the database would choose badly. */
export const hintFor = (sort: string, { leads, byBeginning }: Search): Record<string, 1 | -1> | undefined => {
  if (byBeginning) return BY_KEY;
  if (!sort.endsWith('total')) return undefined;
  return leads === undefined || leads > MOST_SORTED ? { total: -1, _id: -1 } : undefined;
};
