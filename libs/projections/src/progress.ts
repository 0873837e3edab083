import { comparePositions, type LogPosition } from '@orderloom/event-sourcing';
import { LRUCache } from 'lru-cache';
import type { ProjectedEvent } from './definition.js';

interface Waiter {
  reached(): boolean;
  done(): void;
}

/** What a projection of this process has applied, for those who wait to read their own writes. */
export class Progress {
  readonly #streams = new LRUCache<string, number>({ max: 20_000 });
  readonly #waiters = new Set<Waiter>();
  #position: LogPosition | null = null;

  /** Everything up to here is applied; null before the first batch. */
  get position(): LogPosition | null {
    return this.#position;
  }

  /** Starts again from a stored position. */
  resumeFrom(position: LogPosition | null): void {
    this.#position = position;
    this.#wake();
  }

  applied(events: readonly ProjectedEvent[], position: LogPosition | null): void {
    for (const { streamId, sequence } of events) this.#streams.set(streamId, sequence);
    if (position) this.#position = position;
    this.#wake();
  }

  hasStream(streamId: string, sequence: number): boolean {
    return (this.#streams.get(streamId) ?? -1) >= sequence;
  }

  hasPosition(position: LogPosition): boolean {
    return this.#position !== null && comparePositions(this.#position, position) >= 0;
  }

  /** Resolves true once `reached` holds, false after `ms`. */
  until(reached: () => boolean, ms: number): Promise<boolean> {
    if (reached()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (outcome: boolean) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(outcome);
      };
      const waiter: Waiter = { reached, done: () => finish(true) };
      const timer = setTimeout(() => finish(reached()), Math.max(0, ms));
      this.#waiters.add(waiter);
    });
  }

  #wake(): void {
    for (const waiter of this.#waiters) if (waiter.reached()) waiter.done();
  }
}
