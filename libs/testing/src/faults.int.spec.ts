import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { runNode } from './processes.js';
import { type FaultProxy, startFaultProxy } from './proxy.js';

describe('the fault proxy', () => {
  let echo: Server;
  let proxy: FaultProxy;
  let socket: Socket;
  let heard = '';

  beforeEach(async () => {
    echo = createServer((peer) => {
      peer.on('error', () => undefined);
      peer.pipe(peer);
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', () => resolve()));
    proxy = await startFaultProxy(`127.0.0.1:${(echo.address() as AddressInfo).port}`);
    heard = '';
    socket = connect(proxy.port, proxy.host);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
  });
  afterEach(async () => {
    socket.destroy();
    await proxy.close();
    await new Promise<void>((resolve) => echo.close(() => resolve()));
  });

  it('passes bytes, swallows them in a black hole, and gives them back when healed', async () => {
    socket.write('one ');
    await eventually(() => heard === 'one ');
    proxy.blackHole();
    socket.write('two ');
    const until = Date.now() + 60;
    await eventually(() => Date.now() > until);
    expect(heard).toBe('one ');
    expect(socket.destroyed).toBe(false);
    proxy.heal();
    await eventually(() => heard === 'one two ');
  });

  it('delays', async () => {
    proxy.delay(60);
    const from = Date.now();
    socket.write('late');
    await eventually(() => heard === 'late', { everyMs: 5 });
    expect(Date.now() - from).toBeGreaterThanOrEqual(100);
  });

  it('cuts links, and refuses new ones until healed', async () => {
    socket.write('x');
    await eventually(() => heard === 'x');
    proxy.refuse();
    await eventually(() => socket.destroyed, 'the link is cut');
    expect(proxy.links).toBe(0);
    const refused = connect(proxy.port, proxy.host);
    refused.on('error', () => undefined);
    await eventually(() => refused.destroyed, 'a new link is refused');
    proxy.heal();
    const welcome = connect(proxy.port, proxy.host);
    welcome.write('y');
    await new Promise<void>((resolve) => welcome.once('data', () => resolve()));
    welcome.destroy();
  });
});

describe('child processes', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orderloom-child-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const script = async (name: string, code: string): Promise<string> => {
    const path = join(folder, `${name}.mjs`);
    await writeFile(path, code);
    return path;
  };

  it('are told to end, or are killed, and say how they ended', async () => {
    const path = await script(
      'polite',
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(3); }); console.log('ready ' + process.env.NAME); setInterval(() => {}, 1000);`,
    );
    const polite = runNode(path, { env: { NAME: 'first' } });
    expect(await polite.waitForOutput(/ready/)).toBe('ready first');
    expect(await polite.stop()).toEqual({ code: 3, signal: null });
    expect(polite.output()).toContain('bye');
    const killed = runNode(path);
    await killed.waitForOutput(/ready/);
    expect(await killed.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('that end before they say what was waited for fail the wait at once', async () => {
    const path = await script('short', `console.error('no luck'); process.exit(1);`);
    await expect(runNode(path).waitForOutput(/ready/)).rejects.toThrow(/ended \(1\) without saying[\s\S]*no luck/);
  });
});
