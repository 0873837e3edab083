import type { BaseKinds } from '../settings/common.js';
import { SettingsInvalid, type SettingsSpec } from '../settings/define.js';
import type { ServiceDefinition } from './definition.js';
import { startService } from './start.js';

/** One sentence a person understands about why a program could not start. */
export function explainStartFailure(name: string, error: unknown): string {
  if (error instanceof SettingsInvalid) return error.message;
  if (!(error instanceof Error)) return `${name} could not start: ${String(error)}`;
  const code = 'code' in error ? error.code : undefined;
  const port = 'port' in error ? String(error.port) : '';
  if (code === 'EADDRINUSE') return `${name} could not start: port ${port} is taken. Set PORT to a free one.`;
  if (code === 'EACCES') return `${name} could not start: no permission (${error.message}).`;
  if (/ServerSelection|MongoNetwork/.test(error.name)) {
    return `${name} could not start: MongoDB does not answer at MONGODB_URL (${error.message}).`;
  }
  return `${name} could not start: ${error.message}`;
}

/**
 * Runs a service as a process: starts it, prints one clear sentence and exits with 1 when that fails, stops in
 * order on SIGTERM and SIGINT (a second signal stops at once).
 */
export async function runMain<S extends SettingsSpec<BaseKinds>>(definition: ServiceDefinition<S>): Promise<void> {
  let service: Awaited<ReturnType<typeof startService>> | undefined;
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    if (!service) return; // still starting: stops as soon as it has
    void service.close().then(() => process.exit());
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    service = await startService(definition, process.env, { processMetrics: true });
  } catch (error) {
    process.stderr.write(`${explainStartFailure(definition.name, error)}\n`);
    process.exit(1);
  }
  if (stopping) {
    await service.close();
    process.exit();
  }
}
