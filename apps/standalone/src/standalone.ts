import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainStartFailure, SettingsInvalid } from '@orderloom/platform';
import { CannotStart } from './run/cannot-start.js';
import { type DataFolder, openDataFolder } from './run/data-folder.js';
import { isFree, type RunningEngines, runEngines } from './run/engines.js';
import { giveBackSoon } from './run/give-back.js';
import { publicUrlAt, readOptions, type StandaloneOptions, usage } from './run/options.js';
import { loadSample } from './run/sample.js';
import { screen } from './run/screen.js';
import { type RunningServices, runServices } from './run/services.js';

const STOP_DEADLINE_MS = 5_000;
/** An hour of warehouse and carrier work per second: an order is picked at once and delivered within a minute. */
const FIRST_SPEED = 3600;

/** The standalone run: data folder, engines, services, one screen; on the first signal everything stops in order. */
class Standalone {
  private folder: DataFolder | undefined;
  private engines: RunningEngines | undefined;
  private services: RunningServices | undefined;
  private stopping: Promise<void> | undefined;

  async start(options: StandaloneOptions): Promise<void> {
    const begun = performance.now();
    if (options.port !== 0 && !(await isFree(options.port))) {
      throw new CannotStart(`Port ${options.port} is taken; choose another with PORT or --port.`);
    }
    this.folder = await openDataFolder(options.dataDir, options.fresh);
    const { isNew } = this.folder;
    const token = options.adminToken ?? this.folder.secret('admin-token');
    this.engines = await runEngines(options, (error) => this.fail(error));
    const env = {
      ...process.env,
      // One machine, nobody in the warehouse: goods are picked, packed and carried by the simulation.
      WAREHOUSE_MODE: process.env['WAREHOUSE_MODE'] ?? 'simulated',
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
      PUBLIC_URL: process.env['PUBLIC_URL'] || publicUrlAt(options.port),
      SAMPLE_DIR: process.env['SAMPLE_DIR'] ?? fileURLToPath(new URL('../sample/northwind', import.meta.url)),
      ...this.engines.urls,
      PORT: String(options.port),
      ORDERLOOM_DATA: join(options.dataDir, 'uploads'),
      ORDERLOOM_ADMIN_TOKEN: token,
      ORDERLOOM_MASTER_KEY: process.env['ORDERLOOM_MASTER_KEY'] || this.folder.secret('master-key'),
    };
    this.folder.note('engines.json', this.engines.urls);
    this.services = await runServices(env, (error) => this.fail(error));
    const { url } = this.services;
    if (isNew) await setSimulationSpeed(url, token, FIRST_SPEED);
    const startedInMs = performance.now() - begun;
    giveBackSoon();
    console.log(screen({ url, dataDir: options.dataDir, engines: this.engines.urls, token, startedInMs }));
    if (options.sample) {
      await loadSample(url, token, (line) => console.log(line)).catch((error: Error) =>
        console.error(`  ${error.message}`),
      );
    }
  }

  /** Services first, so that they can finish what they have in hand; then the engines under them. */
  stop(): Promise<void> {
    this.stopping ??= (async () => {
      await this.services?.stop();
      await this.engines?.stop();
      await this.folder?.release();
    })();
    return this.stopping;
  }

  private fail(error: Error): void {
    console.error(error.message);
    void this.stop().finally(() => process.exit(1));
  }
}

/** Sets the clock of simulated warehouse and carriers; what an operator sets later stays. */
async function setSimulationSpeed(url: string, token: string, speed: number): Promise<void> {
  await fetch(`${url}/api/simulation`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ speed }),
  });
}

const standalone = new Standalone();
let signals = 0;
const onSignal = (): void => {
  if (++signals > 1) process.exit(130);
  const late = setTimeout(() => process.exit(1), STOP_DEADLINE_MS);
  late.unref();
  void standalone.stop().then(() => process.exit(process.exitCode ?? 0));
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') console.log(usage);
  else await standalone.start(options);
} catch (error) {
  const known = error instanceof CannotStart || error instanceof SettingsInvalid;
  console.error(known ? error.message : explainStartFailure('Orderloom', error));
  if (!known && process.env['LOG_LEVEL'] === 'debug') console.error(error);
  await standalone.stop().catch(() => {});
  process.exit(1);
}
