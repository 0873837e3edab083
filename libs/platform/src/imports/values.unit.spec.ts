import fc from 'fast-check';
import { BadValue } from './bad-value.js';
import { column } from './columns.js';
import { isDateFormat, parseDate } from './dates.js';
import { defineImport } from './define.js';
import { locateColumns, normalizeHeader, parseMapping } from './header.js';
import {
  applyDiscount,
  divideHalfUp,
  minorDigits,
  parseDecimal,
  parseMoney,
  timesHalfUp,
  toMinorUnits,
} from './money.js';
import { detectDelimiter } from './reader.js';
import { RowParser } from './rows.js';
import { EncodingDetector } from './upload.js';

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof BadValue ? error.code : error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('numbers as people write them', () => {
  it.each([
    ['14', '14'],
    ['9.8', '9.8'],
    ['-3', '-3'],
    ['+3', '3'],
    ['007', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0.0', '0.0'],
    ['-0', '0'],
    ['1,234.56', '1234.56'],
    ['1,234', '1234'],
    ['12,50', '12.50'],
    ['1.234,56', '1234.56'],
    ['1.234.567', '1234567'],
    ["1'234.50", '1234.50'],
    ['1 234,5', '1234.5'],
    ['$ 5', '5'],
    ['-$5', '-5'],
    ['¥5.20', '5.20'],
    ['5元', '5'],
  ])('%s is %s', (text, value) => {
    expect(parseDecimal(text)).toBe(value);
  });
  it.each(['', 'x', '1e5', '1.2.3', '1,2,3', '--1', '5-', '0x10', 'NaN', '1,23,456', '٣'])('%s is none', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});

describe('money', () => {
  it('is exact in minor units, and refuses more decimals than the currency has', () => {
    expect([minorDigits('USD'), minorDigits('JPY'), minorDigits('KWD')]).toEqual([2, 0, 3]);
    expect([toMinorUnits('9.8', 'USD'), toMinorUnits('-0.05', 'USD'), toMinorUnits('5', 'JPY')]).toEqual([980, -5, 5]);
    expect([toMinorUnits('1.500', 'USD'), toMinorUnits('1.001', 'USD'), toMinorUnits('5.5', 'JPY')]).toEqual([
      150,
      undefined,
      undefined,
    ]);
    expect(toMinorUnits('90071992547409.92', 'USD')).toBeUndefined();
    expect(codeOf(() => parseMoney('1.001', { column: 'p', currency: 'USD' }))).toBe('CSV_MONEY_TOO_PRECISE');
    expect(codeOf(() => parseMoney('9'.repeat(20), { column: 'p', currency: 'USD' }))).toBe('CSV_MONEY_INVALID');
    expect(codeOf(() => parseMoney('abc', { column: 'p', currency: 'USD' }))).toBe('CSV_MONEY_INVALID');
  });
  it('comes back from text unchanged', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (amount) => {
        const size = String(Math.abs(amount)).padStart(3, '0');
        const text = `${amount < 0 ? '-' : ''}${size.slice(0, -2)}.${size.slice(-2)}`;
        expect(toMinorUnits(parseDecimal(text) ?? '', 'USD')).toBe(amount);
      }),
    );
  });
  it('rounds halves up, away from zero', () => {
    expect([5n, 15n, 14n, -5n, -14n, 0n].map((n) => divideHalfUp(n, 10n))).toEqual([1n, 2n, 1n, -1n, -1n, 0n]);
    expect([timesHalfUp(1000, '0.125'), timesHalfUp(1, '0.5'), timesHalfUp(-1, '0.5')]).toEqual([125, 1, -1]);
    expect(applyDiscount(16800, '0.15')).toEqual({ net: 14280, discount: 2520 });
    expect(applyDiscount(333, '0.05')).toEqual({ net: 316, discount: 17 });
  });
  it('keeps gross − discount = net for any discount', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 1000 }), (gross, thousandths) => {
        const { net, discount } = applyDiscount(gross, (thousandths / 1000).toFixed(3));
        expect(gross - discount).toBe(net);
        expect(Math.abs(net)).toBeLessThanOrEqual(Math.abs(gross));
      }),
    );
  });
});

describe('dates', () => {
  it.each([
    ['1996-07-04', '1996-07-04T00:00:00.000Z'],
    ['1996-07-04 13:05', '1996-07-04T13:05:00.000Z'],
    ['1996-07-04T13:05:09', '1996-07-04T13:05:09.000Z'],
    ['2026-03-01T09:30:00+08:00', '2026-03-01T01:30:00.000Z'],
    ['2026/3/1', '2026-03-01T00:00:00.000Z'],
    ['20260301', '2026-03-01T00:00:00.000Z'],
    ['2026年3月1日', '2026-03-01T00:00:00.000Z'],
    ['1.3.2026', '2026-03-01T00:00:00.000Z'],
    ['12/31/2010 8:26', '2010-12-31T08:26:00.000Z'],
    ['31/12/2010', '2010-12-31T00:00:00.000Z'],
    ['3/3/2026', '2026-03-03T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseDate(text, 'd')).toBe(iso);
  });
  it.each(['2026-02-30', '2026-13-01', '31/31/2020', 'yesterday', '1996-07-04 25:00', '45000', '2026-02-30T10:00:00Z'])(
    '%s is none',
    (text) => {
      expect(codeOf(() => parseDate(text, 'd'))).toBe('CSV_DATE_INVALID');
    },
  );
  it('asks when two readings are possible, and takes a format', () => {
    expect(codeOf(() => parseDate('3/4/2026', 'd'))).toBe('CSV_DATE_AMBIGUOUS');
    expect(parseDate('3/4/2026', 'd', 'd/M/yyyy')).toBe('2026-04-03T00:00:00.000Z');
    expect(parseDate('3/4/2026 8:05', 'd', 'M/d/yyyy H:mm')).toBe('2026-03-04T08:05:00.000Z');
    expect(parseDate('3/4/2026', 'd', 'M/d/yyyy H:mm')).toBe('2026-03-04T00:00:00.000Z');
    expect(parseDate('3/4/2026 8:05', 'd', 'M/d/yyyy')).toBe('2026-03-04T08:05:00.000Z');
    expect(codeOf(() => parseDate('2026-03-04', 'd', 'd/M/yyyy'))).toBe('CSV_DATE_INVALID');
    expect([isDateFormat('d/M/yyyy'), isDateFormat('foo'), isDateFormat('y'.repeat(50))]).toEqual([true, false, false]);
  });
});

describe('dates of one file', () => {
  const definition = defineImport({
    kind: 'things',
    columns: { at: column.date({ required: true }) },
    handleBatch: async () => [],
  });
  const read = (...dates: string[]) => {
    const parser = new RowParser(definition as never, new Map([['at', 0]]), 1, {
      mode: 'history',
      createMissing: [],
      mapping: {},
    });
    const rows = dates.map((date, index) => ({ row: index + 2, cells: [date] }));
    for (const row of rows) parser.observeDates(row);
    const parsed = parser.parse(rows[0]!);
    return parsed.ok ? parsed.values['at'] : parsed.rejection.problems[0]?.code;
  };

  it('tell how the ambiguous ones are meant', () => {
    expect(read('3/4/2026 8:26', '12/31/2010')).toBe('2026-03-04T08:26:00.000Z');
    expect(read('3/4/2026', '31/12/2010')).toBe('2026-04-03T00:00:00.000Z');
  });

  it('tell nothing when there are none, or when they disagree', () => {
    expect(read('3/4/2026', '5/6/2026')).toBe('CSV_DATE_AMBIGUOUS');
    expect(read('3/4/2026', '31/12/2010', '12/31/2010')).toBe('CSV_DATE_AMBIGUOUS');
  });
});

describe('columns', () => {
  const context = { column: 'c' };
  it('read and refuse by kind', () => {
    expect(column.integer({}).parse('1,200', context)).toBe(1200);
    expect(column.integer({}).parse('12.0', context)).toBe(12);
    expect(codeOf(() => column.integer({}).parse('1.5', context))).toBe('CSV_INTEGER_INVALID');
    expect(codeOf(() => column.integer({ min: 1 }).parse('0', context))).toBe('CSV_VALUE_INVALID');
    expect(column.decimal({}).parse('0,15', context)).toBe('0.15');
    expect(['1', 'Yes', '是', '0', '否'].map((text) => column.flag({}).parse(text, context))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(codeOf(() => column.flag({}).parse('maybe', context))).toBe('CSV_BOOLEAN_INVALID');
    expect(column.oneOf(['a', 'B'], {}).parse('b', context)).toBe('B');
    expect(codeOf(() => column.text({ max: 3 }).parse('abcd', context))).toBe('CSV_VALUE_TOO_LONG');
  });
});

describe('headers', () => {
  const columns = {
    sku: column.text({ required: true, synonyms: ['StockCode', '商品编号'] }),
    unitPrice: column.text({ synonyms: ['price'] }),
  };
  it('are found by name in any writing, by synonym, and by mapping first', () => {
    expect(normalizeHeader(' Unit_Price ')).toBe('unitprice');
    expect([...locateColumns(['SKU', 'unit price'], columns, {})]).toEqual([
      ['sku', 0],
      ['unitPrice', 1],
    ]);
    expect([...locateColumns(['Price', 'stockcode'], columns, {})]).toEqual([
      ['sku', 1],
      ['unitPrice', 0],
    ]);
    expect([...locateColumns(['sku', 'Art'], columns, { Art: 'sku', absent: 'sku' })]).toEqual([['sku', 1]]);
    expect([...locateColumns(['sku', 'price'], columns, { price: '' })]).toEqual([['sku', 0]]);
  });
  it('are refused when missing or doubtful', () => {
    expect(codeOf(() => locateColumns(['price'], columns, {}))).toBe('CSV_COLUMNS_MISSING');
    expect(codeOf(() => locateColumns(['sku', 'SKU'], columns, {}))).toBe('CSV_COLUMN_AMBIGUOUS');
    expect(parseMapping('{"a":"sku","b":""}', columns)).toEqual({ a: 'sku', b: '' });
    for (const bad of ['{', '[]', 'null', '{"a":"nothing"}', '{"a":1}', '{"a":"constructor"}']) {
      expect(codeOf(() => parseMapping(bad, columns))).toBe('IMPORT_MAPPING_INVALID');
    }
  });
});

describe('files', () => {
  it('tell their separator', () => {
    expect(detectDelimiter('a,b;c,d\n1;2;3;4;5')).toBe(',');
    expect(detectDelimiter('a;b;"x,y,z,w"\n')).toBe(';');
    expect(detectDelimiter('\ufeff\n\na\tb\n')).toBe('\t');
    expect(detectDelimiter('only')).toBe(',');
  });
  it('tell their encoding, however they are cut into chunks', () => {
    const detect = (bytes: Buffer): string => {
      const detector = new EncodingDetector();
      for (const byte of bytes) detector.add(Buffer.from([byte]));
      return detector.result();
    };
    expect(detect(Buffer.from('订单,abc'))).toBe('utf-8');
    expect(detect(Buffer.from('\ufeff订单'))).toBe('utf-8');
    expect(detect(Buffer.from([0xb6, 0xa9, 0xb5, 0xa5]))).toBe('gb18030');
    expect(detect(Buffer.from('订单').subarray(0, 5))).toBe('gb18030');
    expect(detect(Buffer.from('\ufeffab', 'utf16le'))).toBe('utf-16le');
    expect(detect(Buffer.alloc(0))).toBe('utf-8');
  });
});
