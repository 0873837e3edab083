import {
  BATCH_HEADER,
  batchBaseTimestamp,
  batchCompression,
  batchEndOffset,
  batchMaxTimestamp,
  batchRecordCount,
  usesAppendTime,
} from './batch.js';
import { decompress } from './decompress.js';

export interface TimedOffset {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/**
 * The first record of a batch at or after `timestamp`, not before offset `from`. When the records cannot be
 * opened it is the batch's first one: a reader then gets a few records too many, never too few.
 */
export function firstRecordSince(batch: Buffer, timestamp: number, from: number): TimedOffset {
  const base = batchEndOffset(batch) - batchRecordCount(batch);
  const whole = { offset: Math.max(base, from), timestamp: batchMaxTimestamp(batch) };
  if (usesAppendTime(batch)) return whole;
  try {
    const records = decompress(batchCompression(batch), batch.subarray(BATCH_HEADER));
    if (records === undefined) return whole;
    for (const record of timedOffsets(records, base, batchBaseTimestamp(batch), batchRecordCount(batch))) {
      if (record.timestamp >= timestamp && record.offset >= from) return record;
    }
  } catch {
    // Damaged by its producer; consumers will see it as well.
  }
  return whole;
}

/** Reads the beginnings of the records: length, attributes, timestamp delta, offset delta. */
function* timedOffsets(records: Buffer, base: number, baseTimestamp: number, count: number): Generator<TimedOffset> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (let byte = 0x80; byte >= 0x80; scale *= 128) {
      if (at >= records.length) throw new RangeError('The records end too early');
      byte = records[at]!;
      at += 1;
      value += (byte & 0x7f) * scale;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  for (let index = 0; index < count; index += 1) {
    const length = varint();
    const next = at + length;
    at += 1;
    const timestamp = baseTimestamp + varint();
    const offset = base + varint();
    yield { offset, timestamp };
    if (next < at) throw new RangeError('A record is shorter than its header');
    at = next;
  }
}
