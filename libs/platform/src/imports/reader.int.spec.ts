import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import type { RawRow } from './csv-splitter.js';
import { type Delimiter, readRows } from './reader.js';
import type { Encoding } from './upload.js';

describe('reading CSV files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orderloom-reader-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const read = async (text: string | Buffer, encoding: Encoding = 'utf-8', delimiter: Delimiter = ',') => {
    const path = join(folder, 'file.csv');
    await writeFile(path, text);
    const rows: RawRow[] = [];
    for await (const block of readRows({ path, encoding, delimiter }).blocks) rows.push(...block);
    return rows;
  };

  it('keeps quoted newlines, quotes and separators, with and without a byte order mark', async () => {
    const rows = await read('\ufeffa,b\r\n"x\r\ny","say ""hi"", ok"\r\n\r\n1,2');
    expect(rows).toEqual([
      { row: 1, cells: ['a', 'b'] },
      { row: 2, cells: ['x\r\ny', 'say "hi", ok'] },
      { row: 3, cells: ['1', '2'] },
    ]);
  });

  it.each(['gb18030', 'utf-16le'] as const)('reads %s', async (encoding) => {
    const text = '编号;名称\n1;中文、𠮷\n';
    const bytes =
      encoding === 'utf-16le' ? iconv.encode(text, encoding, { addBOM: true }) : iconv.encode(text, encoding);
    expect((await read(bytes, encoding, ';')).map(({ cells }) => cells)).toEqual([
      ['编号', '名称'],
      ['1', '中文、𠮷'],
    ]);
  });

  it('reads a large file at constant memory', async () => {
    const path = join(folder, 'large.csv');
    const out = createWriteStream(path);
    const block = Array.from({ length: 10_000 }, (_, i) => `${i},"some text, quoted",${i * 3},1996-07-04`).join('\n');
    for (let i = 0; i < 20; i += 1) if (!out.write(`${block}\n`)) await once(out, 'drain');
    out.end();
    await once(out, 'finish');
    let count = 0;
    let largest = 0;
    for await (const rows of readRows({ path, encoding: 'utf-8', delimiter: ',' }).blocks) {
      count += rows.length;
      largest = Math.max(largest, rows.length);
    }
    expect(count).toBe(200_000);
    // What is held at a time is a block of the file, whatever the file's size.
    expect(largest).toBeLessThan(10_000);
  });
});
