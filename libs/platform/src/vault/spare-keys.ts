import { newId } from '../ids.js';

/** A key made ahead of its use. */
export interface SpareKey {
  readonly keyId: string;
  readonly key: Buffer;
}

const FIRST_BATCH = 50;
const LARGEST_BATCH = 1_000;

/**
 * Keys made ahead, many with one write, so that sealing for somebody who has no key yet costs no round trip. Those that
 * are left when the process ends were never used and open nothing.
 */
export class SpareKeys {
  readonly #spare: SpareKey[] = [];
  #batch = FIRST_BATCH;
  #making: Promise<void> | null = null;

  /** @param make stores new keys under these ids; fulfilled when they are durable */
  constructor(readonly make: (ids: readonly string[]) => Promise<readonly SpareKey[]>) {}

  /** A key that nobody else gets. */
  async take(): Promise<SpareKey> {
    for (;;) {
      const spare = this.#spare.pop();
      if (spare) {
        if (this.#spare.length < this.#batch / 2) void this.#refill().catch(() => undefined);
        return spare;
      }
      // Whoever has to wait shows that more are needed at a time.
      if (!this.#making) this.#batch = Math.min(LARGEST_BATCH, this.#batch * 2);
      await this.#refill();
    }
  }

  #refill(): Promise<void> {
    this.#making ??= this.make(Array.from({ length: this.#batch }, () => `guest:${newId()}`))
      .then((made) => void this.#spare.push(...made))
      .finally(() => {
        this.#making = null;
      });
    return this.#making;
  }
}
