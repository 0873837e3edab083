import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Access, Clock, Logger, Shutdown } from '@orderloom/platform';
import { csvLine } from '@orderloom/platform/imports/view';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { parseListQuery } from '../list/list-query.js';
import { OrderList } from '../order-list.js';
import { cellOf, csvCell, headerOf } from './columns.js';
import { type ExportJob, ExportJobs } from './export-jobs.js';

/** A part of a file in the database; documents end at 16 MB. */
const CHUNK_BYTES = 512 * 1024;
/** A workbook is made in memory. */
export const MOST_WORKBOOK_ROWS = 100_000;

/** Writes exports, one after the other, when there are some: nothing polls while there are none. */
@Injectable()
export class ExportWorker implements OnApplicationBootstrap {
  #working: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(
    private readonly jobs: ExportJobs,
    private readonly list: OrderList,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly shutdown: Shutdown,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.shutdown.register('workers', 'exports', async () => {
      this.#stopped = true;
      await this.#working;
    });
    await this.jobs.prepare();
    // What a process left that was killed.
    this.poke();
  }

  /** There may be something to do. */
  poke(): void {
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#again && !this.#stopped) this.poke();
    });
  }

  async #work(): Promise<void> {
    this.#again = false;
    try {
      while (!this.#stopped) {
        const job = await this.jobs.take(this.clock.millis());
        if (job === null) return;
        await this.#write(job);
      }
    } catch (error) {
      this.logger.error({ err: error }, 'exports are interrupted; they go on with the next request or start');
    }
  }

  async #write(job: ExportJob): Promise<void> {
    try {
      const whole = job.format === 'csv' ? await this.#csv(job) : await this.#workbook(job);
      if (whole) await this.jobs.finish(job, this.clock.now(), null);
    } catch (error) {
      this.logger.error({ err: error, exportId: job._id }, 'export failed');
      await this.jobs.finish(job, this.clock.now(), error instanceof Error ? error.name : 'Error');
    }
  }

  /** @returns false when the job went to somebody else meanwhile */
  async #csv(job: ExportJob): Promise<boolean> {
    // With a mark at the beginning, without which spreadsheets read Chinese in another encoding.
    let text = `\uFEFF${csvLine(job.columns.map((column) => headerOf(column, job.locale)))}`;
    let rows = 0;
    for await (const items of this.#items(job)) {
      for (const item of items) text += csvLine(job.columns.map((column) => csvCell(item, column)));
      rows += items.length;
      if (this.#stopped) return false;
      if (text.length < CHUNK_BYTES) continue;
      if (!(await this.jobs.append(job, Buffer.from(text), rows, this.clock.millis()))) return false;
      text = '';
      rows = 0;
    }
    return this.jobs.append(job, Buffer.from(text), rows, this.clock.millis());
  }

  async #workbook(job: ExportJob): Promise<boolean> {
    const sheet: SheetData = [
      job.columns.map((column) => ({ value: headerOf(column, job.locale), fontWeight: 'bold' as const })),
    ];
    for await (const items of this.#items(job)) {
      for (const item of items) sheet.push(job.columns.map((column) => cellOf(item, column)));
      if (this.#stopped) return false;
      if (sheet.length > MOST_WORKBOOK_ROWS) throw new TooManyRows();
    }
    const file = await writeExcelFile(sheet, { stickyRowsCount: 1 }).toBuffer();
    for (let at = 0; at < file.length; at += CHUNK_BYTES) {
      const rows = at === 0 ? sheet.length - 1 : 0;
      const part = file.subarray(at, at + CHUNK_BYTES);
      if (!(await this.jobs.append(job, part, rows, this.clock.millis()))) return false;
    }
    return true;
  }

  #items(job: ExportJob) {
    const access = new Access(job.requester);
    return this.list.all(parseListQuery(job.query, access), access);
  }
}

/** Named so that whoever asked knows what to do about it. */
class TooManyRows extends Error {
  override readonly name = 'TooManyRows';
}
