import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { type CsvError, type Options, type Parser, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import type { Encoding } from './upload.js';

/** A record of the file; `broken` tells why it could not be read as one. */
export interface RawRow {
  /** Number of the record, the header being 1. Blank lines do not count. */
  row: number;
  cells: string[];
  broken?: string;
}

/** Longest record, characters: a quote that is never closed must not take the whole file into memory. */
const MAX_RECORD = 1_048_576;
const SAMPLE_BYTES = 65_536;

/** Separators that are told apart. */
export type Delimiter = ',' | ';' | '\t';

/** Chooses the separator that the first line has most of, outside quotes; a comma when it has none. */
export function detectDelimiter(sample: string): Delimiter {
  const counts: Record<Delimiter, number> = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  let seen = false;
  for (const char of sample) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '\n' || char === '\r')) {
      if (seen) break; // blank lines before the header say nothing
    } else if (!quoted && (char === ',' || char === ';' || char === '\t')) counts[char] += 1;
    seen ||= char !== '\n' && char !== '\r' && char !== '\ufeff';
  }
  return (Object.keys(counts) as Delimiter[]).reduce((best, next) => (counts[next] > counts[best] ? next : best));
}

/** Reads the beginning of a file, to tell its separator. */
export async function detectDelimiterOf(path: string, encoding: Encoding): Promise<Delimiter> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return detectDelimiter(iconv.decode(buffer.subarray(0, bytesRead), encoding));
  } finally {
    await file.close();
  }
}

/** How a file is to be read. */
export interface FileShape {
  path: string;
  encoding: Encoding;
  delimiter: Delimiter;
}

/**
 * Reads a CSV file (RFC 4180, with quoted newlines) record by record, constant in memory. Broken records come
 * out marked, in their place, and reading goes on behind them. `progress()` tells the bytes read so far.
 */
export function readRows(shape: FileShape): { rows: AsyncGenerator<RawRow>; progress(): number } {
  let row = 0;
  let bytes = 0;
  const broken: RawRow[] = [];
  const options: Options<RawRow, string[]> = {
    bom: true,
    delimiter: shape.delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD,
    on_record: (cells: string[]) => ({ row: ++row, cells }),
    on_skip: (error: CsvError | undefined, raw: string | undefined) => {
      broken.push({ row: ++row, cells: [clip(raw ?? '')], broken: error?.code ?? 'CSV_ERROR' });
      return undefined;
    },
  };
  // The typings know a record mapped by on_record only together with a callback that collects the whole file.
  const parser = parse(options as unknown as Options);
  const file = createReadStream(shape.path, { highWaterMark: 262_144 });
  file.on('data', (chunk) => {
    bytes += chunk.length;
  });
  const text: Readable = shape.encoding === 'utf-8' ? file : file.pipe(decoder(shape.encoding));
  file.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  return { rows: inOrder(parser, broken, file), progress: () => bytes };
}

async function* inOrder(parser: Parser, broken: RawRow[], file: Readable): AsyncGenerator<RawRow> {
  try {
    for await (const record of parser as AsyncIterable<RawRow>) {
      // The parser reads ahead: broken records wait until those before them are out.
      while (broken[0] && broken[0].row < record.row) yield broken.shift()!;
      yield record;
    }
    yield* broken;
  } catch (error) {
    yield* broken.splice(0);
    // The one error that skipping cannot pass: the file ends inside quotes. The rest of it is that record.
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))) throw error;
    yield { row: Number.MAX_SAFE_INTEGER, cells: [''], broken: String(error.code) };
  } finally {
    file.destroy();
    parser.destroy();
  }
}

const clip = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text);

function decoder(encoding: Encoding): Transform {
  const decode = iconv.getDecoder(encoding);
  return new Transform({
    encoding: 'utf8',
    transform(chunk: Buffer, _, done) {
      done(null, decode.write(chunk));
    },
    flush(done) {
      done(null, decode.end() ?? '');
    },
  });
}
