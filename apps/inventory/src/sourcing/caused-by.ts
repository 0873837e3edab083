import type { CommandContext } from '@orderloom/event-sourcing';
import type { ReceivedEvent } from '@orderloom/messaging';

/** The order of an event of an `order-` stream. */
export const orderIdOf = (event: ReceivedEvent): string => event.subject.slice('order-'.length);

/** Context of a command that an event of another service causes; event ids are derived from it. */
export const causedBy = (event: ReceivedEvent, handler: string, now: string): CommandContext => ({
  actor: handler,
  correlationId: event.correlationid,
  causationId: event.id,
  handler,
  now,
  ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
});
