import type { Access } from './access.js';

/** Fields by what they hold; whatever else is in a personal record is left out. */
const plain = new Set(['country', 'region', 'masked']);

/** The first sign and nothing of the rest, not even its length: `Ada Example` → `A***`. */
const maskText = (text: string): string => (text === '' ? '' : `${[...text][0]}***`);

/** `person@example.org` → `p***@example.org`: enough to recognise, not to write to. */
const maskEmail = (email: string): string => {
  const at = email.lastIndexOf('@');
  return at < 1 ? maskText(email) : `${maskText(email.slice(0, at))}${email.slice(at)}`;
};

/** The last two digits, by which people recognise their own. */
const maskPhone = (phone: string): string => `***${phone.replace(/\D/g, '').slice(-2)}`;

const maskField = (name: string, value: unknown): unknown => {
  if (plain.has(name)) return value;
  if (typeof value === 'object' && value !== null) return maskPersonal(value);
  if (typeof value !== 'string') return undefined;
  if (/mail/i.test(name)) return maskEmail(value);
  if (/phone|mobile|fax/i.test(name)) return maskPhone(value);
  return /street|postal|note/i.test(name) ? '***' : maskText(value);
};

/** A contact, address or profile with everything in it masked but the country; `masked: true` says so. */
export const maskPersonal = <T extends object>(value: T): T =>
  Object.fromEntries([
    ...Object.entries(value).map(([name, part]) => [name, maskField(name, part)]),
    ['masked', true],
  ]) as T;

/** Personal data as this reader may see it: in clear with `personal:read`, else masked. Null stays null. */
export const personalFor = <T extends object | null | undefined>(access: Access | undefined, value: T): T =>
  value === null || value === undefined || (access?.may('personal:read') ?? true) ? value : (maskPersonal(value) as T);
