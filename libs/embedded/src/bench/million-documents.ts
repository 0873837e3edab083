/**
 * 1,000,000 small documents with two indexes: how much memory the document store holds, and how long an
 * indexed find of 50 among them takes. Run from the built files:
 *
 *     node libs/embedded/dist/bench/million-documents.js [documents]
 *
 * Prints a JSON line. `anonymousMb` is the engine process's anonymous memory from /proc/self/smaps_rollup
 * (heap included, mapped file pages not).
 */
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { startDocumentStore } from '../document-store/index.js';

interface Memory {
  readonly heapMb: number;
  readonly anonymousMb: number;
}

function memory(): Memory {
  let anonymous = Number.NaN;
  try {
    anonymous = Number(/^Anonymous:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))?.[1]);
  } catch {
    // Only Linux tells.
  }
  const { heapUsed } = process.memoryUsage();
  return { heapMb: Math.round(heapUsed / 1_048_576), anonymousMb: Math.round(anonymous / 1024) };
}

async function serve(dataDir: string): Promise<void> {
  const engine = await startDocumentStore({ dataDir });
  let most: Memory = memory();
  setInterval(() => {
    const now = memory();
    if (now.anonymousMb > most.anonymousMb) most = now;
  }, 200).unref();
  process.on('message', () => process.send?.({ now: memory(), most }));
  process.on('disconnect', () => void engine.close().then(() => process.exit(0)));
  process.send?.(engine.url);
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

async function measure(count: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'orderloom-million-'));
  const child = fork(fileURLToPath(import.meta.url), ['serve', dataDir]);
  const message = (): Promise<unknown> => new Promise((resolve) => child.once('message', resolve));
  const url = String(await message());
  const client = await new MongoClient(url).connect();
  try {
    const items = client.db('bench').collection<{ _id: string; group: string; n: number; text: string }>('items');
    await items.createIndexes([{ key: { group: 1, n: -1 } }, { key: { n: 1 } }]);
    const started = performance.now();
    for (let from = 0; from < count; from += 2_000) {
      await items.insertMany(
        Array.from({ length: 2_000 }, (_, i) => ({
          _id: `item-${from + i}`,
          group: `g${(from + i) % (count / 50)}`,
          n: from + i,
          text: 'a small document',
        })),
      );
    }
    const insertSeconds = (performance.now() - started) / 1000;
    const times: number[] = [];
    for (let i = 0; i < 101; i += 1) {
      const begin = performance.now();
      const found = await items
        .find({ group: `g${(i * 7919) % (count / 50)}` })
        .sort({ n: -1 })
        .toArray();
      times.push(performance.now() - begin);
      if (found.length !== 50) throw new Error(`Expected 50 documents, found ${found.length}`);
    }
    const scanStarted = performance.now();
    let scanned = 0;
    for await (const _doc of items.find({}, { projection: { n: 1 } })) scanned += 1;
    const scanSeconds = (performance.now() - scanStarted) / 1000;
    child.send('memory');
    const report = await message();
    process.stdout.write(
      `${JSON.stringify({
        documents: scanned,
        insertPerSecond: Math.round(count / insertSeconds),
        findOf50MedianMs: Number(median(times).toFixed(2)),
        scanPerSecond: Math.round(scanned / scanSeconds),
        memory: report,
      })}\n`,
    );
  } finally {
    await client.close();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await gone;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'serve') await serve(process.argv[3] ?? '');
else await measure(Number(process.argv[2] ?? 1_000_000));
