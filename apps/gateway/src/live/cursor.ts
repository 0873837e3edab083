/**
 * How far a reader of the live feed has come: per topic and partition the offset of the next message to read.
 * The text form is the `id:` of a server-sent event, so that `Last-Event-ID` says exactly where to go on, on any
 * gateway, after any restart.
 */
export class Cursor {
  private readonly next = new Map<string, Map<number, bigint>>();

  /** Notes that the message at this place has been read. */
  advance(topic: string, partition: number, offset: bigint): void {
    const partitions = this.next.get(topic) ?? new Map<number, bigint>();
    this.next.set(topic, partitions);
    if ((partitions.get(partition) ?? 0n) <= offset) partitions.set(partition, offset + 1n);
  }

  /** Sets where to read next. */
  startAt(topic: string, partition: number, next: bigint): void {
    const partitions = this.next.get(topic) ?? new Map<number, bigint>();
    this.next.set(topic, partitions.set(partition, next));
  }

  /** The offset of the next message to read there; undefined where nothing was read yet. */
  nextOf(topic: string, partition: number): bigint | undefined {
    return this.next.get(topic)?.get(partition);
  }

  /** Whether the message at this place was read already. */
  covers(topic: string, partition: number, offset: bigint): boolean {
    return (this.nextOf(topic, partition) ?? 0n) > offset;
  }

  /** Every place, for seeking. */
  places(): { topic: string; partition: number; offset: bigint }[] {
    return [...this.next].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, offset]) => ({ topic, partition, offset })),
    );
  }

  copy(): Cursor {
    const copy = new Cursor();
    for (const [topic, partitions] of this.next) copy.next.set(topic, new Map(partitions));
    return copy;
  }

  /** `topic:partition=next,…;topic:…` in base64url: no line breaks, safe in a header. */
  toString(): string {
    const text = [...this.next]
      .map(([topic, partitions]) => `${topic}:${[...partitions].map(([p, next]) => `${p}=${next}`).join(',')}`)
      .join(';');
    return Buffer.from(text).toString('base64url');
  }

  /** @returns undefined when the text is not a cursor */
  static parse(text: string): Cursor | undefined {
    const cursor = new Cursor();
    const plain = Buffer.from(text, 'base64url').toString();
    if (plain === '') return undefined;
    for (const part of plain.split(';')) {
      const match = /^([\w.-]+):((?:\d{1,6}=\d{1,19},?)+)$/.exec(part);
      if (!match?.[1] || !match[2]) return undefined;
      const partitions = new Map<number, bigint>();
      for (const pair of match[2].split(',')) {
        const [partition, next] = pair.split('=');
        if (partition === undefined || next === undefined) return undefined;
        partitions.set(Number(partition), BigInt(next));
      }
      cursor.next.set(match[1], partitions);
    }
    return cursor;
  }
}
