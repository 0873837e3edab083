import type { RefusalCode } from '@orderloom/contracts';

/** Longest customer id. */
export const MAX_ID = 100;

/**
 * What is wrong with a customer id, if anything. Ids stand in stream names, keys and logs for ever, so an e-mail address
 * is none: it could not be forgotten.
 */
export function idProblem(id: string): RefusalCode | undefined {
  if (id.trim() === '') return 'REQUIRED';
  if ([...id].length > MAX_ID) return 'TOO_LONG';
  return id !== id.trim() || id.includes('@') || /\p{Cc}/u.test(id) ? 'PATTERN_MISMATCH' : undefined;
}
