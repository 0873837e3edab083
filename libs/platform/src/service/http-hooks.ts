import { randomUUID } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import { Refused } from '@orderloom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.js';
import type { Authenticator } from '../access/authenticator.js';
import { mustBeAllowed } from '../access/needs.js';
import type { Clock } from '../clock.js';
import { type RequestState, requestState, setRequestState } from '../http/context.js';
import { sendProblem } from '../http/problem-filter.js';
import type { RouteFlags } from '../http/route-flags.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import type { Tracing } from '../observe/tracing.js';

/** What the hooks need. */
export interface HookParts {
  authenticator: Authenticator;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  tracing: Tracing;
  slowRequestMs: number;
  logRequests: boolean;
}

const CORRELATION_ID = /^[\w.:@/+=-]{1,128}$/;

const correlationIdOf = (header: string | string[] | undefined): string =>
  typeof header === 'string' && CORRELATION_ID.test(header) ? header : randomUUID();

/**
 * The acting person's name: the token's; the administrator's may name another in `X-Orderloom-Actor` (percent-encoded
 * where not ASCII).
 */
function actorOf({ identity }: Access, header: string | string[] | undefined): string {
  if (identity.root !== true) return identity.subject;
  if (typeof header !== 'string' || header === '') return 'admin';
  let name = header;
  try {
    name = decodeURIComponent(header);
  } catch {
    // not encoded: taken as it is
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return name.length > 100 || /[\u0000-\u001f\u007f]/.test(name) ? 'admin' : name;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whoever asks to be shown what would happen must not find that it has: routes that only do are not called. */
const cannotTry = (request: FastifyRequest, flags: RouteFlags): boolean => {
  if (READING.has(request.method) || flags.dryRun === true || flags.forwarded === true) return false;
  const { dryRun } = request.query as { dryRun?: unknown };
  return dryRun !== undefined && dryRun !== 'false';
};

const unsupported = (): Refused =>
  new Refused('DRY_RUN_UNSUPPORTED', {}, [{ path: 'dryRun', code: 'DRY_RUN_UNSUPPORTED' }]);

const flagsOf = (request: FastifyRequest): RouteFlags => request.routeOptions.config as RouteFlags;

/**
 * Correlation id, trace, token check and request metrics, as plain Fastify hooks: they run before the body is
 * read, and cost a fraction of what Nest guards and interceptors do on every request.
 */
export function installHooks(fastify: FastifyInstance, parts: HookParts): void {
  const seconds = parts.metrics.histogram({
    name: 'orderloom_http_request_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });

  fastify.addHook('onRequest', (request, reply, done) => {
    const { headers } = request;
    const correlationId = correlationIdOf(headers['x-correlation-id']);
    const incoming = typeof headers['traceparent'] === 'string' ? headers['traceparent'] : undefined;
    const span = parts.tracing.enabled
      ? parts.tracing.span(
          `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
          incoming,
          { 'http.request.method': request.method, 'http.route': request.routeOptions.url ?? '' },
          SpanKind.SERVER,
        )
      : undefined;
    const traceparent = span?.traceparent ?? incoming;
    const state: RequestState = {
      correlationId,
      actor: 'nobody',
      clock: parts.clock,
      ...(traceparent ? { traceparent } : {}),
      ...(span ? { endSpan: (status: number) => span.end(status >= 500 ? new Error(String(status)) : undefined) } : {}),
    };
    setRequestState(request, state);
    void reply.header('x-correlation-id', correlationId);
    const flags = flagsOf(request);
    const refuse = (error: unknown): void => sendProblem(error, request, reply, parts.logger);
    if (request.is404 || flags.public) {
      if (!request.is404 && cannotTry(request, flags)) refuse(unsupported());
      else done();
      return;
    }
    const admit = (access: Access): void => {
      try {
        mustBeAllowed(flags, access);
        if (cannotTry(request, flags)) throw unsupported();
      } catch (error) {
        refuse(error);
        return;
      }
      state.access = access;
      state.actor = actorOf(access, headers['x-orderloom-actor']);
      done();
    };
    try {
      // Whoever is asked for a forwarded request asks where the tokens are kept.
      const access = parts.authenticator.access(headers.authorization, flags.forwarded !== true);
      if (access instanceof Promise) access.then(admit, refuse);
      else admit(access);
    } catch (error) {
      refuse(error);
    }
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const ms = reply.elapsedTime;
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    seconds.observe({ method: request.method, route, status: reply.statusCode }, ms / 1000);
    const state = requestState(request);
    state.endSpan?.(reply.statusCode);
    const slow = ms > parts.slowRequestMs && !flagsOf(request).stream;
    if (slow || parts.logRequests) {
      const fields = {
        correlationId: state.correlationId,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(ms),
      };
      if (slow) parts.logger.warn(fields, 'slow request');
      else parts.logger.info(fields, 'request');
    }
    done();
  });
}
