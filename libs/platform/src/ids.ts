import { randomUUID } from 'node:crypto';
import { v5 } from 'uuid';

/** Namespace of ids derived by `idFromKey`; changing it would break every retry in flight. */
const NAMESPACE = '7d0f5b0a-8c0e-5f0e-9a55-6f7264657200';

/** A random UUID (v4). */
export const newId = (): string => randomUUID();

/**
 * A UUID (v5) derived from texts: the same texts give the same id, so that a retry finds what the first try made.
 * Texts are length-prefixed, so that ('ab','c') and ('a','bc') differ.
 */
export const idFromKey = (scope: string, ...key: string[]): string =>
  v5([scope, ...key].map((part) => `${part.length}:${part}`).join('|'), NAMESPACE);
