// `npm start`: builds what is stale, then runs the platform. Plain JavaScript, because nothing is built yet.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Orderloom needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const entry = process.argv[2]?.startsWith('--entry=')
  ? process.argv.splice(2, 1)[0].slice(8)
  : 'apps/standalone/dist/main.js';
const require = createRequire(import.meta.url);
let compiler;
try {
  // By way of its package.json: the compiler's package exports that, and not its command.
  compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
} catch {
  // An installation for production has the built files and no compiler.
}
if (compiler) {
  const built = spawnSync(process.execPath, [compiler, '-b', 'apps/standalone'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
} else if (!existsSync(join(root, entry))) {
  console.error('Nothing is built and the compiler is not installed: run `npm ci` first.');
  process.exit(1);
}
await import(join(root, entry));
