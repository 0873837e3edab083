declare const sealedValue: unique symbol;

/**
 * Personal data, encrypted under a key that belongs to one customer: `sealed:v1:<keyId>:<base64url>`.
 * Whoever holds the vault's keys can read it; once the key is destroyed nobody can.
 */
export type Sealed<T> = string & { readonly [sealedValue]?: T };

/** What every sealed value starts with. */
export const SEALED_PREFIX = 'sealed:v1:';

/** JSON Schema pattern of a sealed value. The key id holds no `:`-less restriction beyond URL-safe characters. */
export const SEALED_PATTERN = '^sealed:v1:[A-Za-z0-9._~%:-]+:[A-Za-z0-9_-]+$';

/** True when `value` has the form of a sealed value (not whether it can be opened). */
export const isSealed = (value: unknown): value is Sealed<unknown> =>
  typeof value === 'string' && value.startsWith(SEALED_PREFIX);
