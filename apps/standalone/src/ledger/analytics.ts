import { contribution, counterParts } from '@orderloom/analytics/facts/contribution';
import { compareFields, type Difference } from './difference.js';
import type { ReplayedOrder } from './orders.js';

type Figures = Record<string, unknown>;

/** The summary of each currency as it must be, from the facts that the replay yields. */
export function expectedSummaries(orders: Iterable<ReplayedOrder>): Map<string, Figures> {
  const totals = new Map<string, Record<string, number>>();
  const customers = new Map<string, Set<string>>();
  for (const { fact } of orders) {
    for (const [id, counts] of contribution(fact)) {
      const { kind, currency, key } = counterParts(id);
      if (kind === 'customer') customers.set(currency, (customers.get(currency) ?? new Set()).add(key));
      if (kind !== 'order') continue;
      const sum = totals.get(currency) ?? {};
      for (const [field, count] of Object.entries(counts)) sum[field] = (sum[field] ?? 0) + count;
      totals.set(currency, sum);
    }
  }
  const summaries = new Map<string, Figures>();
  for (const [currency, sum] of totals) {
    const money = (field: string) => ({ amount: sum[field] ?? 0, currency });
    const count = (field: string) => sum[field] ?? 0;
    summaries.set(currency, {
      orders: count('orders'),
      lines: count('lines'),
      units: count('units'),
      customers: customers.get(currency)?.size ?? 0,
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
    });
  }
  return summaries;
}

/** Compares the summary of each currency, and the money that analytics counts with the orders' own ledgers. */
export function compareAnalytics(
  orders: ReadonlyMap<string, ReplayedOrder>,
  found: ReadonlyMap<string, Readonly<Figures>>,
): Difference[] {
  const differences = [...expectedSummaries(orders.values())].flatMap(([currency, figures]) =>
    compareFields('analytics', `summary ${currency}`, figures, found.get(currency)),
  );
  for (const [id, { order, fact }] of orders) {
    if (fact.captured !== order.ledger.captured || fact.refunded !== order.ledger.refunded) {
      differences.push({
        check: 'analytics',
        id,
        detail: `captured ${fact.captured} and refunded ${fact.refunded}, by the ledger ${order.ledger.captured} and ${order.ledger.refunded}`,
      });
    }
  }
  return differences;
}
