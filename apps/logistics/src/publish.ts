import type { EventEnvelope } from '@orderloom/contracts';
import { type RecordedEvent, toEnvelope } from '@orderloom/event-sourcing';

/** What the world learns of a stored logistics event: all of it, one to one, so that sequences have no gaps. */
export const toPublic = (event: RecordedEvent): EventEnvelope => toEnvelope('logistics', event);
