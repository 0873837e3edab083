import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceNames } from '@orderloom/contracts';
import { type ChildProcess, type Exit, eventually, runNode } from '@orderloom/testing';
import type { Target } from './shop.js';

const TOKEN = 'fault-token-0123456789';
const root = new URL('../../../../', import.meta.url);
/** What a folder of the repository starts with, as built. */
export const mainOf = (folder: string): string => fileURLToPath(new URL(`${folder}/dist/main.js`, root));

type Name = (typeof serviceNames)[number] | 'gateway';

/** The six services and the gateway as processes of their own, against one process with the engines. */
export class Deployment implements Target {
  readonly names: readonly Name[] = [...serviceNames, 'gateway'];
  readonly #processes = new Map<Name, ChildProcess>();
  readonly #started: ChildProcess[] = [];

  private constructor(
    private readonly dataDir: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly ports: Readonly<Record<Name, number>>,
    readonly engines: { readonly eventStore: string; readonly kafka: string },
  ) {}

  static async start(): Promise<Deployment> {
    const dataDir = await mkdtemp(join(tmpdir(), 'orderloom-deploy-'));
    const engines = runNode(mainOf('libs/embedded'), {
      env: { ORDERLOOM_DATA: join(dataDir, 'engines'), EVENTSTORE_PORT: '0', KAFKA_PORT: '0', MONGODB_PORT: '0' },
    });
    const urls = JSON.parse(await engines.waitForOutput(/^\{/, 30_000)) as Record<string, string>;
    const names = [...serviceNames, 'gateway'] as const;
    const free = await freePorts(names.length);
    const ports = Object.fromEntries(names.map((name, index) => [name, free[index]])) as Record<Name, number>;
    const env = {
      ...urls,
      ...Object.fromEntries(
        serviceNames.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[name]}`]),
      ),
      ORDERLOOM_ADMIN_TOKEN: TOKEN,
      ORDERLOOM_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      ORDERLOOM_DATA: join(dataDir, 'uploads'),
      WAREHOUSE_MODE: 'simulated',
      LOG_LEVEL: 'warn',
    };
    const { EVENTSTORE_URL: eventStore = '', KAFKA_BROKERS: kafka = '' } = urls;
    const deployment = new Deployment(dataDir, env, ports, { eventStore, kafka });
    deployment.#started.push(engines);
    await Promise.all(deployment.names.map((name) => deployment.run(name)));
    return deployment;
  }

  /** Starts a service on its port and waits until it is ready. */
  async run(name: Name): Promise<void> {
    this.#processes.set(name, await this.#launch(name, this.ports[name]));
  }

  /** Starts one more process of a service, which takes no requests. */
  async another(name: Name): Promise<ChildProcess> {
    const [port = 0] = await freePorts(1);
    return this.#launch(name, port);
  }

  /** The last of what every process has logged. */
  said(): string {
    return [...this.#processes].map(([name, process]) => `--- ${name}\n${process.output().slice(-4_000)}`).join('\n');
  }

  /** Stops a service in order. */
  async stop(name: Name): Promise<Exit> {
    const process = this.#processes.get(name);
    if (!process) throw new Error(`${name} does not run`);
    return process.stop('SIGTERM', 20_000);
  }

  async call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`http://127.0.0.1:${this.ports.gateway}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    return { status: response.status, body: answer === '' ? {} : JSON.parse(answer) };
  }

  async get(path: string): Promise<unknown> {
    const { status, body } = await this.call('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  async remove(): Promise<void> {
    const [engines, ...services] = this.#started;
    await Promise.all(services.map((service) => service.stop('SIGTERM', 20_000)));
    await engines?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #launch(name: Name, port: number): Promise<ChildProcess> {
    const process = runNode(mainOf(`apps/${name}`), { env: { ...this.env, PORT: String(port) } });
    this.#started.push(process);
    await Promise.race([
      eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200, {
        deadlineMs: 150_000,
        everyMs: 100,
        message: () => `${name} is ready; it said: ${process.output()}`,
      }),
      process.exited.then(({ code }) => {
        throw new Error(`${name} ended with ${code}: ${process.output()}`);
      }),
    ]);
    return process;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  return Promise.all(
    servers.map((server) => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      return new Promise<number>((resolve) => server.close(() => resolve(port)));
    }),
  );
}
