import { randomUUID, timingSafeEqual } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import { Refused } from '@orderloom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import { requestState, setRequestState } from '../http/context.js';
import { sendProblem } from '../http/problem-filter.js';
import type { RouteFlags } from '../http/public.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import type { Tracing } from '../observe/tracing.js';

/** What the hooks need. */
export interface HookParts {
  token: string;
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

/** Compares in a time that tells nothing about where the texts differ. */
function sameText(expected: Buffer, given: string): boolean {
  const bytes = Buffer.from(given);
  // Unequal lengths end early; the length of the token is no secret.
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

/** The acting person's name from `X-Orderloom-Actor` (percent-encoded where not ASCII), else the token's. */
function actorOf(header: string | string[] | undefined): string {
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

const flagsOf = (request: FastifyRequest): RouteFlags => request.routeOptions.config as RouteFlags;

/**
 * Correlation id, trace, token check and request metrics, as plain Fastify hooks: they run before the body is
 * read, and cost a fraction of what Nest guards and interceptors do on every request.
 */
export function installHooks(fastify: FastifyInstance, parts: HookParts): void {
  const token = Buffer.from(parts.token);
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
    setRequestState(request, {
      correlationId,
      actor: actorOf(headers['x-orderloom-actor']),
      clock: parts.clock,
      ...(traceparent ? { traceparent } : {}),
      ...(span ? { endSpan: (status: number) => span.end(status >= 500 ? new Error(String(status)) : undefined) } : {}),
    });
    void reply.header('x-correlation-id', correlationId);
    if (request.is404 || flagsOf(request).public || isAuthenticated(headers.authorization, token)) done();
    else sendProblem(new Refused('UNAUTHENTICATED'), request, reply, parts.logger);
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

function isAuthenticated(header: string | undefined, token: Buffer): boolean {
  if (!header) return false;
  const given = /^Bearer +(\S+)$/i.exec(header)?.[1];
  return given !== undefined && sameText(token, given);
}
