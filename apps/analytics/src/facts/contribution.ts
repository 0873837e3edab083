import { isNotShipped, isOpen, isShippedLate, type OrderFact } from './order-fact.js';
import { bucketOf, stepDurations, steps } from './steps.js';

/** What the daily counters are kept by. `order` counts whole orders; `step` counts durations by bucket. */
export type CounterKind = 'order' | 'country' | 'sku' | 'customer' | 'step';

/** Counts and amounts by field name; amounts in minor units. */
export type Counts = Record<string, number>;

/** Separates the parts of a counter's id; cannot occur in days, currencies or kinds, and ids come last. */
const SEPARATOR = '|';

/** `2026-11-22|USD|sku|NW-001` */
export const counterId = (day: string, currency: string, kind: CounterKind, key: string): string =>
  [day, currency, kind, key].join(SEPARATOR);

/** The parts of a counter's id. */
export function counterParts(id: string): { day: string; currency: string; kind: CounterKind; key: string } {
  const [day = '', currency = '', kind = '', ...key] = id.split(SEPARATOR);
  return { day, currency, kind: kind as CounterKind, key: key.join(SEPARATOR) };
}

/** What one order adds to the counters of its day, by counter id; `sold`: also what was settled when it was placed. */
export function contribution(fact: OrderFact, sold = true): Map<string, Counts> {
  const counters = new Map<string, Counts>();
  const add = (kind: CounterKind, key: string, counts: Counts) =>
    merge(counters, counterId(fact.day, fact.currency, kind, key), counts, 1);
  const money = { orders: 1, lines: fact.lines.length, gross: fact.gross, net: fact.net };
  add('order', fact.mode, {
    ...money,
    units: fact.unitsOrdered,
    shipping: fact.shipping,
    credited: fact.credited,
    cancelled: fact.cancelled,
    captured: fact.captured,
    refunded: fact.refunded,
    ordersCancelled: fact.at.cancelled === undefined ? 0 : 1,
    open: isOpen(fact) ? 1 : 0,
    notShipped: isNotShipped(fact) ? 1 : 0,
    shippedLate: isShippedLate(fact) ? 1 : 0,
  });
  if (sold) addSale(fact, money, add);
  const durations = stepDurations(fact);
  for (const step of steps) {
    const duration = durations[step];
    if (duration !== undefined) add('step', step, { [`b${bucketOf(duration)}`]: 1 });
  }
  return counters;
}

function addSale(fact: OrderFact, money: Counts, add: (kind: CounterKind, key: string, counts: Counts) => void): void {
  add('country', fact.country, money);
  if (fact.customerId !== undefined) add('customer', fact.customerId, { orders: 1 });
  const skus = new Set<string>();
  for (const line of fact.lines) {
    add('sku', line.sku, {
      orders: skus.has(line.sku) ? 0 : 1,
      lines: 1,
      units: line.quantity,
      gross: line.gross,
      net: line.net,
    });
    skus.add(line.sku);
  }
}

/** True when folding left untouched what the order added when it was placed: the lines are still the same object then. */
const sameSale = (before: OrderFact, after: OrderFact): boolean =>
  before.lines === after.lines &&
  before.gross === after.gross &&
  before.net === after.net &&
  before.country === after.country &&
  before.customerId === after.customerId &&
  before.day === after.day &&
  before.currency === after.currency;

/**
 * How the counters change when orders change: what they add now less what they added before. Counters that stay as
 * they are do not appear.
 */
export function counterChanges(
  changes: Iterable<{ before: OrderFact | undefined; after: OrderFact }>,
): Map<string, Counts> {
  const sum = new Map<string, Counts>();
  for (const { before, after } of changes) {
    const sold = !before || !sameSale(before, after);
    if (before) for (const [id, counts] of contribution(before, sold)) merge(sum, id, counts, -1);
    for (const [id, counts] of contribution(after, sold)) merge(sum, id, counts, 1);
  }
  for (const [id, counts] of sum) {
    for (const [field, count] of Object.entries(counts)) if (count === 0) delete counts[field];
    if (Object.keys(counts).length === 0) sum.delete(id);
  }
  return sum;
}

function merge(into: Map<string, Counts>, id: string, counts: Counts, sign: 1 | -1): void {
  const target = into.get(id) ?? {};
  for (const [field, count] of Object.entries(counts)) target[field] = (target[field] ?? 0) + sign * count;
  into.set(id, target);
}
