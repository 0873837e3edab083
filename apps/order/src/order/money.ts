/**
 * Money as integers in the minor unit of a currency (cents, fen; yen have none), never floats.
 * Everything here is exact; where a division leaves a rest it is rounded half up, once per line.
 */

/** Digits after the decimal point (ISO 4217) where they are not 2. */
const EXPONENTS: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLF: 4,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  UYW: 4,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

/** Digits after the decimal point of a currency's amounts, e.g. 2 for USD and CNY, 0 for JPY. */
export const currencyExponent = (currency: string): number => EXPONENTS[currency] ?? 2;

export const isCurrency = (text: string): boolean => /^[A-Z]{3}$/.test(text);

/** An exact decimal: `units / 10^scale`. */
export interface Decimal {
  units: bigint;
  scale: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads a decimal number exactly, e.g. "12.50", "-3", ".5", "1e-7".
 * @returns null when the text is no number
 */
export const parseDecimal = (text: string): Decimal | null => {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  let units = BigInt(`${whole}${fraction}`);
  let scale = fraction.length - Number(exponent);
  if (scale < 0) {
    units *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { units: sign === '-' ? -units : units, scale };
};

/** `numerator / denominator` to the nearest integer, a half going up (away from zero for negative amounts). */
export const divideHalfUp = (numerator: bigint, denominator: bigint): bigint => {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = (2n * n + d) / (2n * d);
  return negative ? -quotient : quotient;
};

const safe = (value: bigint): number | null => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
};

/**
 * A price written in the currency's major unit as minor units: ("12.5", "USD") → 1250.
 * Digits beyond the currency's own are rounded half up.
 * @returns null when it is no number or too large to count exactly
 */
export const toMinorUnits = (text: string, currency: string): number | null => {
  const decimal = parseDecimal(text);
  if (decimal === null) return null;
  const shift = currencyExponent(currency) - decimal.scale;
  return safe(shift >= 0 ? decimal.units * 10n ** BigInt(shift) : divideHalfUp(decimal.units, 10n ** BigInt(-shift)));
};

/**
 * What is taken off a line by a fraction of its gross, so that the net is the exact net rounded half up.
 * @param gross minor units
 * @param rate fraction from 0 to 1, e.g. {units: 15n, scale: 2} for 15 %
 * @returns minor units
 */
export const discountOf = (gross: number, rate: Decimal): number => {
  if (rate.units === 0n) return 0;
  const scale = 10n ** BigInt(rate.scale);
  const net = divideHalfUp(BigInt(gross) * (scale - rate.units), scale);
  return gross - Number(net);
};

/** `quantity × unitPrice`, or null when that cannot be counted exactly. */
export const grossOf = (quantity: number, unitPrice: number): number | null => {
  const gross = quantity * unitPrice;
  return Number.isSafeInteger(gross) ? gross : null;
};

export interface LineAmounts {
  gross: number;
  discount: number;
  net: number;
}

/** Sums of lines plus a shipping charge, or null when they cannot be counted exactly. */
export const totalsOf = (lines: readonly LineAmounts[], shipping: number) => {
  let gross = 0;
  let discount = 0;
  for (const line of lines) {
    gross += line.gross;
    discount += line.discount;
  }
  const net = gross - discount;
  const total = net + shipping;
  return Number.isSafeInteger(gross) && Number.isSafeInteger(total) ? { gross, discount, net, shipping, total } : null;
};

/**
 * Splits an amount in proportion to weights so that the parts add up to it to the last unit: each part is rounded
 * down, and what is left goes, one unit each, to those that lost most (largest remainder; the earlier of equals first).
 * @param amount minor units, zero or more
 * @param weights integers, zero or more; all zero: the first takes all
 */
export const apportion = (amount: number, weights: readonly number[]): number[] => {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) return weights.map((_, index) => (index === 0 ? amount : 0));
  const parts = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, part: Number(product / total), rest: product % total };
  });
  let left = amount - parts.reduce((sum, { part }) => sum + part, 0);
  const result = parts.map(({ part }) => part);
  for (const { index } of parts.toSorted((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1,
  )) {
    if (left === 0) break;
    result[index] = (result[index] ?? 0) + 1;
    left -= 1;
  }
  return result;
};

/**
 * The part of an amount that belongs to `count` of `of` units when `before` units had theirs already. However units
 * are taken away, in ones or all at once, their parts add up to the amount.
 */
export const shareOfUnits = (amount: number, of: number, before: number, count: number): number => {
  if (of === 0) return 0;
  const upTo = (units: number): number => Number(divideHalfUp(BigInt(amount) * BigInt(units), BigInt(of)));
  return upTo(before + count) - upTo(before);
};

/** All money that moved for one order, in minor units of its currency. */
export interface Ledger {
  /** what was agreed: lines after discount, shipping, fees, and the taxes that come on top */
  sold: number;
  cancelled: number;
  credited: number;
  /** promised by a provider and not yet taken */
  authorized: number;
  captured: number;
  refunded: number;
}

export const EMPTY_LEDGER: Ledger = { sold: 0, cancelled: 0, credited: 0, authorized: 0, captured: 0, refunded: 0 };

/** What the customer owes in the end; below zero when credits exceed what was sold. */
export const due = (ledger: Ledger): number => ledger.sold - ledger.cancelled - ledger.credited;

/** What the customer has paid in the end. */
export const net = (ledger: Ledger): number => ledger.captured - ledger.refunded;

/** What is still to be paid, never below zero. */
export const outstanding = (ledger: Ledger): number => Math.max(0, due(ledger) - net(ledger));

/** What was paid beyond what is owed, never below zero. */
export const overpaid = (ledger: Ledger): number => Math.max(0, net(ledger) - Math.max(0, due(ledger)));
