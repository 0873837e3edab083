import type { StreamState } from './stream-state.js';
import { SOFT_DELETED } from './stream-state.js';

/** Largest $tb that is an event number; EventStoreDB writes 2^63-1 for "deleted", which JSON reads inexactly. */
const DELETED_FROM = 2 ** 62;

interface Limits {
  readonly maxCount: number;
  readonly maxAge: number;
  readonly truncateBefore: number;
}

const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;

/** Reads the limits out of a metadata event's data; what is no JSON object sets none. */
export function limitsOf(data: Buffer): Limits {
  const metadata = parseObject(data);
  const seconds = positive(metadata['$maxAge']);
  const truncateBefore = positive(metadata['$tb']) ?? 0;
  return {
    maxCount: positive(metadata['$maxCount']) ?? Number.POSITIVE_INFINITY,
    maxAge: seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000,
    truncateBefore: truncateBefore >= DELETED_FROM ? SOFT_DELETED : truncateBefore,
  };
}

export function applyLimits(state: StreamState, data: Buffer): void {
  const limits = limitsOf(data);
  state.maxCount = limits.maxCount;
  state.maxAge = limits.maxAge;
  state.truncateBefore = limits.truncateBefore;
}

/** The metadata with another `$tb`; everything else in it is kept. `'deleted'` is EventStoreDB's 2^63-1. */
export function withTruncateBefore(data: Buffer, truncateBefore: number | 'deleted'): Buffer {
  const { $tb: _old, ...rest } = parseObject(data);
  const others = JSON.stringify(rest).slice(1, -1);
  const value = truncateBefore === 'deleted' ? '9223372036854775807' : String(truncateBefore);
  return Buffer.from(`{${others}${others === '' ? '' : ','}"$tb":${value}}`);
}

function parseObject(data: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(data.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
