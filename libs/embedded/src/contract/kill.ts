import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** An engine in a process of its own, so that it can be killed. */
export interface KillableEngine {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL, at once; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

const STARTERS = {
  'event-store': ['event-store', 'startEventStore'],
  broker: ['broker', 'startBroker'],
  'document-store': ['document-store', 'startDocumentStore'],
} as const;

export type EngineName = keyof typeof STARTERS;

/**
 * The engine's built entry: Node cannot run the TypeScript sources.
 *
 * @throws when it has not been built
 */
function builtEntry(engine: EngineName): string {
  const here = new URL('.', import.meta.url).pathname;
  const dist = here.replace(/\/src\/contract\/$/, '/dist/contract/');
  const entry = fileURLToPath(new URL(`file://${dist}../${STARTERS[engine][0]}/index.js`));
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run "npm run build" first`);
  return entry;
}

/** A process with the engine loaded and nothing opened yet: most of the time of a start is spent by then. */
interface Warm {
  open(dataDir: string, port: number): Promise<KillableEngine>;
  discard(): void;
}

function warmUp(engine: EngineName): Warm {
  const script = [
    `import { ${STARTERS[engine][1]} as start } from ${JSON.stringify(builtEntry(engine))};`,
    `process.once('message', async (options) => {`,
    `  const engine = await start(options);`,
    `  process.on('SIGTERM', () => engine.close().then(() => process.exit(0)));`,
    `  process.send(engine.url);`,
    `});`,
    `process.on('disconnect', () => process.exit(0));`,
  ].join('\n');
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Jest's own flags are not for it.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    discard: () => child.kill('SIGKILL'),
    open: async (dataDir, port) => {
      child.send({ dataDir, port });
      const url = await firstMessage(child);
      return {
        url,
        pid: child.pid ?? 0,
        kill: async () => {
          child.kill('SIGKILL');
          await gone;
        },
        stop: async () => {
          child.kill('SIGTERM');
          return gone;
        },
      };
    },
  };
}

/**
 * Starts one engine on `dataDir` in a child process and waits until it listens (at most 30 s).
 *
 * @throws with what the process said when it ended before
 */
export function startKillable(engine: EngineName, dataDir: string, port = 0): Promise<KillableEngine> {
  return warmUp(engine).open(dataDir, port);
}

function firstMessage(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The engine was not ready within 30 s: ${said}`));
    }, 30_000);
    child.once('message', (message) => {
      clearTimeout(late);
      resolve(String(message));
    });
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`The engine ended with code ${code}: ${said}`));
    });
  });
}

export interface KillRounds<Acknowledged> {
  readonly engine: EngineName;
  readonly dataDir: string;
  readonly rounds: number;
  /** Longest time from a round's first acknowledgement to SIGKILL, milliseconds; each is random below it. */
  readonly longestMs: number;
  /** 0 ≤ x < 1; pass a seeded one to repeat a run. */
  readonly random: () => number;
  /** Writes without pause until `stopped`, adding to `acknowledged` only what the engine confirmed. */
  write(url: string, acknowledged: Acknowledged[], stopped: AbortSignal, round: number): Promise<void>;
  /** Compares what is there after a restart with everything that was ever acknowledged. */
  verify(url: string, acknowledged: readonly Acknowledged[], round: number): Promise<void>;
  /** How often to verify; the last round always is. Default: every 10th. */
  readonly verifyEvery?: number;
}

/**
 * Kills an engine over and over while it is written to, and checks that everything it acknowledged is
 * there afterwards. Each round starts on what the one before left behind, whatever state that is.
 */
export async function killRepeatedly<Acknowledged>(options: KillRounds<Acknowledged>): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  const every = options.verifyEvery ?? 10;
  // The next process is loaded while this one is written to.
  let warm = warmUp(options.engine);
  for (let round = 0; round < options.rounds; round += 1) {
    const engine = await warm.open(options.dataDir, 0);
    warm = warmUp(options.engine);
    try {
      if (round > 0 && round % every === 0) await options.verify(engine.url, acknowledged, round);
    } catch (error) {
      warm.discard();
      await engine.kill();
      throw error;
    }
    const stop = new AbortController();
    const writing = options.write(engine.url, acknowledged, stop.signal, round);
    // Mostly the clock starts with the round's first acknowledgement, however slow the machine is; now and
    // then at once, so that starting and connecting are hit too.
    if (options.random() > 0.1) await firstOf(acknowledged, acknowledged.length + 1);
    await new Promise((resolve) => setTimeout(resolve, options.random() * options.longestMs));
    await engine.kill();
    stop.abort();
    await writing;
  }
  const engine = await warm.open(options.dataDir, 0);
  try {
    await options.verify(engine.url, acknowledged, options.rounds);
  } finally {
    await engine.stop();
  }
  return acknowledged;
}

/** Waits until there are so many, at most 5 s. */
async function firstOf(list: readonly unknown[], count: number): Promise<void> {
  for (const end = Date.now() + 5000; list.length < count && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A small seeded generator (mulberry32): the same seed, the same kills. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
