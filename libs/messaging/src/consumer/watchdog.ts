/** What the watchdog looks at. Times in ms since 1970. */
export interface Vital {
  /** Joined and not waiting for an engine that is known to be away. */
  readonly expected: boolean;
  /** There is something to do. */
  readonly work: boolean;
  /** Last time a batch came to an end. */
  readonly progressAt: number;
  /** Last answer to a fetch, and whether fetches are held back on purpose because enough is queued. */
  readonly fetchedAt: number;
  readonly full: boolean;
}

/**
 * Tells a busy consumer from a dead one. Liveness is progress or nothing to do: a process that merely answers its
 * health check may have stopped consuming hours ago.
 */
export class Watchdog {
  readonly #stallMs: number;
  #since: number;

  constructor(stallMs: number, now: number) {
    this.#stallMs = stallMs;
    this.#since = now;
  }

  /** Something that explains silence happened (joined, came back): count from now. */
  excuse(now: number): void {
    this.#since = now;
  }

  /** @returns what is wrong, or `undefined` */
  check(vital: Vital, now: number): string | undefined {
    if (!vital.expected) {
      this.#since = now;
      return undefined;
    }
    const seconds = (ms: number) => Math.round(ms / 1000);
    const idle = now - Math.max(this.#since, vital.progressAt);
    if (vital.work && idle > this.#stallMs) return `has events to handle and made no progress for ${seconds(idle)} s`;
    const silent = now - Math.max(this.#since, vital.fetchedAt);
    if (!vital.full && silent > this.#stallMs) return `got no answer to a fetch for ${seconds(silent)} s`;
    // Time without work does not count against the first event after it.
    if (!vital.work) this.#since = Math.max(this.#since, Math.min(now, vital.fetchedAt));
    return undefined;
  }
}
