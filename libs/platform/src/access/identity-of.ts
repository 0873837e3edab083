import type { Identity } from './access.js';
import { isRole } from './roles.js';

/** Names of claims that say what a person may do. */
export interface ClaimNames {
  readonly roles: string;
  readonly channels: string;
  readonly customerId: string;
}

export const OWN_CLAIMS: ClaimNames = { roles: 'roles', channels: 'channels', customerId: 'customer_id' };

type Claims = Readonly<Record<string, unknown>>;

/** The claim itself, or what lies at the path `realm_access.roles`. */
const claim = (claims: Claims, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined,
      claims,
    );
};

const texts = (value: unknown): string[] =>
  typeof value === 'string'
    ? value.split(/[\s,]+/).filter(Boolean)
    : Array.isArray(value)
      ? value.filter((item): item is string => typeof item === 'string')
      : [];

/**
 * Who a token's claims speak of; undefined when they name nobody. Roles that are not ours are left out. A customer
 * without a customer id could see everybody's orders, so that role is left out too.
 */
export function identityOf(claims: Claims, names: ClaimNames): Identity | undefined {
  const { sub, jti, exp } = claims as { sub?: unknown; jti?: unknown; exp?: unknown };
  if (typeof sub !== 'string' || sub === '' || sub.length > 100) return undefined;
  const channels = claim(claims, names.channels);
  const customerId = claim(claims, names.customerId);
  const named = typeof customerId === 'string' && customerId !== '';
  const roles = texts(claim(claims, names.roles)).filter(isRole);
  return {
    subject: sub,
    roles: roles.filter((role) => role !== 'customer' || named),
    ...(channels === undefined ? {} : { channels: texts(channels) }),
    ...(named ? { customerId } : {}),
    ...(typeof jti === 'string' ? { tokenId: jti } : {}),
    ...(typeof exp === 'number' ? { expiresAt: new Date(exp * 1000).toISOString() } : {}),
  };
}
