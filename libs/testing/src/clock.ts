interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock {
  #now: number;
  #waiting: Waiting[] = [];

  /** @param start ISO 8601 UTC */
  constructor(start = '2026-01-01T00:00:00.000Z') {
    this.#now = Date.parse(start);
    if (Number.isNaN(this.#now)) throw new Error(`not a time: ${start}`);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#now;
  }

  /** ISO 8601 UTC. */
  iso(): string {
    return new Date(this.#now).toISOString();
  }

  date(): Date {
    return new Date(this.#now);
  }

  /** Fulfilled when the clock was moved by `ms`; rejected when the signal is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const entry: Waiting = { at: this.#now + ms, run: resolve };
      this.#waiting.push(entry);
      signal?.addEventListener(
        'abort',
        () => {
          this.#waiting = this.#waiting.filter((waiting) => waiting !== entry);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  /** How many sleepers wait for the clock to move. */
  get sleeping(): number {
    return this.#waiting.length;
  }

  /** Moves on by `ms` and wakes whoever waited for a time up to then, in order, letting each run before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#waiting.filter((w) => w.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#waiting = this.#waiting.filter((w) => w !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#now = until;
  }

  /** Moves to a time, ISO 8601 UTC, which must not lie in the past. */
  async advanceTo(iso: string): Promise<void> {
    const ms = Date.parse(iso) - this.#now;
    if (!(ms >= 0)) throw new Error(`the clock stands at ${this.iso()} and cannot go to ${iso}`);
    await this.advance(ms);
  }
}
