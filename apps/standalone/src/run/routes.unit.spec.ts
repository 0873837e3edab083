import 'reflect-metadata';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { backends, publicRoutes, routeOf } from '@orderloom/gateway/routing/routes';
import { TokensController } from '@orderloom/platform/access/tokens.controller';
import { ImportsController } from '@orderloom/platform/imports/controller';

const apps = join(process.cwd(), 'apps');

interface Endpoint {
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly flags: { public?: boolean; needs?: string; signedIn?: boolean; dryRun?: boolean };
}

const listOf = (value: string | string[]): string[] => [value].flat();

/** The endpoints of one controller, as its decorators have them. */
const endpointsOf = (service: string, controller: unknown): Endpoint[] => {
  if (typeof controller !== 'function') return [];
  const bases = Reflect.getMetadata(PATH_METADATA, controller) as string | string[] | undefined;
  if (bases === undefined) return [];
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name] as object;
    const paths = Reflect.getMetadata(PATH_METADATA, handler) as string | string[] | undefined;
    if (name === 'constructor' || paths === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    const flags = (Reflect.getMetadata('__fastify_route_config__', handler) ?? {}) as Endpoint['flags'];
    return listOf(bases).flatMap((base) =>
      listOf(paths).map((path) => {
        const url = `/${[base, path].flatMap((part) => part.split('/').filter(Boolean)).join('/')}`;
        return { service, method, url, flags };
      }),
    );
  });
};

describe('endpoints of the services', () => {
  const endpoints: Endpoint[] = [];
  /** Those that several services have, from the library. */
  const platform = [TokensController, ImportsController].flatMap((one) => endpointsOf('platform', one));
  beforeAll(async () => {
    // One after the other: Jest cannot load modules that share imports dynamically side by side.
    for (const service of backends) {
      const files = await readdir(join(apps, service, 'src'), { recursive: true });
      for (const file of files.filter((name) => name.endsWith('.controller.ts')).sort()) {
        const module = (await import(join(apps, service, 'src', file))) as Record<string, unknown>;
        endpoints.push(...Object.values(module).flatMap((one) => endpointsOf(service, one)));
      }
    }
  }, 120_000);

  it('are reached through the gateway', () => {
    expect(endpoints.length).toBeGreaterThan(100);
    const lost = endpoints.filter(({ service, url }) => {
      // Imports are told apart by the beginning of their id.
      const route = routeOf(url.replace('/api/imports/:id', '/api/imports/orders-1'));
      return route.to !== 'backend' || route.backend.replace('Worker', '') !== service;
    });
    expect(lost.map(({ service, method, url }) => `${service}: ${method} ${url}`)).toEqual([]);
  });

  it('say who may call them', () => {
    const silent = endpoints.filter(({ flags }) => !flags.public && flags.needs === undefined && !flags.signedIn);
    expect(silent.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
  });

  it('need no token at the gateway where they need none themselves', () => {
    const open = endpoints.filter(({ flags }) => flags.public).map(({ method, url }) => `${method} ${url}`);
    expect(publicRoutes.map((parts) => parts.join(' ')).sort()).toEqual(open.sort());
  });

  it('change nothing with a permission to look', () => {
    // They compute an answer and keep nothing; what they are asked is too much for an address.
    const questions = [
      'POST /api/stock/promises',
      'POST /api/logistics/quotes',
      'POST /api/payments/gift-cards/lookup',
    ];
    const own = (url: string): boolean => url.startsWith('/api/orders/views');
    const looking = endpoints.filter(
      ({ method, url, flags }) => method !== 'GET' && !own(url) && flags.needs?.endsWith(':read') === true,
    );
    expect(looking.map(({ method, url }) => `${method} ${url}`).sort()).toEqual(questions.sort());
  });

  it('can be tried out with dryRun wherever they change something', () => {
    const cannot = [...endpoints, ...platform]
      .filter(({ method, flags }) => method !== 'GET' && flags.dryRun !== true)
      .map(({ method, url }) => `${method} ${url}`);
    // Whoever asks these for a dry run is refused; nothing is done.
    const excepted = [
      // They compute an answer and change nothing.
      'POST /api/logistics/quotes',
      'POST /api/payments/gift-cards/lookup',
      'POST /api/purchases/:id/portal-link',
      'POST /api/rules/:id/back-test',
      'POST /api/sourcing/:orderId/shortage/link',
      'POST /api/sourcing/backtests',
      'POST /api/stock/promises',
      // Machines tell here what has happened.
      'POST /api/carriers/:code/webhook',
      'POST /api/payments/callbacks/:provider',
      // Goes on with what was begun.
      'POST /api/imports/:id/retry',
    ];
    expect(cannot.sort()).toEqual(excepted.sort());
  });
});
