import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProcessUsage, usageOfTree } from './processes.js';

const ENTRY = fileURLToPath(new URL('../main.js', import.meta.url));
const SAMPLE = new URL('../../sample/northwind/', import.meta.url);
const TOKEN = 'bench-token-0123456789abcdef';
const START_DEADLINE_MS = 60_000;
const SERVICES = ['order', 'inventory', 'logistics', 'notification', 'analytics', 'customer'] as const;

/** Read models and consumer groups of a service with their lag, as the operations interface shows them. */
export interface Operations {
  readonly projections: readonly {
    readonly name: string;
    readonly lag: number;
    readonly rebuild?: { readonly status: string; readonly events: number };
  }[];
  readonly groups: readonly { readonly group: string; readonly lag: number }[];
}

/** A standalone run on a folder of its own, started as a person would start it. */
export class BenchPlatform {
  private constructor(
    private readonly process: ChildProcess,
    private readonly dataDir: string,
    readonly url: string,
    readonly eventStoreUrl: string,
    readonly startedInMs: number,
  ) {}

  readonly token = TOKEN;

  /** @throws when it does not come up within a minute */
  static async start(nodeOptions: readonly string[] = []): Promise<BenchPlatform> {
    const dataDir = await mkdtemp(join(tmpdir(), 'orderloom-bench-'));
    const { EVENTSTORE_URL: _compared, KAFKA_BROKERS: _k, MONGODB_URL: _m, ...env } = process.env;
    const begun = performance.now();
    const child = spawn(process.execPath, [...nodeOptions, ENTRY], {
      env: {
        ...env,
        PORT: '0',
        ORDERLOOM_DATA: dataDir,
        ORDERLOOM_ADMIN_TOKEN: TOKEN,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const screen = await screenOf(child).catch(async (error: unknown) => {
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    });
    const shown = (label: string) => new RegExp(`^\\s+${label}\\s+(\\S+)`, 'm').exec(screen)?.[1] ?? '';
    return new BenchPlatform(child, dataDir, shown('address'), shown('event store'), performance.now() - begun);
  }

  /** CPU and memory of all its processes; null where there is no /proc. */
  usage(): ProcessUsage[] | null {
    return usageOfTree(this.process.pid ?? 0);
  }

  /** A call of the public interface. @throws when the answer is no success */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into
  async call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<any> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'accept-language': 'en',
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async operations(service: (typeof SERVICES)[number]): Promise<Operations> {
    return (await this.call('GET', `/api/operations/${service}`)) as Operations;
  }

  /** Waits until no read model and no consumer group of any service has anything left to do. */
  async settled(deadlineMs = 300_000): Promise<void> {
    await this.until(
      async () => {
        const all = await Promise.all(SERVICES.map((service) => this.operations(service)));
        return all.every(({ projections, groups }) => [...projections, ...groups].every(({ lag }) => lag === 0));
      },
      deadlineMs,
      'everything has caught up',
      // Asking costs the engines something, too.
      1_000,
    );
  }

  /** Asks again until the answer is true. @throws after the deadline, naming what was waited for */
  async until(check: () => Promise<boolean>, deadlineMs: number, what: string, everyMs = 100): Promise<void> {
    const end = performance.now() + deadlineMs;
    while (!(await check())) {
      if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  /** A file of the sample order book. */
  sample(name: string): Promise<string> {
    return readFile(new URL(`${name}.csv`, SAMPLE), 'utf8');
  }

  /** Uploads a CSV and waits for the end of its job. @returns the job and how long it took, upload included */
  async import(query: string, csv: string): Promise<{ accepted: number; rejected: number; seconds: number }> {
    const begun = performance.now();
    const { id } = await this.call('POST', `/api/imports?${query}`, csv, 'text/csv');
    let job = { status: '', accepted: 0, rejected: 0 };
    await this.until(
      async () => {
        job = await this.call('GET', `/api/imports/${id}`);
        return job.status === 'completed' || job.status === 'failed';
      },
      600_000,
      `the import ${query} has ended`,
    );
    if (job.status === 'failed') throw new Error(`the import ${query} failed: ${JSON.stringify(job)}`);
    return { ...job, seconds: (performance.now() - begun) / 1000 };
  }

  /** Stops it in order and deletes its folder. */
  async remove(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
    if (this.process.exitCode === null) {
      this.process.kill('SIGINT');
      await gone;
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** What is printed when it is up. */
function screenOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the platform did not start in time:\n${text}`));
    }, START_DEADLINE_MS);
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/Ctrl-C/.test(text)) {
        clearTimeout(late);
        resolve(text);
      }
    });
    // What it complains about is worth seeing: a number reached with errors is none.
    child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the platform ended with code ${code}:\n${text}`));
    });
  });
}
