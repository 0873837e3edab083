import type { BatchContext, BatchHandler, BatchResult, ReceivedEvent, Subscription } from '../types.js';
import type { OnEventsOptions } from './on-events.js';

/** A marked method with the object it is called on. */
export interface EventMethod {
  readonly options: OnEventsOptions;
  /** For messages about a wrong declaration: `Class.method`. */
  readonly name: string;
  readonly handle: BatchHandler;
}

/**
 * One subscription per group. Members of a Kafka group must read the same topics, so methods of one group share a
 * consumer: it reads the topics of all and gives each event to the method that named its type.
 * @throws Error when two methods of a group name the same type
 */
export const subscriptionsOf = (methods: readonly EventMethod[]): Subscription[] => {
  const groups = new Map<string, EventMethod[]>();
  for (const method of methods) {
    const { group } = method.options;
    groups.set(group, [...(groups.get(group) ?? []), method]);
  }
  return [...groups].map(([group, own]) => {
    const byType = new Map<string, EventMethod>();
    for (const method of own) {
      for (const type of method.options.types) {
        const other = byType.get(type);
        if (other) throw new Error(`${other.name} and ${method.name} both handle ${type} in the group ${group}`);
        byType.set(type, method);
      }
    }
    const only = own.length === 1 ? own[0] : undefined;
    return {
      group,
      topics: [...new Set(own.flatMap((method) => method.options.topics))],
      handles: [...byType.keys()],
      concurrency: Math.max(...own.map((method) => method.options.concurrency ?? 1)),
      maxBatch: Math.min(...own.map((method) => method.options.maxBatch ?? 500)),
      handleBatch: only ? only.handle : routed(byType),
    };
  });
};

/**
 * Gives each method its events in as few calls as the order per key allows: a call is made early only when an event
 * follows one of its key that is meant for another method.
 */
const routed =
  (byType: ReadonlyMap<string, EventMethod>): BatchHandler =>
  async (events, context) => {
    const failures: BatchResult['failures'][number][] = [];
    const failed = new Set<string>();
    let waiting = new Map<EventMethod, ReceivedEvent[]>();
    const holder = new Map<string, EventMethod>();
    const flush = async () => {
      const calls = waiting;
      waiting = new Map();
      holder.clear();
      for (const [method, all] of calls) {
        // What is behind a failed event of its key waits with it.
        const batch = all.filter((event) => !failed.has(event.subject));
        if (batch.length === 0) continue;
        const result = await call(method, batch, context);
        for (const failure of result?.failures ?? []) {
          failed.add(failure.event.subject);
          failures.push(failure);
        }
      }
    };
    for (const event of events) {
      const method = byType.get(event.type);
      if (!method) continue;
      const other = holder.get(event.subject);
      if (other && other !== method) await flush();
      holder.set(event.subject, method);
      const list = waiting.get(method) ?? [];
      list.push(event);
      waiting.set(method, list);
    }
    await flush();
    return { failures };
  };

const call = (method: EventMethod, batch: readonly ReceivedEvent[], context: BatchContext) =>
  method.handle(batch, context);
