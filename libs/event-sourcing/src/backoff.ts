/** Back-off with full jitter: a random wait between half of and the whole of an exponentially growing bound. */
export interface Backoff {
  /** Next wait in ms. */
  next(): number;
  /** Said after success: start small again. */
  reset(): void;
}

/** @param firstMs bound of the first wait; @param mostMs largest bound */
export function jitteredBackoff(firstMs = 50, mostMs = 5_000, random: () => number = Math.random): Backoff {
  let bound = firstMs;
  return {
    next() {
      const wait = bound / 2 + random() * (bound / 2);
      bound = Math.min(bound * 2, mostMs);
      return wait;
    },
    reset() {
      bound = firstMs;
    },
  };
}

/** Resolves after `ms`, or at once when aborted: the caller looks at the signal. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
