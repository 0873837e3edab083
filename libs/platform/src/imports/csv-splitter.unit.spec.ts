import fc from 'fast-check';
import { CsvSplitter, type RawRow } from './csv-splitter.js';
import { csvLine } from './view.js';

const split = (text: string, cut = text.length, max?: number): RawRow[] => {
  const splitter = new CsvSplitter(',', max);
  const rows: RawRow[] = [];
  for (let i = 0; i < text.length; i += Math.max(cut, 1))
    rows.push(...splitter.push(text.slice(i, i + Math.max(cut, 1))));
  return [...rows, ...splitter.end()];
};

describe('splitting CSV', () => {
  it('gives back any table that was written, however it is cut into pieces', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', '中'), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        (table, cut) => {
          const rows = split(table.map(csvLine).join(''), cut);
          expect(rows).toEqual(table.map((cells, index) => ({ row: index + 1, cells })));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws, numbers rows without gaps, and gives the same for any cut, whatever the text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' '), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (csv, cut) => {
        const rows = split(csv);
        expect(rows.map(({ row }) => row)).toEqual(rows.map((_, index) => index + 1));
        expect(split(csv, cut)).toEqual(rows);
      }),
      { numRuns: 1000 },
    );
  });

  it('breaks only the line whose quotes do not fit', () => {
    const rows = split('a,b\n1,2\n"x"y,2\n3,4\nz"q,5\n6,"open\n7,8\n9,"fine"\n10,"never closed\n11,12\n');
    expect(rows.map(({ cells, broken }) => [broken ?? 'ok', cells.join('|')])).toEqual([
      ['ok', 'a|b'],
      ['ok', '1|2'],
      ['CSV_INVALID_CLOSING_QUOTE', '"x"y,2'],
      ['ok', '3|4'],
      ['ok', 'z"q|5'],
      ['CSV_INVALID_CLOSING_QUOTE', '6,"open'],
      ['ok', '7|8'],
      ['ok', '9|fine'],
      ['CSV_QUOTE_NOT_CLOSED', '10,"never closed'],
      ['ok', '11|12'],
    ]);
  });

  it('gives up on a record that is too long, and keeps little of it', () => {
    for (const cut of [7, 1000]) {
      const rows = split(`a,b\n${'x'.repeat(300)}\n1,2\n3,"${'y\n'.repeat(100)}\n4,5\n`, cut, 100);
      expect(rows[1]).toMatchObject({ row: 2, broken: 'CSV_RECORD_TOO_LONG' });
      expect(rows[2]).toEqual({ row: 3, cells: ['1', '2'] });
      expect(rows[3]).toEqual({ row: 4, cells: ['3,"y'], broken: 'CSV_QUOTE_NOT_CLOSED' });
      expect(rows.at(-1)?.cells).toEqual(['4', '5']);
    }
  });
});
