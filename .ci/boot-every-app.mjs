// Starts every app from its built files, one process each against one set of engines, the way a cluster runs them; then
// asks the gateway's readiness and one figure that goes through it. Ends everything it started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const DEADLINE_MS = 60_000;
const data = await mkdtemp(join(tmpdir(), 'orderloom-boot-'));
const children = [];
const token = 'boot-token-0123456789';

/** Starts a built file; resolves with the first line of its output that `pick` makes something of. */
async function start(name, file, env, pick) {
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push({ name, child });
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    const found = pick(line);
    if (found === undefined) continue;
    clearTimeout(timer);
    child.stdout.resume();
    return found;
  }
  throw new Error(`${name} ended or said nothing within ${DEADLINE_MS} ms`);
}

const json = (line) => {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
};
const readyUrl = (line) => (json(line).msg === 'ready' ? json(line).url : undefined);

try {
  const engines = await start(
    'engines',
    'libs/embedded/dist/main.js',
    { ORDERLOOM_DATA: join(data, 'engines'), EVENTSTORE_PORT: '0', KAFKA_PORT: '0', MONGODB_PORT: '0' },
    (line) => (json(line).EVENTSTORE_URL ? json(line) : undefined),
  );
  const env = {
    ...engines,
    PORT: '0',
    ORDERLOOM_DATA: join(data, 'uploads'),
    ORDERLOOM_ADMIN_TOKEN: token,
    ORDERLOOM_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  const services = ['order', 'inventory', 'logistics', 'notification', 'analytics', 'customer'];
  const urls = {};
  await Promise.all(
    services.map(async (name) => {
      urls[`${name.toUpperCase()}_URL`] = await start(name, `apps/${name}/dist/main.js`, env, readyUrl);
    }),
  );
  const gateway = await start('gateway', 'apps/gateway/dist/main.js', { ...env, ...urls }, readyUrl);
  const headers = { authorization: `Bearer ${token}` };
  for (const path of [
    '/health/ready',
    '/api/analytics/summary',
    '/api/orders',
    '/api/imports',
    '/api/docs/openapi.json',
  ]) {
    const response = await fetch(`${gateway}${path}`, { headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
    console.log(`${path} ${response.status}`);
  }
  for (const { name, child } of [...children].reverse()) {
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${name} ended with ${code} on SIGTERM`);
  }
  console.log('every app starts from its built files and stops in order');
} finally {
  for (const { child } of children) if (child.exitCode === null) child.kill('SIGKILL');
  await rm(data, { recursive: true, force: true });
}
