import { isSealed } from '@orderloom/contracts';
import { keyIdOf } from '@orderloom/platform/vault/crypto';
import { keyIdOf as keyIdOfWords } from '../intake/seal-order.js';

const keysIn = (data: unknown, found: Set<string>): void => {
  if (isSealed(data)) found.add(keyIdOf(data));
  else if (typeof data === 'object' && data !== null) for (const part of Object.values(data)) keysIn(part, found);
};

/**
 * Every key that something about a guest's order is sealed under: those its stream names, and the one that the desk, the
 * warehouse and carriers write under, used or not. Drafts it was made of have one as well.
 */
export const keysOfOrder = (
  orderId: string,
  events: readonly { readonly data: unknown }[],
  draftIds: readonly string[] = [],
): string[] => {
  const found = new Set([orderId, ...draftIds].map((id) => keyIdOfWords({ orderId: id })));
  for (const { data } of events) keysIn(data, found);
  // A customer's key seals other orders as well.
  return [...found].filter((keyId) => !keyId.startsWith('customer:'));
};
