import { u64 } from '../../storage/index.js';
import { Categories } from './categories.js';
import type { Command, Outcome } from './commands.js';
import { CommitSignals } from './commit-signals.js';
import { loadStream, type StreamState } from './stream-state.js';
import { indexKey, openTables, readU48, type Tables } from './tables.js';
import { Tail } from './tail.js';
import { LogWriter } from './writer.js';

/** About so many bytes are fetched at a time, however large events are: readers hold no more than that. */
export const PAGE_BYTES = 1024 * 1024;

/**
 * The append-only log with its stream index.
 *
 * Commands wait in a queue; everything that waits when a transaction begins shares it and its flush, and is
 * answered after it. Reads see committed, flushed data only.
 */
export class EventLog {
  readonly tables: Tables;
  private readonly writer: LogWriter;
  private readonly tail: Tail;
  private queue: Command[] = [];
  private queuedBytes = 0;
  private writing: Promise<void> | undefined;
  readonly commits = new CommitSignals();
  readonly categories: Categories;
  private relief: (() => void)[] = [];
  private closed = false;
  private end: number;
  appended = 0;

  constructor(dir: string) {
    this.tables = openTables(dir);
    this.writer = new LogWriter(this.tables);
    this.end = this.writer.lastPosition;
    this.tail = new Tail(this.end + 1);
    this.categories = new Categories(this);
  }

  /** The position of the newest committed event, 0 when there is none. */
  get lastPosition(): number {
    return this.end;
  }

  submit(command: Command, bytes = 0): void {
    if (this.closed) {
      command.settle({ kind: 'failed', reason: 'The event store is shutting down' });
      return;
    }
    this.queue.push(command);
    this.queuedBytes += bytes;
    if (this.writing === undefined) this.writing = this.writeAll();
  }

  /** More waits than should be held in memory: callers are to stop reading until {@link relieved}. */
  get isFull(): boolean {
    return this.queuedBytes > 32 * 1024 * 1024;
  }

  relieved(): Promise<void> {
    return this.isFull ? new Promise((resolve) => this.relief.push(resolve)) : Promise.resolve();
  }

  /** At most `count` records of about {@link PAGE_BYTES} from `position` on, and whether they came from memory. */
  readForwards(position: number, count: number): { records: Buffer[]; fromMemory: boolean } {
    const held = this.tail.from(Math.max(1, position), count, PAGE_BYTES);
    if (held !== undefined) return { records: held, fromMemory: true };
    const records: Buffer[] = [];
    let bytes = 0;
    const range = this.tables.log.getRange({ start: u64(Math.max(1, position)), limit: count, snapshot: false });
    for (const { value } of range) {
      records.push(value);
      bytes += value.length;
      if (bytes > PAGE_BYTES) break;
    }
    return { records, fromMemory: false };
  }

  /** At most `count` records before `position`, newest first. */
  readBackwards(position: number, count: number): Buffer[] {
    const records: Buffer[] = [];
    let bytes = 0;
    for (let at = Math.min(position - 1, this.end); at >= 1 && records.length < count; at -= 1) {
      const record = this.record(at);
      if (record === undefined) break;
      records.push(record);
      bytes += record.length;
      if (bytes > PAGE_BYTES) break;
    }
    return records;
  }

  record(position: number): Buffer | undefined {
    return this.tail.get(position) ?? this.tables.log.get(u64(position));
  }

  /** The record at a revision of a stream, undefined when there is none. */
  recordAt(stream: number, revision: number): Buffer | undefined {
    const at = this.tables.index.get(indexKey(stream, revision));
    return at === undefined ? undefined : this.record(readU48(at));
  }

  /** Positions of a stream's events from `revision` on. */
  positions(stream: number, revision: number, count: number): number[] {
    const range = this.tables.index.getRange({
      start: indexKey(stream, revision),
      end: indexKey(stream + 1, 0),
      limit: count,
      snapshot: false,
    });
    const positions: number[] = [];
    for (const { value } of range) positions.push(readU48(value));
    return positions;
  }

  /** The committed state of a stream, undefined when nothing was ever written about it. */
  stream(name: string): StreamState | undefined {
    return loadStream(this.tables, name, Buffer.from(name, 'utf8'));
  }

  /** Writes what was submitted so far, then closes. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    while (this.writing !== undefined) await this.writing;
    await this.tables.storage.close();
  }

  private async writeAll(): Promise<void> {
    while (this.queue.length > 0) await this.writeOnce();
    this.writing = undefined;
  }

  private async writeOnce(): Promise<void> {
    let commands: Command[] = [];
    try {
      const { outcomes, written } = await this.tables.storage.writeAtomic(() => {
        commands = this.queue;
        this.queue = [];
        this.queuedBytes = 0;
        return this.writer.run(commands);
      });
      this.end = this.writer.lastPosition;
      this.tail.push(written.records);
      this.appended += written.records.length;
      settleAll(commands, (index) => outcomes[index]!);
      if (written.records.length > 0) this.commits.fire(written.streams);
    } catch (error) {
      this.writer.reset();
      if (commands.length === 0) {
        commands = this.queue;
        this.queue = [];
        this.queuedBytes = 0;
      }
      const reason = error instanceof Error ? error.message : String(error);
      settleAll(commands, () => ({ kind: 'failed', reason }));
    }
    const waiting = this.relief;
    this.relief = [];
    for (const resolve of waiting) resolve();
  }
}

function settleAll(commands: readonly Command[], outcome: (index: number) => Outcome): void {
  for (const [index, command] of commands.entries()) command.settle(outcome(index));
}
