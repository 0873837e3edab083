import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'orderloom-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Asks until `check` holds. @throws with `message` after the deadline */
export async function until(
  check: () => boolean | Promise<boolean>,
  message: string,
  deadlineMs = 10_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Not within ${deadlineMs} ms: ${message}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
