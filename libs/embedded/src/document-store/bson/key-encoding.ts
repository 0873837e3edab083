import { createHash } from 'node:crypto';
import type { Code, ObjectId, Timestamp } from 'bson';
import { binaryOf, bytesOf, regexOf, splitNumber, stringOf } from './compare.js';
import { type Doc, Rank, rankOf } from './types.js';

/**
 * Values as bytes whose order is BSON's comparison order, so that LMDB's key order is the index order.
 *
 * Every value starts with its type's {@link Rank}; strings end with `00 01` (a zero inside is escaped as
 * `00 FF`), so no encoded value is the beginning of another. Descending fields are the
 * same bytes inverted.
 */
export class KeyWriter {
  private bytes = Buffer.allocUnsafe(512);
  private at = 0;

  reset(): this {
    this.at = 0;
    return this;
  }

  value(value: unknown, descending = false): this {
    const from = this.at;
    this.write(value);
    if (descending) for (let i = from; i < this.at; i += 1) this.bytes[i] = 0xff ^ this.bytes[i]!;
    return this;
  }

  /** An array without elements, as an index sees it. */
  emptyArray(descending = false): this {
    this.room(1);
    this.bytes[this.at++] = descending ? 0xff ^ Rank.emptyArray : Rank.emptyArray;
    return this;
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.at));
  }

  private room(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + size));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  private write(value: unknown): void {
    const rank = rankOf(value);
    this.room(32);
    this.bytes[this.at++] = rank;
    switch (rank) {
      case Rank.number:
        this.number(value);
        return;
      case Rank.string:
        this.text(stringOf(value));
        return;
      case Rank.object: {
        for (const [name, inner] of Object.entries(value as Doc)) {
          this.room(1);
          this.bytes[this.at++] = rankOf(inner);
          this.text(name);
          this.write(inner);
        }
        this.end();
        return;
      }
      case Rank.array:
        for (const inner of value as unknown[]) this.write(inner);
        this.end();
        return;
      case Rank.binary: {
        const binary = binaryOf(value);
        const content = bytesOf(binary);
        this.room(content.length + 5);
        this.at = this.bytes.writeUInt32BE(content.length, this.at);
        this.bytes[this.at++] = binary.sub_type;
        this.bytes.set(content, this.at);
        this.at += content.length;
        return;
      }
      case Rank.objectId:
        this.bytes.set((value as ObjectId).id, this.at);
        this.at += 12;
        return;
      case Rank.boolean:
        this.bytes[this.at++] = value === true ? 1 : 0;
        return;
      case Rank.date: {
        const time = (value as Date).getTime();
        this.at = this.bytes.writeBigUInt64BE(
          BigInt.asUintN(64, BigInt(Number.isNaN(time) ? 0 : time) ^ (1n << 63n)),
          this.at,
        );
        return;
      }
      case Rank.timestamp: {
        const time = value as Timestamp;
        this.at = this.bytes.writeUInt32BE(time.getHighBitsUnsigned(), this.at);
        this.at = this.bytes.writeUInt32BE(time.getLowBitsUnsigned(), this.at);
        return;
      }
      case Rank.regex: {
        const regex = regexOf(value);
        this.text(regex.pattern);
        this.text(regex.options);
        return;
      }
      case Rank.code:
        this.text((value as Code).code);
        return;
      default:
    }
  }

  private end(): void {
    this.room(2);
    this.bytes[this.at++] = 0;
  }

  private number(value: unknown): void {
    const { double, rest } = splitNumber(value);
    if (Number.isNaN(double)) {
      this.bytes.fill(0, this.at, this.at + 9);
      this.at += 9;
      return;
    }
    // Positive doubles sort by their bits with the sign set, negative ones by their bits inverted.
    this.bytes.writeDoubleBE(double === 0 ? 0 : double, this.at);
    if (double < 0) for (let i = 0; i < 8; i += 1) this.bytes[this.at + i] = 0xff ^ this.bytes[this.at + i]!;
    else this.bytes[this.at] = 0x80 | this.bytes[this.at]!;
    this.at += 8;
    if (rest === 0n) {
      this.bytes[this.at++] = 0x80;
      return;
    }
    this.bytes[this.at++] = rest > 0n ? 0x81 : 0x7f;
    this.at = this.bytes.writeBigUInt64BE(BigInt.asUintN(64, rest), this.at);
  }

  private text(text: string): void {
    this.room(text.length * 3 + 2);
    const from = this.at;
    this.at += this.bytes.write(text, this.at, 'utf8');
    if (text.includes('\0')) {
      const plain = Buffer.from(this.bytes.subarray(from, this.at));
      this.room(plain.length * 2 + 2);
      this.at = from;
      for (const byte of plain) {
        this.bytes[this.at++] = byte;
        if (byte === 0) this.bytes[this.at++] = 0xff;
      }
    }
    this.end();
    this.bytes[this.at++] = 1;
  }
}

const shared = new KeyWriter();

/** One value as key bytes. */
export function encodeKey(value: unknown, descending = false): Buffer {
  return shared.reset().value(value, descending).take();
}

/** LMDB keys end at 1978 bytes; an index key holds the fields and the document's `_id`. */
export const MAX_PART_BYTES = 960;

/**
 * Longer keys keep their beginning and a hash of the whole: equality and uniqueness stay exact, the order
 * among keys that agree in the first 928 bytes is lost.
 */
export function shorten(key: Buffer): Buffer {
  if (key.length <= MAX_PART_BYTES) return key;
  return Buffer.concat([key.subarray(0, MAX_PART_BYTES - 32), createHash('sha256').update(key).digest()]);
}
