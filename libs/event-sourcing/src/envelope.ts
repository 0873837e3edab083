import { type EventEnvelope, type ServiceName, schemaUri } from '@orderloom/contracts';
import type { RecordedEvent } from './types.js';

const publicTypes = new Map<string, { readonly type: string; readonly dataschema: string }>();

/** Public type and schema of a stored type; there are few, so each is put together once. */
function publicType(service: ServiceName, type: string, version: number) {
  const key = `${service}.${type}.v${version}`;
  let names = publicTypes.get(key);
  if (!names) {
    names = { type: `orderloom.${key}`, dataschema: schemaUri(`orderloom.${key}`) };
    publicTypes.set(key, names);
  }
  return names;
}

/**
 * The public form of a stored event, one to one: CloudEvents attributes from the metadata, `sequence` the
 * stream revision, `type` `orderloom.<service>.<Type>.v<schemaVersion>`.
 */
export function toEnvelope(service: ServiceName, recorded: RecordedEvent): EventEnvelope {
  const { metadata } = recorded;
  const names = publicType(service, recorded.type, metadata.schemaVersion);
  const envelope: EventEnvelope = {
    specversion: '1.0',
    id: recorded.id,
    source: service,
    type: names.type,
    subject: recorded.streamId,
    time: recorded.recordedAt,
    dataschema: names.dataschema,
    datacontenttype: 'application/json',
    sequence: recorded.revision.toString(),
    correlationid: metadata.correlationId,
    causationid: metadata.causationId,
    actor: metadata.actor,
    data: recorded.data,
  };
  if (metadata.traceparent !== undefined) envelope.traceparent = metadata.traceparent;
  return envelope;
}
