import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { type Delimiter, type RawRow, readRows } from './reader.js';
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
    for await (const row of readRows({ path, encoding, delimiter }).rows) rows.push(row);
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

  it('marks broken records in their place and goes on behind them', async () => {
    const rows = await read('a,b\n1,2\n"x"y,2\n3,4\nz"q,5\n6,7\n');
    expect(rows.map(({ row }) => row)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.filter(({ broken }) => broken).length).toBeGreaterThanOrEqual(1);
    const cells = rows.filter(({ broken }) => !broken).map((row) => row.cells.join());
    expect(cells).toEqual(expect.arrayContaining(['1,2', '3,4', '6,7']));
  });

  it('reports a quote that is never closed, and loses no row before it', async () => {
    const rows = await read('a,b\n1,2\n3,"open\n5,6\n7,8\n');
    expect(rows.slice(0, 2).map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(rows.at(-1)?.broken).toMatch(/^CSV_/);
  });

  it('stays small in memory with a quote open over many megabytes', async () => {
    const rows = await read(`a,b\n1,"${'x'.repeat(3_000_000)}\n2,3\n`);
    expect(rows.some(({ broken }) => broken !== undefined)).toBe(true);
    for (const { cells } of rows) expect(cells.join().length).toBeLessThan(1_100_000);
  });

  it('reads a large file at constant memory', async () => {
    const path = join(folder, 'large.csv');
    const out = createWriteStream(path);
    const block = Array.from({ length: 10_000 }, (_, i) => `${i},"some text, quoted",${i * 3},1996-07-04`).join('\n');
    for (let i = 0; i < 20; i += 1) if (!out.write(`${block}\n`)) await once(out, 'drain');
    out.end();
    await once(out, 'finish');
    let count = 0;
    let peak = 0;
    const before = process.memoryUsage().rss;
    for await (const _ of readRows({ path, encoding: 'utf-8', delimiter: ',' }).rows) {
      count += 1;
      if (count % 20_000 === 0) peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    expect(count).toBe(200_000);
    expect((await stat(path)).size).toBeGreaterThan(7_000_000);
    expect(peak).toBeLessThan(150_000_000);
  });
});
