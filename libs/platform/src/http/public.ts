import { routeFlags } from './route-flags.js';

/** Route without a token: `@Public()` on a handler or on a controller (then all its handlers). */
export function Public(): MethodDecorator & ClassDecorator {
  return routeFlags({ public: true });
}

/** The handler reads the body itself as a stream (`@Body() body: Readable`); no size limit, no parsing. */
export function StreamBody(): MethodDecorator {
  return routeFlags({ stream: true });
}
