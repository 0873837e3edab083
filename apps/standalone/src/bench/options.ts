import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CannotStart } from '../run/cannot-start.js';

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** Names of the scenarios to run; all when empty. */
  readonly only: readonly string[];
  /** Short runs, to see that everything works; the numbers are rough. */
  readonly quick: boolean;
  /** JSON to stdout instead of the table. */
  readonly json: boolean;
  /** File that takes the results as JSON. */
  readonly out: string;
  /** A real EventStoreDB to compare with, `esdb://…`. */
  readonly compareWith: string | undefined;
  /** Options for the platform's node processes, e.g. `--cpu-prof`. */
  readonly nodeOptions: readonly string[];
}

/** The text of `--help`. */
export const usageOf = (scenarios: readonly string[]): string => `Usage: npm run bench -- [options] [scenario …]

Starts the platform on a folder of its own, loads it from another process, and shows what it reached.

  scenarios        ${scenarios.join(', ')}; all when none is named
  --quick          short runs with rough numbers
  --json           JSON on stdout instead of the table
  --out FILE       where the results go as JSON (default: a file in the folder for temporary files)
  --node-options   options for the platform's node processes, e.g. "--cpu-prof --cpu-prof-dir=/tmp/profiles"

Environment: EVENTSTORE_URL names a real EventStoreDB that "raw-append" is compared with.`;

/** Reads the command line. @throws CannotStart with one sentence when it makes no sense */
export function readBenchOptions(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  scenarios: readonly string[],
): BenchOptions | 'help' {
  const { values, positionals } = parse(argv);
  if (values.help) return 'help';
  const unknown = positionals.filter((name) => !scenarios.includes(name));
  if (unknown.length > 0) {
    throw new CannotStart(`There is no scenario ${unknown.join(', ')}; there are ${scenarios.join(', ')}.`);
  }
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  return {
    only: positionals,
    quick: values.quick ?? false,
    json: values.json ?? false,
    out: resolve(values.out ?? join(tmpdir(), `orderloom-bench-${stamp}.json`)),
    compareWith: env['EVENTSTORE_URL'] || undefined,
    nodeOptions: values['node-options']?.split(' ').filter(Boolean) ?? [],
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        out: { type: 'string' },
        'node-options': { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CannotStart((error as Error).message);
  }
}
