import { LRUCache } from 'lru-cache';

/** How far back, in events of one stream, ANY and STREAM_EXISTS recognise an event id. */
export const RECOGNISED_EVENTS = 1024;

/** For how many streams ids are held in memory; full ones take about 100 KB. */
const HELD_STREAMS = 256;

/** Ids of the recent events of streams that are appended to without a revision. Filled when first asked for. */
export class RecentIds {
  private readonly streams = new LRUCache<number, Map<string, number>>({ max: HELD_STREAMS });

  find(stream: number, id: Buffer, load: () => Map<string, number>): number | undefined {
    let ids = this.streams.get(stream);
    if (ids === undefined) {
      ids = load();
      this.streams.set(stream, ids);
    }
    return ids.get(id.toString('latin1', 0, 16));
  }

  /** Takes in a new event, where the stream's ids are held at all. */
  add(stream: number, id: Buffer, revision: number): void {
    const ids = this.streams.get(stream);
    if (ids === undefined) return;
    ids.set(id.toString('latin1', 0, 16), revision);
    if (ids.size > RECOGNISED_EVENTS) {
      const oldest = ids.keys().next();
      if (!oldest.done) ids.delete(oldest.value);
    }
  }

  clear(): void {
    this.streams.clear();
  }
}
