import { gzipSync } from 'node:zlib';
import { crc32c } from '../crc32c.js';
import { ErrorCode } from '../protocol/errors.js';
import { batchOf } from '../testing/batches.js';
import { batchEndOffset, batchMaxTimestamp, checkBatch, placeBatch, usesAppendTime } from './batch.js';
import { decompress } from './decompress.js';
import { ProducerState } from './producer-state.js';
import { firstRecordSince } from './records.js';

describe('crc32c', () => {
  it('agrees with the published check values', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    // RFC 3720, B.4
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from('xx123456789yy'), 2, 11)).toBe(0xe3069283);
  });
});

describe('record batches', () => {
  const damaged = (change: (batch: Buffer) => void, seal = true): Buffer => {
    const batch = batchOf({ records: ['a', 'b'] });
    change(batch);
    if (seal) batch.writeUInt32BE(crc32c(batch, 21), 17);
    return batch;
  };

  it.each<[string, Buffer, number]>([
    ['nothing', Buffer.alloc(0), ErrorCode.CORRUPT_MESSAGE],
    ['an old format', damaged((batch) => batch.writeInt8(1, 16)), ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT],
    ['an unknown format', damaged((batch) => batch.writeInt8(3, 16)), ErrorCode.CORRUPT_MESSAGE],
    ['a wrong length', damaged((batch) => batch.writeInt32BE(9000, 8)), ErrorCode.CORRUPT_MESSAGE],
    ['a wrong checksum', damaged((batch) => batch.writeInt8(0x7f, 65), false), ErrorCode.CORRUPT_MESSAGE],
    ['two batches', Buffer.concat([damaged(() => undefined), damaged(() => undefined)]), ErrorCode.INVALID_RECORD],
    ['a wrong count', damaged((batch) => batch.writeInt32BE(7, 57)), ErrorCode.INVALID_RECORD],
    ['a control batch', damaged((batch) => batch.writeInt16BE(0x20, 21)), ErrorCode.INVALID_RECORD],
    ['a transactional batch', damaged((batch) => batch.writeInt16BE(0x10, 21)), ErrorCode.INVALID_TXN_STATE],
    ['an unknown codec', damaged((batch) => batch.writeInt16BE(6, 21)), ErrorCode.UNSUPPORTED_COMPRESSION_TYPE],
  ])('are refused with %s', (_name, batch, code) => {
    expect(checkBatch(batch, 10_000)?.code).toBe(code);
  });

  it('keep their checksum when they are placed', () => {
    const batch = batchOf({ records: ['a', 'b'], timestamp: 5 });
    placeBatch(batch, 2 ** 40, undefined);
    expect(checkBatch(batch, 10_000)).toBeUndefined();
    expect([batchEndOffset(batch), batchMaxTimestamp(batch), usesAppendTime(batch)]).toEqual([2 ** 40 + 2, 5, false]);
    placeBatch(batch, 7, 1234);
    expect(checkBatch(batch, 10_000)).toBeUndefined();
    expect([batchEndOffset(batch), batchMaxTimestamp(batch), usesAppendTime(batch)]).toEqual([9, 1234, true]);
    expect(checkBatch(batch, batch.length - 1)?.code).toBe(ErrorCode.MESSAGE_TOO_LARGE);
  });

  it('tell which record is the first at a time', () => {
    const batch = batchOf({ records: [10, 30, 20].map((timestamp) => ({ value: 'x', timestamp })) });
    placeBatch(batch, 100, undefined);
    expect(firstRecordSince(batch, 5, 0)).toEqual({ offset: 100, timestamp: 10 });
    expect(firstRecordSince(batch, 15, 0)).toEqual({ offset: 101, timestamp: 30 });
    expect(firstRecordSince(batch, 15, 102)).toEqual({ offset: 102, timestamp: 20 });
  });
});

describe('decompress', () => {
  it('opens what compressors make, with references to earlier bytes', () => {
    const text = 'abcabcabcabcabcabc!';
    expect(decompress(1, gzipSync(text))?.toString()).toBe(text);
    // Literal "abc", then 15 bytes from 3 back (a two-byte offset), then the literal "!".
    const snappy = Buffer.from([19, 2 << 2, 97, 98, 99, (14 << 2) | 2, 3, 0, 0, 33]);
    expect(decompress(2, snappy)?.toString()).toBe(text);
    const framed = Buffer.concat([
      Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, snappy.length]),
      snappy,
    ]);
    expect(decompress(2, framed)?.toString()).toBe(text);
    // Three literals and a match of 15 three back; one literal.
    const block = Buffer.from([0x3b, 97, 98, 99, 3, 0, 0x10, 33]);
    const lz4 = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, block.length, 0, 0, 0, ...block, 0, 0, 0, 0]);
    expect(decompress(3, lz4)?.toString()).toBe(text);
  });

  it('throws on damaged data instead of reading on', () => {
    expect(() => decompress(2, Buffer.from([200, 200, 200, 200, 200, 1, 2]))).toThrow();
    expect(() => decompress(3, Buffer.from('not lz4 at all'))).toThrow();
  });
});

describe('the state of producers', () => {
  const batch = (firstSequence: number, epoch = 0, count = 2) => ({ id: 1, epoch, firstSequence, count });

  it('remembers five batches, and refuses gaps and old epochs', () => {
    const state = new ProducerState();
    for (let index = 0; index < 7; index += 1) state.record(batch(index * 2), index * 2, 1000);
    expect(state.check(batch(4))).toEqual({ kind: 'duplicate', baseOffset: 4 });
    expect(state.check(batch(2))).toEqual({ kind: 'refused', code: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER });
    expect(state.check(batch(14))).toEqual({ kind: 'append' });
    expect(state.check(batch(16))).toMatchObject({ kind: 'refused' });
    expect(state.check(batch(5, 1))).toMatchObject({ kind: 'refused' });
    expect(state.check(batch(0, 1))).toEqual({ kind: 'append' });
    state.record(batch(0, 1), 99, 1000);
    expect(state.check(batch(14, 0))).toEqual({ kind: 'refused', code: ErrorCode.INVALID_PRODUCER_EPOCH });
  });

  it('goes on after the largest sequence', () => {
    const state = new ProducerState();
    state.record(batch(2 ** 31 - 2), 0, 1000);
    expect(state.check(batch(0))).toEqual({ kind: 'append' });
  });

  it('survives being written and read', () => {
    const state = new ProducerState();
    state.record(batch(0), 2 ** 40, 1000);
    const copy = new ProducerState();
    for (const [id, value] of state.takeChanged()) copy.restore(id, value);
    expect(copy.check(batch(0))).toEqual({ kind: 'duplicate', baseOffset: 2 ** 40 });
    expect(copy.check(batch(2))).toEqual({ kind: 'append' });
    expect(state.takeChanged()).toEqual([]);
  });

  it('forgets who was quiet for a day', () => {
    const state = new ProducerState();
    state.record(batch(0), 0, 1000);
    expect(state.expire(2000)).toEqual([]);
    expect(state.expire(1000 + 25 * 3600 * 1000)).toEqual([1]);
    expect(state.size).toBe(0);
  });
});
