/** A record of the file; `broken` tells why it could not be read as one. */
export interface RawRow {
  /** Number of the record, the header being 1. Blank lines do not count. */
  row: number;
  cells: string[];
  broken?: string;
}

/** Longest record, characters: a quote that is never closed must not take the whole file into memory. */
const MAX_RECORD = 1_048_576;
/** How much of a broken record is kept to show. */
const SHOWN = 2000;

type Quoted = { cells: string[]; end: number } | 'more' | 'broken';

/**
 * Splits CSV (RFC 4180) that comes in pieces into records. Unlike the libraries that were tried (csv-parse swallows
 * what follows a stray quote), it finds its way back: when a record's quotes do not fit, only its first line is
 * broken, and reading goes on with the next line. A quote inside an unquoted cell is text: `5" screw`.
 */
export class CsvSplitter {
  private text = '';
  private row = 0;
  private begun = false;
  /** Inside a line that is too long: everything up to its end is left out. */
  private skipping = false;

  constructor(
    private readonly delimiter: string,
    private readonly maxRecord = MAX_RECORD,
  ) {}

  /** Takes the next piece; returns the records that are complete. */
  push(piece: string): RawRow[] {
    this.text += piece;
    if (!this.begun && this.text !== '') {
      this.begun = true;
      if (this.text.startsWith('\ufeff')) this.text = this.text.slice(1);
    }
    return this.take(false);
  }

  /** Returns what is left at the end of the file. */
  end(): RawRow[] {
    return this.take(true);
  }

  private take(final: boolean): RawRow[] {
    const rows: RawRow[] = [];
    let position = 0;
    while (position < this.text.length) {
      const next = this.skipping ? this.skipLine(position) : this.record(position, final, rows);
      if (next < 0) break;
      position = next;
    }
    this.text = this.text.slice(position);
    return rows;
  }

  private skipLine(from: number): number {
    const newline = this.text.indexOf('\n', from);
    if (newline < 0) return this.text.length;
    this.skipping = false;
    return newline + 1;
  }

  /** Reads one record; returns where the next begins, or -1 when more text is needed. */
  private record(from: number, final: boolean, rows: RawRow[]): number {
    const { text } = this;
    const newline = text.indexOf('\n', from);
    const lineEnd = newline < 0 ? text.length : newline;
    if (lineEnd - from > this.maxRecord) {
      rows.push(this.broken(from, lineEnd, 'CSV_RECORD_TOO_LONG'));
      this.skipping = newline < 0;
      return newline < 0 ? text.length : newline + 1;
    }
    if (newline < 0 && !final) return -1;
    const line = text.slice(from, text[lineEnd - 1] === '\r' ? Math.max(lineEnd - 1, from) : lineEnd);
    if (!line.includes('"')) {
      if (line !== '') rows.push({ row: ++this.row, cells: line.split(this.delimiter) });
      return lineEnd + 1;
    }
    const quoted = this.quoted(from, final);
    if (typeof quoted === 'object') {
      rows.push({ row: ++this.row, cells: quoted.cells });
      return quoted.end;
    }
    const canWait = !final && text.length - from <= this.maxRecord;
    if (quoted === 'more' && canWait) return -1;
    rows.push(this.broken(from, lineEnd, quoted === 'more' ? 'CSV_QUOTE_NOT_CLOSED' : 'CSV_INVALID_CLOSING_QUOTE'));
    return lineEnd + 1;
  }

  private broken(from: number, to: number, why: string): RawRow {
    return {
      row: ++this.row,
      cells: [this.text.slice(from, Math.min(to, from + SHOWN)).replace(/\r$/, '')],
      broken: why,
    };
  }

  /** Reads a record that has quotes, which may go over several lines. */
  private quoted(from: number, final: boolean): Quoted {
    const { text, delimiter } = this;
    const cells: string[] = [];
    let at = from;
    for (;;) {
      if (text[at] === '"') {
        const cell = this.quotedCell(at + 1, final);
        if (!cell) return 'more';
        cells.push(cell.value);
        at = cell.end;
        while (text[at] === ' ') at += 1;
      } else {
        let end = at;
        while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end += 1;
        if (end >= text.length && !final) return 'more';
        const bare = text[end] === '\n' && text[end - 1] === '\r' && end > at ? end - 1 : end;
        cells.push(text.slice(at, bare));
        at = end;
      }
      if (text[at] === '\r' && (text[at + 1] === '\n' || (final && at + 1 >= text.length))) at += 1;
      if (at >= text.length) return final ? { cells, end: at } : 'more';
      if (text[at] === '\n') return { cells, end: at + 1 };
      if (text[at] !== delimiter) return text[at] === '\r' && at + 1 >= text.length ? 'more' : 'broken';
      at += 1;
    }
  }

  /** Reads to the closing quote; undefined when it is not in the text yet. */
  private quotedCell(from: number, final: boolean): { value: string; end: number } | undefined {
    let value = '';
    let start = from;
    for (;;) {
      const quote = this.text.indexOf('"', start);
      if (quote < 0) return undefined;
      // At the very end of a piece nobody knows yet whether the quote is doubled.
      if (quote + 1 >= this.text.length && !final) return undefined;
      if (this.text[quote + 1] !== '"') return { value: value + this.text.slice(start, quote), end: quote + 1 };
      value += this.text.slice(start, quote + 1);
      start = quote + 2;
    }
  }
}
