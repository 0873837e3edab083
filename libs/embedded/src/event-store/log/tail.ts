/** The newest records in memory, so that live subscribers need not go to disk. Positions have no gaps. */
export class Tail {
  private records: Buffer[] = [];
  private bytes = 0;
  /** Position of the first record held; records follow one by one. */
  private first: number;

  constructor(
    next: number,
    private readonly maxRecords = 8192,
    private readonly maxBytes = 16 * 1024 * 1024,
  ) {
    this.first = next;
  }

  push(records: readonly Buffer[]): void {
    for (const record of records) {
      this.records.push(record);
      this.bytes += record.length;
    }
    if (this.records.length > this.maxRecords || this.bytes > this.maxBytes) this.trim();
  }

  /** The records from `position` on, at most `count` of about `bytes`; undefined when it begins before what is held. */
  from(position: number, count: number, bytes: number): Buffer[] | undefined {
    if (position < this.first) return undefined;
    const start = position - this.first;
    let end = start;
    let left = bytes;
    for (let limit = Math.min(start + count, this.records.length); end < limit && left > 0; end += 1) {
      left -= this.records[end]!.length;
    }
    return this.records.slice(start, end);
  }

  get(position: number): Buffer | undefined {
    return this.records[position - this.first];
  }

  /** Drops the older half: seldom, so that dropping costs little per record. */
  private trim(): void {
    let drop = 0;
    while (
      drop < this.records.length &&
      (this.records.length - drop > this.maxRecords / 2 || this.bytes > this.maxBytes / 2)
    ) {
      this.bytes -= this.records[drop]!.length;
      drop += 1;
    }
    this.records = this.records.slice(drop);
    this.first += drop;
  }
}
