import { type FieldProblem, Refused } from '@orderloom/contracts';
import type { Access } from '@orderloom/platform';
import { literal } from '@orderloom/service';
import { FULFILMENT_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES } from '../../order/status.js';
import { WAIT_STATES } from '../../order/waits.js';
import { customKey, findKey, type KeyKind, PERSONAL, personKey, searchWords, wordKey } from './find-keys.js';
import { SORTS } from './sorts.js';

/** The query string of `GET /api/orders`, as it came. */
export type ListQuery = Readonly<Record<string, string | string[] | undefined>>;

/** Filters whose values are keys of the index: several values mean any of them. */
const KEYED: Readonly<Record<string, { kind: KeyKind; allowed?: readonly string[]; single?: true }>> = {
  status: { kind: 'status', allowed: ORDER_STATUSES },
  payment: { kind: 'payment', allowed: PAYMENT_STATUSES },
  fulfilment: { kind: 'fulfilment', allowed: FULFILMENT_STATUSES },
  waiting: { kind: 'waiting', allowed: WAIT_STATES },
  mode: { kind: 'mode', allowed: ['live', 'history'] },
  paymentTerms: { kind: 'paymentTerms', allowed: ['prepaid', 'invoice', 'cod'] },
  overdue: { kind: 'overdue', allowed: ['true'] },
  channel: { kind: 'channel' },
  hold: { kind: 'hold' },
  tag: { kind: 'tag' },
  priority: { kind: 'priority' },
  assignee: { kind: 'assignee' },
  country: { kind: 'country' },
  currency: { kind: 'currency' },
  customerId: { kind: 'customerId', single: true },
  importId: { kind: 'importId', single: true },
  sku: { kind: 'sku', single: true },
};

/** Ranges: the parameter, its column, and whether the value itself belongs to it. */
const RANGES: Readonly<Record<string, { field: string; operator: '$gte' | '$lt' | '$lte'; kind: 'time' | 'amount' }>> =
  {
    from: { field: 'submittedAt', operator: '$gte', kind: 'time' },
    to: { field: 'submittedAt', operator: '$lt', kind: 'time' },
    requiredFrom: { field: 'requiredBy', operator: '$gte', kind: 'time' },
    requiredTo: { field: 'requiredBy', operator: '$lt', kind: 'time' },
    shippedFrom: { field: 'shippedAt', operator: '$gte', kind: 'time' },
    shippedTo: { field: 'shippedAt', operator: '$lt', kind: 'time' },
    deliveredFrom: { field: 'deliveredAt', operator: '$gte', kind: 'time' },
    deliveredTo: { field: 'deliveredAt', operator: '$lt', kind: 'time' },
    dueBefore: { field: 'dueAt', operator: '$lt', kind: 'time' },
    totalFrom: { field: 'total', operator: '$gte', kind: 'amount' },
    totalTo: { field: 'total', operator: '$lte', kind: 'amount' },
  };

const OTHERS = ['number', 'externalNumber', 'q', 'sort', 'cursor', 'limit', 'count', 'seen', 'asOf'];
/** What narrows a list down: the part of a query that a saved view keeps. */
export const FILTER_NAMES: readonly string[] = [
  ...Object.keys(KEYED),
  ...Object.keys(RANGES),
  'number',
  'externalNumber',
  'q',
];
const CUSTOM = /^custom\.([\w-]{1,60})$/;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
/** Shorter beginnings would fit half of all words. */
const SHORTEST_BEGINNING = 3;

/** What rows must have. */
export interface ListFilter {
  /** of each group at least one key */
  readonly groups: readonly (readonly string[])[];
  /** regular expressions, for each a key that fits */
  readonly prefixes: readonly string[];
  /** column → MongoDB condition */
  readonly columns: Readonly<Record<string, unknown>>;
}

/** A list request, checked. */
export interface ListRequest {
  filter: ListFilter;
  sort: string;
  limit: number;
  cursor?: string;
  count: 'none' | 'capped' | 'exact';
  /** the list as it was recorded then, ISO 8601 */
  asOf?: string;
  /** wait until the list shows this revision of this order */
  seen?: { orderId: string; revision: bigint };
}

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Reads parameters one by one and collects what is wrong with them. */
class Reader {
  readonly problems: FieldProblem[] = [];

  constructor(private readonly query: ListQuery) {}

  problem(path: string, code: FieldProblem['code'], details?: Record<string, unknown>): undefined {
    this.problems.push({ path, code, ...(details === undefined ? {} : { details }) });
    return undefined;
  }

  text(name: string): string | undefined {
    const value = this.query[name];
    if (Array.isArray(value)) return this.problem(name, 'NOT_A_STRING');
    if (value !== undefined && value.length > 2000) return this.problem(name, 'TOO_LONG', { max: 2000 });
    return value === '' ? undefined : value;
  }

  time(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const at = DATE.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? this.problem(name, 'NOT_A_TIME') : new Date(at).toISOString();
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) return this.problem(name, 'NOT_AN_INTEGER');
    if (number < min) return this.problem(name, 'TOO_SMALL', { min });
    return number > max ? this.problem(name, 'TOO_BIG', { max }) : number;
  }

  oneOf(name: string, allowed: readonly string[]): string | undefined {
    const value = this.text(name);
    if (value === undefined || allowed.includes(value)) return value;
    return this.problem(name, 'NOT_ONE_OF', { allowed: [...allowed] });
  }

  values(name: string, { allowed, single }: { allowed?: readonly string[]; single?: true }): string[] {
    const text = this.text(name);
    if (text === undefined) return [];
    const values = single === true ? [text] : [...new Set(text.split(',').filter(Boolean))];
    if (allowed !== undefined && !values.every((value) => allowed.includes(value))) {
      this.problem(name, 'NOT_ONE_OF', { allowed: [...allowed] });
    }
    return values.slice(0, 100);
  }
}

/**
 * Reads the query. Several values of one filter, separated by commas, mean any of them; several filters mean all.
 * @param access limits the list to the token's channels and customer
 * @throws Refused VALIDATION_FAILED with every problem
 */
export const parseListQuery = (query: ListQuery, access?: Access): ListRequest => {
  const reader = new Reader(query);
  const filter = readFilter(reader, query, access);
  const sort = reader.oneOf('sort', Object.keys(SORTS)) ?? '-submittedAt';
  const limit = reader.integer('limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT;
  const cursor = reader.text('cursor');
  const count = reader.oneOf('count', ['none', 'capped', 'exact']);
  const asOf = reader.time('asOf');
  if (asOf !== undefined && !sort.endsWith('submittedAt')) {
    reader.problem('sort', 'NOT_ONE_OF', { allowed: ['-submittedAt', 'submittedAt'] });
  }
  for (const name of asOf === undefined ? [] : ['waiting', 'overdue', 'dueBefore']) {
    // Deadlines follow today's policy: there is no list of what was due under another.
    if (query[name] !== undefined) reader.problem(name, 'UNKNOWN_FIELD');
  }
  const seenText = reader.text('seen');
  const seen = /^(.{1,100})@(\d{1,18})$/.exec(seenText ?? '');
  if (seenText !== undefined && seen === null) reader.problem('seen', 'PATTERN_MISMATCH');
  if (reader.problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, reader.problems);
  return {
    filter,
    sort,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(asOf === undefined ? {} : { asOf }),
    count: count === 'none' || count === 'exact' ? count : cursor === undefined ? 'capped' : 'none',
    ...(seen === null ? {} : { seen: { orderId: seen[1] ?? '', revision: BigInt(seen[2] ?? '0') } }),
  };
};

const readFilter = (reader: Reader, query: ListQuery, access: Access | undefined): ListFilter => {
  const groups: string[][] = [];
  for (const name of Object.keys(query)) {
    const custom = CUSTOM.exec(name)?.[1];
    if (custom !== undefined) groups.push(reader.values(name, {}).map((value) => customKey(custom, value)));
    else if (!FILTER_NAMES.includes(name) && !OTHERS.includes(name)) reader.problem(name, 'UNKNOWN_FIELD');
  }
  for (const [name, spec] of Object.entries(KEYED)) {
    const values = reader.values(name, spec);
    if (values.length > 0) groups.push(values.map((value) => findKey(spec.kind, value)));
  }
  const columns: Record<string, Record<string, unknown>> = {};
  for (const [name, { field, operator, kind }] of Object.entries(RANGES)) {
    const value = kind === 'time' ? reader.time(name) : reader.integer(name, 0, Number.MAX_SAFE_INTEGER);
    if (value !== undefined) columns[field] = { ...columns[field], [operator]: value };
  }
  for (const [field, { $gte, $lt, $lte }] of Object.entries(columns)) {
    const upper = $lt ?? $lte;
    if ($gte === undefined || upper === undefined) continue;
    const empty = $lt === undefined ? (upper as number) < ($gte as number) : (upper as string) <= ($gte as string);
    const named = Object.entries(RANGES).find(([, range]) => range.field === field && range.operator !== '$gte');
    if (empty) reader.problem(named?.[0] ?? field, 'RANGE_INVALID');
  }
  for (const name of ['number', 'externalNumber']) {
    const value = reader.text(name);
    if (value === undefined) continue;
    // Found by the word; the column decides, as words are in lower case.
    if (!/\s/.test(value) && value.length <= 60) groups.push([wordKey(value.toLowerCase())]);
    columns[name] = { $eq: value };
  }
  const prefixes = readWords(reader, groups, access);
  const { channels, customerId } = access?.identity ?? {};
  if (channels !== undefined) groups.push(channels.map((channel) => findKey('channel', channel)));
  if (customerId !== undefined) groups.push([findKey('customerId', customerId)]);
  return { groups, prefixes, columns };
};

/** Words of `q`: of things for everybody, of people for those who may see them. */
const readWords = (reader: Reader, groups: string[][], access: Access | undefined): string[] => {
  const text = reader.text('q');
  if (text === undefined) return [];
  const words = searchWords(text);
  if (words.length === 0) reader.problem('q', 'TOO_SHORT', { min: 1 });
  const people = access?.may('personal:read') ?? true;
  const prefixes: string[] = [];
  for (const { word, prefix } of words) {
    if (!prefix) groups.push(people ? [wordKey(word), personKey(word)] : [wordKey(word)]);
    else if ([...word].length < SHORTEST_BEGINNING) reader.problem('q', 'TOO_SHORT', { min: SHORTEST_BEGINNING });
    else prefixes.push(`^${literal(wordKey(word))}${people ? '' : `[^${PERSONAL}]*$`}`);
  }
  return prefixes;
};
