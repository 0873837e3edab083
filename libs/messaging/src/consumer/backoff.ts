/**
 * Exponential back-off with full jitter over its upper half: late enough to help, spread enough not to come in waves.
 * @param attempt 1 for the first wait
 * @param random between 0 and 1
 * @returns milliseconds
 */
export const backoffMs = (attempt: number, baseMs: number, maxMs: number, random = Math.random()): number => {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random);
};

/** Waits, or ends early (without rejecting) when the signal is aborted. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted || ms <= 0) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });

/**
 * What the promise gives, or `undefined` as soon as the signal is aborted. Unlike `Promise.race` against one
 * long-lived promise it leaves nothing behind, so a loop may call it for months.
 */
export const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return resolve(undefined);
    const abort = () => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });

/** Waits for the promise, but no longer than `ms`; answers whether it was fulfilled in time. */
export const within = async (ms: number, promise: Promise<unknown>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * As `setInterval`, but at multiples of `ms` on the clock: what the parts of a process do at the same pace wakes it once.
 * The first time comes after half to one and a half times `ms`.
 * @returns ends it
 */
export const atMultiples = (ms: number, tick: () => void): (() => void) => {
  const untilNext = () => {
    const rest = ms - (Date.now() % ms);
    return rest < ms / 2 ? rest + ms : rest;
  };
  const again = () => {
    timer = setTimeout(again, untilNext());
    tick();
  };
  let timer = setTimeout(again, untilNext());
  return () => clearTimeout(timer);
};
