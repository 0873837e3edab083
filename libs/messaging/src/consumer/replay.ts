import type { DeadLetterKeeper } from '../dead/keeper.js';
import { type ParkedKey, parkedId } from '../dead/parked.js';
import { classify, describeError } from '../errors.js';
import { backoffMs, pause } from './backoff.js';
import { type Entry, readEntry } from './entry.js';
import { type HandleMany, isolate } from './isolate.js';

export interface ReplayOptions {
  readonly group: string;
  readonly keeper: DeadLetterKeeper;
  readonly handles: ReadonlySet<string>;
  readonly handle: (attempt: number) => HandleMany<Entry>;
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly signal: AbortSignal;
}

/** Messages handled per round; what was handled is recorded after each. */
const ROUND = 200;

/**
 * Handles a parked key's messages again, in order, while its lane is held. Ends when nothing is left (the key is free
 * again), when a message fails for good (it stays parked, with the new error), or when an engine is away (tried again
 * later).
 * @returns how many messages were handled
 */
export const replayKey = async (topic: string, id: string, options: ReplayOptions): Promise<number> => {
  const { keeper, handles, handle, group } = options;
  let replayed = 0;
  let attempt = 1;
  for (;;) {
    const key = keeper.get(topic, id);
    if (!key?.due || options.signal.aborted) return replayed;
    const exhumed = await keeper.exhume(topic, key, ROUND);
    if (exhumed.length === 0) return replayed;
    const entries: Entry[] = [];
    for (const { entry, message } of exhumed) {
      const place = { topic, partition: key.partition, offset: entry.offset };
      const read = readEntry(message, place, handles);
      // A type that is no longer handled needs nothing and counts as resolved.
      if (read) entries.push(read);
    }
    const outcome = await isolate([{ id, items: entries }], handle(attempt));
    replayed += outcome.done.length;
    const failure = outcome.failures.get(id);
    const stopped = failure?.item ?? entries.find((entry) => !outcome.done.includes(entry));
    const through = stopped ? lastBefore(exhumed, stopped.offset) : lastOf(exhumed);
    if (through >= 0) await keeper.resolved(topic, key, through);
    if (outcome.halted !== undefined) throw outcome.halted;
    if (!failure) {
      attempt = 1;
      continue;
    }
    const { kind, code } = classify(failure.error);
    if (outcome.done.length > 0) attempt = 1;
    if (kind === 'transient' && attempt < options.maxAttempts) {
      await pause(backoffMs(attempt, options.backoffMs, options.maxBackoffMs), options.signal);
      attempt += 1;
      continue;
    }
    const { item } = failure;
    const before = entryOf(key, item.offset)?.attempts ?? 0;
    await keeper.bury([
      {
        kind: 'dead',
        topic,
        group,
        partition: key.partition,
        offset: item.offset,
        message: item.message,
        code,
        text: describeError(failure.error),
        attempts: before + attempt,
      },
    ]);
    return replayed;
  }
};

const entryOf = (key: ParkedKey, offset: number) => key.entries.find((entry) => entry.offset === offset);
const lastOf = (exhumed: readonly { entry: { offset: number } }[]): number => exhumed.at(-1)?.entry.offset ?? -1;
const lastBefore = (exhumed: readonly { entry: { offset: number } }[], offset: number): number =>
  exhumed.reduce((last, { entry }) => (entry.offset < offset ? entry.offset : last), -1);

/** The id under which a parked key is found. */
export const idOfKey = (key: ParkedKey): string => parkedId(key.partition, key.key, key.entries[0]?.offset);
