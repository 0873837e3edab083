import { type FieldProblem, Refused } from '@orderloom/contracts';
import { countryCodeOf } from '@orderloom/platform/countries';
import { FieldReader } from '../intake/field-reader.js';
import type { Numbering } from '../numbering/order-numbers.js';
import { isCurrency } from '../order/money.js';
import { CHANNEL_KINDS, type Channel } from './channel.js';

const FIELDS = new Set([
  'title',
  'kind',
  'open',
  'adapter',
  'fulfilledBy',
  'currency',
  'country',
  'paymentTerms',
  'locale',
  'skus',
  'numbering',
]);
const NUMBERING = new Set(['kind', 'pattern', 'digits', 'reset']);
const MAX_SKUS = 5_000;

/** Reads the body of `PUT /api/channels/{name}`. @throws Refused VALIDATION_FAILED with every problem */
export const parseChannel = (name: string, body: unknown, isAdapter: (name: string) => boolean): Channel => {
  const problems: FieldProblem[] = [];
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/.test(name)) problems.push({ path: 'name', code: 'PATTERN_MISMATCH' });
  const reader = FieldReader.of(body, problems);
  reader.onlyFields(FIELDS);
  const kind = reader.oneOf('kind', CHANNEL_KINDS);
  if (!reader.has('kind')) reader.problem('kind', 'REQUIRED');
  const adapter = reader.id('adapter');
  if (adapter !== undefined && !isAdapter(adapter)) reader.problem('adapter', 'ADAPTER_NOT_FOUND', { adapter });
  const currency = reader.text('currency', 3);
  if (currency !== undefined && !isCurrency(currency)) reader.problem('currency', 'NOT_A_CURRENCY');
  const countryText = reader.text('country', 100);
  const country = countryText === undefined ? undefined : countryCodeOf(countryText);
  if (countryText !== undefined && country === undefined) reader.problem('country', 'NOT_A_COUNTRY');
  const paymentTerms = reader.oneOf('paymentTerms', ['prepaid', 'invoice', 'cod']);
  const locale = reader.oneOf('locale', ['zh-CN', 'en']);
  const skus = readSkus(reader);
  const numbering = readNumbering(reader);
  const channel: Channel = {
    title: reader.text('title', 200) ?? name,
    kind: kind ?? 'api',
    open: reader.boolean('open') ?? true,
    fulfilledBy: reader.oneOf('fulfilledBy', ['us', 'channel']) ?? 'us',
    ...(adapter === undefined ? {} : { adapter }),
    ...(currency === undefined ? {} : { currency }),
    ...(country === undefined ? {} : { country }),
    ...(paymentTerms === undefined ? {} : { paymentTerms }),
    ...(locale === undefined ? {} : { locale }),
    ...(skus === undefined ? {} : { skus }),
    ...(numbering === undefined ? {} : { numbering }),
  };
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return channel;
};

const readSkus = (reader: FieldReader): Record<string, string> | undefined => {
  const value = reader.raw('skus');
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return reader.problem('skus', 'NOT_AN_OBJECT');
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length > MAX_SKUS) return reader.problem('skus', 'TOO_MANY', { max: MAX_SKUS });
  const skus: Record<string, string> = {};
  for (const [theirs, ours] of entries) {
    if (typeof ours !== 'string' || ours.trim() === '' || ours.length > 100)
      reader.problem(`skus.${theirs}`, 'INVALID');
    else skus[theirs] = ours.trim();
  }
  return skus;
};

const readNumbering = (reader: FieldReader): Numbering | undefined => {
  const from = reader.object('numbering');
  if (from === undefined) return undefined;
  from.onlyFields(NUMBERING);
  const kind = from.oneOf('kind', ['external', 'readable', 'sequence']);
  if (!from.has('kind')) from.problem('kind', 'REQUIRED');
  const pattern = from.text('pattern', 60);
  if (pattern !== undefined && !pattern.includes('{number}')) from.problem('pattern', 'PATTERN_MISMATCH');
  const digits = from.integer('digits', 1, 15);
  const reset = from.oneOf('reset', ['never', 'year', 'month', 'day']);
  // A count that starts again would give the same text twice without its period in it.
  const needed = { year: ['{year}'], month: ['{year}', '{month}'], day: ['{year}', '{month}', '{day}'], never: [] };
  if (reset !== undefined && needed[reset].some((part) => !(pattern ?? '').includes(part))) {
    from.problem('pattern', 'PATTERN_MISMATCH');
  }
  return {
    kind: kind ?? 'external',
    ...(pattern === undefined ? {} : { pattern }),
    ...(digits === undefined ? {} : { digits }),
    ...(reset === undefined ? {} : { reset }),
  };
};
