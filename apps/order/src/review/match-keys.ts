import { createHmac, hkdfSync } from 'node:crypto';
import type { Address, Contact } from '../order/events.js';

/** Who and where, as far as an order tells. */
export interface Identity {
  customerId?: string;
  contact?: Contact;
  address?: Address;
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
const digits = (text: string): string => text.replace(/\D+/g, '').replace(/^00/, '');

/**
 * Keyed hashes of who ordered, their phone and where it goes: orders of one person can be found without keeping anything
 * personal. Without the key, made of the master key, nobody can tell what was hashed.
 */
export class MatchKeys {
  readonly #key: Buffer;

  /** @param masterKey setting ORDERLOOM_MASTER_KEY; while it is rotated, the newest part of it */
  constructor(masterKey: string) {
    const [newest = ''] = masterKey.split(',');
    this.#key = Buffer.from(hkdfSync('sha256', newest.trim().replace(/^\d+:/, ''), '', 'orderloom.match-keys', 32));
  }

  /** `c…`, `p…`, `a…`: those of customer (or e-mail address), phone, address that are known. */
  of({ customerId, contact, address }: Identity): string[] {
    const keys: string[] = [];
    const who = customerId ?? contact?.email?.toLowerCase();
    if (who !== undefined) keys.push(this.#hash('c', who));
    const phone = digits(contact?.phone ?? address?.phone ?? '');
    // The last digits: with and without the country's code it is the same phone.
    if (phone.length >= 6) keys.push(this.#hash('p', phone.slice(-8)));
    if (address !== undefined && address.street !== '') {
      const { street, postalCode, city, country } = address;
      keys.push(this.#hash('a', [street, postalCode ?? city, country].map(plain).join('|')));
    }
    return keys;
  }

  /** Anything else that is to be recognised and not kept, e.g. a signed link. */
  sign(purpose: string, text: string): string {
    return createHmac('sha256', this.#key).update(`${purpose}\0${text}`).digest('base64url');
  }

  #hash(kind: 'c' | 'p' | 'a', text: string): string {
    return kind + this.sign(kind, text).slice(0, 16);
  }
}
