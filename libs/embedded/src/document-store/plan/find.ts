import { decode, decodeFields } from '../bson/decode.js';
import type { Doc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter, type Matcher } from '../query/match.js';
import { compareSortKeys, type SortSpec, sortKey } from '../query/sort.js';
import type { Collection } from '../store/collection.js';
import type { Kv } from '../store/kv.js';
import { type Plan, plan } from './planner.js';
import { type Found, Scan } from './scan.js';

export interface Search {
  readonly filter: Doc;
  readonly sort?: SortSpec;
  readonly hint?: unknown;
  readonly skip?: number;
  /** 0: no limit. */
  readonly limit?: number;
  readonly variables?: Doc;
}

/** Sorts without an index hold at most this much, as MongoDB without disk use. */
const MAX_SORT_BYTES = 100 * 1024 * 1024;

/** The stored documents that a search finds, one after the other, in order. */
export class Finder implements Iterator<Found, undefined> {
  readonly plan: Plan;
  readonly scan: Scan;
  private readonly matcher: Matcher | undefined;
  private readonly sort: SortSpec;
  private sorted: Iterator<Found> | undefined;
  private skip: number;
  private left: number;

  constructor(
    kv: Kv,
    collection: Collection,
    private readonly search: Search,
  ) {
    const { filter, sort = [], hint } = search;
    const matcher = compileFilter(filter, search.variables);
    this.plan = plan(collection, { filter, sort, hint });
    this.matcher = this.plan.exact ? undefined : matcher;
    this.sort = this.plan.sorted ? [] : sort;
    this.scan = new Scan(kv, collection, this.plan);
    this.skip = search.skip ?? 0;
    this.left = search.limit === undefined || search.limit === 0 ? Number.POSITIVE_INFINITY : search.limit;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Found, undefined> {
    if (this.left <= 0) return { done: true, value: undefined };
    for (;;) {
      const found = this.sort.length === 0 ? this.nextMatch() : this.nextSorted();
      if (found === undefined) return { done: true, value: undefined };
      if (this.skip > 0) {
        this.skip -= 1;
        continue;
      }
      this.left -= 1;
      return { done: false, value: found };
    }
  }

  private nextMatch(): Found | undefined {
    const { matcher } = this;
    for (let found = this.scan.next(); found !== undefined; found = this.scan.next()) {
      if (matcher === undefined) return found;
      const doc = matcher.fields === undefined ? decode(found.bytes) : decodeFields(found.bytes, matcher.fields);
      if (matcher.test(doc)) return found;
    }
    return undefined;
  }

  private nextSorted(): Found | undefined {
    this.sorted ??= this.sortAll()[Symbol.iterator]();
    const { done, value } = this.sorted.next();
    return done === true ? undefined : value;
  }

  private sortAll(): Found[] {
    const fields = new Set(this.sort.map(([path]) => path.split('.')[0]!));
    const wanted = this.left + this.skip;
    let kept: { found: Found; key: unknown[]; place: number }[] = [];
    const compare = (a: (typeof kept)[number], b: (typeof kept)[number]): number =>
      compareSortKeys(a.key, b.key, this.sort) || a.place - b.place;
    let bytes = 0;
    let place = 0;
    for (let found = this.nextMatch(); found !== undefined; found = this.nextMatch()) {
      kept.push({ found, key: sortKey(decodeFields(found.bytes, fields), this.sort), place });
      place += 1;
      bytes += found.bytes.length + 200;
      // Of a limited sort only the best are kept, thrown out in batches.
      if (kept.length >= wanted * 2 + 256) {
        kept.sort(compare);
        kept = kept.slice(0, wanted);
        bytes = kept.reduce((sum, { found: { bytes: document } }) => sum + document.length + 200, 0);
      }
      if (bytes > MAX_SORT_BYTES) {
        throw new MongoError(
          292,
          `Sort exceeded memory limit of ${MAX_SORT_BYTES} bytes, but did not opt in to external sorting. An index on the sort order avoids it.`,
        );
      }
    }
    return kept.sort(compare).map(({ found }) => found);
  }

  /** For explain. */
  get needsSort(): boolean {
    return this.sort.length > 0;
  }

  get hasFilter(): boolean {
    return this.matcher !== undefined && Object.keys(this.search.filter).length > 0;
  }
}
