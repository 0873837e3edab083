import { type ChildProcess as NodeChild, spawn } from 'node:child_process';

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Options for node itself, e.g. `--experimental-vm-modules`. */
  readonly nodeOptions?: readonly string[];
}

/** A node script running as a process of its own. */
export interface ChildProcess {
  readonly pid: number;
  /** Everything it wrote to stdout and stderr so far. */
  output(): string;
  /** Fulfilled with the line when a line of its output matches; rejects when it ends or the deadline passes before. */
  waitForOutput(pattern: RegExp, deadlineMs?: number): Promise<string>;
  /** Sends a signal (default SIGTERM) and waits for its end; SIGKILL after `deadlineMs`. */
  stop(signal?: NodeJS.Signals, deadlineMs?: number): Promise<Exit>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<Exit>;
  readonly exited: Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<NodeChild>();
// No child outlives the test run, however it ends.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `node script`; the environment is the caller's plus `env`. */
export const runNode = (script: string, options: RunOptions = {}): ChildProcess => {
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), script, ...(options.args ?? [])], {
    cwd: options.cwd,
    // The test runner's own options for node must not reach the child.
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  const watchers = new Set<() => void>();
  const collect = (chunk: Buffer) => {
    text += chunk.toString('utf8');
    for (const look of watchers) look();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      exit = { code, signal };
      running.delete(child);
      for (const look of watchers) look();
      resolve(exit);
    });
  });

  const waitForOutput = (pattern: RegExp, deadlineMs = 20_000): Promise<string> =>
    new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        watchers.delete(look);
        settle();
      };
      const look = () => {
        const line = text.split('\n').find((l) => pattern.test(l));
        if (line !== undefined) done(() => resolve(line));
        else if (exit) done(() => reject(new Error(`ended (${exit?.code}) without saying ${pattern}:\n${text}`)));
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`did not say ${pattern} within ${deadlineMs} ms:\n${text}`))),
        deadlineMs,
      );
      watchers.add(look);
      look();
    });

  const stop = async (signal: NodeJS.Signals = 'SIGTERM', deadlineMs = 15_000): Promise<Exit> => {
    if (exit) return exit;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    try {
      return await exited;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    pid: child.pid ?? -1,
    output: () => text,
    waitForOutput,
    stop,
    kill: () => stop('SIGKILL'),
    exited,
  };
};
