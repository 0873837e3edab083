import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, outcome, states } from './order.cells.js';

const PAGE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'changing-orders.md');

/** What a command does, said once for all states in which it does the same. */
const rows = (): string[] =>
  Object.entries(commands).flatMap(([name, decide]) => {
    const groups = new Map<string, string[]>();
    for (const [state, order] of Object.entries(states)) {
      const cell = outcome(() => decide(order));
      groups.set(cell, [...(groups.get(cell) ?? []), state]);
    }
    return [...groups].map(([cell, where]) => {
      const does = cell === '' ? 'nothing' : cell.startsWith('! ') ? `refused: \`${cell.slice(2)}\`` : `\`${cell}\``;
      return `| \`${name}\` | ${does} | ${where.join(', ')} |`;
    });
  });

const withTable = (page: string): string =>
  page.replace(
    /(<!-- cells -->\n)[\s\S]*?(<!-- \/cells -->)/,
    (_, begin: string, end: string) =>
      `${begin}| command | does | in the states |\n| --- | --- | --- |\n${rows().join('\n')}\n${end}`,
  );

describe('docs/changing-orders.md', () => {
  it('shows what every command does in every state (WRITE_DOCS=1 writes it anew)', () => {
    const page = readFileSync(PAGE, 'utf8');
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(PAGE, withTable(page));
    expect(readFileSync(PAGE, 'utf8')).toBe(withTable(page));
  });
});
