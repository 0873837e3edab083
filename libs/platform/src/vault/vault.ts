import type { Sealed } from '@orderloom/contracts';
import type { Connection } from 'mongoose';
import { openSealed, sealValue } from './crypto.js';
import { KeyRing } from './key-ring.js';
import type { SealText } from './notes.js';

/** Something to seal under a key, e.g. `customer:ALFKI`. */
export interface SealRequest {
  keyId: string;
  value: unknown;
}

/** Options of sealing. */
export interface SealOptions {
  /** The keys are surely new: skips looking them up, which saves a round trip. Wrong hints are harmless. */
  fresh?: boolean;
}

/**
 * Seals personal data with one key per customer (AES-256-GCM). Destroying a key makes everything sealed under it
 * unreadable for good, wherever copies of it lie. Keys are kept in MongoDB, wrapped by the master key.
 */
export class Vault {
  private readonly keys: KeyRing;

  /**
   * @param connection database that holds the keys (`orderloom_vault`)
   * @param masterKeys setting ORDERLOOM_MASTER_KEY: 32 bytes in base64, or `2:…,1:…` while rotating
   * @param cacheSeconds setting VAULT_CACHE_SECONDS: how long a key is remembered here
   */
  constructor(connection: Connection, masterKeys: string, cacheSeconds = 60) {
    this.keys = new KeyRing(connection, masterKeys, cacheSeconds * 1_000);
  }

  /**
   * Id of a key for somebody who has none: a guest, who is known by nothing but what is sealed. Keys are made ahead, so
   * that this costs no round trip.
   */
  freshKey(): Promise<string> {
    return this.keys.fresh();
  }

  /** Seals one value. @throws KeyErased when the key was destroyed */
  async seal<T>(keyId: string, value: T, options: SealOptions = {}): Promise<Sealed<T>> {
    const key = await this.keys.forSealing(keyId, options.fresh === true);
    return sealValue(keyId, key, value);
  }

  /** A function that seals texts under one key at once, for what cannot wait. @throws KeyErased */
  async sealer(keyId: string): Promise<SealText> {
    const key = await this.keys.forSealing(keyId, false);
    return (text) => sealValue(keyId, key, text);
  }

  /** Seals many values; keys that are missing are made in one batch. @throws KeyErased */
  async sealMany(requests: readonly SealRequest[], options: SealOptions = {}): Promise<Sealed<unknown>[]> {
    const keys = await Promise.all(requests.map(({ keyId }) => this.keys.forSealing(keyId, options.fresh === true)));
    return requests.map(({ keyId, value }, index) => sealValue(keyId, keys[index]!, value));
  }

  /**
   * Opens a sealed value; `null` when its key was destroyed.
   * @throws SealBroken when it was damaged or its key is unknown here
   */
  async unseal<T>(sealed: Sealed<T>): Promise<T | null> {
    return openSealed<T>(sealed, (keyId) => this.keys.forOpening(keyId));
  }

  /** Opens many; the keys they need are read in one batch. */
  unsealMany<T>(sealed: readonly Sealed<T>[]): Promise<(T | null)[]> {
    return Promise.all(sealed.map((one) => this.unseal(one)));
  }

  /**
   * Destroys a key and leaves a tombstone, so that late sealing under it fails. Repeating it is harmless. Other
   * processes forget the key within VAULT_CACHE_SECONDS.
   */
  destroyKey(keyId: string): Promise<void> {
    return this.keys.destroy(keyId);
  }

  /** Destroys many keys; those that never were get their tombstone as well. */
  destroyKeys(keyIds: readonly string[]): Promise<void> {
    return this.keys.destroyMany(keyIds);
  }

  /** Which of these keys were destroyed, by whomever: asks the database, whatever is remembered here. */
  destroyed(keyIds: readonly string[]): Promise<Set<string>> {
    return this.keys.destroyed(keyIds);
  }

  /** Wraps keys that an older master key wraps with the newest one; returns how many. Can be repeated. */
  rewrapKeys(): Promise<number> {
    return this.keys.rewrap();
  }
}
