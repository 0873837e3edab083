import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Locale, Refused } from '@orderloom/contracts';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../access/access.js';
import { type Clock, SystemClock } from '../clock.js';
import { routeFlags } from './route-flags.js';

/**
 * Who asks, and what it belongs to. Fits `CommandContext` of `@orderloom/event-sourcing`; add `expectedRevision`
 * from `@IfMatch()` where the command takes it.
 */
export interface RequestContext {
  actor: string;
  correlationId: string;
  /** When the request was taken on, ISO 8601 UTC. */
  now: string;
  /** Language of the reader. */
  locale: Locale;
  /** W3C trace context to pass on, when there is one. */
  traceparent?: string;
  /** What the caller may do; absent for work that no caller asked for, which may do everything. */
  access?: Access;
}

/** What the platform remembers about a request from its first byte on. */
export interface RequestState {
  correlationId: string;
  actor: string;
  access?: Access;
  clock: Clock;
  traceparent?: string;
  /** Ends the request's trace span. */
  endSpan?(status: number): void;
}

const states = new WeakMap<object, RequestState>();
const system = new SystemClock();

/** Attaches the platform's state to a request; by the raw request, which every wrapper shares. */
export const setRequestState = (request: FastifyRequest, state: RequestState): void => {
  states.set(request.raw, state);
};

/** The platform's state of a request. */
export const requestState = (request: FastifyRequest): RequestState =>
  states.get(request.raw) ?? { correlationId: 'none', actor: 'unknown', clock: system };

const localesByHeader = new Map<string, Locale>();

/**
 * Chooses the language from `Accept-Language` (RFC 9110 §12.5.4): the best of zh and en by weight; English when
 * neither is asked for.
 */
export function localeOf(header: string | undefined): Locale {
  if (!header) return 'en';
  const known = localesByHeader.get(header);
  if (known) return known;
  const wanted = header
    .split(',')
    .map((part, index) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const q = parameters.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find((value) => value !== undefined);
      return { tag, weight: q === undefined ? 1 : Number(q) || 0, index };
    })
    .filter(({ tag, weight }) => weight > 0 && /^(zh|en)(-|$)/.test(tag))
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  const locale: Locale = wanted[0]?.tag.startsWith('zh') ? 'zh-CN' : 'en';
  if (localesByHeader.size < 200) localesByHeader.set(header, locale);
  return locale;
}

/** The context of a request. */
export function contextOf(request: FastifyRequest): RequestContext {
  const state = requestState(request);
  return {
    actor: state.actor,
    correlationId: state.correlationId,
    now: state.clock.now(),
    locale: localeOf(request.headers['accept-language']),
    ...(state.traceparent ? { traceparent: state.traceparent } : {}),
    ...(state.access ? { access: state.access } : {}),
  };
}

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** Parameter: the `RequestContext`. */
export const Ctx = createParamDecorator((_: unknown, context: ExecutionContext) => contextOf(requestOf(context)));

/**
 * Reads `Idempotency-Key`.
 * @throws Refused IDEMPOTENCY_KEY_INVALID unless it has 1–200 printable ASCII characters
 */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^[\x21-\x7e][\x20-\x7e]{0,198}[\x21-\x7e]$|^[\x21-\x7e]$/.test(header)) {
    throw new Refused('IDEMPOTENCY_KEY_INVALID');
  }
  return header;
}

/** Parameter: the `Idempotency-Key`, checked, or undefined. Derive ids from it with `idFromKey(scope, key)`. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) =>
  idempotencyKeyOf(requestOf(context).headers['idempotency-key']),
);

const queryValue = (request: FastifyRequest, name: string): string | undefined => {
  const value = (request.query as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : undefined;
};

/** Whether a request asks with `?dryRun=true` what it would do. @throws Refused VALIDATION_FAILED for another value */
export function dryRunOf(request: FastifyRequest): boolean {
  const value = queryValue(request, 'dryRun');
  if (value === undefined || value === 'false') return false;
  if (value === 'true' || value === '') return true;
  throw new Refused('VALIDATION_FAILED', {}, [{ path: 'dryRun', code: 'NOT_A_BOOLEAN' }]);
}

const dryRunParameter = createParamDecorator((_: unknown, context: ExecutionContext) => dryRunOf(requestOf(context)));

/** Makes a parameter decorator tell that its handler heeds `?dryRun=true`; routes that do not are refused such requests. */
export const heedingDryRun =
  (decorator: () => ParameterDecorator): (() => ParameterDecorator) =>
  () =>
  (target, key, index) => {
    decorator()(target, key, index);
    const handler = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key !== undefined && handler !== undefined) routeFlags({ dryRun: true })(target, key, handler);
  };

/** Parameter: true for `?dryRun=true`: answer with the events that would be appended, and append nothing. */
export const DryRun = heedingDryRun(dryRunParameter);

/** Parameter: the revision in `If-Match`, or undefined when it is absent or `*`. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  revisionOf(requestOf(context).headers['if-match']),
);

/** Parameter: `?minRevision=5`, the stream revision that the answer must at least reflect; undefined when not asked. */
export const MinRevision = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const value = queryValue(requestOf(context), 'minRevision');
  if (value === undefined) return undefined;
  if (!/^\d{1,18}$/.test(value)) {
    throw new Refused('VALIDATION_FAILED', {}, [{ path: 'minRevision', code: 'NOT_AN_INTEGER' }]);
  }
  return BigInt(value);
});

/** The ETag of a resource at a stream revision: `"5"`. */
export const etagOf = (revision: bigint | string): string => `"${revision}"`;

/**
 * The revision that an `If-Match` asks for; undefined when there is none or it is `*`.
 * @throws Refused IF_MATCH_INVALID when it is no ETag of ours
 */
export function revisionOf(ifMatch: string | undefined): bigint | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const digits = /^\s*(?:W\/)?"?(\d{1,18})"?\s*$/.exec(ifMatch)?.[1];
  if (digits === undefined) throw new Refused('IF_MATCH_INVALID');
  return BigInt(digits);
}
