import { Refused } from '@orderloom/contracts';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { idFromKey } from '../ids.js';
import { isCountry, isCurrency, isEmail, isTime } from './checks.js';
import { etagOf, idempotencyKeyOf, localeOf, revisionOf } from './context.js';
import { afterCursor, decodeCursor, encodeCursor, pageOf } from './cursor.js';
import { Field } from './field.js';
import { quickCheckOf } from './field-registry.js';
import { checkFields } from './fields-pipe.js';
import { classifyError, problemOf } from './problem.js';

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
};

describe('languages', () => {
  it.each([
    [undefined, 'en'],
    ['zh', 'zh-CN'],
    ['zh-TW,en;q=0.5', 'zh-CN'],
    ['en;q=0.5,zh;q=0.4', 'en'],
    ['fr,zh;q=0.1', 'zh-CN'],
    ['fr', 'en'],
    ['zh;q=0,en;q=0.1', 'en'],
    ['zh;q=abc', 'zh-CN'],
    [';;,,=', 'en'],
  ])('%s → %s', (header, locale) => {
    expect(localeOf(header)).toBe(locale);
  });
});

describe('idempotency keys and ids', () => {
  it('takes printable ASCII of 1 to 200 characters', () => {
    expect(idempotencyKeyOf(undefined)).toBeUndefined();
    expect(idempotencyKeyOf('a b')).toBe('a b');
    for (const bad of ['', ' a', 'a ', 'é', 'a\u0000', 'x'.repeat(201), ['a', 'b']]) {
      expect(codeOf(() => idempotencyKeyOf(bad))).toBe('IDEMPOTENCY_KEY_INVALID');
    }
  });
  it('derives the same id from the same texts only', () => {
    expect(idFromKey('order', 'k')).toBe(idFromKey('order', 'k'));
    expect(idFromKey('order', 'k')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    const ids = [idFromKey('a', 'bc'), idFromKey('ab', 'c'), idFromKey('abc'), idFromKey('a', 'b', 'c')];
    expect(new Set(ids).size).toBe(4);
  });
});

describe('ETags', () => {
  it('go out and come back', () => {
    expect(etagOf(5n)).toBe('"5"');
    expect([revisionOf('"5"'), revisionOf('W/"5"'), revisionOf('*'), revisionOf(undefined)]).toEqual([
      5n,
      5n,
      undefined,
      undefined,
    ]);
    for (const bad of ['x', '"-1"', '"1", "2"', '']) expect(codeOf(() => revisionOf(bad))).toBe('IF_MATCH_INVALID');
  });
});

describe('keyset cursors', () => {
  it('page through every row once, in any order of sorting', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom<1 | -1>(1, -1),
        (values, limit, direction) => {
          const sort = [
            { field: 'a', direction },
            { field: '_id', direction: 1 as const },
          ];
          const rows = values.map((a, index) => ({ a, _id: String(index).padStart(3, '0') }));
          rows.sort((x, y) => (x.a - y.a) * direction || x._id.localeCompare(y._id));
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const filter = cursor ? afterCursor(sort, decodeCursor('a', 2, cursor)) : {};
            const page = pageOf(rows.filter((row) => matches(row, filter)).slice(0, limit + 1), limit, 'a', (row) => [
              row.a,
              row._id,
            ]);
            seen.push(...page.items.map((row) => row._id));
            cursor = page.next;
          } while (cursor);
          expect(seen).toEqual(rows.map((row) => row._id));
        },
      ),
    );
  });
  it('refuse what they are not', () => {
    const cursor = encodeCursor('-at', ['2026', 'x']);
    expect(decodeCursor('-at', 2, cursor)).toEqual(['2026', 'x']);
    for (const [sort, keys, text] of [
      ['at', 2, cursor],
      ['-at', 1, cursor],
      ['-at', 2, 'x'],
      ['-at', 2, ''],
      ['-at', 1, encodeCursor('-at', [{ $gt: 1 } as never])],
    ] as const) {
      expect(codeOf(() => decodeCursor(sort, keys, text))).toBe('CURSOR_INVALID');
    }
  });
});

// As much of MongoDB's filters as the cursors use.
const matches = (row: Record<string, unknown>, filter: Record<string, unknown>): boolean =>
  Object.entries(filter).every(([key, wanted]) => {
    if (key === '$or') return (wanted as Record<string, unknown>[]).some((one) => matches(row, one));
    const value = row[key] as string | number;
    if (typeof wanted !== 'object' || wanted === null) return value === wanted;
    const [operator, bound] = Object.entries(wanted)[0] as [string, string | number];
    return operator === '$gt' ? value > bound : value < bound;
  });

describe('checks', () => {
  it.each(['2026-03-01', '2024-02-29', '2026-03-01T09:30Z', '2026-03-01T09:30:00.123+08:00'])(
    '%s is a time',
    (text) => {
      expect(isTime(text)).toBe(true);
    },
  );
  it.each([
    '2026-02-29',
    '2026-13-01',
    '2026-03-01T09:30',
    '2026-03-01 09:30Z',
    '2026-03-01T25:00Z',
    'now',
    '',
    '20260301',
  ])('%s is none', (text) => {
    expect(isTime(text)).toBe(false);
  });
  it('knows countries, currencies and mailboxes', () => {
    expect([isCountry('CN'), isCountry('XX'), isCountry('cn')]).toEqual([true, false, false]);
    expect([isCurrency('CNY'), isCurrency('XYZ')]).toEqual([true, false]);
    expect(['a@b.co', 'ä@b.example'].map(isEmail)).toEqual([true, true]);
    expect(['a', 'a@b', 'a@@b.co', 'a b@c.de', 'a@b..de', '<a@b.co>', 'a@b.co\n'].map(isEmail)).toEqual(
      Array(7).fill(false),
    );
  });
});

class Part {
  @Field.string({ max: 5 }) name!: string;
  @Field.integer({ min: 0, max: 9, optional: true }) size?: number;
}
class Whole {
  @Field.string({ min: 2, max: 8 }) id!: string;
  @Field.list(() => Part, { min: 1, max: 3 }) parts!: Part[];
  @Field.object(() => Part, { optional: true }) main?: Part;
  @Field.time({ optional: true }) at?: string;
  @Field.oneOf(['a', 'b'], { default: 'a' }) kind!: 'a' | 'b';
  @Field.boolean({ optional: true }) flag?: boolean;
  @Field.number({ optional: true }) rate?: number;
  @Field.strings({ optional: true, max: 2 }) tags?: string[];
  @Field.email({ optional: true }) email?: string;
}

const anything = fc.oneof(
  fc.string({ maxLength: 9 }),
  fc.integer({ min: -2, max: 12 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.constant({}),
);
const part = fc.record(
  {
    name: fc.oneof({ weight: 5, arbitrary: fc.string({ minLength: 1, maxLength: 6 }) }, anything),
    size: fc.oneof(fc.integer({ min: 0, max: 9 }), anything),
  },
  { requiredKeys: [] },
);
const whole = fc.record(
  {
    id: fc.oneof({ weight: 5, arbitrary: fc.string({ minLength: 1, maxLength: 9 }) }, anything),
    parts: fc.oneof({ weight: 5, arbitrary: fc.array(part, { maxLength: 4 }) }, anything),
    main: fc.oneof(part, anything),
    at: fc.oneof(fc.constant('2026-01-01'), anything),
    kind: fc.oneof(fc.constantFrom('a', 'b', 'c'), anything),
    flag: fc.oneof(fc.boolean(), anything),
    rate: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), anything),
    tags: fc.oneof(fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }), anything),
    email: fc.oneof(fc.constant('a@b.co'), anything),
    extra: anything,
  },
  { requiredKeys: ['id', 'parts'] },
);

describe('fields', () => {
  it('the quick check never says yes where class-validator says no', () => {
    fc.assert(
      fc.property(whole, (value) => {
        const slow = validateSync(plainToInstance(Whole, value), {
          whitelist: true,
          forbidNonWhitelisted: true,
          forbidUnknownValues: false,
        });
        if (quickCheckOf(Whole)(value)) expect(slow).toEqual([]);
        // Only nulls for optional fields may need the second look.
        else if (slow.length === 0) expect(JSON.stringify(value)).toContain('null');
      }),
      { numRuns: 2000 },
    );
  });

  it('gives an instance with defaults, and drops nulls of optional fields', () => {
    const result = checkFields(Whole, { id: 'ab', parts: [{ name: 'x', size: null }], main: null });
    expect(result).toBeInstanceOf(Whole);
    expect(JSON.parse(JSON.stringify(result))).toEqual({ id: 'ab', parts: [{ name: 'x' }], kind: 'a' });
  });

  it('never throws anything but a refusal, whatever comes in', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), whole), (value) => {
        codeOf(() => checkFields(Whole, value));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('problems', () => {
  it.each([
    [new Refused('UNKNOWN_SKU', { sku: 'A' }), 'UNKNOWN_SKU', false],
    [new Error('x', { cause: new Refused('CONFLICT') }), 'CONFLICT', false],
    [new Error('secret'), 'INTERNAL', true],
    ['text', 'INTERNAL', true],
    [undefined, 'INTERNAL', true],
    [Object.assign(new Error('x'), { name: 'MongoServerSelectionError' }), 'UNAVAILABLE', true],
    [Object.assign(new Error('x'), { statusCode: 418 }), 'BAD_REQUEST', false],
    [Object.assign(new Error('x'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE' }), 'PAYLOAD_TOO_LARGE', false],
  ])('%s is %s', (error, code, fault) => {
    expect(classifyError(error)).toMatchObject({ code, fault });
  });
  it('write revisions as text and leave out what is not there', () => {
    const problem = problemOf('REVISION_CONFLICT', { locale: 'zh-CN', correlationId: 'c' }, { revision: 5n });
    expect(problem).toMatchObject({ status: 412, title: '前提条件不满足', details: { revision: '5' } });
    expect(problem).not.toHaveProperty('fields');
    expect(problem).not.toHaveProperty('instance');
  });
});
