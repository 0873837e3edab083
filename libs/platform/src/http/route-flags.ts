import { RouteConfig } from '@nestjs/platform-fastify';
import type { Permission } from '../access/permissions.js';

/** What the platform knows about a route. */
export interface RouteFlags {
  /** Needs no token. */
  public?: boolean;
  /** Takes the body as a stream, whatever its content type. */
  stream?: boolean;
  /** Takes a JSON body as the text that was sent, e.g. to check its signature. */
  raw?: boolean;
  /** Permission that the token must have; absent: the administrator's alone. */
  needs?: Permission;
  /** Good for tokens that are limited to some orders: the handler keeps them to those. */
  limited?: boolean;
  /** Any valid token will do. */
  signedIn?: boolean;
  /** Another service decides, with the same token. */
  forwarded?: boolean;
  /** The handler heeds `?dryRun=true`. */
  dryRun?: boolean;
}

/** Sets flags on a handler, or on all handlers of a controller that have not set them themselves. */
export function routeFlags(flags: RouteFlags): MethodDecorator & ClassDecorator {
  // biome-ignore lint/complexity/noBannedTypes: the signature that TypeScript gives decorators
  return (target: Function | object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key !== undefined && descriptor) {
      mark(target, key, descriptor, (known) => ({ ...known, ...flags }));
      return;
    }
    const prototype: object = (target as { prototype: object }).prototype;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const own = Object.getOwnPropertyDescriptor(prototype, name);
      if (name === 'constructor' || typeof own?.value !== 'function') continue;
      mark(prototype, name, own, (known) => withDefaults(known, flags));
    }
  };
}

/** Who may come in is one decision: a handler that says anything about it says all of it. */
const withDefaults = (known: RouteFlags, flags: RouteFlags): RouteFlags =>
  known.public === true || known.needs !== undefined || known.signedIn === true
    ? { ...(flags.stream === true ? { stream: true } : {}), ...known }
    : { ...flags, ...known };

const known = new WeakMap<object, RouteFlags>();

// Fastify keeps one config per route; two decorators on one handler must not overwrite each other.
function mark(
  target: object,
  key: string | symbol,
  descriptor: PropertyDescriptor,
  change: (flags: RouteFlags) => RouteFlags,
): void {
  const handler: object = descriptor.value;
  const merged = change(known.get(handler) ?? {});
  known.set(handler, merged);
  RouteConfig(merged)(target, key, descriptor);
}
