import type { EventEnvelope } from '@orderloom/contracts';
import { type RecordedEvent, toEnvelope } from '@orderloom/event-sourcing';
import type { DataOf } from './order/events.js';

const isSubmitted = (event: RecordedEvent): event is RecordedEvent & { data: DataOf<'OrderSubmitted'> } =>
  event.type === 'OrderSubmitted';

/**
 * What the world learns of a stored order event. One to one, so that sequences on the topic have no gaps; what only
 * this service needs to recognise a repeated request stays inside.
 */
export const toPublic = (event: RecordedEvent): EventEnvelope => {
  const envelope = toEnvelope('order', event);
  if (!isSubmitted(event)) return envelope;
  const { requestHash: _hash, idempotencyKey: _key, matchKeys: _match, ...data } = event.data;
  return { ...envelope, data };
};
