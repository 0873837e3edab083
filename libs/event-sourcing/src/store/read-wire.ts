import type { EventMetadata, LogPosition, RecordedEvent } from '../types.js';
import { readPosition } from './append-wire.js';
import { bytesField, type FieldReader, readerOf, uint64Field } from './wire.js';

/** `event_store.client.streams.ReadReq` and `ReadResp`, from streams.proto of EventStoreDB 20–24. */

/** What a read asks for: events of one stream, or of the whole log. */
export interface ReadRequest {
  /** One stream, from a revision; absent: the whole log. */
  readonly stream?: { readonly name: string; readonly from: bigint | 'start' | 'end' };
  /** The whole log, from a position. */
  readonly all?: { readonly from: LogPosition | 'start' | 'end' };
  readonly backwards?: boolean;
  /** Most events; a subscription when absent. */
  readonly count?: number;
  /** Stream name prefixes, whole log only; none: all but system streams. */
  readonly prefixes?: readonly string[];
}

/** Filtered-out events the server may pass over before it reports a checkpoint: window × interval. */
const SEARCH_WINDOW = 32;
const CHECKPOINT_INTERVAL = 64;

function filterField(prefixes: readonly string[]): Buffer {
  const expression = prefixes.length > 0 ? prefixes.map((prefix) => bytesField(2, prefix)) : [bytesField(1, '^[^$].*')];
  return bytesField(
    7,
    bytesField(1, ...expression),
    uint64Field(3, SEARCH_WINDOW),
    uint64Field(5, CHECKPOINT_INTERVAL),
  );
}

/** Encodes a read or a subscription. */
export function encodeRead(request: ReadRequest): Buffer {
  const parts: Buffer[] = [];
  if (request.stream) {
    const { name, from } = request.stream;
    const start = from === 'start' ? bytesField(3) : from === 'end' ? bytesField(4) : uint64Field(2, from);
    parts.push(bytesField(1, bytesField(1, bytesField(3, name)), start));
  } else {
    const from = request.all?.from ?? 'start';
    const start =
      from === 'start'
        ? bytesField(2)
        : from === 'end'
          ? bytesField(3)
          : bytesField(1, uint64Field(1, from.commit), uint64Field(2, from.prepare));
    parts.push(bytesField(2, start));
  }
  if (request.backwards) parts.push(uint64Field(3, 1));
  parts.push(request.count === undefined ? bytesField(6) : uint64Field(5, request.count));
  parts.push(request.prefixes && !request.stream ? filterField(request.prefixes) : bytesField(8));
  parts.push(bytesField(9, bytesField(2)));
  return bytesField(1, ...parts);
}

/** One message of a read or subscription. */
export type ReadMessage =
  | { readonly kind: 'event'; readonly event: RecordedEvent }
  | { readonly kind: 'checkpoint'; readonly position: LogPosition }
  | { readonly kind: 'caught-up' | 'fell-behind' | 'not-found' | 'other' };

const OTHER: ReadMessage = { kind: 'other' };

/** Decodes one message. Links are not followed: their own record is given. */
export function decodeReadMessage(buffer: Buffer): ReadMessage {
  const reader = readerOf(buffer);
  while (reader.more) {
    const key = reader.varint();
    if (key === 10) return readEvent(reader.message());
    if (key === 26) return { kind: 'checkpoint', position: readPosition(reader.message()) };
    if (key === 34) return { kind: 'not-found' };
    if (key === 66) return { kind: 'caught-up' };
    if (key === 74) return { kind: 'fell-behind' };
    reader.skip(key);
  }
  return OTHER;
}

function readEvent(reader: FieldReader): ReadMessage {
  while (reader.more) {
    const key = reader.varint();
    if (key === 10) return { kind: 'event', event: readRecorded(reader.message()) };
    reader.skip(key);
  }
  return OTHER;
}

function readUuid(reader: FieldReader): string {
  let high = 0n;
  let low = 0n;
  while (reader.more) {
    const key = reader.varint();
    if (key === 18) return reader.text();
    if (key === 10) {
      const halves = reader.message();
      while (halves.more) {
        const half = halves.varint();
        if (half === 8) high = halves.uint64();
        else if (half === 16) low = halves.uint64();
        else halves.skip(half);
      }
    } else reader.skip(key);
  }
  const hex = high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function readRecorded(reader: FieldReader): RecordedEvent {
  let id = '';
  let streamId = '';
  let revision = 0n;
  let prepare = 0n;
  let commit = 0n;
  let type = '';
  let contentType = 'application/json';
  let created = '';
  let custom: Buffer | undefined;
  let payload: Buffer | undefined;
  while (reader.more) {
    const key = reader.varint();
    switch (key) {
      case 10:
        id = readUuid(reader.message());
        break;
      case 18: {
        const stream = reader.message();
        while (stream.more) {
          const part = stream.varint();
          if (part === 26) streamId = stream.text();
          else stream.skip(part);
        }
        break;
      }
      case 24:
        revision = reader.uint64();
        break;
      case 32:
        prepare = reader.uint64();
        break;
      case 40:
        commit = reader.uint64();
        break;
      case 50: {
        const entry = reader.message();
        let name = '';
        let value = '';
        while (entry.more) {
          const part = entry.varint();
          if (part === 10) name = entry.text();
          else if (part === 18) value = entry.text();
          else entry.skip(part);
        }
        if (name === 'type') type = value;
        else if (name === 'created') created = value;
        else if (name === 'content-type') contentType = value;
        break;
      }
      case 58:
        custom = reader.bytes();
        break;
      case 66:
        payload = reader.bytes();
        break;
      default:
        reader.skip(key);
    }
  }
  const metadata = metadataOf(custom, created);
  const data = contentType === 'application/json' ? parseJson(payload) : payload?.toString('base64');
  return { id, streamId, type, data, revision, position: { commit, prepare }, recordedAt: metadata.at, metadata };
}

function parseJson(bytes: Buffer | undefined): unknown {
  if (!bytes || bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return bytes.toString('utf8');
  }
}

const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);

/** `created` is in ticks of 100 ns since 1970. */
const createdAt = (ticks: string): string =>
  new Date(/^\d{5,}$/.test(ticks) ? Number(BigInt(ticks) / 10_000n) : 0).toISOString();

/** Metadata of events written by others may lack anything: each part has a default. */
function metadataOf(bytes: Buffer | undefined, created: string): EventMetadata {
  const raw = parseJson(bytes);
  const found: Record<string, unknown> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const { traceparent, handler } = found;
  return {
    schemaVersion: typeof found['schemaVersion'] === 'number' ? found['schemaVersion'] : 1,
    correlationId: text(found['correlationId'], ''),
    causationId: text(found['causationId'], ''),
    actor: text(found['actor'], ''),
    at: typeof found['at'] === 'string' ? found['at'] : createdAt(created),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof handler === 'string' ? { handler } : {}),
  };
}
