import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { CannotStart } from '../run/cannot-start.js';
import { fillCatalogue } from './catalogue.js';
import { type BenchOptions, readBenchOptions, usageOf } from './options.js';
import { BenchPlatform } from './platform.js';
import { resultsJson, resultsTable, type ScenarioResult } from './report.js';
import type { BenchContext, Scenario } from './scenario.js';
import { hotSku } from './scenarios/hot-sku.js';
import { idle } from './scenarios/idle.js';
import { importHistory } from './scenarios/import.js';
import { lifeCycle } from './scenarios/life-cycle.js';
import { place } from './scenarios/place.js';
import { rawAppend } from './scenarios/raw-append.js';
import { rebuild } from './scenarios/rebuild.js';

/** In this order: what needs a quiet platform first, what needs much in the log last. */
const SCENARIOS: readonly Scenario[] = [idle, rawAppend, place, hotSku, lifeCycle, importHistory, rebuild];

async function measure(scenario: Scenario, context: BenchContext): Promise<ScenarioResult> {
  const loadBefore = loadavg()[0] ?? 0;
  const begun = performance.now();
  const done = (rest: Pick<ScenarioResult, 'measured' | 'error'>): ScenarioResult => ({
    scenario: scenario.name,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    loadBefore,
    ...rest,
  });
  try {
    return done({ measured: await scenario.run(context) });
  } catch (error) {
    return done({ measured: [], error: error instanceof Error ? error.message : String(error) });
  }
}

async function bench(options: BenchOptions): Promise<void> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const platform = await BenchPlatform.start(options.nodeOptions);
  say(`The platform is up after ${(platform.startedInMs / 1000).toFixed(1)} s.`);
  let filled: Promise<readonly string[]> | undefined;
  const catalogue = () => (filled ??= fillCatalogue(platform));
  const results: ScenarioResult[] = [];
  const stop = () => void platform.remove().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    for (const scenario of SCENARIOS) {
      if (options.only.length > 0 && !options.only.includes(scenario.name)) continue;
      say(`${scenario.name} …`);
      results.push(await measure(scenario, { platform, options, catalogue }));
    }
  } finally {
    await platform.remove();
  }
  const json = resultsJson(results, options.quick);
  writeFileSync(options.out, json);
  process.stdout.write(options.json ? json : `\n${resultsTable(results)}\n\nAs JSON: ${options.out}\n`);
}

try {
  const names = SCENARIOS.map(({ name }) => name);
  const options = readBenchOptions(process.argv.slice(2), process.env, names);
  if (options === 'help') console.log(usageOf(names));
  else await bench(options);
} catch (error) {
  console.error(error instanceof CannotStart ? error.message : error);
  process.exitCode = 1;
}
