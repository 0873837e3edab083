import { Injectable } from '@nestjs/common';
import { type Locale, Refused } from '@orderloom/contracts';
import { InjectConnection, type UserRole } from '@orderloom/platform';
import { Binary, type Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { ListColumn } from './columns.js';

/** Who asked, kept so that the job sees what they may see, also after a restart. */
export interface Requester {
  subject: string;
  roles: UserRole[];
  channels?: string[];
  customerId?: string;
}

export interface ExportJob {
  _id: string;
  status: 'queued' | 'running' | 'completed' | 'failed' | 'removed';
  format: 'csv' | 'xlsx';
  query: Record<string, string>;
  columns: ListColumn[];
  locale: Locale;
  requester: Requester;
  /** names or addresses may be in it */
  personal: boolean;
  rows: number;
  bytes: number;
  chunks: number;
  /** which of the tries wrote what there is */
  attempt: number;
  createdAt: string;
  finishedAt: string | null;
  error: string | null;
  /** nobody else may work on it before, ms */
  lockedUntil: number;
  expiresAt: Date;
}

interface Chunk {
  _id: string;
  job: string;
  data: Binary;
  expiresAt: Date;
}

/** A worker that is silent for this long has gone. */
const LOCK_MS = 60_000;
/** Exports are kept this long. */
export const KEPT_MS = 24 * 3_600_000;

/** Exports and their files, in the database: every process can go on with one or hand it out. */
@Injectable()
export class ExportJobs {
  readonly #jobs: Collection<ExportJob>;
  readonly #chunks: Collection<Chunk>;

  constructor(@InjectConnection() connection: Connection) {
    const database = connection.getClient().db(connection.name);
    this.#jobs = database.collection<ExportJob>('order_exports');
    this.#chunks = database.collection<Chunk>('order_export_chunks');
  }

  async prepare(): Promise<void> {
    await Promise.all([
      this.#jobs.createIndexes([
        { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
        { key: { 'requester.subject': 1, createdAt: -1 } },
        { key: { status: 1, lockedUntil: 1 } },
      ]),
      this.#chunks.createIndexes([{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }, { key: { job: 1 } }]),
    ]);
  }

  /** Queues a job; one that is there already stays as it is. */
  async add(job: ExportJob): Promise<ExportJob> {
    await this.#jobs.updateOne({ _id: job._id }, { $setOnInsert: job }, { upsert: true });
    return this.find(job._id);
  }

  /** @throws Refused EXPORT_NOT_FOUND */
  async find(id: string): Promise<ExportJob> {
    const found = await this.#jobs.findOne({ _id: id });
    if (found === null) throw new Refused('EXPORT_NOT_FOUND', { id });
    return found;
  }

  /** The newest of somebody; everybody's for null. */
  list(subject: string | null): Promise<ExportJob[]> {
    return this.#jobs
      .find(subject === null ? {} : { 'requester.subject': subject })
      .sort({ createdAt: -1 })
      .limit(100)
      .toArray();
  }

  /** Takes a job that nobody works on. */
  async take(now: number): Promise<ExportJob | null> {
    return this.#jobs.findOneAndUpdate(
      { status: { $in: ['queued', 'running'] }, lockedUntil: { $lte: now } },
      { $set: { status: 'running', lockedUntil: now + LOCK_MS, rows: 0, bytes: 0, chunks: 0 }, $inc: { attempt: 1 } },
      { sort: { createdAt: 1 }, returnDocument: 'after' },
    );
  }

  /** Adds a part of the file. @returns false when the job is no longer this worker's */
  async append(job: ExportJob, data: Buffer, rows: number, now: number): Promise<boolean> {
    const _id = `${job._id}/${job.attempt}/${String(job.chunks).padStart(6, '0')}`;
    await this.#chunks.updateOne(
      { _id },
      { $set: { job: job._id, data: new Binary(data), expiresAt: job.expiresAt } },
      { upsert: true },
    );
    job.chunks += 1;
    job.rows += rows;
    job.bytes += data.length;
    const { chunks, bytes } = job;
    return this.#own(job, { chunks, rows: job.rows, bytes, lockedUntil: now + LOCK_MS });
  }

  finish(job: ExportJob, finishedAt: string, error: string | null): Promise<boolean> {
    return this.#own(job, { status: error === null ? 'completed' : 'failed', finishedAt, error });
  }

  /** The file, part by part. */
  async *read({ _id, attempt, chunks }: ExportJob): AsyncGenerator<Buffer> {
    for (let n = 0; n < chunks; n += 1) {
      const chunk = await this.#chunks.findOne({ _id: `${_id}/${attempt}/${String(n).padStart(6, '0')}` });
      if (chunk === null) throw new Refused('EXPORT_NOT_FOUND', { id: _id });
      yield Buffer.from(chunk.data.buffer);
    }
  }

  /** Somebody was erased: files that may name people go; jobs under way begin again, without them. */
  async removePersonal(): Promise<void> {
    const jobs = await this.#jobs.find({ personal: true }, { projection: { _id: 1, status: 1 } }).toArray();
    const ids = jobs.map(({ _id }) => _id);
    if (ids.length === 0) return;
    await this.#jobs.updateMany(
      { _id: { $in: ids }, status: { $in: ['completed', 'failed'] } },
      // Those that are over were asked for by words that may name somebody.
      { $set: { status: 'removed', chunks: 0, bytes: 0 }, $unset: { 'query.q': '' } as never },
    );
    await this.#jobs.updateMany(
      { _id: { $in: ids }, status: 'running' },
      { $set: { status: 'queued', lockedUntil: 0, chunks: 0 }, $inc: { attempt: 1 } },
    );
    await this.#chunks.deleteMany({ job: { $in: ids } });
  }

  async #own(job: ExportJob, change: Partial<ExportJob>): Promise<boolean> {
    const { matchedCount } = await this.#jobs.updateOne(
      { _id: job._id, status: 'running', attempt: job.attempt },
      { $set: change },
    );
    return matchedCount === 1;
  }
}
