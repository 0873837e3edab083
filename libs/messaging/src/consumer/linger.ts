/** A fetch that brings this many messages comes from a busy topic. */
const MANY = 16;
/** How much longer than at rest the pause between two fetches may get. */
const LONGEST = 4;

/**
 * The pause before the next fetch. Every fetch, and every batch handled for it, costs the same whether it holds one
 * message or a hundred; while many come, somewhat later is much cheaper. A single message after a rest waits for nobody.
 * @param pause the pause before the last fetch, which brought `messages`; both pauses in ms
 * @param restMs the pause while few messages come
 */
export const lingerAfter = (pause: number, messages: number, restMs: number): number =>
  messages >= MANY ? Math.min(pause * 2, restMs * LONGEST) : Math.max(pause / 2, restMs);
