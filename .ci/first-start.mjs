// `npm start` on a clean checkout, as a newcomer runs it: builds, says that it is ready, ends in order at Ctrl-C. The tests
// build for themselves and start built files, so nothing else would notice when this command alone is broken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DEADLINE_MS = 300_000;
const data = await mkdtemp(join(tmpdir(), 'orderloom-start-'));
const platform = spawn(process.execPath, ['apps/standalone/start.mjs'], {
  env: { ...process.env, PORT: '0', ORDERLOOM_DATA: data },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(platform, 'exit');
const late = setTimeout(() => platform.kill('SIGKILL'), DEADLINE_MS);
let said = '';
for await (const chunk of platform.stdout) {
  said += chunk;
  if (!said.includes('Ctrl-C stops it')) continue;
  platform.kill('SIGINT');
  platform.stdout.resume();
  break;
}
const [code] = await ended;
clearTimeout(late);
await rm(data, { recursive: true, force: true });
const ready = said.includes('is ready');
console.log(
  ready && code === 0 ? 'npm start: ready, and stopped in order' : `npm start failed (exit code ${code}):\n${said}`,
);
process.exit(ready && code === 0 ? 0 : 1);
