import { Decimal128, Double, Long } from 'bson';
import { toNumber, typeOf } from '../bson/types.js';
import { MongoError } from '../errors.js';

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;

/**
 * `$inc` and `$mul` with MongoDB's types: int32 grows to int64, int64 overflows with an error, a double makes
 * a double, a decimal a decimal.
 */
export function compute(operator: '$inc' | '$mul', left: unknown, right: unknown): unknown {
  const a = typeOf(left).name;
  const b = typeOf(right).name;
  if (a === 'decimal' || b === 'decimal') return decimal(operator, left, right);
  const x = toNumber(left)!;
  const y = toNumber(right)!;
  if (a === 'double' || b === 'double') {
    const result = operator === '$inc' ? x + y : x * y;
    return Number.isInteger(result) ? new Double(result) : result;
  }
  const result = operator === '$inc' ? bigint(left) + bigint(right) : bigint(left) * bigint(right);
  if (result < MIN || result > MAX)
    throw new MongoError(2, `Failed to apply ${operator} operations to current value: integer overflow`);
  const number = Number(result);
  return a === 'int' && b === 'int' && number >= -0x80000000 && number <= 0x7fffffff ? number : Long.fromBigInt(result);
}

function bigint(value: unknown): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(Math.trunc(toNumber(value)!));
}

/** Plain decimal notation with BigInt: exact for sums and products within 34 digits. */
function decimal(operator: '$inc' | '$mul', left: unknown, right: unknown): Decimal128 {
  const a = scaled(left);
  const b = scaled(right);
  if (a === undefined || b === undefined) {
    const [x, y] = [toNumber(left)!, toNumber(right)!];
    return Decimal128.fromString(String(operator === '$inc' ? x + y : x * y));
  }
  if (operator === '$mul')
    return Decimal128.fromStringWithRounding(`${a.digits * b.digits}E${a.exponent + b.exponent}`);
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = a.digits * 10n ** BigInt(a.exponent - exponent) + b.digits * 10n ** BigInt(b.exponent - exponent);
  return Decimal128.fromStringWithRounding(`${sum}E${exponent}`);
}

function scaled(value: unknown): { digits: bigint; exponent: number } | undefined {
  const text = value instanceof Decimal128 || value instanceof Long ? value.toString() : String(toNumber(value));
  const parsed = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(text);
  if (parsed === null) return undefined;
  const exponent = Number(parsed[4] ?? 0) - (parsed[3]?.length ?? 0);
  if (Math.abs(exponent) > 200) return undefined;
  return { digits: BigInt((parsed[1] ?? '') + parsed[2] + (parsed[3] ?? '')), exponent };
}
