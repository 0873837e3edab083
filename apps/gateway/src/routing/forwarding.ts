import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Refused } from '@orderloom/contracts';
import { Logger, localeOf, problemOf, requestState, sendProblem } from '@orderloom/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Target } from './forward.js';
import { type Backend, forwardedPrefixes, publicRoutes, routeOf } from './routes.js';

/** Token of the services behind the gateway, by name. */
export const TARGETS = Symbol('orderloom.gateway.targets');
export type Targets = Readonly<Record<Backend, Target>>;

/**
 * Passes requests on before their body is read: a route of its own per prefix, so that the platform's token check has
 * been made, and an `onRequest` hook on it, so that uploads of any size stream through.
 */
@Injectable()
export class Forwarding {
  constructor(
    adapter: HttpAdapterHost,
    @Inject(TARGETS) private readonly targets: Targets,
    private readonly logger: Logger,
  ) {
    const fastify: FastifyInstance = adapter.httpAdapter.getInstance();
    const onRequest = (request: FastifyRequest, reply: FastifyReply, done: () => void) =>
      this.pass(request, reply, done);
    // The service decides who may: it knows what each of its endpoints needs.
    const config = { forwarded: true };
    for (const prefix of forwardedPrefixes) {
      for (const url of [prefix, `${prefix}/*`]) fastify.all(url, { onRequest, config }, neverReached);
    }
    for (const [method, url] of publicRoutes) {
      fastify.route({ method, url, onRequest, config: { public: true }, handler: neverReached });
    }
    fastify.post('/api/imports', { onRequest, config }, neverReached);
    fastify.all('/api/imports/*', { onRequest, config }, neverReached);
  }

  private pass(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const route = routeOf(request.raw.url ?? '/');
    if (route.to === 'gateway') {
      done();
      return;
    }
    if (route.to === 'nobody') {
      sendProblem(new Refused(route.reason), request, reply, this.logger);
      return;
    }
    const { correlationId } = requestState(request);
    reply.hijack();
    this.targets[route.backend].forward(request.raw, reply.raw, correlationId, () => {
      this.logger.warn({ backend: route.backend, correlationId }, 'service cannot be reached');
      writeUnavailable(request, reply);
    });
  }
}

/** Written by hand: once a reply is handed over, Fastify no longer sends it. */
function writeUnavailable(request: FastifyRequest, reply: FastifyReply): void {
  const { correlationId } = requestState(request);
  const problem = problemOf('UNAVAILABLE', { locale: localeOf(request.headers['accept-language']), correlationId });
  reply.raw
    .writeHead(503, {
      'content-type': 'application/problem+json; charset=utf-8',
      'x-correlation-id': correlationId,
      'retry-after': '1',
    })
    .end(JSON.stringify(problem));
}

const neverReached = (): never => {
  throw new Refused('NOT_FOUND');
};
