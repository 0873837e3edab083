import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { isReached, type Measured } from './scenario.js';

/** What one scenario came to. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly seconds: number;
  /** Load average of the machine when it began: numbers of a busy machine say little. */
  readonly loadBefore: number;
  readonly measured: readonly Measured[];
  readonly error?: string;
}

/** The results as they are stored. */
export const resultsJson = (results: readonly ScenarioResult[], quick: boolean): string =>
  `${JSON.stringify(
    {
      at: new Date().toISOString(),
      quick,
      machine: {
        cpus: cpus().length,
        model: cpus()[0]?.model.trim() ?? 'unknown',
        memoryMb: Math.round(totalmem() / 1_048_576),
        platform: `${platform()} ${release()}`,
        node: process.versions.node,
        load: loadavg()[0],
      },
      results: results.map((result) => ({
        ...result,
        measured: result.measured.map((line) => ({ ...line, reached: isReached(line) ?? null })),
      })),
    },
    null,
    2,
  )}\n`;

/** The results for a person at a terminal. */
export function resultsTable(results: readonly ScenarioResult[]): string {
  const rows = results.flatMap(({ scenario, measured, error, loadBefore }) => [
    ...measured.map((line, index) => [
      index === 0 ? scenario : '',
      line.what,
      line.value === null ? 'not measured' : `${shown(line.value)} ${line.unit}`,
      targetOf(line),
      verdictOf(line),
      [line.note, index === 0 && loadBefore > cpus().length ? `load was ${loadBefore.toFixed(1)}` : undefined]
        .filter(Boolean)
        .join('; '),
    ]),
    ...(error === undefined ? [] : [[measured.length === 0 ? scenario : '', 'failed', '', '', '', error]]),
  ]);
  const head = ['scenario', 'measured', 'value', 'target', 'reached', ''];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 2 || column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.slice(0, 5).map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const shown = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

function targetOf({ target, unit }: Measured): string {
  if (target === undefined) return '';
  return 'atLeast' in target ? `≥ ${shown(target.atLeast)} ${unit}` : `< ${shown(target.below)} ${unit}`;
}

function verdictOf(line: Measured): string {
  const reached = isReached(line);
  if (reached === undefined) return '';
  return reached ? 'yes' : 'no';
}
