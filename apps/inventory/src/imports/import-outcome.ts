import { isRefused } from '@orderloom/contracts';
import type { CommandContext, LogPosition, Relay } from '@orderloom/event-sourcing';
import type { ImportContext, ItemOutcome } from '@orderloom/platform';

/** What is asked of a settled command here, whatever its aggregate; undefined where there was none. */
type Done =
  | { readonly ok: true; readonly value: { readonly position?: LogPosition } }
  | { readonly ok: false; readonly error: unknown }
  | undefined;

/** Longest wait until what a batch appended is published. */
const PUBLISH_MS = 30_000;

/**
 * Waits until readers of the topic can know all that was appended, so that a job that is said to be completed is.
 * @throws when it takes longer than 30 s
 */
export const whenPublished = async (relay: Relay, settled: readonly Done[]): Promise<void> => {
  let last: LogPosition | undefined;
  for (const one of settled) {
    const position = one?.ok ? one.value.position : undefined;
    if (position && (!last || position.commit > last.commit)) last = position;
  }
  if (last) await relay.publishedUpTo(last, PUBLISH_MS);
};

/** The outcome of an item whose commands are done. @throws what is no refusal: an outage rejects no row */
export const outcomeOf = (settled: readonly Done[]): ItemOutcome => {
  for (const one of settled) {
    if (!one || one.ok) continue;
    if (!isRefused(one.error)) throw one.error;
    return { accepted: false, code: one.error.code, details: one.error.details };
  }
  return { accepted: true };
};

/** Context of the command of a row. The row is part of derived event ids: a file may name one thing twice. */
export const importContext = (
  { actor, correlationId, importId, startedAt }: ImportContext,
  row: number,
): CommandContext => ({
  actor,
  correlationId,
  causationId: importId,
  handler: `inventory.import.${row}`,
  now: startedAt,
});
