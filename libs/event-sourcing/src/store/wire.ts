/**
 * Just enough of the protobuf encoding (https://protobuf.dev/programming-guides/encoding/) for the two messages
 * that carry every event. The client's generated classes copy each payload through base64 and a tree of arrays;
 * with events by the thousand that is most of the CPU of an append.
 */

/** Reads one message's fields in order; unknown fields are skipped by the caller with `skip`. */
export class FieldReader {
  constructor(
    readonly buffer: Buffer,
    public at: number,
    readonly end: number,
  ) {}

  get more(): boolean {
    return this.at < this.end;
  }

  /** Field key: number << 3 | wire type. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer[this.at++];
      if (byte === undefined) throw new RangeError('truncated message');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  /** uint64 without loss. */
  uint64(): bigint {
    const start = this.at;
    while ((this.buffer[this.at++] ?? 0) >= 0x80) if (this.at >= this.end) throw new RangeError('truncated message');
    if (this.at - start <= 7) {
      this.at = start;
      return BigInt(this.varint());
    }
    let value = 0n;
    for (let index = this.at - 1; index >= start; index--)
      value = (value << 7n) | BigInt((this.buffer[index] ?? 0) & 0x7f);
    return BigInt.asUintN(64, value);
  }

  bytes(): Buffer {
    const length = this.varint();
    const start = this.at;
    this.at += length;
    if (this.at > this.end) throw new RangeError('truncated message');
    return this.buffer.subarray(start, this.at);
  }

  text(): string {
    const length = this.varint();
    const start = this.at;
    this.at += length;
    return this.buffer.toString('utf8', start, this.at);
  }

  /** A nested message. */
  message(): FieldReader {
    const length = this.varint();
    const start = this.at;
    this.at += length;
    return new FieldReader(this.buffer, start, this.at);
  }

  skip(key: number): void {
    switch (key & 7) {
      case 0:
        while ((this.buffer[this.at++] ?? 0) >= 0x80);
        return;
      case 1:
        this.at += 8;
        return;
      case 2: {
        const length = this.varint();
        this.at += length;
        return;
      }
      case 5:
        this.at += 4;
        return;
      default:
        throw new RangeError(`unknown wire type in field key ${key}`);
    }
  }
}

/** Reads a whole buffer as one message. */
export const readerOf = (buffer: Buffer): FieldReader => new FieldReader(buffer, 0, buffer.length);

/** Bytes that `value` takes as a varint. */
export const varintSize = (value: number): number => {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
};

/** Writes `value` (a safe integer ≥ 0) as a varint; returns the next free index. */
export const writeVarint = (target: Buffer, at: number, value: number): number => {
  let index = at;
  let rest = value;
  while (rest >= 128) {
    target[index++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[index++] = rest;
  return index;
};

const uint64Bytes = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest >= 128n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
};

/** A varint field. */
export const uint64Field = (field: number, value: bigint | number): Buffer =>
  Buffer.concat([Buffer.from([field << 3]), uint64Bytes(BigInt(value))]);

/** A length-delimited field: bytes, text or a nested message given as its parts. */
export const bytesField = (field: number, ...parts: (Buffer | string)[]): Buffer => {
  const buffers = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part));
  const length = buffers.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.allocUnsafe(1 + varintSize(length));
  head[0] = (field << 3) | 2;
  writeVarint(head, 1, length);
  return Buffer.concat([head, ...buffers]);
};
