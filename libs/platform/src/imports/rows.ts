import { BadValue } from './bad-value.js';
import type { Column } from './columns.js';
import type { RawRow } from './csv-splitter.js';
import { type DateOrder, dateOrderOf } from './dates.js';
import type { ImportDefinition, ImportOptions } from './define.js';
import type { ColumnPositions } from './header.js';
import type { Rejection } from './store.js';

/** A row read into values, or the reason why it cannot be. */
export type ParsedRow =
  | { ok: true; row: number; cells: string[]; values: Record<string, unknown> }
  | { ok: false; rejection: Rejection };

/** Reads rows of one file: knows where its columns are and what the caller said about it. */
export class RowParser {
  private readonly plain: [string, Column<unknown>][];
  private readonly amounts: [string, Column<unknown>][];
  private readonly dates: string[];
  /** What the dates seen so far tell about their order. */
  dateOrder: DateOrder | undefined;

  constructor(
    definition: ImportDefinition,
    private readonly positions: ColumnPositions,
    private readonly width: number,
    private readonly options: ImportOptions,
  ) {
    const columns = Object.entries(definition.columns);
    this.plain = columns.filter(([, column]) => !column.needsCurrency);
    this.amounts = columns.filter(([, column]) => column.needsCurrency);
    this.dates = columns.flatMap(([name, column]) => (column.holdsDates ? [name] : []));
  }

  /** The text of one of our columns in a row, without surrounding spaces; empty when there is none. */
  cell(raw: RawRow, name: string): string {
    const position = this.positions.get(name);
    return position === undefined ? '' : (raw.cells[position] ?? '').trim();
  }

  /** A rejection when the row is broken or has not the header's number of columns. */
  malformed(raw: RawRow): Rejection | undefined {
    if (raw.broken) return reject(raw, [{ code: 'CSV_ROW_BROKEN', details: { reason: raw.broken } }]);
    // Spreadsheets leave empty cells behind the last column; those are no data.
    const found = raw.cells.findLastIndex((cell) => cell.trim() !== '') + 1;
    if (found > this.width || raw.cells.length < this.width) {
      const details = { found: Math.max(found, raw.cells.length), expected: this.width };
      return reject(raw, [{ code: 'CSV_COLUMN_COUNT', details }]);
    }
    return undefined;
  }

  /** Looks at a row's dates, so that those which can be read one way only tell how the others are meant. */
  observeDates(raw: RawRow): void {
    for (const name of this.dates) {
      const order = dateOrderOf(this.cell(raw, name));
      if (order && order !== this.dateOrder) this.dateOrder = this.dateOrder === undefined ? order : 'both';
    }
  }

  /** Reads every column; all problems of the row are told, not just the first. */
  parse(raw: RawRow): ParsedRow {
    const malformed = this.malformed(raw);
    if (malformed) return { ok: false, rejection: malformed };
    const values: Record<string, unknown> = {};
    const problems: Rejection['problems'] = [];
    for (const [name, column] of this.plain) this.readCell(raw, name, column, values, problems);
    for (const [name, column] of this.amounts) this.readCell(raw, name, column, values, problems);
    if (problems.length > 0) return { ok: false, rejection: reject(raw, problems) };
    return { ok: true, row: raw.row, cells: raw.cells, values };
  }

  private readCell(
    raw: RawRow,
    name: string,
    column: Column<unknown>,
    values: Record<string, unknown>,
    problems: Rejection['problems'],
  ): void {
    const text = this.cell(raw, name);
    if (text === '') {
      if (column.required) problems.push({ code: 'CSV_VALUE_MISSING', details: { column: name } });
      return;
    }
    const own = values['currency'];
    const currency = typeof own === 'string' ? own : this.options.currency;
    if (column.needsCurrency && currency === undefined) {
      problems.push({ code: 'CSV_VALUE_MISSING', details: { column: 'currency' } });
      return;
    }
    try {
      values[name] = column.parse(text, {
        column: name,
        ...(currency === undefined ? {} : { currency }),
        ...(this.options.dateFormat === undefined ? {} : { dateFormat: this.options.dateFormat }),
        ...(this.dateOrder === undefined ? {} : { dateOrder: this.dateOrder }),
      });
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      problems.push({ code: error.code, details: error.details });
    }
  }
}

/** A rejection of a row. */
export const reject = (raw: RawRow, problems: Rejection['problems']): Rejection => ({
  row: raw.row,
  cells: raw.cells,
  problems,
});
