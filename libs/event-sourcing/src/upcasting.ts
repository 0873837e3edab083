import type { RecordedEvent, Upcasters } from './types.js';

/**
 * Brings a stored event to the newest shape: applies the upcaster of its version, then of the next, until there is
 * none. The event as stored is never changed.
 */
export function upcast(upcasters: Upcasters | undefined, event: RecordedEvent): RecordedEvent {
  const steps = upcasters?.[event.type];
  if (!steps) return event;
  let version = event.metadata.schemaVersion;
  let data: unknown = event.data;
  for (let step = steps[version]; step; step = steps[version]) {
    // The upcaster of a version is the one place that knows what was written under it.
    data = (step as (data: unknown, at: string) => unknown)(data, event.recordedAt);
    version++;
  }
  if (version === event.metadata.schemaVersion) return event;
  return { ...event, data, metadata: { ...event.metadata, schemaVersion: version } };
}
