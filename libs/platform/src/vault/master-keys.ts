import { decrypt, encrypt, SealBroken } from './crypto.js';

/**
 * The master keys: the highest version wraps new keys, every listed version unwraps. Rotation: add
 * `2:<new>` in front of `1:<old>`, restart, run `rewrapKeys()`, then drop the old one.
 */
export class MasterKeys {
  private readonly byVersion: ReadonlyMap<number, Buffer>;
  /** Version that wraps new keys. */
  readonly current: number;

  /** @param text one key in base64 (version 1), or several as `version:key`, separated by commas */
  constructor(text: string) {
    const entries = text.split(',').map((part) => {
      const [, version = '1', encoded = ''] = /^(?:(\d+):)?(.+)$/.exec(part.trim()) ?? [];
      const key = Buffer.from(encoded, 'base64');
      if (key.length !== 32) throw new Error(`master key version ${version} must be 32 bytes in base64`);
      return [Number(version), key] as const;
    });
    this.byVersion = new Map(entries);
    this.current = Math.max(...this.byVersion.keys());
  }

  /** Wraps a key of a customer with the newest master key. */
  wrap(keyId: string, key: Buffer): Buffer {
    return encrypt(this.get(this.current), key, `wrap:${keyId}`);
  }

  /** Unwraps it. @throws SealBroken when that master key is not there or is another one */
  unwrap(keyId: string, version: number, wrapped: Buffer): Buffer {
    return decrypt(this.get(version), wrapped, `wrap:${keyId}`);
  }

  private get(version: number): Buffer {
    const key = this.byVersion.get(version);
    if (!key) throw new SealBroken(`ORDERLOOM_MASTER_KEY has no version ${version}`);
    return key;
  }
}
