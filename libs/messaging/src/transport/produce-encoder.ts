import type { IHeaders, Message } from 'kafkajs';
import { crc32c } from './crc32c.js';

/** What kafkajs gives its encoder for a Produce request, versions 3 to 7. */
export interface ProduceArgs {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  /** A number, decimal string or kafkajs' Long. */
  readonly producerId?: { toString(): string };
  readonly producerEpoch?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: readonly Message[];
    }[];
  }[];
}

const TRANSACTIONAL = 0x10;

/** Grows to the largest request and is used again for the next; what is sent is a copy. */
let scratch = Buffer.allocUnsafe(256 * 1024);
let at = 0;

const room = (bytes: number): void => {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
};

/** Zigzag varint; numbers up to 2^52, which a timestamp in milliseconds stays below. */
const varint = (value: number): void => {
  room(10);
  let left = value >= 0 ? value * 2 : -value * 2 - 1;
  while (left > 0x7f) {
    scratch[at] = (left % 128) | 0x80;
    at += 1;
    left = Math.floor(left / 128);
  }
  scratch[at] = left;
  at += 1;
};

const int8 = (value: number): void => {
  room(1);
  at = scratch.writeInt8(value, at);
};
const int16 = (value: number): void => {
  room(2);
  at = scratch.writeInt16BE(value, at);
};
const int32 = (value: number): void => {
  room(4);
  at = scratch.writeInt32BE(value, at);
};
const int64 = (value: bigint): void => {
  room(8);
  at = scratch.writeBigInt64BE(value, at);
};

const bytes = (value: Buffer | string | null | undefined): void => {
  if (value === null || value === undefined) {
    varint(-1);
    return;
  }
  if (typeof value === 'string') {
    const length = Buffer.byteLength(value);
    varint(length);
    room(length);
    at += scratch.write(value, at, length, 'utf8');
    return;
  }
  varint(value.length);
  room(value.length);
  at += value.copy(scratch, at);
};

const headers = (all: IHeaders | undefined): void => {
  const list: [string, Buffer | string | undefined][] = [];
  for (const name in all) {
    const value = all[name];
    if (Array.isArray(value)) for (const one of value) list.push([name, one]);
    else list.push([name, value]);
  }
  varint(list.length);
  for (const [name, value] of list) {
    bytes(name);
    bytes(value);
  }
};

const record = (message: Message, offsetDelta: number, timestampDelta: number): void => {
  // The length comes first but is known last: leave the most it can take, then move the record up to it.
  const start = at;
  room(5);
  at = start + 5;
  int8(0);
  varint(timestampDelta);
  varint(offsetDelta);
  bytes(message.key);
  bytes(message.value);
  headers(message.headers);
  const end = at;
  at = start;
  varint(end - start - 5);
  scratch.copyWithin(at, start + 5, end);
  at += end - start - 5;
};

const batch = (messages: readonly Message[], args: ProduceArgs, firstSequence: number, now: number): void => {
  const times = messages.map((message) => (message.timestamp === undefined ? now : Number(message.timestamp)));
  const first = times[0] ?? now;
  const start = at;
  int64(0n);
  int32(0); // length, see below
  int32(0); // leader epoch
  int8(2);
  int32(0); // crc, see below
  int16(args.transactionalId ? TRANSACTIONAL : 0);
  int32(messages.length - 1);
  int64(BigInt(first));
  int64(BigInt(times.reduce((a, b) => Math.max(a, b), first)));
  int64(BigInt(String(args.producerId ?? -1)));
  int16(args.producerEpoch ?? 0);
  int32(firstSequence);
  int32(messages.length);
  messages.forEach((message, index) => {
    record(message, index, (times[index] ?? now) - first);
  });
  scratch.writeInt32BE(at - start - 12, start + 8);
  scratch.writeUInt32BE(crc32c(scratch, start + 21, at), start + 17);
};

/**
 * Writes the body of an uncompressed Produce request, versions 3 to 7. kafkajs' own writer makes several objects for
 * each header of each record; this one writes into one buffer and takes about a fifth of the time.
 * Format: https://kafka.apache.org/protocol#The_Messages_Produce, https://kafka.apache.org/documentation/#recordbatch
 */
export const encodeProduce = (args: ProduceArgs, now = Date.now()): Buffer => {
  at = 0;
  const name = (text: string | null): void => {
    if (text === null) {
      int16(-1);
      return;
    }
    const length = Buffer.byteLength(text);
    int16(length);
    room(length);
    at += scratch.write(text, at, length, 'utf8');
  };
  name(args.transactionalId ?? null);
  int16(args.acks);
  int32(args.timeout);
  int32(args.topicData.length);
  for (const { topic, partitions } of args.topicData) {
    name(topic);
    int32(partitions.length);
    for (const { partition, messages, firstSequence } of partitions) {
      int32(partition);
      const start = at;
      int32(0);
      batch(messages, args, firstSequence ?? 0, now);
      scratch.writeInt32BE(at - start - 4, start);
    }
  }
  return Buffer.from(scratch.subarray(0, at));
};
