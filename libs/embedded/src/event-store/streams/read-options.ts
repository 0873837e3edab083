import { Reader } from '../protobuf.js';
import { decodeStreamIdentifier } from './decode-append.js';
import { invalid } from './errors.js';
import { decodeFilter, type Filter } from './filter.js';

/** Where to begin: a revision or position, or one of the ends. */
export type Start = number | 'start' | 'end';

/** ReadReq.Options (streams.proto). */
export interface ReadOptions {
  /** undefined: `$all`. */
  readonly stream: string | undefined;
  readonly from: Start;
  readonly backwards: boolean;
  readonly resolveLinks: boolean;
  /** undefined: a subscription. */
  readonly count: number | undefined;
  readonly filter: Filter | undefined;
  /** Ids as two numbers instead of text. */
  readonly structuredIds: boolean;
}

export function decodeReadRequest(message: Buffer): ReadOptions {
  const reader = new Reader(message);
  let options: ReadOptions | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) options = decodeOptions(reader.message());
    else reader.skip(tag);
  }
  if (options === undefined) throw invalid('A read came without options');
  return options;
}

function decodeOptions(reader: Reader): ReadOptions {
  let stream: string | undefined;
  let from: Start = 'start';
  let backwards = false;
  let resolveLinks = false;
  let count: number | undefined;
  let filter: Filter | undefined;
  let structuredIds = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) {
      const options = decodeStreamOptions(reader.message());
      stream = options.stream;
      from = options.from;
    } else if (tag === 0x12) from = decodeAllOptions(reader.message());
    else if (tag === 0x18) backwards = reader.varint() === 1;
    else if (tag === 0x20) resolveLinks = reader.bool();
    else if (tag === 0x28) count = reader.varint();
    else if (tag === 0x32) {
      reader.skip(tag);
      count = undefined;
    } else if (tag === 0x3a) filter = decodeFilter(reader.message());
    else if (tag === 0x4a) structuredIds = decodeStructuredIds(reader.message());
    else reader.skip(tag);
  }
  return { stream, from, backwards, resolveLinks, count, filter, structuredIds };
}

/** StreamOptions, alike in streams.proto and persistent.proto. */
export function decodeStreamOptions(reader: Reader): { stream: string; from: Start } {
  let stream = '';
  let from: Start = 'start';
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) stream = decodeStreamIdentifier(reader.message()).toString('utf8');
    else if (tag === 0x10) from = reader.varint();
    else if (tag === 0x1a || tag === 0x22) {
      reader.skip(tag);
      from = tag === 0x1a ? 'start' : 'end';
    } else reader.skip(tag);
  }
  return { stream, from };
}

/** The position part of AllOptions, alike in streams.proto and persistent.proto. */
export function decodeAllOptions(reader: Reader): Start {
  let from: Start = 'start';
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) from = decodePosition(reader.message());
    else if (tag === 0x12 || tag === 0x1a) {
      reader.skip(tag);
      from = tag === 0x12 ? 'start' : 'end';
    } else reader.skip(tag);
  }
  return from;
}

/** Commit and prepare positions are the same number here. */
export function decodePosition(reader: Reader): number {
  let commit = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) commit = reader.varint();
    else reader.skip(tag);
  }
  return commit;
}

/** UUIDOption: structured (1) or string (2). */
export function decodeStructuredIds(reader: Reader): boolean {
  let structured = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    structured = tag === 0x0a;
    reader.skip(tag);
  }
  return structured;
}
