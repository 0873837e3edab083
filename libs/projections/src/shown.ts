import { pause } from '@orderloom/event-sourcing';
import type { Collection } from 'mongodb';

/** Between two looks, ms: what another process writes is seen this much later at most. */
const LOOK_EVERY_MS = 15;

interface Waiter {
  readonly key: string;
  readonly sequence: number;
  readonly until: number;
  settle(shown: boolean): void;
}

/**
 * Waits for documents that another process writes. All who wait are looked up together, so that the cost does not grow
 * with their number; with nobody waiting there is none.
 */
export class ShownRevisions<D extends { _id: string }> {
  readonly #waiters = new Set<Waiter>();
  #looking = false;

  constructor(readonly collection: () => Collection<D>) {}

  /** True once the document holds the stream's revision, false after `ms`. Rejects never: an outage is looked past. */
  until(key: string, sequence: number, ms: number): Promise<boolean> {
    return new Promise((settle) => {
      this.#waiters.add({ key, sequence, until: performance.now() + ms, settle });
      if (!this.#looking) void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#waiters.size > 0) {
      const shown = await this.#shown([...this.#waiters].map(({ key }) => key)).catch(() => new Map<string, number>());
      const now = performance.now();
      for (const waiter of this.#waiters) {
        const reached = (shown.get(waiter.key) ?? -1) >= waiter.sequence;
        if (!reached && waiter.until > now) continue;
        this.#waiters.delete(waiter);
        waiter.settle(reached);
      }
      if (this.#waiters.size > 0) await pause(LOOK_EVERY_MS);
    }
    this.#looking = false;
  }

  async #shown(keys: readonly string[]): Promise<Map<string, number>> {
    const filter = { _id: { $in: [...new Set(keys)] } } as unknown as Parameters<Collection<D>['find']>[0];
    const found = await this.collection()
      .find(filter ?? {}, { projection: { _sequence: 1 } })
      .toArray();
    return new Map(found.map((doc) => [String(doc._id), Number(Reflect.get(doc, '_sequence') ?? -1)]));
  }
}
