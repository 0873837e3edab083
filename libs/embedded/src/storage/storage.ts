import { type Database, open, type RootDatabase } from 'lmdb';
import { makeFolder } from './folder.js';

/** Keys and values are plain bytes; every engine encodes its own, so that key order is byte order. */
export type Table = Database<Buffer, Buffer>;

interface Job {
  readonly run: () => unknown;
  readonly atomic: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  outcome?: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };
}

/** Counters since {@link openStorage}: how many writes shared how many flushed transactions. */
export interface StorageStats {
  readonly writes: number;
  readonly commits: number;
}

/**
 * One LMDB environment in which concurrent writes share one transaction and one flush.
 *
 * Reads (`table.get`, `table.getRange`, …) are synchronous and see everything that is committed; inside a
 * job they also see what this and earlier jobs of the same transaction wrote. Don't write to a table
 * outside a job.
 */
export interface Storage {
  readonly root: RootDatabase<Buffer, Buffer>;
  /**
   * Opens (or makes) a table with byte keys (at most 1978 bytes, at least 1) and byte values.
   * Call it while starting, not inside a job.
   */
  table(name: string): Table;
  /**
   * Runs `job` in the next shared transaction and answers with its result once that is on disk
   * (committed and flushed). Jobs run one after the other, in the order of the calls, each as late as
   * possible: all that were asked for while the transaction before was being flushed share the next one.
   *
   * The job must be synchronous. It must decide before it writes: what it has already put when it throws
   * stays. Use {@link writeAtomic} when it can't.
   *
   * @throws what the job threw, or the storage's own error when the transaction could not be committed
   */
  write<T>(job: () => T): Promise<T>;
  /** As {@link write}, but in a nested transaction of its own: when `job` throws, nothing of it stays. Costs more. */
  writeAtomic<T>(job: () => T): Promise<T>;
  /** Resolves when everything asked for so far is on disk. */
  idle(): Promise<void>;
  stats(): StorageStats;
  /** Finishes what was asked for, then closes. Later writes are refused. */
  close(): Promise<void>;
}

export interface StorageOptions {
  /** How many tables can exist. Default 64. */
  readonly maxTables?: number;
  /** Skips the flush: for throw-away data only. Default false. */
  readonly volatile?: boolean;
}

/**
 * Opens the environment in `dir`, making the folder when there is none.
 *
 * Classic synchronous commits are used on purpose (`overlappingSync: false`): a transaction's promise then
 * means "flushed", and a killed process or machine finds the last flushed transaction whole. The commit
 * and its flush run on LMDB's own thread, so the event loop stays free meanwhile.
 */
export function openStorage(dir: string, options: StorageOptions = {}): Storage {
  makeFolder(dir);
  const root = open<Buffer, Buffer>({
    path: dir,
    noSubdir: false,
    maxDbs: options.maxTables ?? 64,
    pageSize: 4096,
    maxReaders: 128,
    overlappingSync: false,
    noSync: options.volatile ?? false,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  let queue: Job[] = [];
  let scheduled = false;
  let closed = false;
  let writes = 0;
  let commits = 0;
  let last: Promise<unknown> = Promise.resolve();

  const runAll = (jobs: readonly Job[]): void => {
    for (const job of jobs) {
      try {
        job.outcome = { ok: true, value: job.atomic ? root.transactionSync(job.run) : job.run() };
      } catch (error) {
        job.outcome = { ok: false, error };
      }
    }
  };

  const commit = async (): Promise<void> => {
    let jobs: Job[] = [];
    try {
      await root.transaction(() => {
        // Taken here and not when it was scheduled: whatever arrived during the flush before comes along.
        scheduled = false;
        jobs = queue;
        queue = [];
        runAll(jobs);
      });
    } catch (error) {
      if (jobs.length === 0) {
        scheduled = false;
        jobs = queue;
        queue = [];
      }
      for (const job of jobs) job.reject(error);
      return;
    }
    commits += 1;
    writes += jobs.length;
    for (const job of jobs) {
      if (job.outcome?.ok) job.resolve(job.outcome.value);
      else job.reject(job.outcome?.error);
    }
  };

  const enqueue = <T>(run: () => T, atomic: boolean): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (closed) {
        reject(new Error('The storage is closed'));
        return;
      }
      queue.push({ run, atomic, resolve: (value) => resolve(value as T), reject });
      if (!scheduled) {
        scheduled = true;
        last = commit();
      }
    });

  return {
    root,
    table: (name) => root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' }),
    write: (job) => enqueue(job, false),
    writeAtomic: (job) => enqueue(job, true),
    idle: async () => {
      await last;
    },
    stats: () => ({ writes, commits }),
    close: async () => {
      if (closed) return;
      closed = true;
      await last;
      await root.close();
    },
  };
}
