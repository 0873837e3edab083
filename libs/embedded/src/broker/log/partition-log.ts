import { readU64, writeU64 } from '../../storage/index.js';
import { ErrorCode } from '../protocol/errors.js';
import { batchEndOffset, batchMaxTimestamp, batchProducer, batchRecordCount, checkBatch, placeBatch } from './batch.js';
import { ProducerState } from './producer-state.js';
import {
  batchKey,
  batchKeyOffset,
  logKey,
  logRange,
  logRangeDown,
  type Mark,
  markKey,
  readMark,
  type Tables,
} from './tables.js';

/** A mark is written, and producer states are saved, about every so many bytes. */
const MARK_BYTES = 64 * 1024;
/** Batches removed per transaction when a log is trimmed. */
const TRIM_STEP = 500;

export interface LogSettings {
  readonly maxMessageBytes: number;
  readonly appendTime: boolean;
}

/** Somebody who waits for new batches, such as a long poll. */
export interface LogWaiter {
  /** @param bytes how many became visible */
  grown(bytes: number): void;
}

export type Appended =
  | { readonly ok: true; readonly baseOffset: number; readonly appendTime: number; write?: () => void; end: number }
  | { readonly ok: false; readonly code: number; readonly message: string };

/**
 * The log of one partition. Record batches lie in LMDB by base offset; memory holds counters and the
 * states of recent idempotent producers, nothing that grows with the data.
 *
 * Offsets are given out in memory when a batch arrives, in the order in which its write is asked for;
 * {@link visible} follows when the shared transaction with the batch is on disk.
 */
export class PartitionLog {
  /** First offset that can be read. */
  start = 0;
  /** Offset after the last batch, written or about to be. */
  end = 0;
  /** The high watermark: offset after the last batch that is on disk. */
  visible = 0;
  /** Largest timestamp of any record so far. */
  maxTimestamp = 0;
  /** Called, and then forgotten by whoever was waiting, when {@link visible} has grown. */
  readonly waiters = new Set<LogWaiter>();
  private bytes = 0;
  private removed = 0;
  private marked = 0;
  private producers = new ProducerState();
  private trimming: Promise<void> | undefined;
  /** Grows when a transaction failed and memory was read again from disk: earlier plans are void. */
  private incarnation = 0;

  constructor(
    readonly id: number,
    private readonly tables: Tables,
  ) {
    this.load();
  }

  /** Bytes in the log. */
  get size(): number {
    return this.bytes - this.removed;
  }

  /** Reads the state from disk: the last checkpoint, and the batches after it. */
  private load(): void {
    const { batches, logs, producers } = this.tables;
    this.producers = new ProducerState();
    let from = 0;
    this.bytes = 0;
    this.removed = 0;
    this.start = 0;
    this.maxTimestamp = 0;
    const record = logs.get(logKey(this.id));
    if (record !== undefined) {
      this.start = readU64(record, 0);
      from = readU64(record, 8);
      this.bytes = readU64(record, 16);
      this.removed = readU64(record, 24);
      this.maxTimestamp = readU64(record, 32);
    }
    const last = this.lastMark();
    if (last !== undefined && last.endOffset >= from) {
      from = last.endOffset;
      this.bytes = last.bytes;
      this.maxTimestamp = last.timestamp;
    }
    this.marked = this.bytes;
    for (const { key, value } of producers.getRange(logRange(this.id))) {
      this.producers.restore(readU64(key, 4), value);
    }
    this.end = from;
    const { end } = logRange(this.id);
    const range = { start: batchKey(this.id, from), ...(end === undefined ? {} : { end }) };
    for (const { value } of batches.getRange(range)) this.count(value, Math.max(0, batchMaxTimestamp(value)));
    this.visible = this.end;
    this.start = Math.min(this.start, this.end);
  }

  private lastMark(): Mark | undefined {
    const top = markKey(this.id, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    for (const { key, value } of this.tables.marks.getRange({ ...logRangeDown(this.id, top), limit: 1 })) {
      return readMark(key, value);
    }
    return undefined;
  }

  /** Takes a placed batch into the counters. */
  private count(batch: Buffer, now: number): void {
    const baseOffset = batchEndOffset(batch) - batchRecordCount(batch);
    const { id, epoch, sequence } = batchProducer(batch);
    const count = batchRecordCount(batch);
    if (id >= 0) this.producers.record({ id, epoch, firstSequence: sequence, count }, baseOffset, now);
    this.end = baseOffset + count;
    this.bytes += batch.length;
    this.maxTimestamp = Math.max(this.maxTimestamp, batchMaxTimestamp(batch));
  }

  /**
   * Checks one record batch and gives it its offsets. The caller runs `write` in a storage job asked for
   * in the same turn and calls {@link committed} or {@link failed} afterwards; without `write` it is a
   * repeated batch of an idempotent producer.
   *
   * @param batch bytes as received; the header is changed in place
   * @param now milliseconds since 1970
   */
  append(batch: Buffer, { maxMessageBytes, appendTime }: LogSettings, now: number): Appended {
    const problem = checkBatch(batch, maxMessageBytes);
    if (problem !== undefined) return { ok: false, ...problem };
    const { id, epoch, sequence } = batchProducer(batch);
    const count = batchRecordCount(batch);
    if (id >= 0) {
      const check = this.producers.check({ id, epoch, firstSequence: sequence, count });
      if (check.kind === 'refused') {
        const message =
          check.code === ErrorCode.INVALID_PRODUCER_EPOCH
            ? 'A producer with a newer epoch has written'
            : 'The sequence number does not follow the last one';
        return { ok: false, code: check.code, message };
      }
      if (check.kind === 'duplicate') {
        return { ok: true, baseOffset: check.baseOffset, appendTime: -1, end: check.baseOffset + count };
      }
    }
    const baseOffset = this.end;
    placeBatch(batch, baseOffset, appendTime ? now : undefined);
    this.count(batch, now);
    const { incarnation } = this;
    const write = (): void => {
      if (incarnation !== this.incarnation) throw new Error('The log was read again after a failed write');
      this.tables.batches.putSync(batchKey(this.id, baseOffset), batch);
      if (this.bytes - this.marked >= MARK_BYTES) this.mark();
    };
    return { ok: true, baseOffset, appendTime: appendTime ? now : -1, write, end: this.end };
  }

  /** Inside a job memory is exactly what the running transaction will have written, so it can be saved. */
  private mark(): void {
    const value = Buffer.allocUnsafe(8);
    writeU64(value, this.bytes, 0);
    this.tables.marks.putSync(markKey(this.id, this.maxTimestamp, this.end), value);
    this.marked = this.bytes;
    this.saveProducers();
  }

  private saveProducers(): void {
    for (const [id, value] of this.producers.takeChanged()) this.tables.producers.putSync(batchKey(this.id, id), value);
  }

  private save(): void {
    const record = Buffer.allocUnsafe(40);
    [this.start, this.end, this.bytes, this.removed, this.maxTimestamp].forEach((value, index) => {
      writeU64(record, value, index * 8);
    });
    this.tables.logs.putSync(logKey(this.id), record);
    this.saveProducers();
  }

  /** To be called when what {@link append} planned is on disk; wakes the waiters. */
  committed(end: number, bytes: number): void {
    if (end > this.visible) this.visible = end;
    for (const waiter of this.waiters) waiter.grown(bytes);
  }

  failed(): void {
    this.incarnation += 1;
    this.load();
  }

  /**
   * Stored batches from the one that holds `offset`, up to the high watermark.
   *
   * @param maxBytes stop before exceeding it
   * @param oneAtLeast give the first batch even when it is larger
   */
  read(offset: number, maxBytes: number, oneAtLeast: boolean): { pieces: Buffer[]; bytes: number } {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let next = offset;
    while (next < this.visible) {
      const batch = this.batchAt(next);
      if (batch === undefined) break;
      if (bytes + batch.length > maxBytes && !(oneAtLeast && pieces.length === 0)) break;
      pieces.push(batch);
      bytes += batch.length;
      next = batchEndOffset(batch);
    }
    return { pieces, bytes };
  }

  /** The batch that holds `offset`, or the first after it. */
  private batchAt(offset: number): Buffer | undefined {
    const { batches } = this.tables;
    const key = batchKey(this.id, offset);
    // Consumers read from one batch's end to the next one's begin: nearly always an exact hit.
    const exact = batches.get(key);
    if (exact !== undefined) return exact;
    for (const { value } of batches.getRange({ ...logRangeDown(this.id, key), limit: 1 })) {
      if (batchEndOffset(value) > offset) return value;
    }
    const { end } = logRange(this.id);
    for (const { value } of batches.getRange({ start: key, ...(end === undefined ? {} : { end }), limit: 1 })) {
      return value;
    }
    return undefined;
  }

  /** The first readable batch with a record at or after `timestamp`; undefined when there is none. */
  firstBatchSince(timestamp: number): Buffer | undefined {
    if (timestamp > this.maxTimestamp) return undefined;
    let offset = this.start;
    const below = markKey(this.id, Math.max(0, timestamp), 0);
    for (const { key, value } of this.tables.marks.getRange({ ...logRangeDown(this.id, below), limit: 1 })) {
      offset = Math.max(offset, readMark(key, value).endOffset);
    }
    while (offset < this.visible) {
      const batch = this.batchAt(offset);
      if (batch === undefined) return undefined;
      if (batchMaxTimestamp(batch) >= timestamp) return batch;
      offset = batchEndOffset(batch);
    }
    return undefined;
  }

  /** Moves the begin of the log to `offset` (durable when it resolves); the space is freed in the background. */
  async trimTo(offset: number): Promise<void> {
    if (offset <= this.start) return;
    await this.tables.storage.write(() => {
      this.start = Math.max(this.start, Math.min(offset, this.end));
      this.save();
    });
    this.freeInBackground();
  }

  private freeInBackground(): void {
    this.trimming ??= this.free().finally(() => {
      this.trimming = undefined;
    });
  }

  private async free(): Promise<void> {
    try {
      while (await this.tables.storage.write(() => this.freeSome()));
    } catch {
      // Space that could not be freed now is freed by the next trim.
    }
  }

  /** One step of freeing; true when there may be more. */
  private freeSome(): boolean {
    const { batches, marks } = this.tables;
    const gone: Buffer[] = [];
    for (const { key, value } of batches.getRange({ ...logRange(this.id), limit: TRIM_STEP })) {
      if (batchEndOffset(value) > this.start) break;
      gone.push(Buffer.from(key));
      this.removed += value.length;
    }
    for (const key of gone) batches.removeSync(key);
    const passed: Buffer[] = [];
    for (const { key, value } of marks.getRange({ ...logRange(this.id), limit: TRIM_STEP })) {
      if (readMark(key, value).endOffset > this.start) break;
      passed.push(Buffer.from(key));
    }
    for (const key of passed) marks.removeSync(key);
    for (const id of this.producers.expire(Date.now())) this.tables.producers.removeSync(batchKey(this.id, id));
    if (gone.length > 0 || passed.length > 0) this.save();
    return gone.length === TRIM_STEP || passed.length === TRIM_STEP;
  }

  /** Where the log would begin under the retention settings (negative: unlimited). */
  retentionStart(now: number, retentionMs: number, retentionBytes: number): number {
    let start = this.start;
    if (retentionMs >= 0 && this.maxTimestamp > 0) {
      const cutoff = Math.max(0, now - retentionMs);
      if (this.maxTimestamp < cutoff) return this.visible;
      const below = markKey(this.id, cutoff, 0);
      for (const { key, value } of this.tables.marks.getRange({ ...logRangeDown(this.id, below), limit: 1 })) {
        start = Math.max(start, readMark(key, value).endOffset);
      }
    }
    if (retentionBytes >= 0 && this.size > retentionBytes) {
      for (const { key, value } of this.tables.marks.getRange(logRange(this.id))) {
        const mark = readMark(key, value);
        if (this.bytes - mark.bytes < retentionBytes) break;
        start = Math.max(start, mark.endOffset);
      }
    }
    return Math.min(start, this.visible);
  }

  /** Continues freeing that a stop interrupted. */
  resumeFreeing(): void {
    for (const { key, value } of this.tables.batches.getRange({ ...logRange(this.id), limit: 1 })) {
      if (batchKeyOffset(key) < this.start && batchEndOffset(value) <= this.start) this.freeInBackground();
    }
  }

  /** Resolves when no freeing is under way. */
  async settled(): Promise<void> {
    await this.trimming;
  }
}
