import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
// The package's own entry loads all of its seventy languages; three are enough to read what files hold.
const countries: typeof import('i18n-iso-countries') = require('i18n-iso-countries/index.js');
for (const language of ['en', 'zh', 'de'])
  countries.registerLocale(require(`i18n-iso-countries/langs/${language}.json`));

/** Names met in order books that no list of countries knows. */
const ALSO_KNOWN_AS: Readonly<Record<string, string>> = {
  EIRE: 'IE',
  RSA: 'ZA',
  HOLLAND: 'NL',
  ENGLAND: 'GB',
  SCOTLAND: 'GB',
  WALES: 'GB',
  台湾: 'TW',
  香港: 'HK',
  澳门: 'MO',
};

const known = new Map<string, string | undefined>();

/**
 * The ISO 3166-1 alpha-2 code of a country given as code (two or three letters) or by its English, Chinese or German
 * name, e.g. "DE", "usa", "德国"; undefined when nobody knows it by that name.
 */
export const countryCodeOf = (text: string): string | undefined => {
  const name = text.trim();
  if (known.has(name)) return known.get(name);
  const upper = name.toUpperCase();
  const code =
    ALSO_KNOWN_AS[upper] ??
    (upper.length === 2 && countries.isValid(upper) ? upper : undefined) ??
    (/^[A-Z]{3}$/.test(upper) ? countries.alpha3ToAlpha2(upper) : undefined) ??
    ['en', 'zh', 'de'].map((language) => countries.getAlpha2Code(name, language)).find((found) => found !== undefined);
  // Callers choose the text: a table without a bound would be theirs to fill.
  if (known.size > 2000) known.clear();
  known.set(name, code);
  return code;
};
