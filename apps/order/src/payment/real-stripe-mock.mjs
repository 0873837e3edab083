// Proves what is sent to Stripe: starts Stripe's own stand-in, which checks every request against Stripe's published API
// description, on a free loopback port, runs the suite against it and stops it. Needs Go, which fetches it once.
//
//   node apps/order/src/payment/real-stripe-mock.mjs [more arguments for jest]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = process.env.STRIPE_MOCK_VERSION ?? 'v0.203.0';
const START_MS = 30_000;
const root = resolve(fileURLToPath(new URL('.', import.meta.url)), '../../../..');

/** One sentence for a person, and the end. */
function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function fetchMock() {
  const bin = join(root, 'node_modules/.cache/stripe-mock', VERSION);
  const program = join(bin, 'stripe-mock');
  if (existsSync(program)) return program;
  mkdirSync(bin, { recursive: true });
  process.stdout.write(`Fetching stripe-mock ${VERSION} with Go …\n`);
  const go = spawnSync('go', ['install', `github.com/stripe/stripe-mock@${VERSION}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, GOBIN: bin },
  });
  if (go.error !== undefined) giveUp('stripe-mock needs Go, and there is no "go" on the PATH.');
  if (go.status !== 0) giveUp(`Go could not fetch stripe-mock ${VERSION}; see its messages above.`);
  return program;
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

const program = fetchMock();
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const mock = spawn(program, ['-http-addr', `127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'inherit'] });
let running = true;
const ended = new Promise((done) =>
  mock.once('exit', () => {
    running = false;
    done();
  }),
);
const stop = async () => {
  if (running) mock.kill('SIGTERM');
  await ended;
};
process.once('SIGINT', () => void stop().then(() => process.exit(130)));

const answers = () =>
  fetch(`${url}/v1/charges`, { headers: { authorization: 'Bearer sk_test_1' } }).then(
    ({ ok }) => ok,
    () => false,
  );
const deadline = Date.now() + START_MS;
while (!(await answers())) {
  if (!running || Date.now() > deadline) {
    await stop();
    giveUp(`stripe-mock ${VERSION} did not start within ${START_MS / 1000} s.`);
  }
  await new Promise((done) => setTimeout(done, 100));
}
process.stdout.write(`stripe-mock ${VERSION} answers at ${url}.\n`);
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--runInBand',
    'apps/order/src/payment/stripe-provider.int',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, STRIPE_MOCK_URL: url } },
);
const code = await new Promise((done) => jest.once('exit', (status) => done(status ?? 1)));
await stop();
process.exit(code);
