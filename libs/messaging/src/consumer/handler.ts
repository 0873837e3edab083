import type { BatchContext, BatchHandler, ReceivedEvent } from '../types.js';
import type { Entry } from './entry.js';
import type { Failure, HandleMany } from './isolate.js';

/**
 * A batch handler as the isolation wants it: a message that cannot be read fails without being handed on, and holds
 * back what is behind it in its lane.
 */
export const handlerOf =
  (handle: BatchHandler, context: BatchContext, called: () => void): HandleMany<Entry> =>
  async (entries) => {
    const failures: Failure<Entry>[] = [];
    const blocked = new Set<string>();
    const events: ReceivedEvent[] = [];
    const origin = new Map<ReceivedEvent, Entry>();
    for (const entry of entries) {
      if (blocked.has(entry.lane)) continue;
      if (!entry.event) {
        blocked.add(entry.lane);
        failures.push({ item: entry, error: entry.malformed });
        continue;
      }
      events.push(entry.event);
      origin.set(entry.event, entry);
    }
    if (events.length === 0) return failures;
    called();
    const result = await handle(events, context);
    for (const { event, error } of result?.failures ?? []) {
      const item = origin.get(event);
      if (!item) throw new Error('the handler named an event that was not in its batch');
      failures.push({ item, error });
    }
    return failures;
  };
