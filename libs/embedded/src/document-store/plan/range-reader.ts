import type { Entry, Kv } from '../store/kv.js';
import type { Interval } from './bounds.js';

const FIRST_CHUNK = 32;
const LARGEST_CHUNK = 512;
const zero = Buffer.from([0]);

/**
 * Reads the entries of an interval a chunk at a time and goes on from the last key, so that nothing in the storage is held
 * open between two batches of a cursor, however long the client takes.
 */
export class RangeReader {
  private resume: Buffer | undefined;
  private chunk: Entry[] = [];
  private at = 0;
  private last = false;

  constructor(
    private readonly kv: Kv,
    private readonly interval: Interval,
    private readonly reverse: boolean,
    private size = FIRST_CHUNK,
  ) {}

  /** The next entry, left where it is. */
  peek(): Entry | undefined {
    while (this.at >= this.chunk.length) {
      if (this.last) return undefined;
      this.fill();
    }
    return this.chunk[this.at];
  }

  next(): Entry | undefined {
    const entry = this.peek();
    if (entry !== undefined) this.at += 1;
    return entry;
  }

  private fill(): void {
    const { reverse, interval } = this;
    const start = reverse || this.resume === undefined ? interval.from : Buffer.concat([this.resume, zero]);
    const end = reverse && this.resume !== undefined ? this.resume : interval.to;
    this.chunk = this.kv.range(start, end, reverse, this.size);
    this.at = 0;
    this.last = this.chunk.length < this.size;
    this.resume = this.chunk.at(-1)?.key;
    this.size = Math.min(this.size * 4, LARGEST_CHUNK);
  }
}

/** Entries of a plan, one interval after the other. */
export function* inTurn(kv: Kv, intervals: readonly Interval[], reverse: boolean): Generator<Entry, undefined> {
  for (let i = 0; i < intervals.length; i += 1) {
    const reader = new RangeReader(kv, intervals[reverse ? intervals.length - 1 - i : i]!, reverse);
    for (let entry = reader.next(); entry !== undefined; entry = reader.next()) yield entry;
  }
}

/**
 * Entries of several intervals side by side, in the order of what stands behind their heads. A document that stands in
 * more than one comes once: its keys differ in the heads only, so they meet here one after the other.
 * @param heads length of each interval's fixed beginning
 */
export function* merged(
  kv: Kv,
  intervals: readonly Interval[],
  heads: readonly number[],
  reverse: boolean,
): Generator<Entry, undefined> {
  const readers = intervals.map((interval, i) => ({
    reader: new RangeReader(kv, interval, reverse, 16),
    head: heads[i]!,
  }));
  let before: Buffer | undefined;
  for (;;) {
    let best: { reader: RangeReader; tail: Buffer } | undefined;
    for (const { reader, head } of readers) {
      const entry = reader.peek();
      if (entry === undefined) continue;
      const tail = entry.key.subarray(head);
      const sooner = best === undefined || (reverse ? tail.compare(best.tail) > 0 : tail.compare(best.tail) < 0);
      if (sooner) best = { reader, tail };
    }
    const entry = best?.reader.next();
    if (best === undefined || entry === undefined) return undefined;
    if (before?.equals(best.tail) === true) continue;
    before = best.tail;
    yield entry;
  }
}
