/**
 * Writes `docs/settings.md` from the settings of every app and `docs/permissions.md` from the roles; `--check` fails when it is stale instead.
 * Apps export their settings from `src/settings.ts` or `src/service.ts`; they are found by looking, since a library
 * imports no app. Run from the built files: `node libs/platform/dist/tooling/settings-document.js [--check]`.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { permissionsPage } from '../access/document.js';
import { SettingsSpec } from '../settings/define.js';
import { settingsPage } from '../settings/document.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

async function specsOf(app: string): Promise<SettingsSpec[]> {
  const folder = join(root, 'apps', app, 'dist');
  const file = ['settings.js', 'service.js'].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (!file) return [];
  const exported: Record<string, unknown> = await import(pathToFileURL(file).href);
  return Object.values(exported).flatMap((value) => {
    if (value instanceof SettingsSpec) return [value];
    const inner = typeof value === 'object' && value !== null && 'settings' in value ? value.settings : undefined;
    return inner instanceof SettingsSpec ? [inner] : [];
  });
}

const found = (await Promise.all((await readdir(join(root, 'apps'))).map(specsOf))).flat();
const byName = new Map(found.map((spec) => [spec.name, spec]));
const pages = { 'settings.md': settingsPage([...byName.values()]), 'permissions.md': permissionsPage() };
for (const [name, text] of Object.entries(pages)) {
  const page = join(root, 'docs', name);
  if (!process.argv.includes('--check')) await writeFile(page, text);
  else if ((await readFile(page, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(`docs/${name} is stale: run node libs/platform/dist/tooling/settings-document.js\n`);
    process.exitCode = 1;
  }
}
