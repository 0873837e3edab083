import type { Sealed } from '@orderloom/contracts';
import { KeyErased, type Vault } from '@orderloom/platform';
import { keyIdOf } from '@orderloom/platform/vault/crypto';
import type { Asked, MessageDoc, SentContent } from '../notices/messages.js';
import { type AskedQuestion, render } from '../templates/templates.js';
import type { Addressee } from './addressees.js';

/** The message in words, to one addressee; null when what it asks can no longer be opened. */
export async function contentFor(
  vault: Pick<Vault, 'unseal'>,
  { kind, locale, facts, asked }: Pick<MessageDoc, 'kind' | 'locale' | 'facts' | 'asked'>,
  { email, name }: Extract<Addressee, { is: 'known' }>,
): Promise<SentContent | null> {
  const question = asked === undefined ? undefined : await questionOf(vault, asked);
  if (question === null) return null;
  const more = { ...(name === undefined ? {} : { name }), ...(question === undefined ? {} : { question }) };
  return { to: email, ...render(kind, locale, { ...facts, ...more }) };
}

const questionOf = async (
  vault: Pick<Vault, 'unseal'>,
  { code, answers, content }: Asked,
): Promise<AskedQuestion | null> => {
  // Scrubbed with everything else of an erased customer.
  const opened = content === undefined ? null : await vault.unseal(content);
  return opened === null ? null : { code, answers, ...opened };
};

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
