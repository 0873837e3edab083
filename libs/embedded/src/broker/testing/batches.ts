import { gzipSync } from 'node:zlib';
import { crc32c } from '../crc32c.js';
import { BATCH_HEADER } from '../log/batch.js';

export interface TestRecord {
  readonly value: string;
  /** Milliseconds since 1970; default the batch's. */
  readonly timestamp?: number;
}

export interface TestBatch {
  readonly records: readonly (string | TestRecord)[];
  readonly compression?: keyof typeof codecs;
  readonly timestamp?: number;
  readonly producer?: { readonly id: number; readonly epoch: number; readonly sequence: number };
}

/** The simplest data that each format allows: literals and uncompressed blocks (contents below 256 bytes). */
const codecs = {
  none: { id: 0, compress: (data: Buffer) => data },
  gzip: { id: 1, compress: (data: Buffer) => gzipSync(data) },
  snappy: { id: 2, compress: snappyLiteral },
  lz4: { id: 3, compress: lz4Uncompressed },
  zstd: { id: 4, compress: zstdRaw },
};
export const compressions = Object.keys(codecs) as readonly (keyof typeof codecs)[];

function snappyLiteral(data: Buffer): Buffer {
  return Buffer.concat([unsigned(data.length), Buffer.from([60 << 2, data.length - 1]), data]);
}

function lz4Uncompressed(data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((data.length | 0x80000000) >>> 0);
  // Magic, version 1 with independent blocks, blocks of up to 64 KiB, and the checksum of these two bytes.
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]), size, data, Buffer.alloc(4)]);
}

function zstdRaw(data: Buffer): Buffer {
  const block = Buffer.alloc(3);
  block.writeUIntLE((data.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, data.length]), block, data]);
}

function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

const signed = (value: number): Buffer => unsigned(value >= 0 ? value * 2 : -value * 2 - 1);

/** A record batch of format 2, byte by byte as a producer would send it. */
export function batchOf({ records, compression = 'none', timestamp = Date.now(), producer }: TestBatch): Buffer {
  const timed = records.map((one) => (typeof one === 'string' ? { value: one, timestamp } : { timestamp, ...one }));
  const base = timed[0]?.timestamp ?? timestamp;
  const plain = Buffer.concat(
    timed.map((one, index) => {
      const value = Buffer.from(one.value);
      const body = Buffer.concat([
        Buffer.from([0]),
        signed(one.timestamp - base),
        signed(index),
        signed(-1),
        signed(value.length),
        value,
        signed(0),
      ]);
      return Buffer.concat([signed(body.length), body]);
    }),
  );
  const { id, compress } = codecs[compression];
  const data = compress(plain);
  const header = Buffer.alloc(BATCH_HEADER);
  header.writeInt32BE(BATCH_HEADER - 12 + data.length, 8);
  header.writeInt32BE(-1, 12);
  header[16] = 2;
  header.writeInt16BE(id, 21);
  header.writeInt32BE(records.length - 1, 23);
  header.writeBigInt64BE(BigInt(base), 27);
  header.writeBigInt64BE(BigInt(Math.max(...timed.map((one) => one.timestamp))), 35);
  header.writeBigInt64BE(BigInt(producer?.id ?? -1), 43);
  header.writeInt16BE(producer?.epoch ?? -1, 51);
  header.writeInt32BE(producer?.sequence ?? -1, 53);
  header.writeInt32BE(records.length, 57);
  const batch = Buffer.concat([header, data]);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}
