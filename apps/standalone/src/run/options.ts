import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CannotStart } from './cannot-start.js';

/** What `npm start` was asked for: the command line over the environment over the defaults. */
export interface StandaloneOptions {
  /** Port of the gateway on 127.0.0.1; the embedded engines take the three that follow it when they are free. */
  readonly port: number;
  /** Folder that holds everything: engines' files, uploads, made secrets. */
  readonly dataDir: string;
  /** Delete the data folder's content first. */
  readonly fresh: boolean;
  /** Import the Northwind sample once the platform is up. */
  readonly sample: boolean;
  readonly adminToken: string | undefined;
  /** Connection strings that replace an embedded engine. */
  readonly eventStoreUrl: string | undefined;
  readonly kafkaBrokers: string | undefined;
  readonly mongodbUrl: string | undefined;
}

export const usage = `Usage: npm start -- [options]

  --port N     the gateway's port (PORT, default 8080)
  --data DIR   where everything is kept (ORDERLOOM_DATA, default .orderloom)
  --fresh      start with an empty data folder; what is in it is deleted
  --sample     import the Northwind sample order book (830 orders)
  --help       this text

Environment: ORDERLOOM_ADMIN_TOKEN (made and kept in the data folder when unset);
EVENTSTORE_URL, KAFKA_BROKERS, MONGODB_URL each replace the embedded engine of that kind.`;

/** Reads the options of the standalone run. @throws CannotStart with one sentence when one makes no sense */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): StandaloneOptions | 'help' {
  const values = parse(argv);
  if (values.help) return 'help';
  const port = Number(values.port ?? env['PORT'] ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new CannotStart(`The port must be a whole number from 0 to 65535, not "${values.port ?? env['PORT']}".`);
  }
  return {
    port,
    dataDir: resolve(values.data ?? env['ORDERLOOM_DATA'] ?? '.orderloom'),
    fresh: values.fresh ?? false,
    sample: values.sample ?? false,
    adminToken: env['ORDERLOOM_ADMIN_TOKEN'] || undefined,
    eventStoreUrl: env['EVENTSTORE_URL'] || undefined,
    kafkaBrokers: env['KAFKA_BROKERS'] || undefined,
    mongodbUrl: env['MONGODB_URL'] || undefined,
  };
}

/**
 * Where links in messages to customers lead: to the gateway of this run. Undefined when a free port is taken, which is
 * known only once everything has started.
 */
export const publicUrlAt = (port: number): string | undefined => (port === 0 ? undefined : `http://127.0.0.1:${port}`);

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string', short: 'p' },
        data: { type: 'string' },
        fresh: { type: 'boolean' },
        sample: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new CannotStart(`${(error as Error).message}\n\n${usage}`);
  }
}
