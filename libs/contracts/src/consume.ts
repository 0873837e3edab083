import type { DataOf, EventDefinition, EventEnvelope, EventOf } from './envelope.js';
import { eventTypeOf, fromKafkaMessage, type IncomingKafkaMessage } from './kafka.js';

/** A handler for one event type; made by `on`. */
export interface TypedHandler {
  readonly type: string;
  handle(event: EventEnvelope): Promise<void> | void;
}

/** `on(OrderSubmittedV1, async (event) => …)`: the event's data is typed by its definition. */
export function on<E extends EventDefinition>(
  definition: E,
  handle: (event: EventEnvelope<E['type'], DataOf<E>>) => Promise<void> | void,
): TypedHandler {
  // The consumer validates data against this very definition before it calls, so the narrowing holds.
  return { type: definition.type, handle: (event) => handle(event as EventOf<E>) };
}

/** What became of a message. */
export type Consumed = 'handled' | 'skipped' | 'repeated';

/** Remembers how far each stream was applied; keep it in the same store, best the same transaction, as the effect. */
export interface SequenceMemory {
  /** Sequence applied last for a stream, or undefined when none was. */
  last(subject: string): Promise<string | undefined> | string | undefined;
}

/** Options of `consumeTyped`. */
export interface ConsumeOptions {
  /** Called for types without a handler; the default skips them on purpose. */
  unknown?(event: EventEnvelope): Promise<void> | void;
  /** Makes repeats harmless and gaps visible. Only sound for readers that handle every type of a stream. */
  sequences?: SequenceMemory;
}

/** A stream's events did not follow one another. Read the stream again from the sequence after `last`. */
export class SequenceGap extends Error {
  override readonly name = 'SequenceGap';
  constructor(
    readonly subject: string,
    readonly last: string | undefined,
    readonly found: string,
  ) {
    super(`gap in ${subject}: after ${last ?? 'nothing'} came ${found}`);
  }
}

/** Compares an event with the sequence applied last: the next one, one already applied, or a gap. */
export function checkSequence(
  last: string | undefined,
  event: Pick<EventEnvelope, 'sequence'>,
): 'next' | 'repeat' | 'gap' {
  const found = BigInt(event.sequence);
  const expected = last === undefined ? 0n : BigInt(last) + 1n;
  if (found === expected) return 'next';
  return found < expected ? 'repeat' : 'gap';
}

/**
 * Turns Kafka messages into typed calls. Works with any Kafka client: pass `handle` each message.
 * @throws MalformedEvent (never worth a retry), SequenceGap, or what a handler threw
 */
export function consumeTyped(
  handlers: readonly TypedHandler[],
  options: ConsumeOptions = {},
): { readonly types: readonly string[]; handle(message: IncomingKafkaMessage): Promise<Consumed> } {
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  if (byType.size !== handlers.length) throw new Error('two handlers for one event type');
  return {
    types: [...byType.keys()],
    async handle(message) {
      const type = eventTypeOf(message);
      const handler = type === undefined ? undefined : byType.get(type);
      // Unknown types are only read when somebody asks for them: a newer publisher must not stop this reader.
      if (type !== undefined && !handler && !options.unknown && !options.sequences) return 'skipped';
      const event = fromKafkaMessage(message);
      if (options.sequences) {
        const last = await options.sequences.last(event.subject);
        const verdict = checkSequence(last, event);
        if (verdict === 'repeat') return 'repeated';
        if (verdict === 'gap') throw new SequenceGap(event.subject, last, event.sequence);
      }
      if (handler) {
        await handler.handle(event);
        return 'handled';
      }
      await options.unknown?.(event);
      return options.unknown ? 'handled' : 'skipped';
    },
  };
}
