import { randomBytes } from 'node:crypto';
import { deterministicId } from '@orderloom/event-sourcing';

/** Crockford's base 32: no letters that are taken for digits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new gift card code: 80 random bits as `XXXX-XXXX-XXXX-XXXX`. */
export const newGiftCardCode = (): string =>
  [...randomBytes(16)]
    .map((byte, index) => `${index > 0 && index % 4 === 0 ? '-' : ''}${ALPHABET[byte & 31]}`)
    .join('');

/** A code as typed by a person, in its plain form; null when it cannot be one. */
export const plainCode = (text: string): string | null => {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(plain) ? plain : null;
};

/** The balance behind a code. The code itself is money: it is in no event, key or log. */
export const giftCardId = (plain: string): string => deterministicId('gift-card', plain);

/** The one store credit of a customer in a currency. */
export const storeCreditId = (customerId: string, currency: string): string =>
  deterministicId('store-credit', customerId, currency);
