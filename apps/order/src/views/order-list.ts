import { type FieldProblem, Refused } from '@orderloom/contracts';
import { afterCursor, decodeCursor, type Page, pageOf, type SortField, type Vault } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import type { Projections } from '@orderloom/service';
import type { Collection } from 'mongodb';
import type { Contact } from '../order/events.js';
import { FULFILMENT_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES } from '../order/status.js';
import type { ErasedCustomers } from './erased-customers.js';
import { type Folded, type OrderDocument, ordersProjection } from './orders.projection.js';

/** The query string of `GET /api/orders`, as it came. */
export type ListQuery = Readonly<Record<string, string | string[] | undefined>>;

/** An order in a list. */
export type OrderListItem = Omit<OrderDocument, '_id' | 'fold' | 'customer' | 'revision'> & {
  id: string;
  revision: string;
  customer: Contact | null;
};

const PARAMETERS = new Set([
  'status',
  'payment',
  'fulfilment',
  'channel',
  'customerId',
  'sku',
  'number',
  'mode',
  'from',
  'to',
  'sort',
  'cursor',
  'limit',
  'count',
  'seen',
]);

/** Sorts that an index serves. */
const SORTS: Readonly<Record<string, readonly SortField[]>> = {
  '-submittedAt': [
    { field: 'submittedAt', direction: -1 },
    { field: '_id', direction: -1 },
  ],
  submittedAt: [
    { field: 'submittedAt', direction: 1 },
    { field: '_id', direction: 1 },
  ],
  '-total': [
    { field: 'total', direction: -1 },
    { field: '_id', direction: -1 },
  ],
  total: [
    { field: 'total', direction: 1 },
    { field: '_id', direction: 1 },
  ],
};

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
/** Counting stops here unless the caller insists: nobody reads page 200 of a list. */
const COUNT_CAP = 1_000;

/** A list request, checked. */
export interface ListRequest {
  filter: Record<string, unknown>;
  sort: string;
  limit: number;
  cursor?: string;
  count: 'none' | 'capped' | 'exact';
  /** wait until the list shows this revision of this order */
  seen?: { orderId: string; revision: bigint };
}

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads the query. Several values of one filter, separated by commas, mean any of them.
 * @throws Refused VALIDATION_FAILED with every problem
 */
export const parseListQuery = (query: ListQuery): ListRequest => {
  const problems: FieldProblem[] = [];
  const text = (name: string): string | undefined => {
    const value = query[name];
    if (Array.isArray(value)) {
      problems.push({ path: name, code: 'NOT_A_STRING' });
      return undefined;
    }
    return value === '' ? undefined : value;
  };
  const oneOf = (name: string, allowed: readonly string[]): string[] | undefined => {
    const values = text(name)?.split(',');
    if (values?.some((value) => !allowed.includes(value))) {
      problems.push({ path: name, code: 'NOT_ONE_OF', details: { allowed: [...allowed] } });
    }
    return values;
  };
  const time = (name: string): string | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const at = DATE.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(at)) return new Date(at).toISOString();
    problems.push({ path: name, code: 'NOT_A_TIME' });
    return undefined;
  };
  for (const name of Object.keys(query))
    if (!PARAMETERS.has(name)) problems.push({ path: name, code: 'UNKNOWN_FIELD' });

  const filter: Record<string, unknown> = {};
  const equals = (field: string, values: readonly string[] | undefined): void => {
    if (values !== undefined) filter[field] = values.length === 1 ? values[0] : { $in: values };
  };
  equals('status', oneOf('status', ORDER_STATUSES));
  equals('payment', oneOf('payment', PAYMENT_STATUSES));
  equals('fulfilment', oneOf('fulfilment', FULFILMENT_STATUSES));
  equals('mode', oneOf('mode', ['live', 'history']));
  equals('channel', text('channel')?.split(','));
  equals('customerId', wrap(text('customerId')));
  equals('skus', wrap(text('sku')));
  equals('number', wrap(text('number')));
  const from = time('from');
  const to = time('to');
  if (from !== undefined || to !== undefined) {
    filter['submittedAt'] = { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lt: to }) };
  }
  if (from !== undefined && to !== undefined && from >= to) problems.push({ path: 'to', code: 'RANGE_INVALID' });

  const sort = text('sort') ?? '-submittedAt';
  if (!Object.hasOwn(SORTS, sort)) {
    problems.push({ path: 'sort', code: 'NOT_ONE_OF', details: { allowed: Object.keys(SORTS) } });
  }
  const limitText = text('limit');
  const limit = limitText === undefined ? DEFAULT_LIMIT : Number(limitText);
  if (!Number.isInteger(limit)) problems.push({ path: 'limit', code: 'NOT_AN_INTEGER' });
  else if (limit < 1) problems.push({ path: 'limit', code: 'TOO_SMALL', details: { min: 1 } });
  else if (limit > MAX_LIMIT) problems.push({ path: 'limit', code: 'TOO_BIG', details: { max: MAX_LIMIT } });
  const cursor = text('cursor');
  const count = oneOf('count', ['none', 'capped', 'exact'])?.[0];
  const seen = /^(.{1,100})@(\d{1,18})$/.exec(text('seen') ?? '');
  if (text('seen') !== undefined && seen === null) problems.push({ path: 'seen', code: 'PATTERN_MISMATCH' });
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return {
    filter,
    sort,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    count: count === 'none' || count === 'exact' ? count : cursor === undefined ? 'capped' : 'none',
    ...(seen === null ? {} : { seen: { orderId: seen[1] ?? '', revision: BigInt(seen[2] ?? '0') } }),
  };
};

const wrap = (value: string | undefined): string[] | undefined => (value === undefined ? undefined : [value]);

/** How long a list waits to show what its reader has just written. */
const SEEN_DEADLINE_MS = 2_000;

/** The list of orders. */
export class OrderList {
  constructor(
    private readonly orders: ProjectionRunner<OrderDocument>,
    private readonly vault: Vault,
  ) {}

  /** The list over a read model of its own, without the contacts of erased customers. */
  static over(projections: Projections, erased: ErasedCustomers, vault: Vault, folded?: Folded): OrderList {
    const orders = projections.add(ordersProjection(erased, folded));
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
  async page(request: ListRequest): Promise<Page<OrderListItem>> {
    if (request.seen !== undefined) await this.#waitFor(request.seen);
    const { filter, limit } = request;
    const sort = SORTS[request.sort] ?? [];
    const after =
      request.cursor === undefined
        ? undefined
        : afterCursor(sort, decodeCursor(request.sort, sort.length, request.cursor));
    const collection = this.orders.collection();
    const combined =
      after === undefined ? filter : Object.keys(filter).length === 0 ? after : { $and: [filter, after] };
    const [rows, count] = await Promise.all([
      collection
        .find(combined, { projection: { fold: 0 } })
        .sort(Object.fromEntries(sort.map(({ field, direction }) => [field, direction])))
        .limit(limit + 1)
        .toArray(),
      this.#count(filter, request.count),
    ]);
    const documents = rows.map((row) => ({ ...row, _id: String(row._id) }));
    const page = pageOf(documents, limit, request.sort, (row) =>
      sort.map(({ field }) => {
        const value: unknown = Reflect.get(row, field);
        return typeof value === 'string' || typeof value === 'number' ? value : null;
      }),
    );
    const contacts = await this.#contacts(page.items);
    return {
      ...page,
      items: page.items.map(({ _id, fold: _fold, revision, ...row }, index) => ({
        id: _id,
        ...withoutSystemFields(row),
        revision: String(revision),
        customer: contacts[index] ?? null,
      })),
      ...(count === null ? {} : { count }),
    };
  }

  async #count(filter: Record<string, unknown>, how: ListRequest['count']): Promise<Page<never>['count'] | null> {
    if (how === 'none') return null;
    const collection = this.orders.collection();
    if (how === 'exact') return { value: await collection.countDocuments(filter), exact: true };
    if (Object.keys(filter).length === 0) {
      return { value: await collection.estimatedDocumentCount(), exact: false };
    }
    const value = await collection.countDocuments(filter, { limit: COUNT_CAP + 1 });
    return value > COUNT_CAP ? { value: COUNT_CAP, exact: false } : { value, exact: true };
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
