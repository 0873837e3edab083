import type { RefusalCode } from '@orderloom/contracts';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { DateOrder } from './dates.js';
import type { ImportOptions } from './define.js';
import type { FileShape } from './reader.js';

/** A rejected row, as kept until it is fetched or 90 days have passed. */
export interface Rejection {
  row: number;
  /** The row as it was in the file. */
  cells: string[];
  problems: { code: RefusalCode; details: Record<string, unknown> }[];
}

/** States of a job. */
export type JobStatus = 'queued' | 'running' | 'completed' | 'failed';

/** A job as stored. Position and counters are written together, after the effects they stand for are durable. */
export interface JobDocument {
  _id: string;
  kind: string;
  status: JobStatus;
  options: ImportOptions;
  file: FileShape & { bytes: number; sha256: string };
  header: string[];
  actor: string;
  correlationId: string;
  locale: 'zh-CN' | 'en';
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  /** `read`: from the file; `apply`: from the staged rows (kinds with groups). */
  stage: 'read' | 'apply';
  /** Number of the last record of the file that is done with. */
  lastRow: number;
  /** Last staged row that is done with. */
  lastKey: string;
  bytesRead: number;
  /** What the dates of the rows read so far tell about their order. */
  dateOrder?: DateOrder;
  rows: number;
  accepted: number;
  rejected: number;
  /** Milliseconds of work so far, over all runs. */
  workedMs: number;
  error?: { code: RefusalCode; details: Record<string, unknown> };
  /** Why it waits, when an engine is away. */
  waiting?: string;
  leaseOwner?: string;
  leaseUntil: number;
}

/** A row waiting for the other rows of its group. */
export interface StagedRow {
  _id: string;
  group: string;
  row: number;
  cells: string[];
}

interface RejectionDocument extends Rejection {
  _id: string;
  expiresAt: Date;
}

const KEEP_REJECTIONS_MS = 90 * 24 * 3600 * 1000;
const number = (row: number): string => String(row).padStart(16, '0');
const after = (jobId: string): { $gt: string; $lt: string } => ({ $gt: `${jobId}|`, $lt: `${jobId}}` });

/** Key of a staged row: rows of a group lie together, in file order. */
export const stagedKey = (jobId: string, group: string, row: number): string =>
  `${jobId}|${group.replaceAll('%', '%25').replaceAll('|', '%7C')}|${number(row)}`;

/** Another worker has taken the job over; this one must stop without writing anything more. */
export class JobLost extends Error {
  override readonly name = 'JobLost';
}

/** Jobs, staged rows and rejections in a service's database. */
export class ImportStore {
  readonly jobs: Collection<JobDocument>;
  private readonly staged: Collection<StagedRow>;
  private readonly rejections: Collection<RejectionDocument>;

  constructor(connection: Connection) {
    const db = connection.getClient().db(connection.name);
    // mongoose carries its own copy of the driver's types; they are the same at run time.
    const collection = (name: string): unknown => db.collection(name);
    this.jobs = collection('import_jobs') as Collection<JobDocument>;
    this.staged = collection('import_rows') as Collection<StagedRow>;
    this.rejections = collection('import_rejections') as Collection<RejectionDocument>;
  }

  async createIndexes(): Promise<void> {
    await this.jobs.createIndex({ status: 1, createdAt: 1 });
    await this.jobs.createIndex({ createdAt: -1, _id: -1 });
    await this.rejections.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  }

  /** Takes the oldest job of these kinds that nobody works on; undefined when there is none. */
  async claim(kinds: readonly string[], owner: string, now: number, leaseMs: number): Promise<JobDocument | undefined> {
    const free = {
      kind: { $in: [...kinds] },
      status: { $in: ['queued', 'running'] },
      leaseUntil: { $lt: now },
    } as const;
    // Mostly there is none, and a look costs less than a write that changes nothing.
    if (!(await this.jobs.findOne(free, { projection: { _id: 1 } }))) return undefined;
    const taken = await this.jobs.findOneAndUpdate(
      free,
      { $set: { status: 'running', leaseOwner: owner, leaseUntil: now + leaseMs } },
      { sort: { createdAt: 1 }, returnDocument: 'after' },
    );
    return taken ?? undefined;
  }

  /** Writes progress. @throws JobLost when another worker holds the job */
  async save(
    id: string,
    owner: string,
    change: Partial<JobDocument>,
    unset: ('waiting' | 'error')[] = [],
  ): Promise<void> {
    const result = await this.jobs.updateOne(
      { _id: id, leaseOwner: owner },
      {
        $set: change,
        ...(unset.length > 0 ? { $unset: Object.fromEntries(unset.map((name) => [name, ''])) } : {}),
      },
      { writeConcern: { w: 'majority', j: true } },
    );
    if (result.matchedCount === 0) throw new JobLost(id);
  }

  /** Writes rejections; repeating it is harmless. */
  async reject(id: string, rejections: readonly Rejection[], now: number): Promise<void> {
    if (rejections.length === 0) return;
    const expiresAt = new Date(now + KEEP_REJECTIONS_MS);
    const writes: AnyBulkWriteOperation<RejectionDocument>[] = rejections.map((rejection) => ({
      replaceOne: {
        filter: { _id: `${id}|${number(rejection.row)}` },
        replacement: { ...rejection, expiresAt },
        upsert: true,
      },
    }));
    await this.rejections.bulkWrite(writes, { ordered: false });
  }

  /**
   * Forgets what rejected rows hold, but not that they were rejected.
   * @param names true for a row that is to be forgotten
   */
  async forgetRejected(id: string, names: (cells: readonly string[]) => boolean): Promise<number> {
    const gone: string[] = [];
    const kept = this.rejections.find({ _id: after(id), cells: { $ne: [] } }, { projection: { cells: 1 } });
    for await (const { _id, cells } of kept) if (names(cells)) gone.push(_id);
    if (gone.length === 0) return 0;
    // Reasons quote what was wrong.
    const problems: Rejection['problems'] = [{ code: 'PERSONAL_DATA_ERASED', details: {} }];
    const { modifiedCount } = await this.rejections.updateMany(
      { _id: { $in: gone } },
      { $set: { cells: [], problems } },
    );
    return modifiedCount;
  }

  /** Rejections of a job in the order of the file. */
  rejectionsOf(id: string): AsyncIterable<Rejection> {
    return this.rejections
      .find({ _id: after(id) })
      .sort({ _id: 1 })
      .batchSize(500);
  }

  /** Stages rows; rows that are there already stay as they are. */
  async stage(rows: readonly StagedRow[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await this.staged.insertMany([...rows], { ordered: false });
    } catch (error) {
      if (!isDuplicatesOnly(error)) throw error;
    }
  }

  /** Staged rows of a job after a key, group by group. */
  stagedAfter(id: string, key: string): AsyncIterable<StagedRow> {
    return this.staged
      .find({ _id: { $gt: key === '' ? `${id}|` : key, $lt: `${id}}` } })
      .sort({ _id: 1 })
      .batchSize(1000);
  }

  /** Removes the staged rows of a finished job: they hold personal data in clear. */
  async dropStaged(id: string): Promise<void> {
    await this.staged.deleteMany({ _id: after(id) });
  }
}

// After a crash rows are staged again; that they are there already is what was wanted.
function isDuplicatesOnly(error: unknown): boolean {
  if (!(error instanceof Error) || !('writeErrors' in error)) return false;
  const errors = [error.writeErrors].flat() as { code?: number }[];
  return errors.length > 0 && errors.every((one) => one.code === 11000);
}
