import { MongoError } from '../errors.js';

/** Raw BSON: walking over the bytes without decoding them (https://bsonspec.org/spec.html). */

function tooShort(): never {
  throw new MongoError(22, 'Invalid BSON: a value reaches past the end of its document');
}

/** Size in bytes of the value of `type` that starts at `at`. */
export function valueSize(type: number, bytes: Buffer, at: number): number {
  switch (type) {
    case 0x01: // double
    case 0x09: // date
    case 0x11: // timestamp
    case 0x12: // int64
      return 8;
    case 0x02: // string
    case 0x0d: // code
    case 0x0e: // symbol
      return 4 + bytes.readInt32LE(at);
    case 0x03: // document
    case 0x04: // array
    case 0x0f: // code with scope
      return bytes.readInt32LE(at);
    case 0x05: // binary
      return 5 + bytes.readInt32LE(at);
    case 0x06: // undefined
    case 0x0a: // null
    case 0xff: // min key
    case 0x7f: // max key
      return 0;
    case 0x07: // object id
      return 12;
    case 0x08: // boolean
      return 1;
    case 0x0b: {
      // regular expression: two C strings
      const first = endOfName(bytes, at);
      return endOfName(bytes, first + 1) + 1 - at;
    }
    case 0x0c: // DBPointer
      return 4 + bytes.readInt32LE(at) + 12;
    case 0x10: // int32
      return 4;
    case 0x13: // decimal128
      return 16;
    default:
      throw new MongoError(22, `Invalid BSON: unknown type ${type}`);
  }
}

/** Index of the zero byte that ends the C string at `at`. */
export function endOfName(bytes: Buffer, at: number): number {
  let end = at;
  while (bytes[end] !== 0) {
    if (end >= bytes.length) tooShort();
    end += 1;
  }
  return end;
}

/** One element's place inside a document: `nameStart..nameEnd`, value `start..end`. */
export interface RawElement {
  readonly type: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly start: number;
  readonly end: number;
}

/** Walks over the elements of the document that starts at `at`; `visit` answering true ends the walk. */
export function eachElement(bytes: Buffer, at: number, visit: (element: RawElement) => boolean | undefined): void {
  const end = at + bytes.readInt32LE(at) - 1;
  if (end >= bytes.length || end < at + 4) tooShort();
  let offset = at + 4;
  while (offset < end) {
    const type = bytes[offset]!;
    const nameStart = offset + 1;
    const nameEnd = endOfName(bytes, nameStart);
    const start = nameEnd + 1;
    const stop = start + valueSize(type, bytes, start);
    if (stop > end || stop < start) tooShort();
    if (visit({ type, nameStart, nameEnd, start, end: stop }) === true) return;
    offset = stop;
  }
}

/** The element named `name` in the document at `at`, when there is one. */
export function findElement(bytes: Buffer, at: number, name: string): RawElement | undefined {
  const wanted = Buffer.from(name);
  let found: RawElement | undefined;
  eachElement(bytes, at, (element) => {
    if (element.nameEnd - element.nameStart !== wanted.length) return false;
    if (bytes.compare(wanted, 0, wanted.length, element.nameStart, element.nameEnd) !== 0) return false;
    found = element;
    return true;
  });
  return found;
}

/** Is the first field's name an operator (`$…`)? */
export function startsWithDollar(bytes: Buffer): boolean {
  return bytes.length > 6 && bytes[5] === 0x24;
}

/**
 * Checks the whole document: sizes, terminators and nesting, so that later reads cannot run astray.
 * @throws MongoError 22
 */
export function validate(bytes: Buffer, at = 0, depth = 0): void {
  if (depth > 180) throw new MongoError(22, 'Invalid BSON: nested deeper than 180 levels');
  const size = bytes.readInt32LE(at);
  const end = at + size - 1;
  if (size < 5 || end >= bytes.length || bytes[end] !== 0) tooShort();
  let offset = at + 4;
  while (offset < end) {
    const type = bytes[offset]!;
    offset = endOfName(bytes, offset + 1) + 1;
    const stop = offset + valueSize(type, bytes, offset);
    if (stop > end || stop < offset) tooShort();
    if (type === 0x03 || type === 0x04) validate(bytes, offset, depth + 1);
    else if (type === 0x02 && (stop - offset < 5 || bytes[stop - 1] !== 0)) tooShort();
    offset = stop;
  }
  if (offset !== end) tooShort();
}

/** The document with its `_id` element first; `id` (element bytes incl. type and name) is used when it has none. */
export function withIdFirst(bytes: Buffer, id?: Buffer): Buffer {
  if (bytes.length > 8 && bytes[5] === 0x5f && bytes[6] === 0x69 && bytes[7] === 0x64 && bytes[8] === 0) return bytes;
  const element = findElement(bytes, 0, '_id');
  if (element !== undefined) {
    const from = element.nameStart - 1;
    return Buffer.concat([
      bytes.subarray(0, 4),
      bytes.subarray(from, element.end),
      bytes.subarray(4, from),
      bytes.subarray(element.end),
    ]);
  }
  if (id === undefined) return bytes;
  const result = Buffer.concat([bytes.subarray(0, 4), id, bytes.subarray(4)]);
  result.writeInt32LE(result.length, 0);
  return result;
}

/** The bytes of the document's `_id` element with type and name, when it has one. */
export function idElement(bytes: Buffer): Buffer | undefined {
  const element = findElement(bytes, 0, '_id');
  return element === undefined ? undefined : bytes.subarray(element.nameStart - 1, element.end);
}

/** Is the BSON of two documents the same in every byte? */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && a.compare(b) === 0;
}
