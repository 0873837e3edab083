import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';

/** A decoded document; values are those of the `bson` package. */
export type Doc = Record<string, unknown>;

/** Places of BSON's types in the order of comparison; also the first byte of an encoded index key. */
export const Rank = {
  minKey: 0x01,
  /** An empty array in an index sorts below null. */
  emptyArray: 0x04,
  null: 0x05,
  number: 0x0a,
  string: 0x0f,
  object: 0x14,
  array: 0x19,
  binary: 0x1e,
  objectId: 0x23,
  boolean: 0x28,
  date: 0x2d,
  timestamp: 0x2f,
  regex: 0x32,
  code: 0x37,
  maxKey: 0xf0,
} as const;

export function isDoc(value: unknown): value is Doc {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  return (
    (value as { _bsontype?: unknown })._bsontype === undefined &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    !(value instanceof Uint8Array)
  );
}

/** The comparison rank of a value's type. */
export function rankOf(value: unknown): number {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return Rank.number;
    case 'string':
      return Rank.string;
    case 'boolean':
      return Rank.boolean;
    case 'undefined':
      return Rank.null;
    case 'object':
      break;
    default:
      return Rank.code;
  }
  if (value === null) return Rank.null;
  if (Array.isArray(value)) return Rank.array;
  if (value instanceof Date) return Rank.date;
  if (value instanceof Timestamp) return Rank.timestamp;
  if (value instanceof Long || value instanceof Double || value instanceof Int32 || value instanceof Decimal128)
    return Rank.number;
  if (value instanceof ObjectId) return Rank.objectId;
  if (value instanceof Binary || value instanceof Uint8Array) return Rank.binary;
  if (value instanceof RegExp || value instanceof BSONRegExp) return Rank.regex;
  if (value instanceof BSONSymbol) return Rank.string;
  if (value instanceof MinKey) return Rank.minKey;
  if (value instanceof MaxKey) return Rank.maxKey;
  if (value instanceof Code) return Rank.code;
  return Rank.object;
}

/** MongoDB's name and number of a value's BSON type, as `$type` uses them. */
export function typeOf(value: unknown): { readonly name: string; readonly id: number } {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) && Math.abs(value) <= 0x7fffffff + 1 && !Object.is(value, -0)
        ? { name: 'int', id: 16 }
        : { name: 'double', id: 1 };
    case 'bigint':
      return { name: 'long', id: 18 };
    case 'string':
      return { name: 'string', id: 2 };
    case 'boolean':
      return { name: 'bool', id: 8 };
    case 'undefined':
      return { name: 'missing', id: 0 };
    default:
  }
  if (value === null) return { name: 'null', id: 10 };
  if (Array.isArray(value)) return { name: 'array', id: 4 };
  if (value instanceof Date) return { name: 'date', id: 9 };
  if (value instanceof Timestamp) return { name: 'timestamp', id: 17 };
  if (value instanceof Long) return { name: 'long', id: 18 };
  if (value instanceof Double) return { name: 'double', id: 1 };
  if (value instanceof Int32) return { name: 'int', id: 16 };
  if (value instanceof Decimal128) return { name: 'decimal', id: 19 };
  if (value instanceof ObjectId) return { name: 'objectId', id: 7 };
  if (value instanceof Binary || value instanceof Uint8Array) return { name: 'binData', id: 5 };
  if (value instanceof RegExp || value instanceof BSONRegExp) return { name: 'regex', id: 11 };
  if (value instanceof BSONSymbol) return { name: 'symbol', id: 14 };
  if (value instanceof MinKey) return { name: 'minKey', id: -1 };
  if (value instanceof MaxKey) return { name: 'maxKey', id: 127 };
  if (value instanceof Code) return { name: 'javascript', id: 13 };
  return { name: 'object', id: 3 };
}

/** The number as a double, or undefined when the value is no number. Loses digits beyond 2^53. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Double || value instanceof Int32) return value.value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Decimal128) return Number(value.toString());
  if (typeof value === 'bigint') return Number(value);
  return undefined;
}

/** The number as a safe integer, or the fallback. */
export function toInteger(value: unknown, fallback: number): number {
  const number = toNumber(value);
  return number === undefined || Number.isNaN(number) ? fallback : Math.trunc(number);
}
