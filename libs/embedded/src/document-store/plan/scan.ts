import { sameBytes } from '../bson/raw.js';
import type { Collection } from '../store/collection.js';
import type { Entry, Kv } from '../store/kv.js';
import type { Plan } from './planner.js';
import { inTurn, merged } from './range-reader.js';

export interface Found {
  /** The key bytes of the document's `_id`. */
  readonly id: Buffer;
  readonly bytes: Buffer;
}

/** So many documents are remembered to tell those that were met before; of more, each is asked for its keys. */
const REMEMBERED = 65_536;

/** Walks over a plan's documents. */
export class Scan {
  /** Documents and index entries looked at so far. */
  examined = 0;
  keys = 0;
  private at = 0;
  private readonly met = new Set<string>();
  private readonly entries: Iterator<Entry, undefined>;

  constructor(
    private readonly kv: Kv,
    private readonly collection: Collection,
    private readonly plan: Plan,
  ) {
    this.entries = entriesOf(kv, plan);
  }

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
    for (let { value: entry } = this.entries.next(); entry !== undefined; { value: entry } = this.entries.next()) {
      if (index === undefined) {
        this.examined += 1;
        return { id: entry.key.subarray(this.collection.prefix.length), bytes: entry.value };
      }
      this.keys += 1;
      const id = index.idOf(entry.key, entry.value);
      const bytes = this.collection.get(this.kv, id);
      if (bytes === undefined) continue;
      this.examined += 1;
      if (this.plan.once !== true && index.spec.arrays !== 0 && !this.isFirstMeeting(entry, id, bytes)) continue;
      return { id, bytes };
    }
    return undefined;
  }

  /** A document stands once per array element in the index; it is told at the first of its keys in the plan. */
  private isFirstMeeting(entry: Entry, id: Buffer, bytes: Buffer): boolean {
    const name = id.toString('latin1');
    if (this.met.has(name)) return false;
    if (this.met.size < REMEMBERED) {
      this.met.add(name);
      return true;
    }
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

const entriesOf = (kv: Kv, { intervals, reverse, merge }: Plan): Iterator<Entry, undefined> =>
  merge === undefined ? inTurn(kv, intervals, reverse) : merged(kv, intervals, merge, reverse);

/** The number of index entries or documents in an exact plan, without reading the documents. */
export function countPlan(kv: Kv, collection: Collection, plan: Plan): number {
  if (plan.ids !== undefined) return plan.ids.filter((id) => collection.get(kv, id) !== undefined).length;
  return plan.intervals.reduce((sum, { from, to }) => sum + kv.count(from, to), 0);
}
