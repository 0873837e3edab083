import type { CustomerEvent } from '@orderloom/contracts';
import { type Customer, evolve, initial } from '@orderloom/customer/customer/customer';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { compareFields, compareIds, type Difference } from './difference.js';
import type { ReplayedOrder } from './orders.js';

/** Replays the `customer-` streams of a log. */
export class CustomerReplay {
  readonly customers = new Map<string, Customer>();

  add(event: RecordedEvent): void {
    const id = event.streamId.slice('customer-'.length);
    this.customers.set(id, evolve(this.customers.get(id) ?? initial(), event as unknown as CustomerEvent));
  }
}

/** A customer as the interface shows it. */
export type CustomerRow = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly totals: readonly Readonly<Record<string, unknown>>[];
};

/** Who is registered, and what each has ordered, against the replay. */
export function compareCustomers(
  customers: ReadonlyMap<string, Customer>,
  orders: ReadonlyMap<string, ReplayedOrder>,
  rows: readonly CustomerRow[],
): Difference[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const differences = compareIds('customer', customers.keys(), byId.keys(), {
    missing: 'is not listed',
    unexpected: 'is listed and has no stream',
  });
  const totals = totalsOf(orders.values());
  for (const id of totals.keys()) {
    if (!customers.has(id)) differences.push({ check: 'customer', id, detail: 'has ordered and was never registered' });
  }
  for (const [id, state] of customers) {
    const row = byId.get(id);
    if (!row) continue;
    const country = state.status === 'known' ? state.profile.country : undefined;
    differences.push(...compareFields('customer', id, { country }, row));
    for (const [currency, sum] of totals.get(id) ?? []) {
      const shown = row.totals.find((one) => one['currency'] === currency);
      differences.push(...compareFields('customer', `${id} ${currency}`, sum, shown));
    }
  }
  return differences;
}

type Sums = Record<'orders' | 'net' | 'cancelled' | 'credited' | 'refunded', number>;

function totalsOf(orders: Iterable<ReplayedOrder>): Map<string, Map<string, Sums>> {
  const totals = new Map<string, Map<string, Sums>>();
  for (const { order, fact } of orders) {
    if (order.customerId === null) continue;
    const own = totals.get(order.customerId) ?? new Map<string, Sums>();
    const sum = own.get(order.currency) ?? { orders: 0, net: 0, cancelled: 0, credited: 0, refunded: 0 };
    sum.orders += 1;
    sum.net += order.totals.net;
    sum.cancelled += fact.cancelled;
    sum.credited += order.ledger.credited;
    sum.refunded += order.ledger.refunded;
    totals.set(order.customerId, own.set(order.currency, sum));
  }
  return totals;
}
