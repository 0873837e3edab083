import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { splitDecimal, splitLong } from './number.js';
import { type Doc, Rank, rankOf } from './types.js';

/** BSON comparison order (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/). */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareDoubles(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const rank = rankOf(a);
  const other = rankOf(b);
  if (rank !== other) return rank - other;
  switch (rank) {
    case Rank.number:
      return compareNumbers(a, b);
    case Rank.string:
      return compareStrings(stringOf(a), stringOf(b));
    case Rank.object:
      return compareDocs(a as Doc, b as Doc);
    case Rank.array:
      return compareArrays(a as unknown[], b as unknown[]);
    case Rank.binary: {
      const [x, y] = [binaryOf(a), binaryOf(b)];
      return x.length() - y.length() || x.sub_type - y.sub_type || Buffer.compare(bytesOf(x), bytesOf(y));
    }
    case Rank.objectId:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case Rank.boolean:
      return Number(a) - Number(b);
    case Rank.date:
      return (a as Date).getTime() - (b as Date).getTime();
    case Rank.timestamp:
      return (a as Timestamp).compare(b as Timestamp);
    case Rank.regex: {
      const [x, y] = [regexOf(a), regexOf(b)];
      return compareStrings(x.pattern, y.pattern) || compareStrings(x.options, y.options);
    }
    case Rank.code:
      return compareStrings((a as Code).code, (b as Code).code);
    default:
      return 0;
  }
}

export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string')
    return a instanceof BSONSymbol || b instanceof BSONSymbol ? compareValues(a, b) === 0 : false;
  return compareValues(a, b) === 0;
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}

function compareNumbers(a: unknown, b: unknown): number {
  const x = splitNumber(a);
  const y = splitNumber(b);
  return compareDoubles(x.double, y.double) || (x.rest < y.rest ? -1 : x.rest > y.rest ? 1 : 0);
}

export function splitNumber(value: unknown): { readonly double: number; readonly rest: bigint } {
  if (typeof value === 'number') return { double: value, rest: 0n };
  if (value instanceof Double || value instanceof Int32) return { double: value.value, rest: 0n };
  if (value instanceof Long) return splitLong(value);
  if (value instanceof Decimal128) return splitDecimal(value);
  return splitLong(Long.fromBigInt(value as bigint));
}

/** By code point (UTF-8 byte order), which differs from JavaScript's order for characters beyond U+FFFF. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const surrogateX = x >= 0xd800 && x <= 0xdfff;
    const surrogateY = y >= 0xd800 && y <= 0xdfff;
    if (surrogateX !== surrogateY) return surrogateX ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function compareDocs(a: Doc, b: Doc): number {
  const keysA = Object.keys(a);
  const keysB = Object.keys(b);
  const length = Math.min(keysA.length, keysB.length);
  for (let i = 0; i < length; i += 1) {
    const [keyA, keyB] = [keysA[i]!, keysB[i]!];
    const difference =
      rankOf(a[keyA]) - rankOf(b[keyB]) || compareStrings(keyA, keyB) || compareValues(a[keyA], b[keyB]);
    if (difference !== 0) return difference;
  }
  return keysA.length - keysB.length;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = compareValues(a[i], b[i]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function stringOf(value: unknown): string {
  return value instanceof BSONSymbol ? value.value : (value as string);
}

export function binaryOf(value: unknown): Binary {
  return value instanceof Binary ? value : new Binary(value as Uint8Array);
}

export function bytesOf(binary: Binary): Uint8Array {
  return binary.buffer.subarray(0, binary.position);
}

export function regexOf(value: unknown): { readonly pattern: string; readonly options: string } {
  if (value instanceof BSONRegExp) return value;
  const regex = value as RegExp;
  return { pattern: regex.source, options: [...regex.flags].filter((flag) => 'ims'.includes(flag)).join('') };
}
