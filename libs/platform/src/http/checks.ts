/** Checks shared by the validators of fields: one function each, so that two validators cannot disagree. */
import countries from 'i18n-iso-countries';

const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** ISO 8601 date (`2026-03-01`), or time with zone (`2026-03-01T09:30:00Z`), that exists in the calendar. */
export function isTime(text: string): boolean {
  const match = ISO_TIME.exec(text);
  if (!match) return false;
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false;
  return isCalendarDay(Number(year), Number(month), Number(day));
}

/** True for a day that exists: no 30th of February. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const alpha2 = new Set(Object.keys(countries.getAlpha2Codes()));

/** ISO 3166-1 alpha-2, capital letters. */
export const isCountry = (text: string): boolean => alpha2.has(text);

const currencies = new Set(Intl.supportedValuesOf('currency'));

/** ISO 4217, capital letters. */
export const isCurrency = (text: string): boolean => currencies.has(text);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Any version of UUID. */
export const isUuid = (text: string): boolean => UUID.test(text);

// One @, no spaces or control characters, a dot in the domain. What lies beyond only the mail server can say.
const EMAIL = /^[^\s@<>()",;:\\[\]]{1,64}@[^\s@<>()",;:\\[\]]{1,190}$/;
/** Looks like an e-mail address. */
export const isEmail = (text: string): boolean => EMAIL.test(text) && /\.[^.]{2,}$/.test(text) && !text.includes('..');
