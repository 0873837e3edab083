import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { permissionsPage } from '../access/document.js';
import { settingsPage } from './document.js';

describe('docs/settings.md', () => {
  it('tells the common settings as they are (else run the tool in libs/platform/src/tooling)', async () => {
    const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
    const page = await readFile(join(root, 'docs', 'settings.md'), 'utf8');
    expect(page.startsWith(settingsPage([]).trimEnd())).toBe(true);
  });
});

describe('docs/permissions.md', () => {
  it('tells the roles as they are', async () => {
    const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
    expect(await readFile(join(root, 'docs', 'permissions.md'), 'utf8')).toBe(permissionsPage());
  });
});
