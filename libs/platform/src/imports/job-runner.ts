import { rm } from 'node:fs/promises';
import { classifyError } from '../http/problem.js';
import type { Logger } from '../observe/logger.js';
import type { RawRow } from './csv-splitter.js';
import type { ImportContext, ImportDefinition, ImportItem, ItemOutcome } from './define.js';
import { locateColumns } from './header.js';
import { readRows } from './reader.js';
import { type ParsedRow, RowParser, reject } from './rows.js';
import { type ImportStore, type JobDocument, JobLost, type Rejection, type StagedRow, stagedKey } from './store.js';

/** Rows written to the staging collection at once. */
const STAGE_BATCH = 1000;
/** Most rows that one group may have: a group is handled whole, so it must fit in memory. */
const MAX_GROUP_ROWS = 5000;

type Item = ImportItem<Record<string, unknown>> & { cells: Map<number, string[]> };

/** What a runner needs. */
export interface RunnerParts {
  store: ImportStore;
  logger: Logger;
  owner: string;
  now(): number;
  /** Ends the run between two batches; the job goes on later where it stopped. */
  signal: AbortSignal;
}

/**
 * Works one job off, from where it stands to its end. A batch's effects come first, then its rejections, then
 * position and counters in one write: killed in between, the batch is done again, which its handler allows.
 */
export class JobRunner {
  private readonly parser: RowParser;
  private readonly context: ImportContext;
  private batchStart: number;

  constructor(
    private readonly job: JobDocument,
    private readonly definition: ImportDefinition,
    private readonly parts: RunnerParts,
  ) {
    const positions = locateColumns(job.header, definition.columns, job.options.mapping);
    this.parser = new RowParser(definition, positions, job.header.length, job.options);
    this.parser.dateOrder = job.dateOrder;
    this.context = {
      ...job.options,
      importId: job._id,
      kind: job.kind,
      actor: job.actor,
      correlationId: job.correlationId,
      locale: job.locale,
      startedAt: job.createdAt,
    };
    this.batchStart = parts.now();
  }

  /** Runs to the end, or until the signal. @throws JobLost, or the error that the job failed with */
  async run(): Promise<void> {
    const { job, parts, definition } = this;
    if (job.stage === 'read') await this.readFile();
    if (definition.groupBy !== undefined && !parts.signal.aborted) await this.applyGroups();
    if (parts.signal.aborted) return;
    if (job.options.dryRun !== true) await this.withOutages(async () => definition.finish?.(this.context));
    await parts.store.dropStaged(job._id);
    await this.save({ status: 'completed', finishedAt: new Date(parts.now()).toISOString() });
    await rm(job.file.path, { force: true }); // it holds personal data, and everything in it is recorded now
  }

  private async readFile(): Promise<void> {
    const { job, definition, parts } = this;
    const grouped = definition.groupBy !== undefined;
    const size = grouped ? STAGE_BATCH : (definition.batchSize ?? 200);
    const { blocks, progress } = readRows(job.file);
    let batch: RawRow[] = [];
    const flush = async (): Promise<void> => {
      const done = batch;
      batch = [];
      await (grouped ? this.stageRows(done, progress()) : this.applyRows(done, progress()));
    };
    for await (const block of blocks) {
      for (const raw of block) {
        if (raw.row <= Math.max(job.lastRow, 1)) continue; // the header, and what an earlier run has done
        batch.push(raw);
        if (batch.length < size) continue;
        await flush();
        if (parts.signal.aborted) return;
      }
    }
    if (batch.length > 0) await flush();
    if (!parts.signal.aborted) await this.save({ stage: 'apply', bytesRead: job.file.bytes });
  }

  private async stageRows(batch: readonly RawRow[], bytesRead: number): Promise<void> {
    const { job, parts, definition } = this;
    const groupBy = definition.groupBy ?? '';
    const staged: StagedRow[] = [];
    const rejections: Rejection[] = [];
    for (const raw of batch) {
      const malformed = this.parser.malformed(raw);
      if (!malformed) this.parser.observeDates(raw);
      const group = this.parser.cell(raw, groupBy);
      if (malformed) rejections.push(malformed);
      else if (group === '')
        rejections.push(reject(raw, [{ code: 'CSV_VALUE_MISSING', details: { column: groupBy } }]));
      else staged.push({ _id: stagedKey(job._id, group, raw.row), group, row: raw.row, cells: raw.cells });
    }
    await this.withOutages(() => parts.store.stage(staged));
    await this.finishBatch(rejections, 0, batch.length, { lastRow: batch.at(-1)?.row ?? job.lastRow, bytesRead });
  }

  private async applyRows(batch: readonly RawRow[], bytesRead: number): Promise<void> {
    for (const raw of batch) this.parser.observeDates(raw);
    const parsed = batch.map((raw) => this.parser.parse(raw));
    const items = parsed.flatMap((row) => (row.ok ? [itemOf(String(row.row), [row])] : []));
    const rejections = parsed.flatMap((row) => (row.ok ? [] : [row.rejection]));
    const outcome = await this.apply(items);
    await this.finishBatch([...rejections, ...outcome.rejections], outcome.accepted, batch.length, {
      lastRow: batch.at(-1)?.row ?? this.job.lastRow,
      bytesRead,
    });
  }

  private async applyGroups(): Promise<void> {
    const { job, parts, definition } = this;
    const size = definition.batchSize ?? 200;
    let groups: StagedRow[][] = [];
    let rows = 0;
    // The next rows are read while a batch is applied.
    let applying: Promise<void> = Promise.resolve();
    const flush = async (): Promise<void> => {
      const done = groups;
      groups = [];
      rows = 0;
      await applying;
      applying = this.applyBatchOfGroups(done);
      applying.catch(() => undefined); // told to whoever awaits it next
    };
    try {
      for await (const row of parts.store.stagedAfter(job._id, job.lastKey)) {
        const current = groups.at(-1);
        if (current?.[0]?.group === row.group) current.push(row);
        else {
          if (groups.length >= size || rows >= 20 * size) await flush();
          if (parts.signal.aborted) break;
          groups.push([row]);
        }
        rows += 1;
      }
      if (groups.length > 0 && !parts.signal.aborted) await flush();
    } finally {
      await applying;
    }
  }

  private async applyBatchOfGroups(groups: readonly StagedRow[][]): Promise<void> {
    const items: Item[] = [];
    const rejections: Rejection[] = [];
    for (const group of groups) {
      const key = group[0]?.group ?? '';
      if (group.length > MAX_GROUP_ROWS) {
        const problem = { code: 'CSV_GROUP_TOO_LARGE' as const, details: { group: key, max: MAX_GROUP_ROWS } };
        rejections.push(...group.map((row) => reject(row, [problem])));
        continue;
      }
      const parsed = group.map((row) => this.parser.parse(row));
      if (parsed.every((row) => row.ok)) items.push(itemOf(key, parsed));
      else rejections.push(...rejectGroup(key, group, parsed));
    }
    const outcome = await this.apply(items);
    await this.finishBatch([...rejections, ...outcome.rejections], outcome.accepted, 0, {
      lastKey: groups.at(-1)?.at(-1)?._id ?? this.job.lastKey,
    });
  }

  private async apply(items: Item[]): Promise<{ accepted: number; rejections: Rejection[] }> {
    if (items.length === 0) return { accepted: 0, rejections: [] };
    const outcomes = await this.handle(items);
    let accepted = 0;
    const rejections: Rejection[] = [];
    items.forEach((item, index) => {
      const outcome = outcomes[index];
      if (!outcome) throw new Error(`the ${this.job.kind} import answered ${outcomes.length} of ${items.length} items`);
      if (outcome.accepted) accepted += item.rows.length;
      else rejections.push(...rejectItem(item, outcome));
    });
    return { accepted, rejections };
  }

  /** Handles a batch; when it throws, one by one, so that one item that cannot be handled rejects only itself. */
  private async handle(items: Item[]): Promise<ItemOutcome[]> {
    if (this.job.options.dryRun === true) return items.map(() => ({ accepted: true }));
    try {
      return await this.withOutages(() => this.definition.handleBatch(items, this.context));
    } catch (error) {
      if (error instanceof JobLost || items.length === 1) throw error;
      this.parts.logger.warn(
        { err: error, importId: this.job._id },
        'import batch failed; trying its items one by one',
      );
      return this.handleSingly(items, error);
    }
  }

  private async handleSingly(items: Item[], batchError: unknown): Promise<ItemOutcome[]> {
    const outcomes: ItemOutcome[] = [];
    let failed = 0;
    for (const item of items) {
      try {
        const [outcome] = await this.withOutages(() => this.definition.handleBatch([item], this.context));
        outcomes.push(outcome ?? { accepted: false, code: 'INTERNAL' });
      } catch (error) {
        if (error instanceof JobLost) throw error;
        failed += 1;
        this.parts.logger.error({ err: error, importId: this.job._id, row: item.rows[0]?.row }, 'import item failed');
        outcomes.push({ accepted: false, code: 'INTERNAL' });
      }
    }
    // When nothing works the fault is not in the rows: better to stop than to reject a whole file.
    if (failed === items.length) throw batchError;
    return outcomes;
  }

  /** Repeats work while an engine is away: an outage rejects no row and fails no job. */
  private async withOutages<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (classifyError(error).code !== 'UNAVAILABLE' || this.parts.signal.aborted) throw error;
        const pause = Math.min(200 * 2 ** attempt, 5000) * (0.5 + Math.random() / 2);
        this.parts.logger.warn({ err: error, importId: this.job._id }, 'import waits for an engine');
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  private async finishBatch(
    rejections: readonly Rejection[],
    accepted: number,
    read: number,
    position: Partial<Pick<JobDocument, 'lastRow' | 'lastKey' | 'bytesRead'>>,
  ): Promise<void> {
    const { job, parts } = this;
    const kept = rejections.map((one) => (one.problems.some(isOfErased) ? { ...one, cells: [] } : one));
    await this.withOutages(() => parts.store.reject(job._id, kept, parts.now()));
    const now = parts.now();
    const { dateOrder } = this.parser;
    const change = {
      ...position,
      ...(dateOrder === undefined ? {} : { dateOrder }),
      rows: job.rows + read,
      accepted: job.accepted + accepted,
      rejected: job.rejected + rejections.length,
      workedMs: job.workedMs + (now - this.batchStart),
    };
    this.batchStart = now;
    await this.save(change);
  }

  private async save(change: Partial<JobDocument>): Promise<void> {
    await this.withOutages(() => this.parts.store.save(this.job._id, this.parts.owner, change));
    Object.assign(this.job, change);
  }
}

/** Nothing is kept of somebody who was erased, not even that it could not be taken in. */
const isOfErased = ({ code }: Rejection['problems'][number]): boolean => code === 'CUSTOMER_ERASED';

function itemOf(key: string, parsed: readonly ParsedRow[]): Item {
  const rows = parsed.flatMap((row) => (row.ok ? [{ row: row.row, values: row.values }] : []));
  return { key, rows, cells: new Map(parsed.flatMap((row) => (row.ok ? [[row.row, row.cells] as const] : []))) };
}

/** An order with a line that cannot be read is not half an order: all its rows are rejected, each with its reason. */
function rejectGroup(key: string, group: readonly StagedRow[], parsed: readonly ParsedRow[]): Rejection[] {
  return parsed.map((row, index) =>
    row.ok ? reject(group[index]!, [{ code: 'CSV_GROUP_REJECTED', details: { group: key } }]) : row.rejection,
  );
}

function rejectItem(item: Item, outcome: Extract<ItemOutcome, { accepted: false }>): Rejection[] {
  return item.rows.map(({ row }) => {
    const own = outcome.row === undefined || outcome.row === row;
    const problem = own
      ? { code: outcome.code, details: outcome.details ?? {} }
      : { code: 'CSV_GROUP_REJECTED' as const, details: { group: item.key } };
    return { row, cells: item.cells.get(row) ?? [], problems: [problem] };
  });
}
