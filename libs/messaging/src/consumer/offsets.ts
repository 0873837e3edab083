/**
 * Which offsets of one partition are done. Work on different keys finishes in any order, but Kafka keeps a single
 * number per partition, so only the offset before the first unfinished event may be committed.
 */
export class PartitionProgress {
  /** Offsets in hand, ascending, from `#head` on; `#done` marks those finished out of order. */
  readonly #open: number[] = [];
  #head = 0;
  readonly #done = new Set<number>();
  #position: number;
  #read: number;

  /** @param start first offset that is not done */
  constructor(start: number) {
    this.#position = start;
    this.#read = start;
  }

  /** Everything below is done: the offset to commit. */
  get position(): number {
    return this.#position;
  }

  /** The next offset to be read. */
  get read(): number {
    return this.#read;
  }

  /** Events read and not yet done. */
  get open(): number {
    return this.#open.length - this.#head - this.#done.size;
  }

  /** The event at `offset` was read and is in hand. Offsets come in ascending order. */
  begin(offset: number): void {
    if (offset < this.#read) throw new Error(`offset ${offset} was read already (next is ${this.#read})`);
    this.#open.push(offset);
    this.#read = offset + 1;
  }

  /** Everything below `offset` was read; what lies between the events in hand is skipped, compacted or control records. */
  readThrough(offset: number): void {
    if (offset > this.#read) this.#read = offset;
    this.#advance();
  }

  /** The event at `offset` needs nothing more. */
  finish(offset: number): void {
    this.#done.add(offset);
    this.#advance();
  }

  #advance(): void {
    while (this.#head < this.#open.length) {
      const first = this.#open[this.#head] as number;
      if (!this.#done.delete(first)) {
        this.#position = first;
        return;
      }
      this.#head += 1;
      if (this.#head > 1024 && this.#head * 2 > this.#open.length) {
        this.#open.splice(0, this.#head);
        this.#head = 0;
      }
    }
    this.#position = this.#read;
  }
}
