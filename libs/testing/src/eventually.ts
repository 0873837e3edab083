export interface EventuallyOptions {
  /** Default 10,000. */
  readonly deadlineMs?: number;
  /** Pause between looks; default 25. */
  readonly everyMs?: number;
  /** What was waited for, in words, for the error. */
  readonly message?: string | (() => string);
}

/**
 * Waits until `check` neither throws nor answers `false` or `null`; a check without an answer passes
 * when it does not throw. Rejects at the deadline with the message and the last failure.
 * @returns what the check answered
 */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions | string = {},
): Promise<T> => {
  const { deadlineMs = 10_000, everyMs = 25, message } = typeof options === 'string' ? { message: options } : options;
  const deadline = Date.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await check();
      if (answer !== false && answer !== null) return answer;
      last = `the check answered ${String(answer)}`;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      const what = (typeof message === 'function' ? message() : message) ?? 'a condition';
      const why = last instanceof Error ? last.message : String(last);
      throw new Error(`not within ${deadlineMs} ms: ${what} (last: ${why})`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
