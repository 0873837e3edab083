import { streamNameOf, typeOf } from '../log/record.js';
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
  let part: (record: Buffer) => Buffer = streamNameOf;
  let expression: Expression = { regex: undefined, prefixes: [] };
  let window = DEFAULT_WINDOW;
  let multiplier = 1;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a || tag === 0x12) {
      part = tag === 0x0a ? streamNameOf : typeOf;
      expression = decodeExpression(reader.message());
    } else if (tag === 0x18) window = reader.varint();
    else if (tag === 0x28) multiplier = reader.varint();
    else reader.skip(tag);
  }
  const { regex, prefixes } = expression;
  return {
    matches:
      regex !== undefined
        ? (record) => regex.test(part(record).toString('utf8'))
        : (record) => startsWithAny(part(record), prefixes),
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

function startsWithAny(text: Buffer, prefixes: readonly Buffer[]): boolean {
  for (const prefix of prefixes) {
    if (text.length >= prefix.length && text.compare(prefix, 0, prefix.length, 0, prefix.length) === 0) return true;
  }
  return false;
}
