import {
  Arena,
  createdOf,
  encodeRecord,
  idOf,
  revisionOf,
  streamNameOf,
  streamNumberOf,
  TOMBSTONE_REVISION,
} from './record.js';
import { readCounter, readU48, type Tables, u48, writeCounter } from './tables.js';

const COUNTER = 'categorised';
const PREFIX = '$ce-';
const BATCH = 2048;
const NOTHING = Buffer.alloc(0);
const LINK_TYPE = Buffer.from('$>');
const BINARY_TYPE = Buffer.from('application/octet-stream');

export const isCategoryStream = (name: string): boolean => name.startsWith(PREFIX) && name.length > PREFIX.length;

/** What of the log is needed here. */
interface ReadableLog {
  readonly tables: Tables;
  readonly lastPosition: number;
  readForwards(position: number, count: number): { readonly records: readonly Buffer[] };
  record(position: number): Buffer | undefined;
}

/**
 * `$ce-` streams: a link to every event of a category (what stands before the first `-` of a stream name).
 *
 * The links are not written. An index of positions per category is brought up to date when somebody reads
 * such a stream, so that appending costs nothing for those who never do.
 */
export class Categories {
  private readonly tables: Tables;
  private readonly arena = new Arena();
  private done: number;
  private indexing: Promise<void> | undefined;

  constructor(private readonly log: ReadableLog) {
    this.tables = log.tables;
    this.done = readCounter(this.tables, COUNTER);
  }

  /** Takes in everything that is committed now. */
  async catchUp(): Promise<void> {
    while (this.done < this.log.lastPosition) {
      this.indexing ??= this.indexBatch().finally(() => {
        this.indexing = undefined;
      });
      await this.indexing;
    }
  }

  /** The number of the category's last link, -1 when there is none. */
  last(stream: string): number {
    const category = Buffer.from(stream.slice(PREFIX.length));
    for (const key of this.tables.categories.getKeys({
      start: keyOf(category, 2 ** 48 - 1),
      end: keyOf(category, 0),
      inclusiveEnd: true,
      reverse: true,
      limit: 1,
      snapshot: false,
    })) {
      return key.readUIntBE(category.length + 1, 6);
    }
    return -1;
  }

  /** The link at `number`, as a record. */
  link(stream: string, number: number): Buffer | undefined {
    const at = this.tables.categories.get(keyOf(Buffer.from(stream.slice(PREFIX.length)), number));
    const original = at === undefined ? undefined : this.log.record(readU48(at));
    if (at === undefined || original === undefined) return undefined;
    const id = Buffer.from(idOf(original));
    // Steady and unlike any other: a link has the event's id with its first half turned over.
    for (let i = 0; i < 8; i += 1) id[i] = id[i]! ^ 0xff;
    const data = Buffer.concat([Buffer.from(`${revisionOf(original)}@`), streamNameOf(original)]);
    return encodeRecord(
      { id, type: LINK_TYPE, contentType: BINARY_TYPE, customMetadata: NOTHING, data },
      {
        streamName: Buffer.from(stream),
        streamNumber: streamNumberOf(original),
        revision: number,
        position: readU48(at),
        created: createdOf(original),
      },
      this.arena,
    );
  }

  private async indexBatch(): Promise<void> {
    const { records } = this.log.readForwards(this.done + 1, BATCH);
    if (records.length === 0) return;
    const until = this.done + records.length;
    await this.tables.storage.write(() => {
      const next = new Map<string, number>();
      for (const [offset, record] of records.entries()) {
        const category = categoryOf(record);
        if (category === undefined) continue;
        const text = category.toString('utf8');
        const number = next.get(text) ?? this.last(PREFIX + text) + 1;
        next.set(text, number + 1);
        void this.tables.categories.put(keyOf(category, number), u48(this.done + 1 + offset));
      }
      writeCounter(this.tables, COUNTER, until);
    });
    this.done = until;
  }
}

function categoryOf(record: Buffer): Buffer | undefined {
  if (revisionOf(record) === TOMBSTONE_REVISION) return undefined;
  const name = streamNameOf(record);
  if (name[0] === 0x24) return undefined;
  const dash = name.indexOf(0x2d);
  return dash > 0 && dash <= 1024 ? name.subarray(0, dash) : undefined;
}

/** Categories hold no `-`, so that one byte behind them keeps one from being the prefix of another. */
function keyOf(category: Buffer, number: number): Buffer {
  return Buffer.concat([category, Buffer.from('-'), u48(number)]);
}
