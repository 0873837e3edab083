import type { ExpectedRevision, LogPosition, NewEvent } from '../types.js';
import { bytesField, type FieldReader, readerOf, uint64Field, varintSize, writeVarint } from './wire.js';

/** `event_store.client.streams.BatchAppendReq` and `BatchAppendResp`, from streams.proto of EventStoreDB 20–24. */

const EMPTY_FIELD = { no_stream: bytesField(3), any: bytesField(4), stream_exists: bytesField(5) };
const CONTENT_TYPE = bytesField(2, bytesField(1, 'content-type'), bytesField(2, 'application/json'));
const IS_FINAL = Buffer.from([4 << 3, 1]);
const typeFields = new Map<string, Buffer>();

/** The `type` entry of the metadata map: the types of an application are few, so each is encoded once. */
function typeField(type: string): Buffer {
  let field = typeFields.get(type);
  if (!field) {
    if (typeFields.size > 1_000) typeFields.clear();
    field = bytesField(2, bytesField(1, 'type'), bytesField(2, type));
    typeFields.set(type, field);
  }
  return field;
}

/** Correlation id of the `n`th append: a UUID whose last 48 bits are the number. */
const correlationOf = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

function expectedField(expected: ExpectedRevision): Buffer {
  if (typeof expected === 'string') return EMPTY_FIELD[expected];
  return expected < 0n ? EMPTY_FIELD.no_stream : uint64Field(2, expected);
}

/** An event's two payloads, already bytes. */
interface Payload {
  readonly id: string;
  readonly type: Buffer;
  readonly metadata: Buffer;
  readonly data: Buffer;
  readonly size: number;
}

const payloadOf = (event: NewEvent, metadata: Buffer): Payload => {
  const type = typeField(event.type);
  const data = Buffer.from(JSON.stringify(event.data) ?? 'null', 'utf8');
  const idSize = 2 + 2 + event.id.length;
  const size =
    idSize +
    type.length +
    CONTENT_TYPE.length +
    (1 + varintSize(metadata.length) + metadata.length) +
    (1 + varintSize(data.length) + data.length);
  return { id: event.id, type, metadata, data, size };
};

/**
 * Encodes one append as a single final message of the batch stream.
 * @param n number of the append on its connection, < 2^48
 * @param deadline when the server may give up, ms since 1970
 */
export function encodeAppend(
  n: number,
  stream: string,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
  deadline: number,
): Buffer {
  // Events of one command share their metadata object: it is turned into bytes once.
  const metadataBytes = new Map<object, Buffer>();
  const payloads = events.map((event) => {
    let metadata = metadataBytes.get(event.metadata);
    if (!metadata) {
      metadata = Buffer.from(JSON.stringify(event.metadata), 'utf8');
      metadataBytes.set(event.metadata, metadata);
    }
    return payloadOf(event, metadata);
  });
  const timestamp = bytesField(
    6,
    uint64Field(1, Math.floor(deadline / 1000)),
    uint64Field(2, (deadline % 1000) * 1_000_000),
  );
  const options = bytesField(2, bytesField(1, bytesField(3, stream)), expectedField(expected), timestamp);
  const correlation = bytesField(1, bytesField(2, correlationOf(n)));
  let size = correlation.length + options.length + IS_FINAL.length;
  for (const payload of payloads) size += 1 + varintSize(payload.size) + payload.size;
  const target = Buffer.allocUnsafe(size);
  let at = correlation.copy(target, 0);
  at += options.copy(target, at);
  for (const payload of payloads) at = writePayload(target, at, payload);
  IS_FINAL.copy(target, at);
  return target;
}

function writePayload(target: Buffer, start: number, payload: Payload): number {
  let at = start;
  target[at++] = (3 << 3) | 2;
  at = writeVarint(target, at, payload.size);
  target[at++] = (1 << 3) | 2;
  target[at++] = payload.id.length + 2;
  target[at++] = (2 << 3) | 2;
  target[at++] = payload.id.length;
  at += target.write(payload.id, at, 'latin1');
  at += payload.type.copy(target, at);
  at += CONTENT_TYPE.copy(target, at);
  target[at++] = (3 << 3) | 2;
  at = writeVarint(target, at, payload.metadata.length);
  at += payload.metadata.copy(target, at);
  target[at++] = (4 << 3) | 2;
  at = writeVarint(target, at, payload.data.length);
  return at + payload.data.copy(target, at);
}

/** What the server said to one append. */
export type AppendAnswer =
  | { readonly n: number; readonly kind: 'success'; readonly revision: bigint; readonly position?: LogPosition }
  | { readonly n: number; readonly kind: 'wrong-revision'; readonly actual: bigint }
  | { readonly n: number; readonly kind: 'deleted' }
  | { readonly n: number; readonly kind: 'timeout' }
  | { readonly n: number; readonly kind: 'rejected'; readonly reason: string };

/** The number of the append in a UUID given as text or as two 64-bit halves. */
function readCorrelation(reader: FieldReader): number {
  while (reader.more) {
    const key = reader.varint();
    if (key >> 3 === 2) return Number.parseInt(reader.text().slice(-12), 16);
    if (key >> 3 === 1) {
      const halves = reader.message();
      let low = 0n;
      while (halves.more) {
        const half = halves.varint();
        if (half >> 3 === 2) low = halves.uint64();
        else halves.skip(half);
      }
      return Number(low & 0xffffffffffffn);
    }
    reader.skip(key);
  }
  return -1;
}

/** Two uint64 fields numbered 1 and 2: commit and prepare. */
export function readPosition(reader: FieldReader): LogPosition {
  let commit = 0n;
  let prepare = 0n;
  while (reader.more) {
    const key = reader.varint();
    if (key === 8) commit = reader.uint64();
    else if (key === 16) prepare = reader.uint64();
    else reader.skip(key);
  }
  return { commit, prepare };
}

function readSuccess(n: number, reader: FieldReader): AppendAnswer {
  let revision = -1n;
  let position: LogPosition | undefined;
  while (reader.more) {
    const key = reader.varint();
    if (key === 8) revision = reader.uint64();
    else if (key === 26) position = readPosition(reader.message());
    else reader.skip(key);
  }
  return position ? { n, kind: 'success', revision, position } : { n, kind: 'success', revision };
}

function readWrongRevision(n: number, reader: FieldReader): AppendAnswer {
  let actual = -1n;
  while (reader.more) {
    const key = reader.varint();
    if (key === 8) actual = reader.uint64();
    else reader.skip(key);
  }
  return { n, kind: 'wrong-revision', actual };
}

/** `google.rpc.Status` whose details say which of the store's errors it is. */
function readStatus(n: number, reader: FieldReader): AppendAnswer {
  let message = '';
  let type = '';
  let value: Buffer = Buffer.alloc(0);
  while (reader.more) {
    const key = reader.varint();
    if (key === 18) message = reader.text();
    else if (key === 26) {
      const any = reader.message();
      while (any.more) {
        const part = any.varint();
        if (part === 10) type = any.text();
        else if (part === 18) value = any.bytes();
        else any.skip(part);
      }
    } else reader.skip(key);
  }
  const name = type.slice(type.lastIndexOf('.') + 1);
  if (name === 'WrongExpectedVersion') return readWrongRevision(n, readerOf(value));
  if (name === 'StreamDeleted') return { n, kind: 'deleted' };
  if (name === 'Timeout') return { n, kind: 'timeout' };
  return { n, kind: 'rejected', reason: [name, message].filter(Boolean).join(': ') || 'unknown error' };
}

/** Decodes an answer of the batch stream. */
export function decodeAppendAnswer(buffer: Buffer): AppendAnswer {
  const reader = readerOf(buffer);
  let n = -1;
  let error: FieldReader | undefined;
  let success: FieldReader | undefined;
  while (reader.more) {
    const key = reader.varint();
    if (key === 10) n = readCorrelation(reader.message());
    else if (key === 18) error = reader.message();
    else if (key === 26) success = reader.message();
    else reader.skip(key);
  }
  if (error) return readStatus(n, error);
  if (success) return readSuccess(n, success);
  return { n, kind: 'rejected', reason: 'an answer that is neither success nor error' };
}
