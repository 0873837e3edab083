/**
 * Writes the generated documents (`docs/contracts`, `docs/events.md`) and adds new event versions to the golden
 * file. `--check` writes nothing and fails when something is stale.
 * Run from the built files: `node libs/contracts/dist/tooling/generate.js [--check]`.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventCatalogue } from '../catalogue.js';
import { documents } from './documents.js';
import { sampleData } from './samples.js';

/** Root of the repository: four folders above this file, in `src` as in `dist`. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

const SCHEMAS = 'docs/contracts/schemas';
const GOLDEN = 'libs/contracts/src/golden/events.jsonl';

const read = (path: string): Promise<string | undefined> => readFile(join(root, path), 'utf8').catch(() => undefined);

/** One event of every version ever written: full type → data. Lines are added, never changed. */
export async function readGolden(): Promise<Record<string, Record<string, unknown>>> {
  const lines = ((await read(GOLDEN)) ?? '').split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const { type, data } = JSON.parse(line) as { type: string; data: Record<string, unknown> };
      return [type, data];
    }),
  );
}

/** Paths whose text is not what the code says. */
export async function stale(): Promise<string[]> {
  const files = documents();
  const found: string[] = [];
  for (const [path, text] of files) if ((await read(path)) !== text) found.push(path);
  const there = await readdir(join(root, SCHEMAS)).catch(() => []);
  for (const name of there) if (!files.has(`${SCHEMAS}/${name}`)) found.push(`${SCHEMAS}/${name}`);
  const golden = await readGolden();
  for (const { type } of eventCatalogue) if (!golden[type]) found.push(`${GOLDEN} (${type})`);
  return found;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

async function generate(): Promise<void> {
  const files = documents();
  for (const [path, text] of files) await write(path, text);
  for (const name of await readdir(join(root, SCHEMAS))) {
    if (!files.has(`${SCHEMAS}/${name}`)) await rm(join(root, SCHEMAS, name));
  }
  const golden = await readGolden();
  for (const definition of eventCatalogue) golden[definition.type] ??= sampleData(definition);
  const lines = Object.entries(golden).map(([type, data]) => JSON.stringify({ type, data }));
  await write(GOLDEN, `${lines.join('\n')}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const found = await stale();
    if (found.length > 0) {
      process.stderr.write(`Stale, run the generator: ${found.join(', ')}\n`);
      process.exitCode = 1;
    }
  } else {
    await generate();
  }
}
