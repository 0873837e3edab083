import { startEngines } from './engines.js';
import { type EngineName, engineNames } from './starters.js';

/**
 * Runs the three engines as one process, a thread each.
 *
 * Environment: `ORDERLOOM_DATA` (default `.orderloom/engines`), `EVENTSTORE_PORT` (2113), `KAFKA_PORT` (9092),
 * `MONGODB_PORT` (27017); a port of 0 takes any free one. `ENGINES` names some of them, separated by commas
 * (event-store, broker, document-store); all by default. When ready it says where the engines are, as one
 * line of JSON on standard output, or as a message to the process that forked it. SIGTERM and SIGINT close
 * in order. What prevents a start is said in one sentence on standard error, with exit code 1.
 */
async function main(): Promise<void> {
  const engines = await startEngines({
    dataDir: process.env['ORDERLOOM_DATA'] || '.orderloom/engines',
    only: chosen(process.env['ENGINES']),
    onThreadGone: fail,
    ports: {
      eventStore: port('EVENTSTORE_PORT', 2113),
      broker: port('KAFKA_PORT', 9092),
      documentStore: port('MONGODB_PORT', 27017),
    },
  });

  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    engines.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
  // A parent that went away without a word leaves nobody to serve.
  if (process.send !== undefined) process.on('disconnect', close);

  const ready = {
    EVENTSTORE_URL: engines.urls.eventStore,
    KAFKA_BROKERS: engines.urls.broker,
    MONGODB_URL: engines.urls.documentStore,
  };
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(ready)}\n`);
  else process.send(ready);
}

function chosen(text: string | undefined): readonly EngineName[] {
  if (!text) return engineNames;
  return text.split(',').map((part) => {
    const name = engineNames.find((known) => known === part.trim());
    if (name === undefined) throw new Error(`ENGINES names an unknown engine: ${part} (${engineNames.join(', ')})`);
    return name;
  });
}

function port(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`${name} is not a port: ${text}.`);
  return value;
}

/** The one sentence for the person who started it. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port: taken } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${taken} is already in use by another process.`;
  return error.message;
}

function fail(error: unknown): void {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(1);
}

main().catch(fail);
