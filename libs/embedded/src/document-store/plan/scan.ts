import { sameBytes } from '../bson/raw.js';
import type { Collection } from '../store/collection.js';
import type { Entry, Kv } from '../store/kv.js';
import type { Interval } from './bounds.js';
import type { Plan } from './planner.js';

export interface Found {
  /** The key bytes of the document's `_id`. */
  readonly id: Buffer;
  readonly bytes: Buffer;
}

const FIRST_CHUNK = 32;
const LARGEST_CHUNK = 512;

/**
 * Walks over a plan's documents a chunk at a time and goes on from the last key, so that nothing in the
 * storage is held open between two batches of a cursor, however long the client takes.
 */
export class Scan {
  /** Documents and index entries looked at so far. */
  examined = 0;
  keys = 0;
  private interval = 0;
  private resume: Buffer | undefined;
  private chunk: Entry[] = [];
  private at = 0;
  private size = FIRST_CHUNK;
  private lastOfInterval = false;

  constructor(
    private readonly kv: Kv,
    private readonly collection: Collection,
    private readonly plan: Plan,
  ) {}

  next(): Found | undefined {
    if (this.collection.dropped) return undefined;
    return this.plan.ids === undefined ? this.nextOfRange() : this.nextById(this.plan.ids);
  }

  private nextById(ids: Buffer[]): Found | undefined {
    while (this.at < ids.length) {
      const id = ids[this.plan.reverse ? ids.length - 1 - this.at : this.at]!;
      this.at += 1;
      this.keys += 1;
      const bytes = this.collection.get(this.kv, id);
      if (bytes === undefined) continue;
      this.examined += 1;
      return { id, bytes };
    }
    return undefined;
  }

  private nextOfRange(): Found | undefined {
    const { index } = this.plan;
    for (let entry = this.nextEntry(); entry !== undefined; entry = this.nextEntry()) {
      if (index === undefined) {
        this.examined += 1;
        return { id: entry.key.subarray(this.collection.prefix.length), bytes: entry.value };
      }
      this.keys += 1;
      const id = index.idOf(entry.key, entry.value);
      const bytes = this.collection.get(this.kv, id);
      if (bytes === undefined) continue;
      this.examined += 1;
      if (index.spec.arrays !== 0 && !this.isFirstMeeting(entry, id, bytes)) continue;
      return { id, bytes };
    }
    return undefined;
  }

  private nextEntry(): Entry | undefined {
    while (this.at >= this.chunk.length) {
      if (this.lastOfInterval) {
        this.interval += 1;
        this.resume = undefined;
        this.lastOfInterval = false;
      }
      const interval = this.intervalAt(this.interval);
      if (interval === undefined) return undefined;
      this.fill(interval);
    }
    const entry = this.chunk[this.at]!;
    this.at += 1;
    return entry;
  }

  private intervalAt(position: number): Interval | undefined {
    const { intervals, reverse } = this.plan;
    return intervals[reverse ? intervals.length - 1 - position : position];
  }

  private fill({ from, to }: Interval): void {
    const { reverse } = this.plan;
    const start = reverse || this.resume === undefined ? from : Buffer.concat([this.resume, zero]);
    const end = reverse && this.resume !== undefined ? this.resume : to;
    this.chunk = this.kv.range(start, end, reverse, this.size);
    this.at = 0;
    this.lastOfInterval = this.chunk.length < this.size;
    this.resume = this.chunk.at(-1)?.key;
    this.size = Math.min(this.size * 4, LARGEST_CHUNK);
  }

  /** A document stands once per array element in the index; it is told at the first of its keys in the plan. */
  private isFirstMeeting(entry: Entry, id: Buffer, bytes: Buffer): boolean {
    const { index, reverse } = this.plan;
    const doc = this.collection.indexedPart(bytes);
    const keys = index!
      .keysOf(doc)
      .keys.map((key) => index!.entryKey(key, id))
      .sort(Buffer.compare);
    if (reverse) keys.reverse();
    const first = keys.find((key) =>
      this.plan.intervals.some(({ from, to }) => key.compare(from) >= 0 && key.compare(to) < 0),
    );
    return first === undefined || sameBytes(first, entry.key);
  }
}

const zero = Buffer.from([0]);

/** The number of index entries or documents in an exact plan, without reading the documents. */
export function countPlan(kv: Kv, collection: Collection, plan: Plan): number {
  if (plan.ids !== undefined) return plan.ids.filter((id) => collection.get(kv, id) !== undefined).length;
  return plan.intervals.reduce((sum, { from, to }) => sum + kv.count(from, to), 0);
}
