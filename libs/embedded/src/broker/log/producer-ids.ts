import type { Tables } from './tables.js';

const NEXT = Buffer.from('next-producer');
/** Taken from disk at once, so that most new producers need no write. */
const BLOCK = 1000;

/** Gives out producer ids, none twice, also across restarts. */
export class ProducerIds {
  private next = 0;
  private limit = 0;
  private refill: Promise<void> | undefined;

  constructor(private readonly tables: Tables) {}

  async take(): Promise<number> {
    while (this.next >= this.limit) {
      this.refill ??= this.reserve().finally(() => {
        this.refill = undefined;
      });
      await this.refill;
    }
    const id = this.next;
    this.next += 1;
    return id;
  }

  private async reserve(): Promise<void> {
    const first = await this.tables.storage.write(() => {
      const from = Number(this.tables.meta.get(NEXT)?.toString() ?? 0);
      this.tables.meta.putSync(NEXT, Buffer.from(String(from + BLOCK)));
      return from;
    });
    this.next = first;
    this.limit = first + BLOCK;
  }
}
