import { ANY, NO_STREAM, STREAM_EXISTS } from '../log/commands.js';
import type { ProposedEvent } from '../log/record.js';
import { MalformedMessage, type Reader } from '../protobuf.js';
import { appendTooLarge, invalid, MAX_APPEND_BYTES, MAX_NAME_BYTES, missingMetadata } from './errors.js';

const NOTHING: Buffer = Buffer.alloc(0);
const TYPE = Buffer.from('type');
const CONTENT_TYPE = Buffer.from('content-type');
const JSON_TYPE = Buffer.from('application/json');
const BINARY_TYPE = Buffer.from('application/octet-stream');

/** Append, delete and tombstone options have the same fields: stream and expected revision. */
export interface AppendOptions {
  readonly stream: string;
  readonly streamBytes: Buffer;
  readonly expected: number;
}

/** StreamIdentifier (shared.proto): the name as bytes in field 3. */
export function decodeStreamIdentifier(reader: Reader): Buffer {
  let name: Buffer = NOTHING;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x1a) name = reader.bytes();
    else reader.skip(tag);
  }
  return name;
}

/** The options of Append, BatchAppend, Delete and Tombstone (streams.proto). */
export function decodeAppendOptions(reader: Reader): AppendOptions {
  let streamBytes: Buffer = NOTHING;
  let expected = ANY;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) streamBytes = decodeStreamIdentifier(reader.message());
    else if (tag === 0x10) expected = reader.varint();
    else if (tag === 0x1a) {
      reader.skip(tag);
      expected = NO_STREAM;
    } else if (tag === 0x22) {
      reader.skip(tag);
      expected = ANY;
    } else if (tag === 0x2a) {
      reader.skip(tag);
      expected = STREAM_EXISTS;
    } else reader.skip(tag);
  }
  return { stream: streamBytes.toString('utf8'), streamBytes, expected };
}

/** @throws GrpcError when no stream has this name */
export function checkStreamName(options: { readonly streamBytes: Buffer }): void {
  if (options.streamBytes.length === 0) throw invalid('The stream name is empty.');
  if (options.streamBytes.length > MAX_NAME_BYTES)
    throw invalid(`The stream name is longer than ${MAX_NAME_BYTES} bytes.`);
}

/** A UUID (shared.proto) in either form, as 16 bytes. */
export function decodeUuid(reader: Reader): Buffer {
  const id = Buffer.alloc(16);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) parseUuid(reader.bytes(), id);
    else if (tag === 0x0a) {
      const structured = reader.message();
      for (let inner = structured.tag(); inner !== 0; inner = structured.tag()) {
        const start = structured.pos;
        structured.skip(inner);
        if (inner === 0x08 || inner === 0x10) {
          id.writeBigUInt64BE(exactVarint(structured.buffer, start, structured.pos), inner === 0x08 ? 0 : 8);
        }
      }
    } else reader.skip(tag);
  }
  return id;
}

function exactVarint(buffer: Buffer, start: number, end: number): bigint {
  let value = 0n;
  for (let i = end - 1; i >= start; i -= 1) value = (value << 7n) | BigInt(buffer[i]! & 0x7f);
  return BigInt.asUintN(64, value);
}

const DIGITS = new Uint8Array(256).fill(0xff);
for (let i = 0; i < 16; i += 1) {
  DIGITS[i.toString(16).charCodeAt(0)] = i;
  DIGITS[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}

function parseUuid(text: Buffer, id: Buffer): void {
  let at = 0;
  let high = -1;
  for (const character of text) {
    if (character === 0x2d) continue;
    const digit = DIGITS[character]!;
    if (digit === 0xff || at >= 16) throw new MalformedMessage('Not a UUID');
    if (high < 0) high = digit;
    else {
      id[at] = (high << 4) | digit;
      at += 1;
      high = -1;
    }
  }
  if (at !== 16 || high >= 0) throw new MalformedMessage('Not a UUID');
}

/** A ProposedMessage of Append (fields 1–4) or BatchAppend (the same). */
export function decodeProposed(reader: Reader): ProposedEvent {
  let id: Buffer | undefined;
  let type: Buffer | undefined;
  let contentType: Buffer | undefined;
  let customMetadata: Buffer = NOTHING;
  let data: Buffer = NOTHING;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) id = decodeUuid(reader.message());
    else if (tag === 0x12) {
      const entry = reader.message();
      let key: Buffer = NOTHING;
      let value: Buffer = NOTHING;
      for (let inner = entry.tag(); inner !== 0; inner = entry.tag()) {
        if (inner === 0x0a) key = entry.bytes();
        else if (inner === 0x12) value = entry.bytes();
        else entry.skip(inner);
      }
      if (key.equals(TYPE)) type = value;
      else if (key.equals(CONTENT_TYPE)) contentType = value;
    } else if (tag === 0x1a) customMetadata = reader.bytes();
    else if (tag === 0x22) data = reader.bytes();
    else reader.skip(tag);
  }
  if (id === undefined) throw invalid('An event has no id');
  if (type === undefined) throw missingMetadata('type');
  if (contentType === undefined) throw missingMetadata('content-type');
  if (type.length > MAX_NAME_BYTES) throw invalid('An event type is too long');
  return { id, type, contentType: contentType.equals(JSON_TYPE) ? JSON_TYPE : BINARY_TYPE, customMetadata, data };
}

/** What an event counts towards {@link MAX_APPEND_BYTES}. */
export const sizeOf = (event: ProposedEvent): number =>
  event.data.length + event.customMetadata.length + event.type.length * 2;

export function checkSize(bytes: number): void {
  if (bytes > MAX_APPEND_BYTES) throw appendTooLarge();
}
