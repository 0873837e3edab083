import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CannotStart } from './cannot-start.js';

/** The data folder of one standalone run, held by this process alone until it is released. */
export interface DataFolder {
  readonly dir: string;
  /** True when no run has used the folder before, or `--fresh` emptied it. */
  readonly isNew: boolean;
  /** A secret that is made on first use and kept in the folder, readable by its owner only. */
  secret(name: string): string;
  /** Leaves a note for tools that look into the folder of a running platform. */
  note(name: string, content: object): void;
  release(): Promise<void>;
}

/** Makes the folder when it is missing, empties it when asked to, and takes the lock on it. */
export async function openDataFolder(dir: string, fresh: boolean): Promise<DataFolder> {
  try {
    makeFolder(dir);
    writeFileSync(join(dir, '.writable'), '');
    unlinkSync(join(dir, '.writable'));
  } catch (error) {
    throw new CannotStart(
      `The data folder ${dir} cannot be written (${(error as NodeJS.ErrnoException).code ?? error}); name another with ORDERLOOM_DATA.`,
    );
  }
  const lock = await takeLock(dir);
  if (fresh) emptyFolder(dir);
  return {
    dir,
    isNew: !existsSync(join(dir, 'master-key')),
    secret: (name) => keptSecret(join(dir, name)),
    // A connection string may hold a password.
    note: (name, content) => writeFileSync(join(dir, name), `${JSON.stringify(content)}\n`, { mode: 0o600 }),
    release: () => new Promise((done) => lock.close(() => done())),
  };
}

/** Level by level: Node's own recursive form never returns where the file system answers ENOENT below an existing folder. */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  makeFolder(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Only a folder that Orderloom has filled is emptied: `--fresh --data ~` must not cost anybody a home folder. */
function emptyFolder(dir: string): void {
  for (const name of ['engines', 'uploads', 'admin-token', 'master-key', 'engines.json']) {
    rmSync(join(dir, name), { recursive: true, force: true });
  }
}

function keptSecret(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

/**
 * The lock is a listening local socket named after the folder: the operating system frees it however the process ends,
 * so that a kill leaves no stale lock behind and a reused process id cannot be mistaken for the holder.
 */
async function takeLock(dir: string): Promise<Server> {
  const name = createHash('sha256').update(realpathSync(dir)).digest('hex').slice(0, 24);
  const path =
    process.platform === 'win32' ? `\\\\.\\pipe\\orderloom-${name}` : join(tmpdir(), `orderloom-${name}.sock`);
  for (let attempt = 0; ; attempt++) {
    try {
      return await listen(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (attempt > 0 || (await somebodyListens(path))) {
        throw new CannotStart(`Another Orderloom is running on the data folder ${dir}; stop it first or name another.`);
      }
      unlinkSync(path);
    }
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.end());
    server.once('error', fail);
    server.listen(path, () => {
      server.unref();
      done(server);
    });
  });
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
