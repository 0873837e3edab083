import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { jest } from '@jest/globals';
import { temporaryFolder } from './contract/temporary.js';

// Two cores may be shared with other suites.
jest.setTimeout(60_000);

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly ready: Promise<Record<string, string>>;
  readonly ended: Promise<{ code: number | null; said: string }>;
}

function run(dataDir: string, ports: Record<string, string> = {}): Run {
  const free = { EVENTSTORE_PORT: '0', KAFKA_PORT: '0', MONGODB_PORT: '0' };
  const env = { ...process.env, NODE_OPTIONS: '', ORDERLOOM_DATA: dataDir, ...free, ...ports };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ready = new Promise<Record<string, string>>((resolve) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as Record<string, string>));
  });
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('exit', (code) => resolve({ code, said })),
  );
  return { child, ready, ended };
}

const oneSentence = /^[A-Z][^\n]*\.\n$/;

describe('the engines as a process', () => {
  beforeAll(() => {
    if (!existsSync(main)) throw new Error(`${main} is missing: run "npm run build" first`);
  });

  it('starts, refuses company on its data and port, and closes on SIGTERM', async () => {
    const folder = await temporaryFolder();
    const other = await temporaryFolder();
    const first = run(folder.path);
    try {
      const urls = await Promise.race([
        first.ready,
        first.ended.then(({ said }) => {
          throw new Error(said);
        }),
      ]);
      const client = EventStoreDBClient.connectionString(urls['EVENTSTORE_URL'] ?? '');
      await client.appendToStream('main-1', jsonEvent({ type: 'Started', data: {} }));

      const second = await run(folder.path).ended;
      expect(second.code).toBe(1);
      expect(second.said).toMatch(/in use/);
      expect(second.said).toMatch(oneSentence);

      const port = /:(\d+)\?/.exec(urls['EVENTSTORE_URL'] ?? '')?.[1] ?? '';
      const third = await run(other.path, { EVENTSTORE_PORT: port }).ended;
      expect(third.code).toBe(1);
      expect(third.said).toMatch(oneSentence);

      first.child.kill('SIGTERM');
      expect((await first.ended).code).toBe(0);
    } finally {
      first.child.kill('SIGKILL');
      await folder.remove();
      await other.remove();
    }
  }, 40_000);

  it('says in one sentence that the folder cannot be made', async () => {
    const { code, said } = await run('/proc/orderloom').ended;
    expect(code).toBe(1);
    expect(said).toMatch(oneSentence);
  }, 20_000);

  it('says in one sentence that a port makes no sense', async () => {
    const folder = await temporaryFolder();
    const { code, said } = await run(folder.path, { KAFKA_PORT: 'nine' }).ended;
    await folder.remove();
    expect([code, said]).toEqual([1, 'KAFKA_PORT is not a port: nine.\n']);
  }, 20_000);
});
