import * as zlib from 'node:zlib';

/** Far more than any batch holds: a bound for what a hostile length field can make us reserve. */
const MAX_OUTPUT = 256 * 1024 * 1024;

type Zstd = { zstdDecompressSync?: (data: Buffer, options: { maxOutputLength: number }) => Buffer };

/**
 * The plain records of a batch, or undefined when this runtime cannot open them (zstd before Node 22.15).
 *
 * @param codec the batch's compression: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
 * @throws when the data is not what the codec says
 */
export function decompress(codec: number, data: Buffer): Buffer | undefined {
  if (codec === 0) return data;
  if (codec === 1) return zlib.gunzipSync(data, { maxOutputLength: MAX_OUTPUT });
  if (codec === 2) return snappy(data);
  if (codec === 3) return lz4Frame(data);
  const { zstdDecompressSync } = zlib as Zstd;
  return zstdDecompressSync?.(data, { maxOutputLength: MAX_OUTPUT });
}

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);

/** Raw snappy, or the framing of Java's snappy library. */
function snappy(data: Buffer): Buffer {
  if (!data.subarray(0, 8).equals(XERIAL)) return snappyBlock(data);
  const blocks: Buffer[] = [];
  for (let at = 16; at + 4 <= data.length; ) {
    const size = data.readUInt32BE(at);
    blocks.push(snappyBlock(data.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}

/** https://github.com/google/snappy/blob/main/format_description.txt */
function snappyBlock(data: Buffer): Buffer {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = data[at]!;
    at += 1;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const out = reserve(length);
  let to = 0;
  while (at < data.length) {
    const tag = data[at]!;
    at += 1;
    const kind = tag & 3;
    if (kind === 0) {
      let size = tag >> 2;
      if (size >= 60) {
        const bytes = size - 59;
        size = data.readUIntLE(at, bytes);
        at += bytes;
      }
      to += data.copy(out, to, at, at + size + 1);
      at += size + 1;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const bytes = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    const low = data.readUIntLE(at, bytes);
    at += bytes;
    to = repeat(out, to, kind === 1 ? ((tag >> 5) << 8) | low : low, size);
  }
  return out.subarray(0, to);
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md; checksums are not looked at, the batch has its own. */
function lz4Frame(data: Buffer): Buffer {
  if (data.readUInt32LE(0) !== 0x184d2204) throw new Error('Not an lz4 frame');
  const flags = data[4]!;
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  const blockChecksum = flags & 0x10 ? 4 : 0;
  const maxBlock = 1 << (8 + 2 * ((data[5]! >> 4) & 7));
  let out: Buffer = Buffer.alloc(0);
  for (;;) {
    const word = data.readUInt32LE(at);
    at += 4;
    if (word === 0) return out;
    const size = word & 0x7fffffff;
    const block = data.subarray(at, at + size);
    // Blocks can refer to earlier ones, so each is opened behind what is there.
    out = word >>> 31 ? Buffer.concat([out, block]) : lz4Block(block, out, maxBlock);
    at += size + blockChecksum;
  }
}

function lz4Block(data: Buffer, before: Buffer, maxBlock: number): Buffer {
  const out = reserve(before.length + maxBlock);
  let to = before.copy(out);
  let at = 0;
  const more = (start: number): number => {
    let size = start;
    for (let byte = 255; byte === 255; at += 1) {
      byte = data[at] ?? 0;
      size += byte;
    }
    return size;
  };
  while (at < data.length) {
    const token = data[at]!;
    at += 1;
    const literals = token >> 4 === 15 ? more(15) : token >> 4;
    to += data.copy(out, to, at, at + literals);
    at += literals;
    if (at >= data.length) break;
    const offset = data.readUInt16LE(at);
    at += 2;
    const size = ((token & 15) === 15 ? more(15) : token & 15) + 4;
    to = repeat(out, to, offset, size);
  }
  return out.subarray(0, to);
}

function reserve(length: number): Buffer {
  if (length > MAX_OUTPUT) throw new Error('The compressed data is too large');
  return Buffer.alloc(length);
}

/** Copies from what was written before; source and target can overlap. */
function repeat(out: Buffer, to: number, offset: number, size: number): number {
  if (offset <= 0 || offset > to || to + size > out.length) throw new Error('The compressed data is damaged');
  for (let i = 0; i < size; i += 1) out[to + i] = out[to + i - offset]!;
  return to + size;
}
