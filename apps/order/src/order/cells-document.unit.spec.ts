import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OrderEvent } from './events.js';
import { moreCommands, moreStates } from './more.cells.js';
import { commands, outcome, states } from './order.cells.js';
import type { Order } from './order.js';

const PAGE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'changing-orders.md');

/** What a command does, said once for all states in which it does the same. */
const rows = (
  commands: Readonly<Record<string, (order: Order) => OrderEvent[]>>,
  states: Readonly<Record<string, Order>>,
): string[] =>
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

const HEAD = '| command | does | in the states |\n| --- | --- | --- |';

const withTables = (page: string): string =>
  page
    .replace(
      /(<!-- cells -->\n)[\s\S]*?(<!-- \/cells -->)/,
      (_, begin: string, end: string) => `${begin}${HEAD}\n${rows(commands, states).join('\n')}\n${end}`,
    )
    .replace(
      /(<!-- more cells -->\n)[\s\S]*?(<!-- \/more cells -->)/,
      (_, begin: string, end: string) => `${begin}${HEAD}\n${rows(moreCommands, moreStates).join('\n')}\n${end}`,
    );

describe('docs/changing-orders.md', () => {
  it('shows what every command does in every state (WRITE_DOCS=1 writes it anew)', () => {
    const page = readFileSync(PAGE, 'utf8');
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(PAGE, withTables(page));
    expect(readFileSync(PAGE, 'utf8')).toBe(withTables(page));
  });

  it('leaves no command out', async () => {
    const files = (await readdir(import.meta.dirname)).filter((name) => /^decide-.*(?<!spec)\.ts$/.test(name));
    const cells = await Promise.all(
      ['order.cells.ts', 'more.cells.ts'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
    );
    const tried = cells.join('\n');
    const missing: string[] = [];
    for (const file of files) {
      const text = await readFile(join(import.meta.dirname, file), 'utf8');
      // What decides about an order: a function of it that answers with events.
      const deciders = /^export const (\w+) = \((?:[^=]|=[^>])*?\border: Order,?\s*\): OrderEvent\[\] =>/gm;
      for (const [, name = ''] of text.matchAll(deciders)) {
        if (!new RegExp(`\\b${name}\\b`).test(tried)) missing.push(`${name} (${file})`);
      }
    }
    expect(missing).toEqual([]);
  });
});
