import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The data folder cannot be made; the message is one sentence meant for a person. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable';
  constructor(dir: string, cause: unknown) {
    super(`The data folder ${dir} cannot be made or written (${(cause as NodeJS.ErrnoException).code ?? cause}).`, {
      cause,
    });
  }
}

/**
 * Makes a folder and its parents. Not with `recursive`: where the system answers ENOENT for a parent that
 * is there (as in /proc), Node 20 tries again for ever.
 *
 * @throws FolderUnusable
 */
export function makeFolder(dir: string): void {
  const missing: string[] = [];
  for (let at = resolve(dir); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  try {
    for (const folder of missing) {
      try {
        mkdirSync(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    throw new FolderUnusable(dir, error);
  }
}
