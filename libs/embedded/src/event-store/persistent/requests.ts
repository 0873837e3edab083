import { Reader } from '../protobuf.js';
import { decodeStreamIdentifier, decodeUuid } from '../streams/decode-append.js';
import { invalid } from '../streams/errors.js';
import { decodeAllOptions, decodeStreamOptions, decodeStructuredIds, type Start } from '../streams/read-options.js';
import { decodeSettings, type GroupSettings } from './settings.js';

/** `$all` stands for all streams, as it does in EventStoreDB. */
export const ALL = '$all';

export interface GroupAddress {
  readonly stream: string;
  readonly group: string;
}

export interface GroupDefinition extends GroupAddress {
  readonly from: Start;
  readonly settings: GroupSettings;
  /** FilterOptions as it came; `$all` only. */
  readonly filter: Buffer | undefined;
}

/** The `options` message that every request has in field 1. */
export function optionsOf(message: Buffer): Reader {
  const reader = new Reader(message);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) return reader.message();
    reader.skip(tag);
  }
  throw invalid('A request came without options');
}

/** CreateReq.Options and UpdateReq.Options. */
export function decodeDefinition(reader: Reader): GroupDefinition {
  let stream: string | undefined;
  let group = '';
  let from: Start | undefined;
  let filter: Buffer | undefined;
  let decoded: ReturnType<typeof decodeSettings> | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) stream ??= decodeStreamIdentifier(reader.message()).toString('utf8');
    else if (tag === 0x12) group = reader.string();
    else if (tag === 0x1a) decoded = decodeSettings(reader.message());
    else if (tag === 0x22) ({ stream, from } = decodeStreamOptions(reader.message()));
    else if (tag === 0x2a) {
      const options = reader.bytes();
      stream = ALL;
      from = decodeAllOptions(new Reader(options));
      filter = filterIn(options);
    } else reader.skip(tag);
  }
  if (stream === undefined || stream === '') throw invalid('The stream name is empty.');
  if (group === '') throw invalid('The group name is empty.');
  if (decoded === undefined) throw invalid('A group came without settings');
  // Older clients say "the end" as the largest number there is.
  const revision = decoded.revision < 0 || decoded.revision >= 2 ** 62 ? 'end' : decoded.revision;
  return { stream, group, from: from ?? revision, settings: decoded.settings, filter };
}

function filterIn(options: Buffer): Buffer | undefined {
  const reader = new Reader(options);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x22) return Buffer.from(reader.bytes());
    reader.skip(tag);
  }
  return undefined;
}

/** Where the three small requests keep stream, `$all` and group. */
const FIELDS = {
  delete: { stream: 0x0a, all: 0x1a, group: 0x12 },
  getInfo: { stream: 0x0a, all: 0x12, group: 0x1a },
  replay: { stream: 0x12, all: 0x1a, group: 0x0a },
  read: { stream: 0x0a, all: 0x2a, group: 0x12 },
} as const;

export interface AddressedRequest extends GroupAddress {
  /** Replay: at most so many. */
  readonly stopAt: number | undefined;
  /** Read: events that may be with the caller unacknowledged. */
  readonly bufferSize: number;
  readonly structuredIds: boolean;
}

export function decodeAddressed(reader: Reader, kind: keyof typeof FIELDS): AddressedRequest {
  const fields = FIELDS[kind];
  let stream = '';
  let group = '';
  let stopAt: number | undefined;
  let bufferSize = 10;
  let structuredIds = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === fields.stream) stream = decodeStreamIdentifier(reader.message()).toString('utf8');
    else if (tag === fields.all) {
      reader.skip(tag);
      stream = ALL;
    } else if (tag === fields.group) group = reader.string();
    else if (kind === 'replay' && tag === 0x20) stopAt = reader.int64();
    else if (kind === 'read' && tag === 0x18) bufferSize = reader.int64();
    else if (kind === 'read' && tag === 0x22) structuredIds = decodeStructuredIds(reader.message());
    else reader.skip(tag);
  }
  return { stream, group, stopAt, bufferSize: Math.max(1, bufferSize), structuredIds };
}

/** ListReq.Options: one stream's groups, `$all`'s, or every group. */
export function decodeList(reader: Reader): string | undefined {
  let stream: string | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) {
      const option = reader.message();
      for (let inner = option.tag(); inner !== 0; inner = option.tag()) {
        if (inner === 0x0a) stream = decodeStreamIdentifier(option.message()).toString('utf8');
        else {
          if (inner === 0x12) stream = ALL;
          option.skip(inner);
        }
      }
    } else reader.skip(tag);
  }
  return stream;
}

export type NackAction = 'park' | 'retry' | 'skip' | 'stop' | 'unknown';
const ACTIONS: readonly NackAction[] = ['unknown', 'park', 'retry', 'skip', 'stop'];

/** Ack and Nack: ids in field 2; for Nack what to do and why. */
export function decodeVerdict(reader: Reader): { ids: Buffer[]; action: NackAction; reason: string } {
  const ids: Buffer[] = [];
  let action: NackAction = 'unknown';
  let reason = '';
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) ids.push(decodeUuid(reader.message()));
    else if (tag === 0x18) action = ACTIONS[reader.varint()] ?? 'unknown';
    else if (tag === 0x22) reason = reader.string();
    else reader.skip(tag);
  }
  return { ids, action, reason };
}
