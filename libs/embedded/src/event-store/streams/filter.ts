import { type Part, streamNameOf, streamNamePart, typeOf, typePart } from '../log/record.js';
import type { Reader } from '../protobuf.js';
import { invalid } from './errors.js';

/** A server-side filter of `$all`. */
export interface Filter {
  matches(record: Buffer): boolean;
  /** A checkpoint is due after this many events looked at. */
  readonly checkpointEvery: number;
}

const DEFAULT_WINDOW = 32;

/** FilterOptions: the same fields in streams.proto and persistent.proto. */
export function decodeFilter(reader: Reader): Filter {
  let byType = false;
  let expression: Expression = { regex: undefined, prefixes: [] };
  let window = DEFAULT_WINDOW;
  let multiplier = 1;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a || tag === 0x12) {
      byType = tag === 0x12;
      expression = decodeExpression(reader.message());
    } else if (tag === 0x18) window = reader.varint();
    else if (tag === 0x28) multiplier = reader.varint();
    else reader.skip(tag);
  }
  const { regex, prefixes } = expression;
  const textOf = byType ? typeOf : streamNameOf;
  const part = byType ? typePart : streamNamePart;
  return {
    matches:
      regex !== undefined
        ? (record) => regex.test(textOf(record).toString('utf8'))
        : (record) => startsWithAny(record, part, prefixes),
    checkpointEvery: Math.max(1, window) * Math.max(1, multiplier),
  };
}

interface Expression {
  readonly regex: RegExp | undefined;
  readonly prefixes: readonly Buffer[];
}

function decodeExpression(reader: Reader): Expression {
  let regex: RegExp | undefined;
  const prefixes: Buffer[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) regex = compile(reader.string()) ?? regex;
    // Kept for as long as the subscription: a copy, not a view of the request.
    else if (tag === 0x12) prefixes.push(Buffer.from(reader.bytes()));
    else reader.skip(tag);
  }
  return { regex, prefixes };
}

function compile(pattern: string): RegExp | undefined {
  if (pattern === '') return undefined;
  try {
    return new RegExp(pattern);
  } catch {
    throw invalid(`The filter's regular expression is not valid: ${pattern}`);
  }
}

/** Byte by byte in place: every subscription asks it of every event, and most are told apart by the first byte. */
function startsWithAny(record: Buffer, part: Part, prefixes: readonly Buffer[]): boolean {
  const offset = part.offset(record);
  const length = part.length(record);
  for (const prefix of prefixes) {
    if (prefix.length <= length && hasAt(record, offset, prefix)) return true;
  }
  return false;
}

function hasAt(record: Buffer, offset: number, prefix: Buffer): boolean {
  for (let index = 0; index < prefix.length; index += 1) if (record[offset + index] !== prefix[index]) return false;
  return true;
}
