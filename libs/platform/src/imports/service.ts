import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { Refused } from '@orderloom/contracts';
import type { RequestContext } from '../http/context.js';
import { idFromKey, newId } from '../ids.js';
import { isDateFormat } from './dates.js';
import type { ImportDefinition, ImportOptions } from './define.js';
import { locateColumns, parseMapping } from './header.js';
import { detectDelimiterOf, type FileShape, readRows } from './reader.js';
import type { ImportStore, JobDocument } from './store.js';
import { saveUpload, type Upload } from './upload.js';

/** What the caller says about the file, as it comes in the query. */
export interface ImportRequest {
  kind: string;
  mode: 'live' | 'history';
  currency?: string;
  createMissing?: ('products' | 'customers')[];
  mapping?: string;
  dateFormat?: string;
  dryRun?: true;
}

/** Takes files in and puts jobs up for the worker. */
export class ImportService {
  private readonly definitions: ReadonlyMap<string, ImportDefinition>;

  constructor(
    definitions: readonly ImportDefinition[],
    private readonly store: ImportStore,
    /** Folder for uploads. */
    private readonly folder: string,
  ) {
    this.definitions = new Map(definitions.map((definition) => [definition.kind, definition]));
  }

  /** True for kinds whose rows are joined to groups. */
  isGrouped(kind: string): boolean {
    return this.definitions.get(kind)?.groupBy !== undefined;
  }

  /**
   * Saves the file, checks its header and puts the job up. A repeat with the same Idempotency-Key gets the first job.
   * @throws Refused with what is wrong about the request or the file as a whole
   */
  async create(
    request: ImportRequest,
    body: Readable,
    context: RequestContext,
    key: string | undefined,
  ): Promise<JobDocument> {
    const definition = this.definitions.get(request.kind);
    if (!definition) throw new Refused('IMPORT_KIND_UNKNOWN', { allowed: [...this.definitions.keys()] });
    const options = this.optionsOf(request, definition);
    const id = `${request.kind}-${key === undefined ? newId() : idFromKey(request.dryRun ? 'import-trial' : 'import', request.kind, key)}`;
    const first = key === undefined ? null : await this.store.jobs.findOne({ _id: id });
    if (first) return this.repeated(first, body);
    const upload = await saveUpload(body, join(resolve(this.folder), 'imports', `${id}-${newId().slice(0, 8)}.csv`));
    try {
      const job = await this.jobOf(id, definition, options, upload, context);
      await this.store.jobs.insertOne(job, { writeConcern: { w: 'majority', j: true } });
      return job;
    } catch (error) {
      await rm(upload.path, { force: true });
      const winner = key === undefined ? null : await this.store.jobs.findOne({ _id: id });
      if (winner) return winner; // two tries at once: the other one was first
      throw error;
    }
  }

  /** @throws Refused IMPORT_NOT_FOUND */
  async find(id: string): Promise<JobDocument> {
    const job = await this.store.jobs.findOne({ _id: id });
    if (!job) throw new Refused('IMPORT_NOT_FOUND', { importId: id });
    return job;
  }

  /** Puts a failed job up again: it goes on where it stopped. */
  async retry(id: string): Promise<JobDocument> {
    await this.find(id);
    await this.store.jobs.updateOne(
      { _id: id, status: 'failed' },
      { $set: { status: 'queued', leaseUntil: 0 }, $unset: { error: '', finishedAt: '' } },
    );
    return this.find(id);
  }

  /**
   * Customers were erased: rejected rows that name them go, and those that do not tell whom they name. Files and rows of
   * imports that failed go as well: those have to be uploaded again.
   */
  async forget(customerIds: readonly string[]): Promise<void> {
    for (const definition of this.definitions.values()) {
      if (definition.people === undefined) continue;
      const { customer } = definition.people;
      for await (const job of this.store.jobs.find({ kind: definition.kind })) {
        const positions = locateColumns(job.header, definition.columns, job.options.mapping);
        const place = customer === null ? undefined : positions.get(customer);
        await this.store.forgetRejected(job._id, (cells) => {
          const named = place === undefined ? '' : (cells[place]?.trim() ?? '');
          return named === '' || customerIds.includes(named);
        });
        if (job.status !== 'failed') continue;
        await rm(job.file.path, { force: true });
        await this.store.dropStaged(job._id);
      }
    }
  }

  private async repeated(first: JobDocument, body: Readable): Promise<JobDocument> {
    body.resume(); // read to its end, or the connection cannot be used again
    return first;
  }

  private optionsOf(request: ImportRequest, definition: ImportDefinition): ImportOptions {
    if (request.dateFormat !== undefined && !isDateFormat(request.dateFormat)) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'dateFormat', code: 'INVALID' }]);
    }
    return {
      mode: request.mode,
      createMissing: request.createMissing ?? [],
      mapping: parseMapping(request.mapping, definition.columns),
      ...(request.currency === undefined ? {} : { currency: request.currency }),
      ...(request.dateFormat === undefined ? {} : { dateFormat: request.dateFormat }),
      ...(request.dryRun === true ? { dryRun: true as const } : {}),
    };
  }

  private async jobOf(
    id: string,
    definition: ImportDefinition,
    options: ImportOptions,
    upload: Upload,
    context: RequestContext,
  ): Promise<JobDocument> {
    const { path, bytes, sha256, encoding } = upload;
    const shape: FileShape = { path, encoding, delimiter: await detectDelimiterOf(path, encoding) };
    const header = await headerOf(shape);
    const positions = locateColumns(header, definition.columns, options.mapping);
    const hasAmounts = Object.entries(definition.columns).some(
      ([name, column]) => column.needsCurrency && positions.has(name),
    );
    if (hasAmounts && !positions.has('currency') && options.currency === undefined) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'currency', code: 'REQUIRED' }]);
    }
    return {
      _id: id,
      kind: definition.kind,
      status: 'queued',
      options,
      file: { ...shape, bytes, sha256 },
      header,
      actor: context.actor,
      correlationId: context.correlationId,
      locale: context.locale,
      createdAt: context.now,
      stage: 'read',
      lastRow: 1,
      lastKey: '',
      bytesRead: 0,
      rows: 0,
      accepted: 0,
      rejected: 0,
      workedMs: 0,
      leaseUntil: 0,
    };
  }
}

/** The header of a file. @throws Refused IMPORT_EMPTY when there is none, or nothing behind it */
async function headerOf(shape: FileShape): Promise<string[]> {
  let header: string[] | undefined;
  for await (const block of readRows(shape).blocks) {
    for (const raw of block) {
      if (header) return header;
      if (raw.broken) throw new Refused('CSV_ROW_BROKEN', { reason: raw.broken });
      header = raw.cells.map((cell) => cell.trim());
    }
  }
  throw new Refused('IMPORT_EMPTY');
}
