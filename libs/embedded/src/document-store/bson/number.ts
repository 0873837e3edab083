import { Decimal128, Long } from 'bson';

/**
 * Exact order of numbers across int32, int64, double and decimal128.
 *
 * Most numbers are a double; what a Long or Decimal128 has beyond its nearest double is a remainder, kept as
 * a fraction of the gap to the neighbouring double. Double first, remainder second: that order is exact for
 * every int64 and for all 34 digits of a decimal.
 */
export interface Split {
  readonly double: number;
  /** In units of 2^-60 of the gap between neighbouring doubles; 0 when the double is exact. */
  readonly rest: bigint;
}

const SCALE = 60n;

export function splitLong(long: Long): Split {
  const double = long.toNumber();
  if (Number.isSafeInteger(double)) return { double, rest: 0n };
  const difference = long.toBigInt() - BigInt(double);
  if (difference === 0n) return { double, rest: 0n };
  return { double, rest: (difference << SCALE) / gap(double) };
}

export function splitDecimal(decimal: Decimal128): Split {
  const text = decimal.toString();
  const double = Number(text);
  if (!Number.isFinite(double)) return { double, rest: 0n };
  const parsed = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(text);
  if (parsed === null) return { double, rest: 0n };
  const digits = (parsed[2] ?? '') + (parsed[3] ?? '');
  const exponent = Number(parsed[4] ?? 0) - (parsed[3]?.length ?? 0);
  if (Math.abs(exponent) > 400) return { double, rest: 0n };
  const coefficient = BigInt((parsed[1] ?? '') + digits);
  // decimal = coefficient × 10^exponent, double = mantissa × 2^power: compare over one denominator.
  const { mantissa, power } = parts(double);
  let decimalTop = coefficient;
  let doubleTop = mantissa;
  let bottom = 1n;
  if (exponent >= 0) decimalTop *= 10n ** BigInt(exponent);
  else {
    bottom *= 10n ** BigInt(-exponent);
    doubleTop *= 10n ** BigInt(-exponent);
  }
  if (power >= 0) doubleTop <<= BigInt(power);
  else {
    bottom <<= BigInt(-power);
    decimalTop <<= BigInt(-power);
  }
  const difference = decimalTop - doubleTop;
  if (difference === 0n) return { double, rest: 0n };
  // The gap is 2^power by the choice of the mantissa.
  const scaled =
    power >= 0 ? (difference << SCALE) / (bottom << BigInt(power)) : (difference << (SCALE + BigInt(-power))) / bottom;
  return { double, rest: scaled === 0n ? (difference > 0n ? 1n : -1n) : scaled };
}

function gap(double: number): bigint {
  const { power } = parts(double);
  return power > 0 ? 1n << BigInt(power) : 1n;
}

const view = new DataView(new ArrayBuffer(8));

/** double = mantissa × 2^power with a 53-bit mantissa (fewer below the normal numbers). */
function parts(double: number): { mantissa: bigint; power: number } {
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: bits >> 63n === 1n ? -magnitude : magnitude, power: (exponent === 0 ? 1 : exponent) - 1075 };
}
