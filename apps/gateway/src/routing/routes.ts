/** The services behind the gateway. */
export const backends = ['order', 'inventory', 'logistics', 'notification', 'analytics', 'customer'] as const;
/** `orderWorker`: the instance of order that works off what the others take in; often the same. */
export type Backend = (typeof backends)[number] | 'orderWorker';

/** First path segments below `/api` and who answers them. The longest prefix wins. */
const prefixes: readonly (readonly [prefix: string, backend: Backend])[] = [
  ['/api/orders', 'order'],
  ['/api/payments', 'order'],
  ['/api/tokens', 'order'],
  ['/api/me', 'order'],
  ['/api/invoices', 'order'],
  ['/api/rules', 'order'],
  ['/api/standings', 'order'],
  ['/api/review', 'order'],
  ['/api/selections', 'order'],
  ['/api/answers', 'order'],
  ['/api/channels', 'order'],
  ['/api/channel-adapters', 'order'],
  ['/api/custom-fields', 'order'],
  ['/api/drafts', 'order'],
  ['/api/quotes', 'order'],
  ['/api/returns', 'order'],
  ['/api/return-policies', 'order'],
  ['/api/simulation/payments', 'orderWorker'],
  ['/api/products', 'inventory'],
  ['/api/stock', 'inventory'],
  ['/api/suppliers', 'inventory'],
  ['/api/reservations', 'inventory'],
  ['/api/sourcing', 'inventory'],
  ['/api/locations', 'inventory'],
  ['/api/shortages', 'inventory'],
  ['/api/purchases', 'inventory'],
  ['/api/supplier-portal', 'inventory'],
  ['/api/replenishment', 'inventory'],
  ['/api/forecasts', 'inventory'],
  ['/api/fulfilments', 'logistics'],
  ['/api/shipments', 'logistics'],
  ['/api/carriers', 'logistics'],
  ['/api/logistics', 'logistics'],
  ['/api/waves', 'logistics'],
  ['/api/simulation', 'logistics'],
  ['/api/notifications', 'notification'],
  ['/api/analytics', 'analytics'],
  ['/api/customers', 'customer'],
  // Whoever does the work knows how far it is.
  ...backends.map((name) => [`/api/operations/${name}`, name === 'order' ? 'orderWorker' : name] as const),
];

/** Which service imports which kind of rows; the ids of import jobs begin with the kind. */
const importers: Readonly<Record<string, Backend>> = {
  orders: 'orderWorker',
  statements: 'orderWorker',
  settlements: 'orderWorker',
  products: 'inventory',
  suppliers: 'inventory',
  customers: 'customer',
};

/** The services that import anything. */
export const importingBackends: readonly Backend[] = [...new Set(Object.values(importers))];

/** Where a request goes: to a service, to the gateway itself, or nowhere. */
export type Route =
  | { readonly to: 'backend'; readonly backend: Backend }
  | { readonly to: 'gateway' }
  | { readonly to: 'nobody'; readonly reason: 'NOT_FOUND' | 'IMPORT_KIND_UNKNOWN' };

/** Every prefix that is passed on to a service. */
export const forwardedPrefixes: readonly string[] = prefixes.map(([prefix]) => prefix);

/**
 * What is reached without a token of ours: links that customers and suppliers were sent, and messages that carriers and
 * payment providers sign. The service checks the link or the signature.
 */
export const publicRoutes: readonly (readonly [method: 'GET' | 'POST', url: string])[] = [
  ...['/api/answers', '/api/quotes', '/api/shortages', '/api/supplier-portal'].map(
    (at) => ['GET', `${at}/:token`] as const,
  ),
  ['POST', '/api/answers/:token'],
  ['POST', '/api/quotes/:token/accept'],
  ['POST', '/api/shortages/:token/answer'],
  ['POST', '/api/supplier-portal/:token/confirm'],
  ['POST', '/api/carriers/:code/webhook'],
  ['POST', '/api/payments/callbacks/:provider'],
];

const sorted = [...prefixes].sort(([a], [b]) => b.length - a.length);

/**
 * Decides who answers a request, from its path and query alone.
 * @param url the request target as received, e.g. `/api/orders/1?at=2026-01-01T00:00:00Z`
 */
export function routeOf(url: string): Route {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!path.startsWith('/api/')) return { to: 'gateway' };
  if (isBelow(path, '/api/imports')) return importRoute(path, mark < 0 ? '' : url.slice(mark + 1));
  if (isBelow(path, '/api/events') || isBelow(path, '/api/docs') || isBelow(path, '/api/personal-data'))
    return { to: 'gateway' };
  for (const [prefix, backend] of sorted) {
    if (isBelow(path, prefix)) return { to: 'backend', backend };
  }
  return { to: 'nobody', reason: 'NOT_FOUND' };
}

function importRoute(path: string, query: string): Route {
  const id = path.slice('/api/imports/'.length);
  const kind = id ? (id.split('-', 1)[0] ?? '') : new URLSearchParams(query).get('kind');
  if (kind === null) return { to: 'gateway' };
  const backend = Object.hasOwn(importers, kind) ? importers[kind] : undefined;
  return backend ? { to: 'backend', backend } : { to: 'nobody', reason: 'IMPORT_KIND_UNKNOWN' };
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 47);
}
