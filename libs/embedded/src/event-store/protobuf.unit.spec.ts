import fc from 'fast-check';
import { MalformedMessage, putVarint, Reader, varintSize, Writer } from './protobuf.js';

describe('protobuf', () => {
  it('reads back every number it writes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = Buffer.alloc(varintSize(value));
        expect(putVarint(bytes, value, 0)).toBe(bytes.length);
        expect(new Reader(bytes).varint()).toBe(value);
      }),
    );
  });

  it('reads signed numbers of 64 bits', () => {
    for (const value of [-1, -2, -4, 0, 1, Number.MIN_SAFE_INTEGER]) {
      const reader = new Reader(new Writer().int(1, value).finish());
      expect(reader.tag()).toBe(8);
      expect(reader.int64()).toBe(value);
    }
  });

  it('skips fields it is not asked for, of every wire type', () => {
    const message = Buffer.concat([
      new Writer().uint(1, 300).string(2, 'text').finish(),
      Buffer.from([0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4]),
      new Writer().string(9, 'found').finish(),
    ]);
    const reader = new Reader(message);
    let found = '';
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x4a) found = reader.string();
      else reader.skip(tag);
    }
    expect(found).toBe('found');
  });

  it('says so when bytes are no message, and never reads beyond them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const reader = new Reader(Buffer.from(bytes));
        try {
          for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) reader.skip(tag);
          expect(reader.pos).toBe(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
