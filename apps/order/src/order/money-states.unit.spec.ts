import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAYMENT_TRANSITIONS } from './payments.js';
import { REFUND_TRANSITIONS } from './refunds.js';

const PAGE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'money.md');

const table = (transitions: Readonly<Record<string, readonly string[]>>): string =>
  [
    '| state | can become |',
    '| --- | --- |',
    ...Object.entries(transitions).map(
      ([from, to]) => `| \`${from}\` | ${to.length === 0 ? '–' : to.map((one) => `\`${one}\``).join(', ')} |`,
    ),
  ].join('\n');

const withTables = (page: string): string =>
  [
    ['payment', PAYMENT_TRANSITIONS],
    ['refund', REFUND_TRANSITIONS],
  ].reduce(
    (text, [name, transitions]) =>
      text.replace(
        new RegExp(`(<!-- states:${String(name)} -->\n)[\\s\\S]*?(<!-- /states -->)`),
        (_, begin: string, end: string) => `${begin}${table(transitions as never)}\n${end}`,
      ),
    page,
  );

describe('docs/money.md', () => {
  it('shows the states as the code has them (WRITE_DOCS=1 writes them anew)', () => {
    const page = readFileSync(PAGE, 'utf8');
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(PAGE, withTables(page));
    expect(readFileSync(PAGE, 'utf8')).toBe(withTables(page));
  });
});
