import { Fenced } from './errors.js';
import type { CheckpointStore, HeldLease, LogPosition } from './types.js';

/** Stores the newest position at most every so often; a timer covers the last one, so that idle means no work. */
export class CheckpointKeeper {
  readonly #failure = new AbortController();
  #pending: LogPosition | null = null;
  #stored: LogPosition | null = null;
  #over = false;
  #timer: NodeJS.Timeout | null = null;
  #storing: Promise<void> = Promise.resolve();
  #error: unknown = null;

  constructor(
    readonly name: string,
    readonly checkpoint: CheckpointStore,
    readonly lease: HeldLease,
    readonly everyMs: number,
  ) {
    // Whoever holds the lease now keeps the checkpoint; trying on would last as long as the process.
    lease.lost.addEventListener('abort', () => this.#end(), { once: true });
    if (lease.lost.aborted) this.#end();
  }

  /** Aborts when a newer epoch has taken over. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  reached(position: LogPosition): void {
    const { commit, prepare } = this.#stored ?? {};
    if (position.commit === commit && position.prepare === prepare) return;
    this.#pending = position;
    this.#schedule(this.everyMs);
  }

  /** Stores what is pending and ends. @throws Fenced */
  async flush(): Promise<void> {
    this.#end();
    await this.#store();
    if (this.#error) throw this.#error;
  }

  #end(): void {
    this.#over = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(ms: number): void {
    if (this.#over) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#store();
    }, ms);
  }

  #store(): Promise<void> {
    this.#storing = this.#storing.then(async () => {
      const position = this.#pending;
      if (!position || this.#error) return;
      this.#pending = null;
      try {
        await this.checkpoint.store(this.name, position, this.lease.epoch);
        this.#stored = position;
      } catch (error) {
        if (error instanceof Fenced) {
          this.#error = error;
          this.#failure.abort(error);
        } else {
          // The store of checkpoints is away; a repeat of the batch is harmless meanwhile.
          this.#pending ??= position;
          this.#schedule(Math.max(1_000, this.everyMs));
        }
      }
    });
    return this.#storing;
  }
}
