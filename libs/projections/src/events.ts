import { createHash } from 'node:crypto';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import type { ReceivedEvent } from '@orderloom/messaging';
import type { ProjectedEvent } from './definition.js';

/** An event of the service's own log. */
export function fromRecorded(event: RecordedEvent): ProjectedEvent {
  const { metadata } = event;
  return {
    id: event.id,
    type: event.type,
    schemaVersion: metadata.schemaVersion,
    streamId: event.streamId,
    sequence: Number(event.revision),
    time: event.recordedAt,
    correlationId: metadata.correlationId,
    causationId: metadata.causationId,
    actor: metadata.actor,
    data: event.data,
    origin: { source: 'log', offset: event.position.commit },
  };
}

/** An event of another service's topic: `orderloom.order.OrderSubmitted.v1` becomes type `OrderSubmitted`, version 1. */
export function fromReceived(event: ReceivedEvent): ProjectedEvent {
  const [, , name = event.type, version = 'v1'] = event.type.split('.');
  return {
    id: event.id,
    type: name,
    schemaVersion: Number(version.slice(1)) || 1,
    streamId: event.subject,
    sequence: Number(event.sequence),
    time: event.time,
    correlationId: event.correlationid,
    causationId: event.causationid,
    actor: event.actor,
    data: event.data,
    origin: { source: `${event.topic}/${event.partition}`, offset: BigInt(event.offset) },
  };
}

/** A stream's key in a document's `_sequences`: stream ids may hold dots and dollars, which field names must not. */
export const streamKey = (streamId: string): string =>
  createHash('sha1').update(streamId).digest('base64url').slice(0, 16);

/** An origin's key in a document's `_offsets`. */
export const originKey = (source: string): string => source.replaceAll('.', '_');
