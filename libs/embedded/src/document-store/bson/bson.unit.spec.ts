import { Decimal128, Double, Long, ObjectId, serialize } from 'bson';
import * as fc from 'fast-check';
import { compareValues } from './compare.js';
import { decode, encode } from './decode.js';
import { encodeKey } from './key-encoding.js';

const number = fc.oneof(
  fc.integer(),
  fc.double().map((value) => (Number.isInteger(value) ? new Double(value) : value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }), fc.integer({ min: -40, max: 20 }))
    .map(([digits, exponent]) => Decimal128.fromString(`${digits}E${exponent}`)),
  fc.constantFrom<unknown>(
    0,
    new Double(-0),
    Long.fromString('9007199254740993'),
    new Double(9007199254740992),
    Decimal128.fromString('0.1'),
    0.1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\0', 'a\0b', 'a', '\u{10000}', '\uffff'),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.string({ maxLength: 3 }).filter((key) => !key.includes('\0') && key !== '__proto__'),
      tie('value'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).value;

describe('BSON', () => {
  it('orders index keys as it compares values', () => {
    void fc.assert(
      fc.property(value, value, (a, b) => {
        expect(Math.sign(encodeKey(a).compare(encodeKey(b)))).toBe(Math.sign(compareValues(a, b)));
        expect(Math.sign(encodeKey(a, true).compare(encodeKey(b, true)))).toBe(-Math.sign(compareValues(a, b)) || 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('compares numbers of different types by their exact value', () => {
    const order = [
      Decimal128.fromString('0.09999'),
      Decimal128.fromString('0.1'),
      0.1,
      new Double(9007199254740992),
      Long.fromString('9007199254740993'),
      Decimal128.fromString('9007199254740993.5'),
    ];
    for (let i = 1; i < order.length; i += 1) expect(compareValues(order[i - 1], order[i])).toBeLessThan(0);
    expect(compareValues(5, Decimal128.fromString('5.00'))).toBe(0);
  });

  it('reads what it wrote, byte for byte', () => {
    void fc.assert(
      fc.property(value, (inner) => {
        const bytes = Buffer.from(serialize({ inner }));
        expect(encode(decode(bytes)).equals(bytes)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
