import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { CsvSplitter, type RawRow } from './csv-splitter.js';
import type { Encoding } from './upload.js';

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
 * Reads a CSV file (RFC 4180, with quoted newlines) in blocks of records, constant in memory. Broken records come
 * out marked, in their place. `progress()` tells the bytes read so far.
 */
export function readRows(shape: FileShape): { blocks: AsyncGenerator<RawRow[]>; progress(): number } {
  let bytes = 0;
  async function* blocks(): AsyncGenerator<RawRow[]> {
    const decode = iconv.getDecoder(shape.encoding);
    const splitter = new CsvSplitter(shape.delimiter);
    for await (const chunk of createReadStream(shape.path, { highWaterMark: 131_072 })) {
      const piece = decode.write(chunk);
      bytes += chunk.length;
      yield splitter.push(piece);
    }
    yield [...splitter.push(decode.end() ?? ''), ...splitter.end()];
  }
  return { blocks: blocks(), progress: () => bytes };
}
