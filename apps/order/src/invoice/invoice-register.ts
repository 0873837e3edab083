import type { InvoiceEvent } from '@orderloom/contracts';
import {
  deterministicId,
  type EventStore,
  jitteredBackoff,
  type NewEvent,
  pause,
  type RecordedEvent,
  WrongExpectedRevision,
} from '@orderloom/event-sourcing';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { Issued, Paper } from './papers.js';

/** A paper as found again: by what it is for, by its order, by its number. */
export interface IssuedDocument extends Issued {
  _id: string;
  /** in its series, from 1 */
  running: number;
}

interface SeriesDocument {
  _id: string;
  /** events of the series that are in the index */
  next: number;
}

interface Waiting {
  readonly paper: Paper;
  settle(issued: Issued): void;
  fail(error: unknown): void;
}

/** Papers that share one append. */
const LARGEST_BATCH = 200;
const MOST_ATTEMPTS = 50;

const streamOf = (series: string): string => `invoices-${series}`;

/**
 * Gives papers their numbers, without gaps: a series is one stream, and the number is the place in it. An append with
 * the expected revision makes sure that two processes never give the same number; an index of what was issued for what,
 * read up to that revision first, that nothing gets two. The index is made of the stream: a process that dies between
 * append and index leaves it to the next one to catch up.
 */
export class InvoiceRegister {
  readonly #papers: Collection<IssuedDocument>;
  readonly #series: Collection<SeriesDocument>;
  readonly #queues = new Map<string, Waiting[]>();

  constructor(
    private readonly store: Pick<EventStore, 'append' | 'read'>,
    connection: Connection,
    /** e.g. {invoice: 'INV', credit_note: 'CN'} */
    private readonly names: Readonly<Record<Paper['kind'], string>>,
  ) {
    const db = connection.getClient().db(connection.name);
    this.#papers = db.collection<IssuedDocument>('invoices');
    this.#series = db.collection<SeriesDocument>('invoice_series');
  }

  async prepare(): Promise<void> {
    await this.#papers.createIndexes([
      { key: { orderId: 1, running: 1 } },
      { key: { series: 1, running: 1 }, unique: true },
    ]);
  }

  /** A series begins anew every year, e.g. `INV-2026`. */
  seriesOf(paper: Pick<Paper, 'kind' | 'issuedAt'>): string {
    return `${this.names[paper.kind]}-${paper.issuedAt.slice(0, 4)}`;
  }

  /** What has a number for an order, first to last. */
  async ofOrder(orderId: string): Promise<IssuedDocument[]> {
    const papers = await this.#papers.find({ orderId }).toArray();
    return papers.sort((a, b) =>
      a.issuedAt === b.issuedAt ? a.running - b.running : a.issuedAt < b.issuedAt ? -1 : 1,
    );
  }

  /** The papers of a series after a number, in their order. */
  async ofSeries(series: string, after: number, limit: number): Promise<IssuedDocument[]> {
    await this.#catchUp(series);
    return this.#papers
      .find({ series, running: { $gt: after } })
      .sort({ running: 1 })
      .limit(limit)
      .toArray();
  }

  /** Gives every paper its number; one that has it keeps it. Papers of many callers share an append. */
  issue(papers: readonly Paper[]): Promise<Issued[]> {
    return Promise.all(papers.map((paper) => this.#enqueue(paper)));
  }

  #enqueue(paper: Paper): Promise<Issued> {
    const series = this.seriesOf(paper);
    return new Promise((settle, fail) => {
      const queue = this.#queues.get(series);
      if (queue !== undefined) {
        queue.push({ paper, settle, fail });
        return;
      }
      this.#queues.set(series, [{ paper, settle, fail }]);
      void this.#drain(series);
    });
  }

  async #drain(series: string): Promise<void> {
    await null;
    for (let queue = this.#queues.get(series); queue !== undefined && queue.length > 0; ) {
      const batch = queue.splice(0, LARGEST_BATCH);
      try {
        const issued = await this.#number(
          series,
          batch.map(({ paper }) => paper),
        );
        for (const { paper, settle, fail } of batch) {
          const found = issued.get(paper.key);
          if (found === undefined) fail(new Error(`no number was given to ${paper.key}`));
          else settle(found);
        }
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
      queue = this.#queues.get(series);
    }
    this.#queues.delete(series);
  }

  async #number(series: string, papers: readonly Paper[]): Promise<Map<string, Issued>> {
    const backoff = jitteredBackoff(5, 200);
    // A process that died at the end of a year leaves numbers that only the series of that year knows.
    for (const earlier of new Set(papers.map((paper) => this.#yearBefore(paper)))) await this.#catchUp(earlier);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const next = await this.#catchUp(series);
      // A paper belongs to what it is for, whichever year's series gave it its number.
      const known = await this.#papers.find({ _id: { $in: papers.map(({ key }) => key) } }).toArray();
      const issued = new Map<string, Issued>(known.map((one) => [one.key, one]));
      const fresh = [...new Map(papers.map((paper) => [paper.key, paper])).values()].filter(
        (paper) => !issued.has(paper.key),
      );
      if (fresh.length === 0) return issued;
      const events = fresh.map((paper, index) => this.#event(series, next + index + 1, paper));
      try {
        await this.store.append(streamOf(series), events, BigInt(next) - 1n);
        await this.#index(
          series,
          events.map(({ data }, index) => ({ data: data as Issued, running: next + index + 1 })),
        );
        for (const { data } of events) issued.set((data as Issued).key, data as Issued);
        return issued;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        await pause(backoff.next());
      }
    }
    throw new Error(`the series ${series} is too busy`);
  }

  #yearBefore({ kind, issuedAt }: Paper): string {
    const year = String(Number(issuedAt.slice(0, 4)) - 1).padStart(4, '0');
    return this.seriesOf({ kind, issuedAt: `${year}${issuedAt.slice(4)}` });
  }

  #event(series: string, running: number, paper: Paper): NewEvent {
    const number = `${series}-${String(running).padStart(6, '0')}`;
    const data: Issued = { ...paper, series, number };
    return {
      id: deterministicId('invoice', paper.key),
      type: 'InvoiceIssued',
      data,
      metadata: {
        schemaVersion: 1,
        correlationId: paper.orderId,
        causationId: paper.key,
        actor: 'order.invoices',
        at: paper.issuedAt,
      },
    };
  }

  /** Puts what the series has beyond the index into it. @returns how many papers the series has */
  async #catchUp(series: string): Promise<number> {
    const next = (await this.#series.findOne({ _id: series }))?.next ?? 0;
    const events = await this.store.read(streamOf(series), { from: BigInt(next) });
    if (events.length === 0) return next;
    await this.#index(
      series,
      events.map((event) => ({ data: dataOf(event), running: Number(event.revision) + 1 })),
    );
    return next + events.length;
  }

  async #index(series: string, papers: readonly { data: Issued; running: number }[]): Promise<void> {
    await this.#papers.bulkWrite(
      papers.map(({ data, running }) => ({
        updateOne: { filter: { _id: data.key }, update: { $setOnInsert: { ...data, running } }, upsert: true },
      })),
      { ordered: false },
    );
    const next = Math.max(...papers.map(({ running }) => running));
    await this.#series.updateOne({ _id: series }, { $max: { next } }, { upsert: true });
  }
}

/** The streams of series hold what `#event` made. */
const dataOf = (event: RecordedEvent): Issued => (event as unknown as InvoiceEvent).data;
