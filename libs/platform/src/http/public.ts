import { RouteConfig } from '@nestjs/platform-fastify';

/** What the platform knows about a route. */
export interface RouteFlags {
  /** Needs no token. */
  public?: boolean;
  /** Takes the body as a stream, whatever its content type. */
  stream?: boolean;
  /** Takes a JSON body as the text that was sent, e.g. to check its signature. */
  raw?: boolean;
}

/** Route without a token: `@Public()` on a handler or on a controller (then all its handlers). */
export function Public(): MethodDecorator & ClassDecorator {
  return routeFlags({ public: true });
}

/** The handler reads the body itself as a stream (`@Body() body: Readable`); no size limit, no parsing. */
export function StreamBody(): MethodDecorator {
  return routeFlags({ stream: true });
}

/** The handler gets a JSON body as the text that was sent (`@Body() body: string`): signatures are made over it. */
export function RawBody(): MethodDecorator {
  return routeFlags({ raw: true });
}

function routeFlags(flags: RouteFlags): MethodDecorator & ClassDecorator {
  // biome-ignore lint/complexity/noBannedTypes: the signature that TypeScript gives decorators
  return (target: Function | object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key !== undefined && descriptor) {
      mark(target, key, descriptor, flags);
      return;
    }
    const prototype: object = (target as { prototype: object }).prototype;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const own = Object.getOwnPropertyDescriptor(prototype, name);
      if (name !== 'constructor' && typeof own?.value === 'function') mark(prototype, name, own, flags);
    }
  };
}

const known = new WeakMap<object, RouteFlags>();

// Fastify keeps one config per route; two decorators on one handler must not overwrite each other.
function mark(target: object, key: string | symbol, descriptor: PropertyDescriptor, flags: RouteFlags): void {
  const handler: object = descriptor.value;
  const merged = { ...known.get(handler), ...flags };
  known.set(handler, merged);
  RouteConfig(merged)(target, key, descriptor);
}
