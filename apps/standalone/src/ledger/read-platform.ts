import { serviceNames } from '@orderloom/contracts';
import type { CustomerRow } from './customers.js';
import type { Difference } from './difference.js';

/** GET of the platform's public interface; answers the body of a 200 and throws otherwise. */
export type Get = (path: string) => Promise<unknown>;

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

interface Lag {
  readonly lag: number;
}

/** Where everything of the platform stands, as the operations interface tells. */
export async function lagging(get: Get): Promise<string[]> {
  const all = await Promise.all(serviceNames.map((service) => get(`/api/operations/${service}`)));
  return all.flatMap((overview) => {
    const { service, relay, projections, groups } = overview as {
      service: string;
      relay: Lag;
      projections: (Lag & { name: string })[];
      groups: (Lag & { group: string })[];
    };
    return [
      ...(relay.lag > 0 ? [`relay of ${service} ${relay.lag}`] : []),
      ...projections.filter(({ lag }) => lag > 0).map(({ name, lag }) => `read model ${name} ${lag}`),
      ...groups.filter(({ lag }) => lag > 0).map(({ group, lag }) => `group ${group} ${lag}`),
    ];
  });
}

/** Every row of a list that is read page by page. */
export async function readList(get: Get, path: string, limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | null | undefined = ''; next !== null && next !== undefined; ) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page = (await get(`${path}?limit=${limit}${cursor}`)) as { items: Row[]; next?: string | null };
    rows.push(...page.items);
    next = page.next;
  }
  return rows;
}

/** Every customer with what each has ordered. */
export async function readCustomers(get: Get): Promise<CustomerRow[]> {
  const rows = await readList(get, '/api/customers', 200);
  const full: CustomerRow[] = [];
  for (let from = 0; from < rows.length; from += 8) {
    const some = rows.slice(from, from + 8).map(({ id }) => get(`/api/customers/${encodeURIComponent(id)}`));
    full.push(...((await Promise.all(some)) as CustomerRow[]));
  }
  return full;
}

/** The summary of each currency that has orders. */
export async function readSummaries(get: Get): Promise<Map<string, Readonly<Record<string, unknown>>>> {
  const { currencies } = (await get('/api/analytics/summary')) as { currencies: string[] };
  const summaries = await Promise.all(
    currencies.map(async (currency) => [currency, await get(`/api/analytics/summary?currency=${currency}`)] as const),
  );
  return new Map(summaries as [string, Record<string, unknown>][]);
}

/** Messages that no consumer could handle, as differences. */
export async function readDeadLetters(get: Get): Promise<Difference[]> {
  const all = await Promise.all(serviceNames.map((service) => get(`/api/operations/${service}/dead-letters`)));
  return all.flatMap((answer) =>
    (answer as { items: Record<string, string>[] }).items.map(
      ({ topic, group, key, kind, code, message }): Difference => ({
        check: 'dead-letter',
        id: key ?? `${topic} without a key`,
        detail: `${kind} in ${group}: ${code} ${message}`,
      }),
    ),
  );
}
