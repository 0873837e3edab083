import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import { MongoError } from '../errors.js';
import { eachElement, endOfName } from './raw.js';
import type { Doc } from './types.js';

/**
 * How values come out:
 * - `exact`: what {@link encode} turns into the same bytes again. int32 and broken doubles are JavaScript
 *   numbers, whole doubles are `Double`, int64 is `Long`, so no type is lost by reading and writing.
 * - `plain`: what mingo computes with: every number that fits is a JavaScript number, patterns are RegExp.
 */
export type Mode = 'exact' | 'plain';

/** Largest document, as MongoDB's. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

export function decode(bytes: Buffer, mode: Mode = 'exact', at = 0): Doc {
  const end = at + bytes.readInt32LE(at) - 1;
  const doc: Doc = {};
  let offset = at + 4;
  while (offset < end) {
    const type = bytes[offset]!;
    const nameEnd = endOfName(bytes, offset + 1);
    const name = nameOf(bytes, offset + 1, nameEnd);
    cursor = nameEnd + 1;
    const value = read(type, bytes, mode);
    if (name === '__proto__')
      Object.defineProperty(doc, name, { value, enumerable: true, configurable: true, writable: true });
    else doc[name] = value;
    offset = cursor;
  }
  cursor = end + 1;
  return doc;
}

/** Decodes only the named top-level fields. */
export function decodeFields(bytes: Buffer, wanted: ReadonlySet<string>, mode: Mode = 'exact'): Doc {
  const doc: Doc = {};
  let left = wanted.size;
  eachElement(bytes, 0, ({ type, nameStart, nameEnd, start }) => {
    const name = nameOf(bytes, nameStart, nameEnd);
    if (!wanted.has(name) || name === '__proto__') return false;
    doc[name] = readValue(type, bytes, start, mode);
    left -= 1;
    return left === 0;
  });
  return doc;
}

/** Decodes one value whose element type is `type` and which starts at `at`. */
export function readValue(type: number, bytes: Buffer, at: number, mode: Mode = 'exact'): unknown {
  cursor = at;
  return read(type, bytes, mode);
}

/** Serializes; undefined fields are left out. @throws MongoError 10334 when larger than 16 MB */
export function encode(doc: Doc): Buffer {
  const bytes = serialize(doc, { ignoreUndefined: true });
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new MongoError(
      10334,
      `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`,
    );
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// Where the reader is: module state instead of result objects, because this is the hottest loop there is.
let cursor = 0;

function nameOf(bytes: Buffer, start: number, end: number): string {
  if (end - start > 24) return bytes.toString('utf8', start, end);
  let name = '';
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i]!;
    if (byte > 0x7f) return bytes.toString('utf8', start, end);
    name += String.fromCharCode(byte);
  }
  return name;
}

function text(bytes: Buffer): string {
  const size = bytes.readInt32LE(cursor);
  const start = cursor + 4;
  cursor = start + size;
  return bytes.toString('utf8', start, cursor - 1);
}

function array(bytes: Buffer, mode: Mode): unknown[] {
  const end = cursor + bytes.readInt32LE(cursor) - 1;
  const values: unknown[] = [];
  cursor += 4;
  while (cursor < end) {
    const type = bytes[cursor]!;
    cursor = endOfName(bytes, cursor + 1) + 1;
    values.push(read(type, bytes, mode));
  }
  cursor = end + 1;
  return values;
}

function read(type: number, bytes: Buffer, mode: Mode): unknown {
  const at = cursor;
  switch (type) {
    case 0x01: {
      cursor += 8;
      const number = bytes.readDoubleLE(at);
      return mode === 'exact' && Number.isInteger(number) ? new Double(number) : number;
    }
    case 0x02:
      return text(bytes);
    case 0x03:
      return decode(bytes, mode, at);
    case 0x04:
      return array(bytes, mode);
    case 0x05: {
      const size = bytes.readInt32LE(at);
      cursor += 5 + size;
      return new Binary(Buffer.from(bytes.subarray(at + 5, cursor)), bytes[at + 4]);
    }
    case 0x06:
    case 0x0a:
      return null;
    case 0x07:
      cursor += 12;
      return new ObjectId(Buffer.from(bytes.subarray(at, cursor)));
    case 0x08:
      cursor += 1;
      return bytes[at] === 1;
    case 0x09:
      cursor += 8;
      return new Date(Number(bytes.readBigInt64LE(at)));
    case 0x0b: {
      const patternEnd = endOfName(bytes, at);
      const optionsEnd = endOfName(bytes, patternEnd + 1);
      cursor = optionsEnd + 1;
      const pattern = bytes.toString('utf8', at, patternEnd);
      const options = bytes.toString('utf8', patternEnd + 1, optionsEnd);
      return mode === 'exact' ? new BSONRegExp(pattern, options) : toRegExp(pattern, options);
    }
    case 0x0c: {
      const name = text(bytes);
      cursor += 12;
      return new DBRef(name, new ObjectId(Buffer.from(bytes.subarray(cursor - 12, cursor))));
    }
    case 0x0d:
      return new Code(text(bytes));
    case 0x0e:
      return new BSONSymbol(text(bytes));
    case 0x0f: {
      const end = at + bytes.readInt32LE(at);
      cursor = at + 4;
      const source = text(bytes);
      const scope = decode(bytes, mode, cursor);
      cursor = end;
      return new Code(source, scope);
    }
    case 0x10:
      cursor += 4;
      return bytes.readInt32LE(at);
    case 0x11:
      cursor += 8;
      return new Timestamp({ i: bytes.readUInt32LE(at), t: bytes.readUInt32LE(at + 4) });
    case 0x12: {
      cursor += 8;
      const long = new Long(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
      if (mode === 'exact') return long;
      const number = long.toNumber();
      return Number.isSafeInteger(number) ? number : long;
    }
    case 0x13:
      cursor += 16;
      return new Decimal128(Buffer.from(bytes.subarray(at, cursor)));
    case 0x7f:
      return new MaxKey();
    case 0xff:
      return new MinKey();
    default:
      throw new MongoError(22, `Invalid BSON: unknown type ${type}`);
  }
}

/** PCRE options that JavaScript knows; `x` (extended) is resolved by dropping white space and comments. */
export function toRegExp(pattern: string, options: string): RegExp {
  let source = pattern;
  let flags = '';
  if (source.startsWith('(?i)')) {
    source = source.slice(4);
    flags += 'i';
  }
  if (options.includes('x'))
    source = source.replace(/\\#|(#.*$)/gm, (whole) => (whole === '\\#' ? '#' : '')).replace(/\s+/g, '');
  for (const flag of 'ims') if (options.includes(flag) && !flags.includes(flag)) flags += flag;
  if (options.includes('u')) flags += 'u';
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new MongoError(
      51091,
      `Regular expression is invalid: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** An exact value in the form mingo computes with. */
export function toPlain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Double) return value.value;
  if (value instanceof Long && !(value instanceof Timestamp))
    return Number.isSafeInteger(value.toNumber()) ? value.toNumber() : value;
  if (value instanceof BSONRegExp) return toRegExp(value.pattern, value.options);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const plain: Doc = {};
  for (const [key, inner] of Object.entries(value)) plain[key] = toPlain(inner);
  return plain;
}
