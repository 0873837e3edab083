/** The bytes are not a well-formed protobuf message. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;

/**
 * Reads one protobuf message field by field, without building objects for what nobody asks for.
 * Byte fields are views of the input, not copies.
 */
export class Reader {
  pos: number;
  constructor(
    readonly buffer: Buffer,
    start = 0,
    readonly end = buffer.length,
  ) {
    this.pos = start;
  }

  /** The next field's tag (number << 3 | wire type), 0 at the end. */
  tag(): number {
    if (this.pos >= this.end) return 0;
    const tag = this.varint();
    if (tag === 0) throw new MalformedMessage('Field number 0');
    return tag;
  }

  /** Exact up to 2^53; larger values (only "the end" is ever meant by them) come as an approximation. */
  varint(): number {
    const { buffer, end } = this;
    let result = 0;
    let factor = 1;
    for (let i = 0; i < 10; i += 1) {
      if (this.pos >= end) throw new MalformedMessage('A number ends too early');
      const byte = buffer[this.pos]!;
      this.pos += 1;
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result;
      factor *= 128;
    }
    throw new MalformedMessage('A number is too long');
  }

  /** A signed 64-bit number, exact up to 2^53 either side of zero. */
  int64(): number {
    const value = this.varint();
    return value >= 2 ** 63 ? Number(BigInt.asIntN(64, this.exactVarint(value))) : value;
  }

  bool(): boolean {
    return this.varint() !== 0;
  }

  bytes(): Buffer {
    const length = this.varint();
    const start = this.pos;
    const stop = start + length;
    if (stop > this.end) throw new MalformedMessage('A field is longer than its message');
    this.pos = stop;
    return this.buffer.subarray(start, stop);
  }

  string(): string {
    return this.bytes().toString('utf8');
  }

  /** A reader of the nested message that comes next. */
  message(): Reader {
    const length = this.varint();
    const start = this.pos;
    const stop = start + length;
    if (stop > this.end) throw new MalformedMessage('A field is longer than its message');
    this.pos = stop;
    return new Reader(this.buffer, start, stop);
  }

  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.advance(this.varint());
        return;
      case 5:
        this.advance(4);
        return;
      default:
        throw new MalformedMessage(`Wire type ${tag & 7}`);
    }
  }

  private advance(count: number): void {
    if (this.pos + count > this.end) throw new MalformedMessage('A field is longer than its message');
    this.pos += count;
  }

  /** Reads the varint just read once more, exactly. */
  private exactVarint(_approximate: number): bigint {
    let start = this.pos - 1;
    while (start > 0 && this.buffer[start - 1]! >= 0x80 && this.pos - start < 10) start -= 1;
    let value = 0n;
    for (let i = this.pos - 1; i >= start; i -= 1) value = (value << 7n) | BigInt(this.buffer[i]! & 0x7f);
    return value;
  }
}

/** Bytes that a non-negative safe integer takes as a varint. */
export function varintSize(value: number): number {
  let size = 1;
  let rest = value;
  while (rest >= 128) {
    rest = Math.floor(rest / 128);
    size += 1;
  }
  return size;
}

/** Writes a non-negative safe integer at `offset` and answers with the offset behind it. */
export function putVarint(target: Buffer, value: number, offset: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 128) {
    target[at] = (rest % 128) | 0x80;
    at += 1;
    rest = Math.floor(rest / 128);
  }
  target[at] = rest;
  return at + 1;
}

/** Builds small messages (answers, settings); events have their own encoder. */
export class Writer {
  private readonly parts: Buffer[] = [];

  uint(field: number, value: number): this {
    const buffer = Buffer.allocUnsafe(varintSize(field << 3) + varintSize(value));
    putVarint(buffer, value, putVarint(buffer, field << 3, 0));
    this.parts.push(buffer);
    return this;
  }

  /** Any signed or unsigned 64-bit number. */
  big(field: number, value: bigint): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    while (rest >= 128n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    const tag = Buffer.allocUnsafe(varintSize(field << 3));
    putVarint(tag, field << 3, 0);
    this.parts.push(tag, Buffer.from(bytes));
    return this;
  }

  /** A number that may be negative. */
  int(field: number, value: number): this {
    return value < 0 ? this.big(field, BigInt(value)) : this.uint(field, value);
  }

  bool(field: number, value: boolean): this {
    return value ? this.uint(field, 1) : this;
  }

  bytes(field: number, value: Buffer): this {
    const tag = (field << 3) | 2;
    const head = Buffer.allocUnsafe(varintSize(tag) + varintSize(value.length));
    putVarint(head, value.length, putVarint(head, tag, 0));
    this.parts.push(head, value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, write: (nested: Writer) => void): this {
    const nested = new Writer();
    write(nested);
    return this.bytes(field, nested.finish());
  }

  finish(): Buffer {
    return this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts);
  }
}
