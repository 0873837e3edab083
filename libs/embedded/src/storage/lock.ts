import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderUnusable, makeFolder } from './folder.js';

/** Another process works on the same folder; the message is one sentence meant for a person. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  constructor(dir: string, pid: string | undefined) {
    super(`The data folder ${dir} is in use by another process${pid === undefined ? '' : ` (pid ${pid})`}.`);
  }
}

/** Held until {@link FolderLock.release} or the end of the process, however it ends. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Makes sure that one process at a time works on `dir`.
 *
 * A listening local socket is the lock: the operating system lets go of it even after SIGKILL, so no stale
 * lock file has to be judged by a process id that may have been given to somebody else. On Linux the name
 * lives in the abstract namespace, which containers with separate networks do not share.
 *
 * @throws FolderInUse when another process (or this one, elsewhere) holds it; FolderUnusable
 */
export async function lockFolder(dir: string): Promise<FolderLock> {
  makeFolder(dir);
  const real = realpathSync(dir);
  const name = `orderloom-${createHash('sha256').update(real).digest('hex').slice(0, 32)}`;
  const pidFile = join(real, 'engines.pid');
  const server =
    process.platform === 'linux'
      ? await listen(`\0${name}`)
      : process.platform === 'win32'
        ? await listen(`\\\\.\\pipe\\${name}`)
        : await listenOnFile(join(tmpdir(), `${name}.sock`));
  if (server === undefined) throw new FolderInUse(dir, readPid(pidFile));
  server.unref();
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    server.close();
    throw new FolderUnusable(dir, error);
  }
  return {
    release: async () => {
      rmSync(pidFile, { force: true });
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function readPid(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

/** Socket files outlive a killed process: one that nobody answers is taken over. */
async function listenOnFile(path: string): Promise<Server | undefined> {
  const first = await listen(path);
  if (first !== undefined) return first;
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (answered) return undefined;
  rmSync(path, { force: true });
  return listen(path);
}
