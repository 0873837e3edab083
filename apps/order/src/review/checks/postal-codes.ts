const DIGITS = (n: number): RegExp => new RegExp(`^\\d{${n}}$`);
const [THREE, FOUR, FIVE, SIX] = [3, 4, 5, 6].map(DIGITS) as [RegExp, RegExp, RegExp, RegExp];

/** What postal codes look like (Universal Postal Union, addressing systems); spaces are taken out before. */
const FORMS: Readonly<Record<string, RegExp>> = {
  AR: /^([A-Z]\d{4}[A-Z]{3}|\d{4})$/,
  AT: FOUR,
  AU: FOUR,
  BE: FOUR,
  BG: FOUR,
  BR: /^\d{5}-?\d{3}$/,
  CA: /^[ABCEGHJ-NPRSTVXY]\d[A-Z]\d[A-Z]\d$/,
  CH: FOUR,
  CL: /^\d{3}-?\d{4}$/,
  CN: SIX,
  CO: SIX,
  CY: FOUR,
  CZ: FIVE,
  DE: FIVE,
  DK: FOUR,
  EE: FIVE,
  EG: FIVE,
  ES: FIVE,
  FI: FIVE,
  FR: FIVE,
  GB: /^[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}$/,
  GR: FIVE,
  HR: FIVE,
  HU: FOUR,
  ID: FIVE,
  IE: /^[A-Z]\d[\dW][A-Z\d]{4}$/,
  IL: /^(\d{5}|\d{7})$/,
  IN: SIX,
  IS: THREE,
  IT: FIVE,
  JP: /^\d{3}-?\d{4}$/,
  KR: FIVE,
  LI: FOUR,
  LT: /^(LT-)?\d{5}$/,
  LU: /^(L-)?\d{4}$/,
  LV: /^(LV-)?\d{4}$/,
  MX: FIVE,
  MY: FIVE,
  NL: /^\d{4}[A-Z]{2}$/,
  NO: FOUR,
  NZ: FOUR,
  PH: FOUR,
  PL: /^\d{2}-?\d{3}$/,
  PT: /^\d{4}(-?\d{3})?$/,
  RO: SIX,
  RS: FIVE,
  RU: SIX,
  SE: FIVE,
  SG: SIX,
  SI: FOUR,
  SK: FIVE,
  TH: FIVE,
  TR: FIVE,
  TW: /^\d{3}(\d{2,3})?$/,
  UA: FIVE,
  US: /^\d{5}(-?\d{4})?$/,
  VE: FOUR,
  VN: /^\d{5,6}$/,
  ZA: FOUR,
};

/** True where the country's form is met, or is not known here. */
export const isPostalCode = (code: string, country: string): boolean => {
  const form = FORMS[country];
  return form === undefined || form.test(code.replaceAll(' ', '').toUpperCase());
};

/** Whether addresses of a country need a postal code, as far as it is known here. */
export const needsPostalCode = (country: string): boolean => Object.hasOwn(FORMS, country);
