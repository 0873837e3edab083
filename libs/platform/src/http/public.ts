import { routeFlags } from './route-flags.js';

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
