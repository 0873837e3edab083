import { isSealed } from '@orderloom/contracts';
import type { Access } from '../access/access.js';
import { personalFor } from '../access/mask.js';
import { SealBroken } from './crypto.js';
import type { Vault } from './vault.js';

/** What people wrote is shown to those who may see people. */
const HIDDEN = '***';

const shown = (opened: unknown, access: Access | undefined): unknown => {
  if (typeof opened === 'object') return personalFor(access, opened);
  return (access?.may('personal:read') ?? true) ? opened : HIDDEN;
};

/**
 * A JSON value as its reader may see it: whatever is sealed in it, however deep, opened, or masked without
 * `personal:read`; null once erased.
 */
export const openAll = async <T>(vault: Pick<Vault, 'unseal'>, value: T, access?: Access): Promise<T> => {
  const open = async (part: unknown): Promise<unknown> => {
    if (isSealed(part)) {
      try {
        return shown(await vault.unseal<unknown>(part), access);
      } catch (error) {
        // One damaged text must not hide everything else.
        if (error instanceof SealBroken) return null;
        throw error;
      }
    }
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return Promise.all(part.map(open));
    const entries = Object.entries(part).map(async ([name, inner]) => [name, await open(inner)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  // The same shape with other texts; readers get it as JSON.
  return (await open(value)) as T;
};
