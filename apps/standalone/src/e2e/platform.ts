import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildProcess, eventually, runNode } from '@orderloom/testing';
import { lagging } from '../ledger/read-platform.js';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const TOKEN = 'e2e-token-0123456789';

/** A standalone run in a process of its own, as a person at a terminal has it. */
export class Platform {
  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
    readonly dataDir: string,
    /** Connection strings of the engines, as the start screen tells them. */
    readonly engines: { readonly eventStore: string; readonly kafka: string; readonly mongodb: string },
  ) {}

  /** Starts on a fresh folder, or on one of an earlier run. */
  static async start(dataDir?: string, env: Readonly<Record<string, string>> = {}): Promise<Platform> {
    const dir = dataDir ?? (await mkdtemp(join(tmpdir(), 'orderloom-e2e-')));
    const process = Platform.launch(dir, env);
    const line = async (label: string) => {
      // Far more than a start takes: how fast it is, is measured and not tested, and the machine may be busy with others.
      const found = await process.waitForOutput(new RegExp(`^\\s+${label}\\s+\\S`), 150_000);
      return found.trim().split(/\s+/).at(-1) ?? '';
    };
    try {
      const [url, eventStore, kafka, mongodb] = [
        await line('address'),
        await line('event store'),
        await line('Kafka'),
        await line('MongoDB'),
      ];
      return new Platform(process, url, dir, { eventStore, kafka, mongodb });
    } catch (error) {
      // Nobody would know of it any more, and it would go on.
      await process.kill();
      throw error;
    }
  }

  /** Starts without waiting for anything. */
  static launch(dataDir: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
    return runNode(entry, { env: { PORT: '0', ORDERLOOM_DATA: dataDir, ORDERLOOM_ADMIN_TOKEN: TOKEN, ...env } });
  }

  /** A call of the public interface. */
  async call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    const text = typeof body === 'string';
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': text ? 'text/csv' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: text ? body : JSON.stringify(body) }),
    });
    const answer = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(answer) : answer };
  }

  /** GET, with the body of a 200. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async get(path: string): Promise<any> {
    const { status, body } = await this.call('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Imports a CSV and waits for the job's end. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async import(query: string, csv: string): Promise<any> {
    const { status, body } = await this.call('POST', `/api/imports?${query}`, csv);
    if (status !== 202) throw new Error(`the import was answered ${status}: ${JSON.stringify(body)}`);
    return eventually(
      async () => {
        const job = await this.get(`/api/imports/${body.id}`);
        return job.status === 'completed' || job.status === 'failed' ? job : false;
      },
      { deadlineMs: 60_000, everyMs: 100, message: `the import ${query} ends` },
    );
  }

  /** Waits until every relay, read model and consumer group has nothing left to do. */
  async settled(): Promise<void> {
    await eventually(
      async () => {
        const behind = await lagging((path) => this.get(path));
        if (behind.length > 0) throw new Error(behind.join(', '));
      },
      { deadlineMs: 60_000, everyMs: 100, message: 'nothing lags behind' },
    );
  }

  /** The last of what it has logged. */
  said(): string {
    return this.process.output().slice(-8_000);
  }

  async remove(): Promise<void> {
    await this.process.stop('SIGINT');
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
