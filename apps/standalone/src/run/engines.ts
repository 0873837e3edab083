import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FolderInUse, lockFolder } from '@orderloom/embedded/storage/lock';
import { CannotStart } from './cannot-start.js';
import { fewCores } from './few-cores.js';
import type { StandaloneOptions } from './options.js';

/** Connection strings of the three engines. */
export interface EngineUrls {
  EVENTSTORE_URL: string;
  KAFKA_BROKERS: string;
  MONGODB_URL: string;
}

export interface RunningEngines {
  readonly urls: EngineUrls;
  stop(): Promise<void>;
}

const entry = fileURLToPath(import.meta.resolve('@orderloom/embedded/main'));
const START_DEADLINE_MS = 15_000;

/**
 * Runs the embedded engines that no setting replaces, in a process of their own: a second core for them, and a stop of
 * one half does not tear the other. When it dies it is started again on the same ports, and clients reconnect.
 */
export async function runEngines(options: StandaloneOptions, onGone: (error: Error) => void): Promise<RunningEngines> {
  const given = {
    EVENTSTORE_URL: options.eventStoreUrl,
    KAFKA_BROKERS: options.kafkaBrokers,
    MONGODB_URL: options.mongodbUrl,
  };
  const names = { EVENTSTORE_URL: 'event-store', KAFKA_BROKERS: 'broker', MONGODB_URL: 'document-store' } as const;
  const needed = Object.entries(names).flatMap(([variable, name]) =>
    given[variable as keyof EngineUrls] ? [] : [name],
  );
  if (needed.length === 0) return { urls: given as EngineUrls, stop: async () => {} };
  const dataDir = join(options.dataDir, 'engines');
  await predecessorGone(dataDir);
  const [eventStore, kafka, mongodb] = await freePorts(options.port);
  const env = {
    ...process.env,
    ORDERLOOM_DATA: dataDir,
    ENGINES: needed.join(','),
    EVENTSTORE_PORT: String(eventStore),
    KAFKA_PORT: String(kafka),
    MONGODB_PORT: String(mongodb),
  };
  const supervisor = new Supervisor(env, onGone);
  const started = await supervisor.start();
  return {
    urls: { ...started, ...Object.fromEntries(Object.entries(given).filter(([, url]) => url)) } as EngineUrls,
    stop: () => supervisor.stop(),
  };
}

/**
 * The engines of a run that was killed notice it and close by themselves, a moment later; until then they hold folder and
 * ports. Whoever holds them longer is told of by the engines' own start.
 */
async function predecessorGone(dataDir: string): Promise<void> {
  for (const deadline = Date.now() + START_DEADLINE_MS; Date.now() < deadline; ) {
    try {
      const lock = await lockFolder(dataDir);
      return await lock.release();
    } catch (error) {
      if (!(error instanceof FolderInUse)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

class Supervisor {
  private child: ChildProcess | undefined;
  private stopping = false;
  private deaths: number[] = [];

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly onGone: (error: Error) => void,
  ) {}

  /** @throws CannotStart with the engines' own sentence */
  start(): Promise<Partial<EngineUrls>> {
    return new Promise((resolve, reject) => {
      // Detached: Ctrl-C in a terminal reaches the whole group, and the engines must outlive the services.
      const child = fork(entry, [], {
        execArgv: [...process.execArgv, ...(fewCores() ? ['--single-threaded-gc'] : [])],
        env: this.env,
        detached: true,
        stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      });
      this.child = child;
      let said = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4000);
      });
      const late = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new CannotStart('The embedded engines did not start in time.'));
      }, START_DEADLINE_MS);
      child.once('message', (urls) => {
        clearTimeout(late);
        child.removeAllListeners('exit');
        child.once('exit', () => this.died());
        child.stderr?.removeAllListeners('data').pipe(process.stderr, { end: false });
        resolve(urls as Partial<EngineUrls>);
      });
      child.once('exit', () => {
        clearTimeout(late);
        reject(new CannotStart(said.trim() || 'The embedded engines could not start.'));
      });
    });
  }

  stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
  }

  /** Once is an accident; again and again has a cause that a restart does not mend. */
  private died(): void {
    if (this.stopping) return;
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => now - at < 60_000), now];
    if (this.deaths.length > 5) {
      this.onGone(new Error('The embedded engines keep ending; see the log above.'));
      return;
    }
    this.start().catch((error: unknown) => this.onGone(error instanceof Error ? error : new Error(String(error))));
  }
}

/** The three ports after the gateway's, so that connection strings stay the same from run to run; others when taken. */
async function freePorts(port: number): Promise<number[]> {
  const wanted = port === 0 ? [0, 0, 0] : [port + 1, port + 2, port + 3];
  return Promise.all(wanted.map(async (p) => (p !== 0 && p <= 65_535 && (await isFree(p)) ? p : anyFreePort())));
}

const anyFreePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** True when nobody listens on the port of this machine. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
