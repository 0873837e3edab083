import type { FastifyInstance } from 'fastify';

const known = new WeakMap<FastifyInstance, Map<string, Set<string>>>();

/** Remembers the routes of an instance, so that a wrong method can be told from an unknown address. */
export function trackRoutes(fastify: FastifyInstance): void {
  const routes = new Map<string, Set<string>>();
  known.set(fastify, routes);
  fastify.addHook('onRoute', (route) => {
    const methods = routes.get(route.url) ?? new Set();
    for (const method of [route.method].flat()) methods.add(method);
    routes.set(route.url, methods);
  });
}

const matchers = new Map<string, RegExp>();

const matcherOf = (url: string): RegExp => {
  let matcher = matchers.get(url);
  if (!matcher) {
    const source = url
      .split('/')
      .map((part) =>
        part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      )
      .join('/');
    matcher = new RegExp(`^${source}/?$`);
    matchers.set(url, matcher);
  }
  return matcher;
};

/** Methods that an address accepts; empty when there is nothing at it. */
export function allowedMethods(fastify: FastifyInstance, path: string): string[] {
  const allowed = new Set<string>();
  for (const [url, methods] of known.get(fastify) ?? []) {
    if (url !== '*' && url !== '/*' && matcherOf(url).test(path)) for (const method of methods) allowed.add(method);
  }
  return [...allowed].sort();
}
