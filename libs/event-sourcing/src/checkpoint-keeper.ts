import { Fenced } from './errors.js';
import type { CheckpointStore, HeldLease, LogPosition } from './types.js';

/** Stores the newest position at most every so often; a timer covers the last one, so that idle means no work. */
export class CheckpointKeeper {
  readonly #failure = new AbortController();
  #pending: LogPosition | null = null;
  #timer: NodeJS.Timeout | null = null;
  #storing: Promise<void> = Promise.resolve();
  #error: unknown = null;

  constructor(
    readonly name: string,
    readonly checkpoint: CheckpointStore,
    readonly lease: HeldLease,
    readonly everyMs: number,
  ) {}

  /** Aborts when a newer epoch has taken over. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  reached(position: LogPosition): void {
    this.#pending = position;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#store();
    }, this.everyMs);
  }

  /** Stores what is pending. @throws Fenced */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#store();
    if (this.#error) throw this.#error;
  }

  #store(): Promise<void> {
    this.#storing = this.#storing.then(async () => {
      const position = this.#pending;
      if (!position || this.#error) return;
      this.#pending = null;
      try {
        await this.checkpoint.store(this.name, position, this.lease.epoch);
      } catch (error) {
        if (error instanceof Fenced) {
          this.#error = error;
          this.#failure.abort(error);
        } else if (!this.#pending) {
          // Another try comes with the next position or at the end; a repeat of the batch is harmless meanwhile.
          this.#pending = position;
        }
      }
    });
    return this.#storing;
  }
}
