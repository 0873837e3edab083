import { HttpException } from '@nestjs/common';
import {
  type FieldProblem,
  isRefused,
  type Locale,
  messages,
  type RefusalCode,
  type Refused,
  text,
} from '@orderloom/contracts';
import { KeyErased } from '../vault/crypto.js';

/** An error as clients see it: RFC 9457 `application/problem+json`, with a stable code. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: RefusalCode;
  /** A sentence in the reader's language. */
  detail: string;
  /** What the sentence speaks of, for programs. */
  details?: Record<string, unknown>;
  fields?: { path: string; code: RefusalCode; detail: string; details?: Record<string, unknown> }[];
  instance?: string;
  correlationId: string;
}

const titles: Record<number, { 'zh-CN': string; en: string }> = {
  400: { en: 'Bad request', 'zh-CN': '请求有误' },
  401: { en: 'Unauthenticated', 'zh-CN': '未认证' },
  403: { en: 'Forbidden', 'zh-CN': '禁止访问' },
  404: { en: 'Not found', 'zh-CN': '未找到' },
  405: { en: 'Method not allowed', 'zh-CN': '不支持该方法' },
  408: { en: 'Request timeout', 'zh-CN': '请求超时' },
  409: { en: 'Conflict', 'zh-CN': '冲突' },
  410: { en: 'Gone', 'zh-CN': '已不存在' },
  412: { en: 'Precondition failed', 'zh-CN': '前提条件不满足' },
  413: { en: 'Content too large', 'zh-CN': '内容过大' },
  414: { en: 'URI too long', 'zh-CN': '地址过长' },
  415: { en: 'Unsupported media type', 'zh-CN': '不支持的媒体类型' },
  422: { en: 'Unprocessable content', 'zh-CN': '无法处理的内容' },
  429: { en: 'Too many requests', 'zh-CN': '请求过多' },
  500: { en: 'Internal error', 'zh-CN': '内部错误' },
  502: { en: 'Bad gateway', 'zh-CN': '网关错误' },
  503: { en: 'Service unavailable', 'zh-CN': '服务不可用' },
};

/** Where a problem is told of. */
export interface ProblemContext {
  locale: Locale;
  correlationId: string;
  instance?: string;
}

/** Writes a problem document for a code. */
export function problemOf(
  code: RefusalCode,
  context: ProblemContext,
  details: Record<string, unknown> = {},
  fields?: readonly FieldProblem[],
): Problem {
  const { status } = messages[code];
  return {
    type: `urn:orderloom:problem:${code}`,
    title: (titles[status] ?? titles[500]!)[context.locale],
    status,
    code,
    detail: text(code, context.locale, details),
    ...(Object.keys(details).length > 0 ? { details: plain(details) } : {}),
    ...(fields && fields.length > 0
      ? {
          fields: fields.map((field) => ({
            path: field.path,
            code: field.code,
            detail: text(field.code, context.locale, field.details),
            ...(field.details ? { details: plain(field.details) } : {}),
          })),
        }
      : {}),
    ...(context.instance === undefined ? {} : { instance: context.instance }),
    correlationId: context.correlationId,
  };
}

// Details may hold revisions (bigint), which JSON has not.
const plain = (details: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(details, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)));

/** What an error means for the caller, and whether it is a fault of ours that must be logged. */
export interface Classified {
  code: RefusalCode;
  details: Record<string, unknown>;
  fields?: readonly FieldProblem[];
  fault: boolean;
}

// Names of errors that say an engine cannot be reached; by name, since other libraries hide their clients.
const outages = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
  'MongoNotConnectedError',
  'MongooseServerSelectionError',
  'MongoPoolClearedError',
  'InfrastructureDown',
  'StoreUnavailable',
  'UnavailableError',
  'DeadlineExceededError',
  'TimeoutError',
]);

const fastifyCodes: Record<string, RefusalCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_REQUEST',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
  FST_ERR_MAX_PARAM_LENGTH: 'URI_TOO_LONG',
};

const byStatus: Record<number, RefusalCode> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  412: 'REVISION_CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'VALIDATION_FAILED',
  429: 'TOO_MANY_REQUESTS',
  503: 'UNAVAILABLE',
};

const refusalOf = (refused: Refused): Classified => ({
  code: refused.code,
  details: refused.details,
  fault: messages[refused.code].status >= 500,
  ...(refused.fields ? { fields: refused.fields } : {}),
});

/** Says what any thrown thing means for the caller. Unknown errors are INTERNAL and tell the caller nothing more. */
export function classifyError(error: unknown): Classified {
  if (isRefused(error)) return refusalOf(error);
  if (!(error instanceof Error)) return { code: 'INTERNAL', details: {}, fault: true };
  if (error.cause !== undefined && isRefused(error.cause)) return refusalOf(error.cause);
  // Whoever would write about somebody who was erased.
  if (error instanceof KeyErased) return { code: 'PERSONAL_DATA_ERASED', details: {}, fault: false };
  if (outages.has(error.name)) return { code: 'UNAVAILABLE', details: {}, fault: true };
  const code = 'code' in error && typeof error.code === 'string' ? fastifyCodes[error.code] : undefined;
  if (code) return { code, details: {}, fault: false };
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : 'statusCode' in error && typeof error.statusCode === 'number'
        ? error.statusCode
        : 500;
  const known = byStatus[status] ?? (status >= 400 && status < 500 ? 'BAD_REQUEST' : undefined);
  return known ? { code: known, details: {}, fault: status >= 500 } : { code: 'INTERNAL', details: {}, fault: true };
}
