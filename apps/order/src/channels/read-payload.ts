import type { FieldProblem } from '@orderloom/contracts';
import type { Json } from '../intake/field-reader.js';
import { toMinorUnits } from '../order/money.js';
import type { Adapter, ChannelState, Scalar, Source } from './adapter.js';
import { spreadTotal } from './spread-total.js';

/** A message about one order, read: the body `POST /api/orders` would take, and what the channel says beside it. */
export interface ChannelMessage {
  /** In the shape of `POST /api/orders`. */
  readonly body: Json;
  readonly states: ReadonlySet<ChannelState>;
  readonly orderedAt?: string;
  readonly shippedAt?: string;
  readonly carrier?: string;
  readonly trackingNumber?: string;
  /** the channel's own reference of the payment */
  readonly paymentReference?: string;
}

/** What a channel knows that its messages do not say. */
export interface ReadingDefaults {
  readonly currency?: string;
  readonly country?: string;
  readonly paymentTerms?: string;
  readonly locale?: string;
  /** the channel's names of products → ours */
  readonly skus?: Readonly<Record<string, string>>;
}

/** Longest list a `*` may run over. */
const MAX_WILDCARD = 2_000;

/** Everything at a path; a `*` gives every entry of a list. */
const valuesAt = (from: unknown, path: string): unknown[] => {
  let found: unknown[] = [from];
  if (path === '') return found;
  for (const name of path.split('.')) {
    const next: unknown[] = [];
    for (const value of found) {
      if (typeof value !== 'object' || value === null) continue;
      if (name === '*') next.push(...Object.values(value).slice(0, MAX_WILDCARD));
      else if (Object.hasOwn(value, name)) next.push((value as Json)[name]);
    }
    found = next;
  }
  return found;
};

const isThere = (value: unknown): value is Scalar =>
  (typeof value === 'string' && value.trim() !== '') || typeof value === 'number' || typeof value === 'boolean';

const firstAt = (from: unknown, paths: readonly string[]): Scalar | undefined => {
  for (const path of paths) for (const value of valuesAt(from, path)) if (isThere(value)) return value;
  return undefined;
};

const evaluate = (source: Source | undefined, from: unknown): Scalar | undefined => {
  if (source === undefined) return undefined;
  if (typeof source === 'string') return firstAt(from, [source]);
  const found = raw(source, from);
  const meant = found === undefined || source.map === undefined ? found : mapped(source.map, found);
  const value = meant ?? source.otherwise;
  return source.zone !== undefined && typeof value === 'string' ? withZone(value, source.zone) : value;
};

const mapped = (map: Readonly<Record<string, Scalar>>, value: Scalar): Scalar | undefined => {
  const key = String(value);
  return Object.hasOwn(map, key) ? map[key] : undefined;
};

const raw = (source: Exclude<Source, string>, from: unknown): Scalar | undefined => {
  if (source.value !== undefined) return source.value;
  if (source.from !== undefined) return firstAt(from, source.from);
  if (source.join !== undefined) {
    const parts = source.join.map((path) => firstAt(from, [path])).filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.map(String).join(source.separator ?? ' ');
  }
  const numbers = (source.sum ?? []).flatMap((path) => valuesAt(from, path)).filter(isThere);
  return numbers.length === 0 ? undefined : sum(numbers.map(String));
};

/** Adds decimals exactly, as texts: 0.1 and 0.2 are 0.3 here. Texts that are no numbers spoil the sum on purpose. */
const sum = (numbers: readonly string[]): string => {
  const scale = Math.max(0, ...numbers.map((text) => text.split('.')[1]?.length ?? 0));
  let total = 0n;
  for (const text of numbers) {
    if (!/^-?\d+(\.\d*)?$/.test(text)) return text;
    const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
    const units = BigInt(whole + fraction.padEnd(scale, '0'));
    total += text.startsWith('-') ? -units : units;
  }
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, '0');
  const sign = total < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/** `2026-03-01 09:30:00` of a zone as ISO 8601; times that tell their own zone are left alone. */
const withZone = (time: string, zone: string): string => {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?$/.exec(time.trim());
  return match === null ? time : `${match[1]}T${match[2] ?? '00:00'}${zone}`;
};

/** The messages about orders in a payload: one, or a list of them. */
export const ordersIn = (adapter: Pick<Adapter, 'orders'>, payload: unknown): { list: boolean; orders: unknown[] } => {
  const at = adapter.orders === undefined ? payload : (valuesAt(payload, adapter.orders)[0] ?? payload);
  return Array.isArray(at) ? { list: true, orders: at } : { list: false, orders: [at] };
};

/** What the channel says about where the order stands. */
const statesOf = (adapter: Adapter, from: unknown): ReadonlySet<ChannelState> => {
  const states = new Set<ChannelState>();
  for (const rule of adapter.states) {
    const value = firstAt(from, [rule.path]);
    if (value === undefined) continue;
    if (rule.present !== undefined) states.add(rule.present);
    const state = rule.map === undefined ? undefined : rule.map[String(value)];
    if (state !== undefined) states.add(state);
  }
  return states;
};

/** Fields that are amounts of money in the adapter's unit. */
const AMOUNTS = new Set(['shipping', 'total', 'unitPrice', 'discount']);
/** Fields that are facts beside the order's own. */
const BESIDE = new Set(['total', 'orderedAt', 'shippedAt', 'carrier', 'trackingNumber', 'paymentReference']);
const NUMBERS = new Set(['quantity']);

/**
 * Reads one message with an adapter. What does not fit is left for the order's own checks to refuse, under the names
 * of our fields; only what those cannot see is a problem here.
 */
export const readMessage = (
  adapter: Adapter,
  payload: unknown,
  defaults: ReadingDefaults,
  problems: FieldProblem[],
): ChannelMessage => {
  const body: Json = {};
  const beside: Record<string, string> = {};
  const currency = String(evaluate(adapter.fields.currency, payload) ?? defaults.currency ?? '').toUpperCase();
  const convert = (name: string, path: string, value: Scalar): unknown => {
    if (NUMBERS.has(name)) return typeof value === 'string' && /^\d+(\.0+)?$/.test(value) ? Number(value) : value;
    if (name === 'tags') return splitTags(value);
    if (!AMOUNTS.has(name)) return name.startsWith('custom.') ? value : String(value);
    const minor = adapter.amounts === 'minor' ? Number(value) : toMinorUnits(String(value), currency);
    if (minor === null || !Number.isSafeInteger(minor)) {
      problems.push({ path, code: 'PRICE_INVALID' });
      return undefined;
    }
    return minor;
  };
  let total: number | undefined;
  for (const [name, source] of Object.entries(adapter.fields)) {
    const value = evaluate(source, payload);
    const converted = value === undefined ? undefined : convert(name, name, value);
    if (converted === undefined) continue;
    if (name === 'total') total = converted as number;
    else if (BESIDE.has(name)) beside[name] = String(converted);
    else assign(body, name, converted);
  }
  if (currency !== '') body['currency'] = currency;
  for (const name of ['paymentTerms', 'locale'] as const) {
    if (defaults[name] !== undefined && body[name] === undefined) body[name] = defaults[name];
  }
  const shipTo = body['shipTo'];
  if (isJson(shipTo) && defaults.country !== undefined) shipTo['country'] ??= defaults.country;
  body['lines'] = linesOf(adapter, payload, defaults, convert);
  if (total !== undefined) spreadTotal(body, total, adapter.surplus ?? 'refuse', problems);
  return { body, states: statesOf(adapter, payload), ...timesOf(beside) };
};

const timesOf = (beside: Record<string, string>): Omit<ChannelMessage, 'body' | 'states'> => {
  const time = (text: string | undefined): string | undefined => {
    const at = text === undefined ? Number.NaN : Date.parse(text);
    return Number.isNaN(at) ? undefined : new Date(at).toISOString();
  };
  const orderedAt = time(beside['orderedAt']);
  const shippedAt = time(beside['shippedAt']);
  const { carrier, trackingNumber, paymentReference } = beside;
  return {
    ...(orderedAt === undefined ? {} : { orderedAt }),
    ...(shippedAt === undefined ? {} : { shippedAt }),
    ...(carrier === undefined ? {} : { carrier: carrier.slice(0, 200) }),
    ...(trackingNumber === undefined ? {} : { trackingNumber: trackingNumber.slice(0, 100) }),
    ...(paymentReference === undefined ? {} : { paymentReference: paymentReference.slice(0, 100) }),
  };
};

const linesOf = (
  adapter: Adapter,
  payload: unknown,
  defaults: ReadingDefaults,
  convert: (name: string, path: string, value: Scalar) => unknown,
): Json[] => {
  const entries = valuesAt(payload, adapter.lines.path).flatMap((found) => (Array.isArray(found) ? found : [found]));
  const { skip } = adapter.lines;
  const kept = entries.filter((entry: unknown) => {
    const value = skip === undefined ? undefined : firstAt(entry, [skip.path]);
    return value === undefined || !skip?.values.includes(String(value));
  });
  return kept.map((entry: unknown, index) => {
    const line: Json = {};
    for (const [name, source] of Object.entries(adapter.lines.fields)) {
      const value = evaluate(source, entry);
      const converted = value === undefined ? undefined : convert(name, `lines.${index}.${name}`, value);
      if (converted !== undefined && !(name === 'discount' && converted === 0)) line[name] = converted;
    }
    const sku = line['sku'];
    if (typeof sku === 'string' && defaults.skus !== undefined && Object.hasOwn(defaults.skus, sku)) {
      line['sku'] = defaults.skus[sku];
    }
    return line;
  });
};

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts a value at `customer.name`, one level deep. */
const assign = (body: Json, name: string, value: unknown): void => {
  const [group = '', field] = name.split('.', 2);
  if (field === undefined) {
    body[name] = value;
    return;
  }
  const inner = body[group];
  if (isJson(inner)) inner[field] = value;
  else body[group] = { [field]: value };
};

const splitTags = (value: Scalar): string[] => [
  ...new Set(
    String(value)
      .split(/[,，;；]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
];
