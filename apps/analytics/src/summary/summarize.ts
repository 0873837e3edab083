import type { Counts } from '../facts/contribution.js';
import type { CounterDoc } from '../facts/fact-recorder.js';
import type { ProductName } from '../facts/product-names.js';
import { percentile, steps } from '../facts/steps.js';
import type { DayRange } from './range.js';
import type { StepRow, Summary, SummaryRow } from './summary.js';

/** Everything a summary is made of. */
export interface SummaryInput {
  readonly range: DayRange;
  readonly currency: string;
  readonly currencies: readonly string[];
  /** Counters of kinds `order`, `country` and `step` per day. */
  readonly counters: readonly CounterDoc[];
  /** Counts per sku over the whole range. */
  readonly skus: readonly { readonly sku: string; readonly counts: Counts }[];
  readonly products: ReadonlyMap<string, ProductName>;
  readonly customers: number;
}

const MOST_PRODUCTS = 100;

/** Adds counters up to the figures of a range. */
export function summarize(input: SummaryInput): Summary {
  const { currency, range } = input;
  const totals: Counts = {};
  const days = new Map<string, Counts>();
  const countries = new Map<string, Counts>();
  const durations = new Map<string, Map<number, number>>();
  for (const counter of input.counters) {
    const { day, kind, key, counts } = counter;
    if (kind === 'order') {
      add(totals, counts);
      addTo(days, day, counts);
    } else if (kind === 'country') addTo(countries, key, counts);
    else if (kind === 'step') addBuckets(durations, key, counts);
  }
  const categories = new Map<string, Counts>();
  for (const { sku, counts } of input.skus) addTo(categories, input.products.get(sku)?.category ?? '', counts);
  const money = (field: string) => ({ amount: totals[field] ?? 0, currency });
  const count = (field: string) => totals[field] ?? 0;
  return {
    ...range,
    currency,
    currencies: [...input.currencies],
    orders: count('orders'),
    lines: count('lines'),
    units: count('units'),
    customers: input.customers,
    gross: money('gross'),
    net: money('net'),
    shipping: money('shipping'),
    cancelled: money('cancelled'),
    credited: money('credited'),
    captured: money('captured'),
    refunded: money('refunded'),
    openOrders: count('open'),
    notShipped: count('notShipped'),
    shippedLate: count('shippedLate'),
    ordersCancelled: count('ordersCancelled'),
    days: rows(days).sort((a, b) => a.key.localeCompare(b.key)),
    countries: rows(countries).sort(byNet),
    categories: rows(categories).sort(byNet),
    products: input.skus
      .map(({ sku, counts }) => row(sku, counts, input.products.get(sku)?.name))
      .sort(byNet)
      .slice(0, MOST_PRODUCTS),
    steps: steps.flatMap((step): StepRow[] => {
      const buckets = durations.get(step) ?? new Map<number, number>();
      const finished = [...buckets.values()].reduce((sum, n) => sum + n, 0);
      const p50Ms = percentile(buckets, 0.5);
      const p90Ms = percentile(buckets, 0.9);
      return p50Ms === undefined || p90Ms === undefined ? [] : [{ step, count: finished, p50Ms, p90Ms }];
    }),
  };
}

const byNet = (a: SummaryRow, b: SummaryRow): number => b.net - a.net || a.key.localeCompare(b.key);

const rows = (counts: ReadonlyMap<string, Counts>): SummaryRow[] => [...counts].map(([key, c]) => row(key, c));

const row = (key: string, counts: Counts, name?: string): SummaryRow => ({
  key,
  ...(name === undefined ? {} : { name }),
  orders: counts['orders'] ?? 0,
  lines: counts['lines'] ?? 0,
  gross: counts['gross'] ?? 0,
  net: counts['net'] ?? 0,
});

function addTo(into: Map<string, Counts>, key: string, counts: Counts): void {
  const target = into.get(key) ?? {};
  add(target, counts);
  into.set(key, target);
}

function add(target: Counts, counts: Counts): void {
  for (const [field, value] of Object.entries(counts)) target[field] = (target[field] ?? 0) + value;
}

function addBuckets(durations: Map<string, Map<number, number>>, step: string, counts: Counts): void {
  const buckets = durations.get(step) ?? new Map<number, number>();
  for (const [field, count] of Object.entries(counts)) {
    const bucket = field.slice(1); // `b17`
    buckets.set(Number(bucket), (buckets.get(Number(bucket)) ?? 0) + count);
  }
  durations.set(step, buckets);
}
