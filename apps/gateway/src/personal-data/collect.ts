import type { IncomingHttpHeaders } from 'node:http';
import type { Target } from '../routing/forward.js';
import type { Backend } from '../routing/routes.js';

/** Where things of one customer are listed, and what is known of each. */
interface Part {
  readonly name: string;
  readonly backend: Backend;
  readonly list: string;
  /** address of each in full, where the list does not say all */
  readonly each?: (id: string) => string;
}

/** Everything that names a customer. What is sealed in it comes opened. */
const PARTS: readonly Part[] = [
  { name: 'orders', backend: 'order', list: '/api/orders', each: (id) => `/api/orders/${id}/story` },
  { name: 'returns', backend: 'order', list: '/api/returns', each: (id) => `/api/returns/${id}/history` },
  { name: 'drafts', backend: 'order', list: '/api/drafts', each: (id) => `/api/drafts/${id}` },
  { name: 'notices', backend: 'notification', list: '/api/notifications' },
];

const AT_ONCE = 8;
const PAGE = 100;

type Sources = Readonly<Record<Backend, Pick<Target, 'json'>>>;
type Page = { readonly items: readonly { readonly id: string }[]; readonly next?: string };

async function* allOf(part: Part, customerId: string, sources: Sources, headers: IncomingHttpHeaders) {
  const target = sources[part.backend];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query: string = new URLSearchParams({
      customerId,
      limit: String(PAGE),
      ...(cursor && { cursor }),
    }).toString();
    const page = (await target.json(`${part.list}?${query}`, headers)) as Page;
    for (let from = 0; from < page.items.length; from += AT_ONCE) {
      const some = page.items.slice(from, from + AT_ONCE);
      yield* await Promise.all(
        some.map(async (item) =>
          part.each === undefined
            ? item
            : { ...item, ...((await target.json(part.each(encodeURIComponent(item.id)), headers)) as object) },
        ),
      );
    }
    cursor = page.next;
  }
}

/** The document of everything known about a customer, piece by piece: one with many orders fits in no memory. */
export async function* personalDocument(
  customer: object,
  customerId: string,
  exportedAt: string,
  sources: Sources,
  headers: IncomingHttpHeaders,
): AsyncGenerator<string> {
  yield `{"customerId":${JSON.stringify(customerId)},"exportedAt":"${exportedAt}","customer":${JSON.stringify(customer)}`;
  for (const part of PARTS) {
    yield `,\n"${part.name}":[`;
    let first = true;
    for await (const item of allOf(part, customerId, sources, headers)) {
      yield `${first ? '' : ',\n'}${JSON.stringify(item)}`;
      first = false;
    }
    yield ']';
  }
  yield '}\n';
}
