import { MAX_INT64, putVarint, Reader, varintSize, Writer } from '../protobuf.js';

/**
 * How an event lies in the log: a fixed head for the engine, then the finished `ReadResp` protobuf message
 * (streams.proto) exactly as a reader gets it. Reading is therefore copying; nothing is encoded twice.
 *
 * head: 0 version · 1 flags · 2 created (ms, u48) · 8 stream number (u48) · 14 revision (u48) · 20 event id
 * (16 bytes) · 36 stream name offset (u32) · 40 stream name length (u16) · 42 type offset (u32) · 46 type
 * length (u16) · 48 RecordedEvent offset (u32) · 52 RecordedEvent length (u32)
 */
const HEAD = 56;
const VERSION = 1;
const FLAG_JSON = 1;
const FLAG_LINK = 2;
const FLAG_TOMBSTONE = 4;

/** The revision that a tombstone takes: no stream gets there otherwise. On the wire it is 2^63-1. */
export const TOMBSTONE_REVISION = 2 ** 48 - 1;

const LINK_TYPE = Buffer.from('$>');

/** An event as a client proposes it; byte fields may be views of the request. */
export interface ProposedEvent {
  /** 16 bytes. */
  readonly id: Buffer;
  readonly type: Buffer;
  readonly contentType: Buffer;
  readonly customMetadata: Buffer;
  readonly data: Buffer;
}

export interface RecordTarget {
  readonly streamName: Buffer;
  readonly streamNumber: number;
  readonly revision: number;
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const HEX_CODES = Uint16Array.from(HEX, (pair) => (pair.charCodeAt(0) << 8) | pair.charCodeAt(1));

/** Writes 16 bytes as the 36 characters of a UUID. */
function putUuid(target: Buffer, id: Buffer, offset: number): number {
  let at = offset;
  for (let i = 0; i < 16; i += 1) {
    if (i === 4 || i === 6 || i === 8 || i === 10) {
      target[at] = 0x2d;
      at += 1;
    }
    const codes = HEX_CODES[id[i]!]!;
    target[at] = codes >> 8;
    target[at + 1] = codes & 0xff;
    at += 2;
  }
  return at;
}

export function uuidText(id: Buffer): string {
  const text = Buffer.allocUnsafe(36);
  putUuid(text, id, 0);
  return text.toString('latin1', 0, 36);
}

const KEY_TYPE = Buffer.from('type');
const KEY_CONTENT_TYPE = Buffer.from('content-type');
const KEY_CREATED = Buffer.from('created');
const JSON_TYPE = Buffer.from('application/json');

const lengthDelimited = (length: number): number => 1 + varintSize(length) + length;

function putBytes(target: Buffer, tag: number, value: Buffer, offset: number): number {
  target[offset] = tag;
  const at = putVarint(target, value.length, offset + 1);
  value.copy(target, at);
  return at + value.length;
}

function putMetadata(target: Buffer, key: Buffer, value: Buffer, offset: number): number {
  target[offset] = 0x32;
  let at = putVarint(target, lengthDelimited(key.length) + lengthDelimited(value.length), offset + 1);
  at = putBytes(target, 0x0a, key, at);
  return putBytes(target, 0x12, value, at);
}

const metadataSize = (key: Buffer, value: Buffer): number =>
  lengthDelimited(lengthDelimited(key.length) + lengthDelimited(value.length));

/** Gives out room for records from larger blocks, so that a batch of them costs few allocations. */
export class Arena {
  private block = Buffer.alloc(0);
  private used = 0;

  take(size: number): Buffer {
    if (size > 64 * 1024) return Buffer.allocUnsafeSlow(size);
    if (this.used + size > this.block.length) {
      this.block = Buffer.allocUnsafeSlow(512 * 1024);
      this.used = 0;
    }
    const room = this.block.subarray(this.used, this.used + size);
    // Whole words: the storage hands addresses to native code.
    this.used += (size + 7) & ~7;
    return room;
  }
}

/** Encodes an event for the log. The created text is .NET ticks since 1970, as EventStoreDB sends it. */
export function encodeRecord(event: ProposedEvent, target: RecordTarget, arena: Arena): Buffer {
  const { streamName, position } = target;
  const tombstone = target.revision === TOMBSTONE_REVISION;
  const created = Buffer.from(`${target.created}0000`, 'latin1');
  const revisionSize = tombstone ? 9 : varintSize(target.revision);
  const positionSize = varintSize(position);
  const identifier = lengthDelimited(streamName.length);
  const recordSize =
    40 +
    lengthDelimited(identifier) +
    1 +
    revisionSize +
    2 * (1 + positionSize) +
    metadataSize(KEY_TYPE, event.type) +
    metadataSize(KEY_CONTENT_TYPE, event.contentType) +
    metadataSize(KEY_CREATED, created) +
    (event.customMetadata.length > 0 ? lengthDelimited(event.customMetadata.length) : 0) +
    (event.data.length > 0 ? lengthDelimited(event.data.length) : 0);
  const readEventSize = lengthDelimited(recordSize) + 1 + positionSize;
  const out = arena.take(HEAD + lengthDelimited(readEventSize));

  out[HEAD] = 0x0a;
  let at = putVarint(out, readEventSize, HEAD + 1);
  out[at] = 0x0a;
  at = putVarint(out, recordSize, at + 1);
  const recordOffset = at;
  out[at] = 0x0a;
  out[at + 1] = 38;
  out[at + 2] = 0x12;
  out[at + 3] = 36;
  at = putUuid(out, event.id, at + 4);
  out[at] = 0x12;
  at = putVarint(out, identifier, at + 1);
  at = putBytes(out, 0x1a, streamName, at);
  const nameOffset = at - streamName.length;
  out[at] = 0x18;
  at = tombstone ? putMaxInt64(out, at + 1) : putVarint(out, target.revision, at + 1);
  out[at] = 0x20;
  at = putVarint(out, position, at + 1);
  out[at] = 0x28;
  at = putVarint(out, position, at + 1);
  at = putMetadata(out, KEY_TYPE, event.type, at);
  const typeOffset = at - event.type.length;
  at = putMetadata(out, KEY_CONTENT_TYPE, event.contentType, at);
  at = putMetadata(out, KEY_CREATED, created, at);
  if (event.customMetadata.length > 0) at = putBytes(out, 0x3a, event.customMetadata, at);
  if (event.data.length > 0) at = putBytes(out, 0x42, event.data, at);
  out[at] = 0x18;
  putVarint(out, position, at + 1);

  out[0] = VERSION;
  out[1] =
    (event.contentType.equals(JSON_TYPE) ? FLAG_JSON : 0) |
    (event.type.equals(LINK_TYPE) ? FLAG_LINK : 0) |
    (tombstone ? FLAG_TOMBSTONE : 0);
  out.writeUIntBE(target.created, 2, 6);
  out.writeUIntBE(target.streamNumber, 8, 6);
  out.writeUIntBE(target.revision, 14, 6);
  event.id.copy(out, 20);
  out.writeUInt32BE(nameOffset, 36);
  out.writeUInt16BE(streamName.length, 40);
  out.writeUInt32BE(typeOffset, 42);
  out.writeUInt16BE(event.type.length, 46);
  out.writeUInt32BE(recordOffset, 48);
  out.writeUInt32BE(recordSize, 52);
  return out;
}

function putMaxInt64(target: Buffer, offset: number): number {
  target.fill(0xff, offset, offset + 8);
  target[offset + 8] = 0x7f;
  return offset + 9;
}

/** The finished `ReadResp` message. */
export const responseOf = (record: Buffer): Buffer => record.subarray(HEAD);
export const createdOf = (record: Buffer): number => record.readUIntBE(2, 6);
export const streamNumberOf = (record: Buffer): number => record.readUIntBE(8, 6);
export const revisionOf = (record: Buffer): number => record.readUIntBE(14, 6);
export const idOf = (record: Buffer): Buffer => record.subarray(20, 36);
export const isLink = (record: Buffer): boolean => (record[1]! & FLAG_LINK) !== 0;
export const isJson = (record: Buffer): boolean => (record[1]! & FLAG_JSON) !== 0;

/** Where a text lies in a record. */
export interface Part {
  offset(record: Buffer): number;
  length(record: Buffer): number;
}

export const streamNamePart: Part = {
  offset: (record) => record.readUInt32BE(36),
  length: (record) => record.readUInt16BE(40),
};

export const typePart: Part = {
  offset: (record) => record.readUInt32BE(42),
  length: (record) => record.readUInt16BE(46),
};

export const streamNameOf = (record: Buffer): Buffer => textAt(record, streamNamePart);
export const typeOf = (record: Buffer): Buffer => textAt(record, typePart);

function textAt(record: Buffer, part: Part): Buffer {
  const offset = part.offset(record);
  return record.subarray(offset, offset + part.length(record));
}

/** The `RecordedEvent` message inside. */
export function recordedEventOf(record: Buffer): Buffer {
  const offset = record.readUInt32BE(48);
  return record.subarray(offset, offset + record.readUInt32BE(52));
}

/** The event's data, a view of the record. */
export function dataOf(record: Buffer): Buffer {
  const reader = new Reader(recordedEventOf(record));
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x42) return reader.bytes();
    reader.skip(tag);
  }
  return Buffer.alloc(0);
}

/** The position is the last number of the message. */
export function positionOf(record: Buffer): number {
  const reader = new Reader(record, record.readUInt32BE(48) + record.readUInt32BE(52) + 1);
  return reader.varint();
}

/** A `RecordedEvent` whose id is in the structured form, for callers that ask for it. */
export function withStructuredId(recorded: Buffer, id: Buffer): Buffer {
  const head = new Writer()
    .message(1, (uuid) =>
      uuid.message(1, (structured) => structured.big(1, id.readBigInt64BE(0)).big(2, id.readBigInt64BE(8))),
    )
    .finish();
  // The id comes first and takes 40 bytes in the text form.
  return Buffer.concat([head, recorded.subarray(40)]);
}

export const MAX_INT64_TEXT = MAX_INT64.toString();
