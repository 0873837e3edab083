import { randomUUID } from 'node:crypto';
import type { Command, Loaded } from './command.js';
import { deterministicId } from './ids.js';
import type {
  Aggregate,
  CommandContext,
  DomainEvent,
  EventMetadata,
  NewEvent,
  RecordedEvent,
  StreamRevision,
} from './types.js';

/** What one command of a group came to, before anything is written. */
export type Outcome<S, E extends DomainEvent> =
  | {
      readonly kind: 'decided';
      readonly events: readonly Omit<RecordedEvent<E>, 'position'>[];
      readonly state: S;
      readonly revision: StreamRevision;
      readonly previousRevision: StreamRevision;
    }
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'conflict'; readonly expected: bigint; readonly actual: bigint };

/** What a group came to: everything to append, and each command's own outcome. */
export interface Decided<S, E extends DomainEvent> {
  readonly events: readonly NewEvent[];
  readonly outcomes: readonly Outcome<S, E>[];
  readonly state: S;
  /** True when some outcome is proven by no append: a refusal, a conflict or "nothing to do". */
  readonly doubtful: boolean;
}

/** Decides the commands of one stream in order, each on the state the ones before it left. Pure but for random ids. */
export function decideGroup<S, E extends DomainEvent>(
  aggregate: Aggregate<S, E>,
  stream: string,
  commands: readonly Command<S, E>[],
  known: Loaded<S>,
): Decided<S, E> {
  const events: NewEvent[] = [];
  const outcomes: Outcome<S, E>[] = [];
  const takenIds = new Set<string>();
  let { state, revision } = known;
  let doubtful = false;
  for (const { decide, context } of commands) {
    if (context.expectedRevision !== undefined && context.expectedRevision !== revision) {
      outcomes.push({ kind: 'conflict', expected: context.expectedRevision, actual: revision });
      doubtful = true;
      continue;
    }
    try {
      const decided = decide(state);
      const after = decided.reduce((folded, event) => aggregate.evolve(folded, event, context.now), state);
      const previousRevision = revision;
      const metadataOf = metadataBuilder(aggregate, context);
      const recorded = decided.map((event, index) => {
        const metadata = metadataOf(event.type);
        const id = eventId(context, stream, index, takenIds);
        events.push({ id, type: event.type, data: event.data, metadata });
        revision++;
        return {
          id,
          streamId: stream,
          type: event.type,
          data: event.data,
          revision,
          recordedAt: context.now,
          metadata,
        };
      });
      if (decided.length === 0) doubtful = true;
      state = after;
      outcomes.push({ kind: 'decided', events: recorded, state, revision, previousRevision });
    } catch (error) {
      outcomes.push({ kind: 'refused', error });
      doubtful = true;
    }
  }
  return { events, outcomes, state, doubtful };
}

/** Events of one command share their metadata object as long as their schema versions agree: it is encoded once. */
function metadataBuilder(aggregate: { schemaVersions?: Readonly<Record<string, number>> }, context: CommandContext) {
  const byVersion = new Map<number, EventMetadata>();
  return (type: string): EventMetadata => {
    const schemaVersion = aggregate.schemaVersions?.[type] ?? 1;
    let metadata = byVersion.get(schemaVersion);
    if (!metadata) {
      metadata = {
        schemaVersion,
        correlationId: context.correlationId,
        causationId: context.causationId ?? context.correlationId,
        actor: context.actor,
        at: context.now,
        ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
        ...(context.handler === undefined ? {} : { handler: context.handler }),
      };
      byVersion.set(schemaVersion, metadata);
    }
    return metadata;
  };
}

/**
 * An id that a repeat of the command derives again. Two commands of one cause and handler on one stream (two lines
 * of one order on the same stock) are told apart by their order.
 */
function eventId(context: CommandContext, stream: string, index: number, taken: Set<string>): string {
  if (context.causationId === undefined) return randomUUID();
  const parts = [context.causationId, context.handler ?? '', stream, String(index)];
  let id = deterministicId(...parts);
  for (let again = 1; taken.has(id); again++) id = deterministicId(...parts, String(again));
  taken.add(id);
  return id;
}
