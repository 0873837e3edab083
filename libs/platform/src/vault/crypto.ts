import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SEALED_PREFIX, type Sealed } from '@orderloom/contracts';

/** A sealed value cannot be opened, and not because of an erasure. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** The key was destroyed because the customer was erased; nothing new may be sealed under it. */
export class KeyErased extends Error {
  override readonly name = 'KeyErased';
  constructor(readonly keyId: string) {
    super(`the key ${keyId} was destroyed`);
  }
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Initialisation vectors are drawn many at a time: each draw from the system costs more than the encryption. */
const IVS_AT_ONCE = 1024;
let ivs = Buffer.alloc(0);
let nextIvAt = 0;

function nextIv(): Buffer {
  if (nextIvAt >= ivs.length) {
    ivs = randomBytes(IV_BYTES * IVS_AT_ONCE);
    nextIvAt = 0;
  }
  const iv = ivs.subarray(nextIvAt, nextIvAt + IV_BYTES);
  nextIvAt += IV_BYTES;
  return iv;
}

/** Encrypts: initialisation vector, ciphertext, tag. `context` is authenticated with it. */
export function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const iv = nextIv();
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts what `encrypt` made. @throws SealBroken when it, the key or the context is not the same */
export function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new SealBroken('too short');
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, end)), decipher.final()]);
  } catch {
    throw new SealBroken('damaged, or sealed with another key');
  }
}

// Key ids may hold any text; in a sealed value they are URL-safe.
const encodeKeyId = (keyId: string): string =>
  encodeURIComponent(keyId)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');

/** Seals a JSON value under a key. The key id is authenticated: a value cannot be moved to another customer. */
export function sealValue<T>(keyId: string, key: Buffer, value: T): Sealed<T> {
  const bytes = encrypt(key, Buffer.from(JSON.stringify(value ?? null)), keyId);
  return `${SEALED_PREFIX}${encodeKeyId(keyId)}:${bytes.toString('base64url')}` as Sealed<T>;
}

/** Key id of a sealed value. @throws SealBroken when it has not the form of one */
export function keyIdOf(sealed: string): string {
  const cut = sealed.lastIndexOf(':');
  if (!sealed.startsWith(SEALED_PREFIX) || cut <= SEALED_PREFIX.length) throw new SealBroken('not a sealed value');
  try {
    return decodeURIComponent(sealed.slice(SEALED_PREFIX.length, cut));
  } catch {
    throw new SealBroken('not a sealed value');
  }
}

/** Opens a sealed value with the key that `keyFor` finds; `null` when the key was destroyed. */
export async function openSealed<T>(
  sealed: string,
  keyFor: (keyId: string) => Promise<Buffer | null>,
): Promise<T | null> {
  const keyId = keyIdOf(sealed);
  const key = await keyFor(keyId);
  if (key === null) return null;
  const plain = decrypt(key, Buffer.from(sealed.slice(sealed.lastIndexOf(':') + 1), 'base64url'), keyId);
  return JSON.parse(plain.toString('utf8')) as T; // authenticated: only sealValue can have written it
}
