import { Refused } from '@orderloom/contracts';
import {
  type Access,
  afterCursor,
  decodeCursor,
  type Page,
  pageOf,
  personalFor,
  type Vault,
} from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import type { Projections } from '@orderloom/service';
import { LRUCache } from 'lru-cache';
import type { Collection, Filter } from 'mongodb';
import type { DeadlinePolicies } from '../deadlines/policy-store.js';
import type { Contact } from '../order/events.js';
import type { ErasedCustomers } from './erased-customers.js';
import { rowsAsOf } from './list/as-of.js';
import type { ListRequest } from './list/list-query.js';
import { PeopleWords } from './list/people.js';
import { hintFor, type Search, searchFor } from './list/search.js';
import { SORTS } from './list/sorts.js';
import { type Folded, type OrderDocument, ordersProjection } from './orders.projection.js';

/** An order in a list. */
export type OrderListItem = Omit<
  OrderDocument,
  '_id' | 'fold' | 'find' | 'past' | 'match' | 'customer' | 'revision'
> & {
  id: string;
  revision: string;
  customer: Contact | null;
};

/** Counting stops here unless the caller insists: nobody reads page 200 of a list. */
const COUNT_CAP = 1_000;
/** A count that has to look at more rows than this is not exact unless the caller insists. */
const MOST_LOOKED_AT = 1_000;

/** Of conditions that are all common, this many rows are found to say that there are more. */
const FEW = 50;

const upTo = (cap: number, value: number): { value: number; exact: boolean } =>
  value > cap ? { value: cap, exact: false } : { value, exact: true };

/** How long a list waits to show what its reader has just written. */
const SEEN_DEADLINE_MS = 2_000;

/** Columns that are the list's own business. */
const PROJECTION = { fold: 0, find: 0, past: 0, match: 0 } as const;

/** What was common so long ago is counted again, ms. */
const COMMON_FOR_MS = 30_000;

/** The list of orders. */
export class OrderList {
  readonly #common = new LRUCache<string, true>({ max: 1_000, ttl: COMMON_FOR_MS });

  constructor(
    private readonly orders: ProjectionRunner<OrderDocument>,
    private readonly vault: Vault,
  ) {}

  /** The list over a read model of its own, without the contacts of erased customers. */
  static over(
    projections: Projections,
    erased: ErasedCustomers,
    vault: Vault,
    deadlines: DeadlinePolicies,
    folded?: Folded,
  ): OrderList {
    const people = new PeopleWords(vault);
    const orders = projections.add(
      ordersProjection({ erased, deadlines, people, ...(folded === undefined ? {} : { folded }) }),
    );
    erased.scrubs(() => orders.collection());
    return new OrderList(orders, vault);
  }

  /** The documents of the list, for those who look for orders in other ways. */
  documents(): Collection<OrderDocument> {
    return this.orders.collection();
  }

  /** Waits until the list shows an order at a revision. @throws when it does not within the deadline (ms) */
  shows(orderId: string, revision: bigint, deadlineMs: number): Promise<void> {
    return this.orders.waitFor(`order-${orderId}`, revision, deadlineMs);
  }

  /** True in the process that keeps the list up to date. */
  get leading(): boolean {
    return this.orders.leading;
  }

  collection(): Collection<OrderDocument> {
    return this.orders.collection();
  }

  /** Ids of orders whose deadline in a column has passed before a time (ISO 8601), the longest overdue first. */
  async overdue(column: 'payableUntil' | 'amendmentsUntil', before: string, limit: number): Promise<string[]> {
    const found = await this.orders
      .collection()
      .find({ [column]: { $gt: '', $lt: before } }, { projection: { _id: 1 } })
      .sort({ [column]: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id }) => _id);
  }

  /** One page. @throws Refused CURSOR_INVALID, TOO_STALE */
  async page(request: ListRequest, access?: Access): Promise<Page<OrderListItem>> {
    if (request.seen !== undefined) await this.#waitFor(request.seen);
    const { limit } = request;
    const sort = SORTS[request.sort] ?? [];
    const after =
      request.cursor === undefined ? {} : afterCursor(sort, decodeCursor(request.sort, sort.length, request.cursor));
    const search = await searchFor(this.orders.collection(), request.filter, this.#common);
    const rows = await (request.asOf === undefined
      ? this.#rows(request, search, after)
      : this.#rowsAsOf(request, request.asOf, after));
    const count = request.asOf === undefined ? await this.#count(search, request, rows.length) : null;
    const documents = rows.map((row) => ({ ...row, _id: String(row._id) }));
    const page = pageOf(documents, limit, request.sort, (row) =>
      sort.map(({ field }) => {
        const value: unknown = Reflect.get(row, field);
        return typeof value === 'string' || typeof value === 'number' ? value : null;
      }),
    );
    return { ...page, items: await this.shown(page.items, access), ...(count === null ? {} : { count }) };
  }

  /** Rows as readers see them, contacts opened for those who may. */
  async shown(rows: readonly OrderDocument[], access?: Access): Promise<OrderListItem[]> {
    const contacts = await this.#contacts(rows);
    return rows.map((row, index) => {
      const { _id, fold: _fold, find: _find, past: _past, match: _match, revision, ...rest } = row;
      return {
        id: String(_id),
        ...withoutSystemFields(rest),
        revision: String(revision),
        customer: personalFor(access, contacts[index] ?? null),
      };
    });
  }

  /** All rows of a request, page after page, as they are read. */
  async *all(request: ListRequest, access?: Access): AsyncGenerator<OrderListItem[]> {
    let cursor: string | undefined;
    do {
      const page: Page<OrderListItem> = await this.page(
        { ...request, limit: 500, count: 'none', ...(cursor === undefined ? {} : { cursor }) },
        access,
      );
      yield page.items;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  async #rows(request: ListRequest, search: Search, after: object): Promise<OrderDocument[]> {
    const sort = SORTS[request.sort] ?? [];
    const conditions = [search.filter, after, request.sort === 'dueAt' ? { dueAt: { $gt: '' } } : {}].filter(
      (condition) => Object.keys(condition).length > 0,
    );
    const filter = conditions.length > 1 ? { $and: conditions } : (conditions[0] ?? {});
    const hint = hintFor(request.sort, search);
    return this.orders
      .collection()
      .find(filter as Filter<OrderDocument>, { projection: PROJECTION, ...(hint === undefined ? {} : { hint }) })
      .sort(Object.fromEntries(sort.map(({ field, direction }) => [field, direction])))
      .limit(request.limit + 1)
      .toArray() as unknown as Promise<OrderDocument[]>;
  }

  async #rowsAsOf(request: ListRequest, asOf: string, after: Record<string, unknown>): Promise<OrderDocument[]> {
    const rows: OrderDocument[] = [];
    const sort = SORTS[request.sort] ?? [];
    for await (const row of rowsAsOf(this.orders.collection(), request.filter, asOf, sort, after)) {
      rows.push(row);
      if (rows.length > request.limit) break;
    }
    return rows;
  }

  /** @param read how many rows were read for the page: one more than it shows where more follow */
  async #count(search: Search, request: ListRequest, read: number): Promise<Page<never>['count'] | null> {
    const { count: how, cursor, limit, sort } = request;
    if (how === 'none') return null;
    // The first page tells, but for those by deadline, which show only what has one.
    const first = cursor === undefined && sort !== 'dueAt';
    if (first && read <= limit) return { value: read, exact: true };
    const collection = this.orders.collection();
    const { filter, leads, counted } = search;
    if (how === 'exact') return { value: await collection.countDocuments(filter), exact: true };
    if (Object.keys(filter).length === 0) {
      return { value: await collection.estimatedDocumentCount(), exact: false };
    }
    if (counted !== undefined) return upTo(COUNT_CAP, counted);
    // Rows that have to be looked at one by one: enough of them say that there are many.
    const common = leads === undefined || leads > MOST_LOOKED_AT;
    if (common && first && limit >= FEW) return { value: limit, exact: false };
    const cap = common ? FEW : COUNT_CAP;
    const hint = hintFor(sort, search);
    return upTo(
      cap,
      await collection.countDocuments(filter, { limit: cap + 1, ...(hint === undefined ? {} : { hint }) }),
    );
  }

  async #contacts(rows: readonly Pick<OrderDocument, 'customer'>[]): Promise<(Contact | null)[]> {
    const sealed = rows.map((row) => row.customer).filter((customer) => customer !== null);
    const opened = await this.vault.unsealMany(sealed);
    let next = 0;
    return rows.map((row) => (row.customer === null ? null : (opened[next++] ?? null)));
  }

  async #waitFor(seen: { orderId: string; revision: bigint }): Promise<void> {
    try {
      await this.shows(seen.orderId, seen.revision, SEEN_DEADLINE_MS);
    } catch {
      throw new Refused('TOO_STALE', { revision: seen.revision.toString() });
    }
  }
}

/** Projections keep their own bookkeeping in fields that start with an underscore. */
const withoutSystemFields = <T extends object>(row: T): T =>
  // Only fields that T does not name are left out.
  Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_'))) as T;
