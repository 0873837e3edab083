import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { isRefused, Refused } from '@orderloom/contracts';
import { Clock, InjectConnection, InstanceRole, Logger, Shutdown } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';

/** What a job is: the same work for many orders, with a result for each. */
export interface DeskJob {
  _id: string;
  kind: string;
  status: 'running' | 'completed' | 'failed';
  input: Record<string, unknown>;
  /** where the next batch begins; null before the first */
  cursor: string | null;
  done: number;
  total: number;
  /** how often each outcome came */
  counts: Record<string, number>;
  actor: string;
  correlationId: string;
  createdAt: string;
  updatedAt: string;
  endedAt: string | null;
  failure: string | null;
  /** tries in a row that failed */
  attempts: number;
  /** nobody else works on it before: ms since 1970 */
  lockedUntil: number;
}

/** What became of one order. */
export interface JobResult {
  orderId: string;
  number: string;
  outcome: string;
  code?: string;
  details?: Record<string, unknown>;
}

/** One batch of a job. */
export interface Step {
  results: readonly JobResult[];
  /** orders looked at, also those without a result */
  looked: number;
  /** null: that was all */
  cursor: string | null;
  counts: Record<string, number>;
}

/** How one kind of job works. Steps must be repeatable: a batch comes again after a crash. */
export interface JobHandler {
  /** memory from batch to batch; a job that is taken over without it begins anew when it `restarts` */
  begin?(job: DeskJob): Promise<void> | void;
  step(job: DeskJob): Promise<Step>;
  end?(job: DeskJob): void;
  readonly restarts?: boolean;
}

const LOCK_MS = 30_000;
const MOST_ATTEMPTS = 40;
const LONGEST_PAUSE_MS = 300_000;
/** How often work begun elsewhere is looked for: one read of an index. */
const LOOK_EVERY_MS = 2_000;

/** Work over many orders that goes on where it stopped, in this process or another. */
@Injectable()
export class DeskJobs implements OnApplicationBootstrap {
  readonly #jobs: Collection<DeskJob>;
  readonly #results: Collection<JobResult & { _id: string; jobId: string }>;
  readonly #handlers = new Map<string, JobHandler>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    @InjectConnection() connection: Connection,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly role: InstanceRole,
    shutdown: Shutdown,
  ) {
    const db = connection.getClient().db(connection.name);
    this.#jobs = db.collection('desk_jobs');
    this.#results = db.collection('desk_job_results');
    shutdown.register('workers', 'desk jobs', () => this.stop());
  }

  /** Tells how jobs of a kind are worked off. */
  handle(kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler);
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([
      this.#jobs.createIndexes([{ key: { status: 1, lockedUntil: 1 } }, { key: { kind: 1, createdAt: -1, _id: -1 } }]),
      this.#results.createIndex({ jobId: 1, _id: 1 }),
    ]);
    // Those that only answer leave the work to the others, who look for it.
    if (!this.role.works) return;
    this.#stopped = false;
    this.#wake(0);
  }

  /** Finishes the batch in hand; the job goes on later. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Begins a job; one with the same id that is there already stays as it is. */
  async start(job: Pick<DeskJob, '_id' | 'kind' | 'input' | 'total' | 'actor' | 'correlationId'>): Promise<DeskJob> {
    const now = this.clock.now();
    const { _id, ...rest } = job;
    const fresh: Omit<DeskJob, '_id'> = {
      ...rest,
      status: 'running',
      cursor: null,
      done: 0,
      counts: {},
      createdAt: now,
      updatedAt: now,
      endedAt: null,
      failure: null,
      attempts: 0,
      lockedUntil: 0,
    };
    await this.#jobs.updateOne({ _id }, { $setOnInsert: fresh }, { upsert: true });
    this.#wake(0);
    return this.find(_id);
  }

  /** @throws Refused JOB_NOT_FOUND */
  async find(jobId: string, kind?: string): Promise<DeskJob> {
    const job = await this.#jobs.findOne({ _id: jobId });
    if (job === null || (kind !== undefined && job.kind !== kind)) throw new Refused('JOB_NOT_FOUND', { jobId });
    return job;
  }

  /** The latest jobs of a kind, newest first. */
  latest(kind: string, limit: number): Promise<DeskJob[]> {
    return this.#jobs.find({ kind }).sort({ createdAt: -1, _id: -1 }).limit(limit).toArray();
  }

  /** Results in the order of their ids, after one. */
  async results(jobId: string, after: string | undefined, limit: number): Promise<(JobResult & { _id: string })[]> {
    const from = after === undefined ? {} : { _id: { $gt: after } };
    return this.#results
      .find({ jobId, ...from })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
  }

  #wake(inMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running
        .then(() => this.#look())
        .catch((error: unknown) => {
          this.logger.warn({ err: error }, 'jobs of the order desk could not be looked for; trying again');
        })
        .finally(() => this.#wake(LOOK_EVERY_MS));
    }, inMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    for (;;) {
      const now = this.clock.millis();
      if (this.#stopped) return;
      const job = await this.#jobs.findOneAndUpdate(
        { status: 'running', lockedUntil: { $lte: now } },
        { $set: { lockedUntil: now + LOCK_MS } },
        { sort: { lockedUntil: 1 }, returnDocument: 'after' },
      );
      if (job === null) return;
      await this.#work(job);
    }
  }

  async #work(job: DeskJob): Promise<void> {
    const handler = this.#handlers.get(job.kind);
    try {
      if (handler === undefined) throw new Error(`nobody knows how to do a job of the kind ${job.kind}`);
      let current: DeskJob = handler.restarts === true ? { ...job, cursor: null, done: 0, counts: {} } : job;
      await handler.begin?.(current);
      while (!this.#stopped) {
        const step = await handler.step(current);
        const next = await this.#record(current, step);
        if (next === null) return;
        current = next;
        if (step.cursor === null) return;
      }
      // Given back at once: whoever comes next need not wait for the lock to run out.
      await this.#jobs.updateOne({ _id: job._id, lockedUntil: current.lockedUntil }, { $set: { lockedUntil: 0 } });
    } catch (error) {
      await this.#failed(job, error);
    } finally {
      handler?.end?.(job);
    }
  }

  /** What a store's outage stopped is tried again, for some hours; what is refused will be refused again. */
  async #failed(job: DeskJob, error: unknown): Promise<void> {
    const attempts = job.attempts + 1;
    const now = this.clock.now();
    if (!isRefused(error) && attempts < MOST_ATTEMPTS) {
      this.logger.warn(
        { err: error, job: job._id, attempts },
        'a job of the order desk was interrupted; it goes on later',
      );
      const pause = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** attempts);
      const again = { attempts, updatedAt: now, lockedUntil: this.clock.millis() + pause };
      await this.#jobs.updateOne({ _id: job._id }, { $set: again });
      return;
    }
    this.logger.error({ err: error, job: job._id }, 'a job of the order desk failed');
    const failure = isRefused(error) ? error.code : 'INTERNAL';
    const ended = { status: 'failed' as const, failure, attempts, updatedAt: now, endedAt: now };
    await this.#jobs.updateOne({ _id: job._id }, { $set: ended });
  }

  /** Results first, then how far it got. @returns null when somebody else has taken the job over */
  async #record(job: DeskJob, step: Step): Promise<DeskJob | null> {
    if (step.results.length > 0) {
      await this.#results.bulkWrite(
        step.results.map((result) => ({
          replaceOne: {
            filter: { _id: `${job._id}:${result.orderId}` },
            replacement: { ...result, jobId: job._id },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    }
    const counts = { ...job.counts };
    for (const [name, count] of Object.entries(step.counts)) counts[name] = (counts[name] ?? 0) + count;
    const now = this.clock.now();
    const change = {
      cursor: step.cursor,
      attempts: 0,
      done: job.done + step.looked,
      counts,
      updatedAt: now,
      lockedUntil: this.clock.millis() + LOCK_MS,
      ...(step.cursor === null ? { status: 'completed' as const, endedAt: now } : {}),
    };
    const { modifiedCount } = await this.#jobs.updateOne(
      { _id: job._id, lockedUntil: job.lockedUntil },
      { $set: change },
    );
    return modifiedCount === 1 ? { ...job, ...change } : null;
  }
}

/** A job as its readers see it. */
export const jobView = ({ _id, lockedUntil: _lock, cursor: _cursor, attempts: _attempts, input, ...job }: DeskJob) => ({
  id: _id,
  ...job,
  input: Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'ids')),
  progress: job.status === 'completed' ? 1 : job.total === 0 ? 0 : Math.min(1, job.done / job.total),
});
