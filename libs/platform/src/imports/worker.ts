import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { classifyError } from '../http/problem.js';
import type { Logger } from '../observe/logger.js';
import type { ImportDefinition } from './define.js';
import { JobRunner } from './job-runner.js';
import { type ImportStore, type JobDocument, JobLost } from './store.js';

const LEASE_MS = 8000;
const RENEW_MS = 2500;
/** Only for what another process left: what is put in here is worked off at once. */
const POLL_MS = 8000;

/**
 * Works off the imports of a service, one at a time. A job belongs to the worker that holds its lease; a worker
 * that was killed loses it after 8 s, and another goes on where it stopped.
 */
export class ImportWorker {
  private readonly owner = randomUUID();
  private readonly kinds: ReadonlyMap<string, ImportDefinition>;
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  private wake: (() => void) | undefined;

  constructor(
    definitions: readonly ImportDefinition[],
    private readonly store: ImportStore,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {
    this.kinds = new Map(definitions.map((definition) => [definition.kind, definition]));
  }

  start(): void {
    this.running ??= this.loop();
  }

  /** A job was just put in: looks now, not at the next turn. */
  poke(): void {
    this.wake?.();
  }

  /** Finishes the batch in hand, gives the job back and ends. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake?.();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopped;
    let prepared = false;
    while (!signal.aborted) {
      try {
        if (!prepared) await this.store.createIndexes();
        prepared = true;
        const job = await this.store.claim([...this.kinds.keys()], this.owner, this.now(), LEASE_MS);
        if (job) {
          await this.work(job);
          continue;
        }
      } catch (error) {
        this.logger.warn({ err: error }, 'imports cannot be looked for');
      }
      await this.pause(POLL_MS);
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.stopped.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async work(job: JobDocument): Promise<void> {
    const definition = this.kinds.get(job.kind);
    if (!definition) return;
    const lost = new AbortController();
    const renewal = setInterval(() => {
      this.store.save(job._id, this.owner, { leaseUntil: this.now() + LEASE_MS }).catch((error: unknown) => {
        if (error instanceof JobLost) lost.abort();
      });
    }, RENEW_MS);
    const log = this.logger.child({ importId: job._id });
    try {
      if (!job.startedAt) await this.store.save(job._id, this.owner, { startedAt: new Date(this.now()).toISOString() });
      await this.fileIsThere(job);
      const signal = AbortSignal.any([this.stopped.signal, lost.signal]);
      await new JobRunner(job, definition, {
        store: this.store,
        logger: log,
        owner: this.owner,
        now: this.now,
        signal,
      }).run();
      log.info({ rows: job.rows, accepted: job.accepted, rejected: job.rejected }, 'import stopped or done');
    } catch (error) {
      if (!(error instanceof JobLost) && !this.stopped.signal.aborted) await this.fail(job, error, log);
    } finally {
      clearInterval(renewal);
      await this.store.save(job._id, this.owner, { leaseUntil: 0 }).catch(() => {});
    }
  }

  // Only while it is still read from: a job whose rows are all staged needs its file no more.
  private async fileIsThere(job: JobDocument): Promise<void> {
    if (job.stage !== 'read') return;
    await access(job.file.path).catch(() => {
      throw new Error(`the uploaded file is not on this machine (${job.file.sha256})`);
    });
  }

  private async fail(job: JobDocument, error: unknown, log: Logger): Promise<void> {
    log.error({ err: error }, 'import failed');
    const { code, details } = classifyError(error);
    const told =
      code === 'INTERNAL'
        ? { code: 'IMPORT_FAILED' as const, details: { reason: error instanceof Error ? error.message : 'unknown' } }
        : { code, details };
    await this.store
      .save(job._id, this.owner, { status: 'failed', error: told, finishedAt: new Date(this.now()).toISOString() })
      .catch((again: unknown) => log.warn({ err: again }, 'the failure could not be recorded'));
  }
}
