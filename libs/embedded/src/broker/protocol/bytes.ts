const TWO_32 = 0x1_0000_0000;

/** A frame that is not what the protocol says; the connection that sent it cannot be trusted further. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

/**
 * Reads the protocol's primitive types from one frame.
 *
 * 64-bit integers become numbers: offsets, ids and milliseconds stay far below 2^53, and a hostile larger
 * value only becomes another number that is out of range.
 *
 * @throws MalformedFrame on reading past the end or on impossible lengths
 */
export class Reader {
  private at = 0;

  constructor(private readonly data: Buffer) {}

  get remaining(): number {
    return this.data.length - this.at;
  }

  private take(count: number): number {
    const start = this.at;
    if (count < 0 || count > this.data.length - start) throw new MalformedFrame('The frame ends too early');
    this.at = start + count;
    return start;
  }

  int8(): number {
    return this.data.readInt8(this.take(1));
  }

  int16(): number {
    return this.data.readInt16BE(this.take(2));
  }

  int32(): number {
    return this.data.readInt32BE(this.take(4));
  }

  int64(): number {
    const start = this.take(8);
    return this.data.readInt32BE(start) * TWO_32 + this.data.readUInt32BE(start + 4);
  }

  /** Unsigned variable-length integer, at most five bytes. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.data[this.take(1)]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedFrame('A variable-length integer is too long');
  }

  utf8(length: number): string {
    const start = this.take(length);
    return this.data.toString('utf8', start, start + length);
  }

  /** A view on the frame, not a copy. */
  slice(length: number): Buffer {
    const start = this.take(length);
    return this.data.subarray(start, start + length);
  }
}

const SEGMENT = 4096;
/** Byte strings from here on are handed over by reference instead of being copied. */
const BY_REFERENCE = 1024;

/** Writes the protocol's primitive types into a list of chunks; large byte strings are never copied. */
export class Writer {
  private readonly chunks: Buffer[] = [];
  private segment = Buffer.allocUnsafe(SEGMENT);
  private start = 0;
  private at = 0;
  private total = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.total + this.at - this.start;
  }

  private cut(): void {
    if (this.at > this.start) {
      this.chunks.push(this.segment.subarray(this.start, this.at));
      this.total += this.at - this.start;
      this.start = this.at;
    }
  }

  private room(count: number): number {
    if (this.at + count > this.segment.length) {
      this.cut();
      this.segment = Buffer.allocUnsafe(Math.max(SEGMENT, count));
      this.start = 0;
      this.at = 0;
    }
    const position = this.at;
    this.at += count;
    return position;
  }

  int8(value: number): void {
    const at = this.room(1);
    this.segment.writeInt8(value, at);
  }

  int16(value: number): void {
    const at = this.room(2);
    this.segment.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.room(4);
    this.segment.writeInt32BE(value, at);
  }

  uint16(value: number): void {
    const at = this.room(2);
    this.segment.writeUInt16BE(value, at);
  }

  int64(value: number): void {
    const at = this.room(8);
    this.segment.writeInt32BE(Math.floor(value / TWO_32), at);
    this.segment.writeUInt32BE(value >>> 0, at + 4);
  }

  uvarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  private byte(value: number): void {
    const at = this.room(1);
    this.segment[at] = value;
  }

  utf8(value: string, length: number): void {
    const at = this.room(length);
    this.segment.write(value, at, length, 'utf8');
  }

  raw(value: Buffer): void {
    if (value.length >= BY_REFERENCE) {
      this.cut();
      this.chunks.push(value);
      this.total += value.length;
      return;
    }
    const at = this.room(value.length);
    value.copy(this.segment, at);
  }

  /** Everything written, in order. The writer is used up. */
  finish(): Buffer[] {
    this.cut();
    return this.chunks;
  }
}
