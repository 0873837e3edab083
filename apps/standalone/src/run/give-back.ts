import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** After a start, what was parsed and made for it alone is garbage; it is collected when the start is over, ms. */
const AFTER_MS = 2_000;

/**
 * Collects this thread's garbage once. V8 does so when memory is short or work goes on, and an idle platform has neither:
 * without this each thread keeps 20 to 30 MB that its start took.
 */
export function giveBackSoon(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') return;
  // Only in this flavour is what becomes free given back to the system, too.
  setTimeout(() => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }), AFTER_MS).unref();
}
