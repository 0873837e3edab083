import { BadValue } from './bad-value.js';

/**
 * Reads a number as people write it in files: `14`, `9.8`, `1,234.56`, `1.234,56`, `12,50`, `-3`, `$ 5`, `¥5`.
 * One comma before exactly three digits separates thousands; a lone point is always the decimal point.
 * @returns canonical decimal text (`-1234.56`), or undefined when it is no number
 */
export function parseDecimal(text: string): string | undefined {
  const bare = text.replace(/[\s\u00a0\u202f'’]/g, '').replace(/^([+-]?)[$€£¥￥]|[$€£¥￥元]$/g, '$1');
  const match = /^([+-]?)([\d.,]+)$/.exec(bare);
  if (!match) return undefined;
  const [, sign, digits = ''] = match;
  const plain = withPoint(digits);
  if (plain === undefined) return undefined;
  const [whole = '', decimals] = plain.split('.');
  const canonical = `${whole.replace(/^0+(?=\d)/, '') || '0'}${decimals ? `.${decimals}` : ''}`;
  return sign === '-' && /[1-9]/.test(canonical) ? `-${canonical}` : canonical;
}

// Brings grouped and comma-decimal writings to digits with at most one point.
function withPoint(digits: string): string | undefined {
  if (/^\d+(\.\d*)?$|^\.\d+$/.test(digits)) return digits;
  if (/^\d{1,3}(,\d{3})+(\.\d*)?$/.test(digits)) return digits.replaceAll(',', '');
  if (/^\d{1,3}(\.\d{3})+,\d*$/.test(digits)) return digits.replaceAll('.', '').replace(',', '.');
  if (/^\d{1,3}(\.\d{3}){2,}$/.test(digits)) return digits.replaceAll('.', '');
  if (/^\d*,\d+$/.test(digits)) return digits.replace(',', '.');
  return undefined;
}

const digitsByCurrency = new Map<string, number>();

/** Decimals of a currency's minor unit: 2 for USD and CNY, 0 for JPY, 3 for KWD (ISO 4217). */
export function minorDigits(currency: string): number {
  let digits = digitsByCurrency.get(currency);
  if (digits === undefined) {
    digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digitsByCurrency.set(currency, digits);
  }
  return digits;
}

/**
 * Canonical decimal text → integer minor units, exactly; no float is involved.
 * @returns undefined when it has more decimals than the currency, or is too large to be counted exactly
 */
export function toMinorUnits(decimal: string, currency: string): number | undefined {
  const [, sign = '', whole = '0', decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  const digits = minorDigits(currency);
  const kept = decimals.slice(0, digits).padEnd(digits, '0');
  if (/[1-9]/.test(decimals.slice(digits))) return undefined;
  const amount = Number(`${whole}${kept}`);
  if (!Number.isSafeInteger(amount)) return undefined;
  return sign === '-' && amount !== 0 ? -amount : amount;
}

/** Parser of amount columns. @throws BadValue */
export function parseMoney(text: string, context: { column: string; currency?: string }): number {
  const decimal = parseDecimal(text);
  const { column, currency } = context;
  if (decimal === undefined || currency === undefined) throw new BadValue('CSV_MONEY_INVALID', { column, value: text });
  const amount = toMinorUnits(decimal, currency);
  if (amount !== undefined) return amount;
  const tooBig = toMinorUnits(decimal.replace(/\..*/, ''), currency) === undefined;
  throw new BadValue(tooBig ? 'CSV_MONEY_INVALID' : 'CSV_MONEY_TOO_PRECISE', { column, value: text, currency });
}

/** `numerator / denominator`, rounded half up (halves away from zero), exactly. The denominator is positive. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const rounded = (2n * size + denominator) / (2n * denominator);
  return negative ? -rounded : rounded;
}

const scaled = (decimal: string): { value: bigint; scale: bigint } => {
  const [, sign = '', whole = '0', decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  const value = BigInt(`${whole}${decimals}`);
  return { value: sign === '-' ? -value : value, scale: 10n ** BigInt(decimals.length) };
};

/** `amount × decimal`, rounded half up to a whole minor unit: `timesHalfUp(1000, '0.125')` is 125. */
export function timesHalfUp(amount: number, decimal: string): number {
  const { value, scale } = scaled(decimal);
  return Number(divideHalfUp(BigInt(amount) * value, scale));
}

/**
 * What is left of an amount after a discount given as a fraction (`0.15`): the net is rounded half up, and the
 * discount is what is missing to the gross, so that gross − discount = net always holds.
 */
export function applyDiscount(gross: number, fraction: string): { net: number; discount: number } {
  const { value, scale } = scaled(fraction);
  const net = Number(divideHalfUp(BigInt(gross) * (scale - value), scale));
  return { net, discount: gross - net };
}
