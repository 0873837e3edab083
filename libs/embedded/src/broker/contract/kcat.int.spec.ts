import { spawn, spawnSync } from 'node:child_process';
import { jest } from '@jest/globals';
import { createTopics, fresh, openTarget, type Target } from './target.js';

const installed = spawnSync('kcat', ['-V']).status === 0;
const maybe = installed ? describe : describe.skip;

// A real broker takes its time with new topics and groups.
jest.setTimeout(30_000);

let target: Target;
beforeAll(async () => {
  target = await openTarget();
  if (!installed) return;
  const admin = target.kafka().admin();
  await admin.connect();
  await createTopics(
    admin,
    ['none', 'gzip', 'snappy', 'lz4', 'zstd', 'group', 'time'].map((name) => ({
      topic: `${prefix}-${name}`,
      numPartitions: 2,
    })),
  );
  await admin.disconnect();
}, 30_000);
afterAll(() => target.close());

const prefix = fresh('kcat');

/** Runs kcat against the broker; resolves to what it printed, fails with what it complained about. */
function kcat(args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('kcat', ['-b', target.address, ...args]);
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', (code) => {
      clearTimeout(late);
      if (code === 0) resolve(out);
      else reject(new Error(`kcat ${args.join(' ')} ended with ${code}: ${err}`));
    });
    child.stdin.end(input);
  });
}

maybe('kcat', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'produces and consumes (%s)',
    async (codec) => {
      const topic = `${prefix}-${codec}`;
      const lines = Array.from({ length: 500 }, (_, index) => `${index % 10}|line ${index} ${'abc'.repeat(20)}`);
      await kcat(['-P', '-t', topic, '-K', '|', '-z', codec, '-X', 'linger.ms=20'], `${lines.join('\n')}\n`);
      const read = await kcat(['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-K', '|']);
      expect(read.trim().split('\n').sort()).toEqual([...lines].sort());
    },
    30_000,
  );

  it('produces idempotently and consumes in a group', async () => {
    const topic = `${prefix}-group`;
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    await kcat(['-P', '-t', topic, '-X', 'enable.idempotence=true'], `${lines.join('\n')}\n`);
    const args = ['-G', fresh('group'), '-c', '50', '-q', '-X', 'auto.offset.reset=earliest', topic];
    expect((await kcat(args)).trim().split('\n').sort()).toEqual([...lines].sort());
  }, 30_000);

  it('lists topics and finds offsets by time', async () => {
    const topic = `${prefix}-time`;
    await kcat(['-P', '-t', topic, '-p', '1'], 'a\nb\nc\n');
    expect(await kcat(['-L', '-t', topic])).toContain(`topic "${topic}" with 2 partitions`);
    expect(await kcat(['-Q', '-t', `${topic}:1:1000`])).toContain('[1] offset 0');
    expect(await kcat(['-Q', '-t', `${topic}:1:-1`])).toContain('[1] offset 3');
  }, 30_000);
});
