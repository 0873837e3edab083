import type { Sealed } from '@orderloom/contracts';
import { KeyErased, type Vault } from '@orderloom/platform';
import { keyIdOf } from '@orderloom/platform/vault/crypto';
import type { MessageDoc, SentContent } from '../notices/messages.js';
import { render } from '../templates/templates.js';
import type { Addressee } from './addressees.js';

/** The message in words, to one addressee. */
export function contentFor(
  { kind, locale, facts }: Pick<MessageDoc, 'kind' | 'locale' | 'facts'>,
  { email, name }: Extract<Addressee, { is: 'known' }>,
): SentContent {
  return { to: email, ...render(kind, locale, { ...facts, ...(name === undefined ? {} : { name }) }) };
}

/** Sealed under the key that goes with the person; undefined when that person was erased meanwhile. */
export async function sealed(
  vault: Vault,
  content: SentContent,
  like: Sealed<unknown>,
): Promise<Sealed<SentContent> | undefined> {
  try {
    return await vault.seal(keyIdOf(like), content);
  } catch (error) {
    if (error instanceof KeyErased) return undefined;
    throw error;
  }
}
