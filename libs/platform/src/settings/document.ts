import { baseSettings, engineSettings } from './common.js';
import type { SettingsSpec } from './define.js';
import type { SettingKind } from './kinds.js';

type Kinds = Readonly<Record<string, SettingKind<unknown>>>;

const row = ([name, kind]: [string, SettingKind<unknown>]): string => {
  const fallback = kind.fallback === undefined ? (kind.optional ? 'unset' : '**required**') : `\`${kind.fallback}\``;
  const note = kind.secret ? `${kind.description} Secret.` : kind.description;
  return `| \`${name}\` | ${kind.form.replaceAll('|', '\\|')} | ${fallback} | ${note.replaceAll('|', '\\|')} |`;
};

const table = (kinds: Kinds): string[] => [
  '| variable | form | default | |',
  '| --- | --- | --- | --- |',
  ...Object.entries(kinds).map(row),
];

/** `docs/settings.md`: the common settings, then each program's own. */
export function settingsPage(specs: readonly SettingsSpec[]): string {
  const common = new Set([...Object.keys(baseSettings), ...Object.keys(engineSettings)]);
  const lines = [
    '# Settings',
    '',
    '<!-- Generated from the definitions in code; a test fails when this page is stale. -->',
    '',
    'Every program is configured by environment variables. They are checked when it starts, and every problem is',
    'listed at once. An empty variable counts as unset.',
    '',
    '## Every program',
    '',
    ...table(baseSettings),
    '',
    '## Every service that reaches the engines',
    '',
    ...table(engineSettings),
    '',
  ];
  for (const spec of [...specs].sort((a, b) => a.name.localeCompare(b.name))) {
    const own = Object.fromEntries(Object.entries(spec.kinds).filter(([name]) => !common.has(name)));
    if (Object.keys(own).length > 0) lines.push(`## ${spec.name}`, '', ...table(own), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
