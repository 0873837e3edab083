/** Languages in which people read Orderloom. */
export const locales = ['zh-CN', 'en'] as const;

/** Language of a reader. */
export type Locale = (typeof locales)[number];

/**
 * One code in both languages, with the HTTP status it answers with. `{name}` is replaced by the detail of that
 * name. Codes are stable: programs depend on them; the sentences may be improved at any time.
 */
export interface Message {
  'zh-CN': string;
  en: string;
  status: number;
}

/** Keeps the codes of an area as literal types while checking every entry's shape. */
export const defineMessages = <T extends Record<string, Message>>(entries: T): T => entries;
