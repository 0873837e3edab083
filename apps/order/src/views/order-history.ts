import type { Locale } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { type Access, openAll, type Vault } from '@orderloom/platform';
import type { OrderEvent } from '../order/events.js';
import { eventText } from './event-texts.js';

/** One thing that happened to an order: what, when, who and why. */
export interface HistoryEntry {
  revision: string;
  eventId: string;
  type: string;
  /** in the reader's language */
  what: string;
  /** when it was recorded */
  recordedAt: string;
  /** when it happened, where that is told */
  occurredAt: string;
  who: string;
  why: { causationId: string; correlationId: string; handler: string | null };
  data: unknown;
}

const occurredAtOf = (event: OrderEvent, recordedAt: string): string =>
  'occurredAt' in event.data ? event.data.occurredAt : recordedAt;

/** The recorded event as the union that deciders speak; its shape was made by them. */
const asOrderEvent = (event: RecordedEvent<OrderEvent>): OrderEvent =>
  ({ type: event.type, data: event.data }) as OrderEvent;

/** What only recognises retries, and likenesses. */
const OWN_BUSINESS = ['requestHash', 'idempotencyKey', 'matchKeys'];

/** Data for the reader: personal parts opened, what only recognises retries left out. */
const shown = async (event: OrderEvent, vault: Vault, access: Access | undefined): Promise<unknown> => {
  const data: Record<string, unknown> = { ...event.data };
  for (const name of OWN_BUSINESS) delete data[name];
  // The signed link of a question is the customer's alone.
  if (event.type === 'CustomerAsked') data['content'] = { message: (await vault.unseal(event.data.content))?.message };
  return openAll(vault, data, access);
};

/** Every event of an order, oldest first. */
export const orderHistory = async (
  events: readonly RecordedEvent<OrderEvent>[],
  vault: Vault,
  locale: Locale,
  access?: Access,
): Promise<HistoryEntry[]> =>
  Promise.all(
    events.map(async (recorded) => {
      const event = asOrderEvent(recorded);
      return {
        revision: recorded.revision.toString(),
        eventId: recorded.id,
        type: recorded.type,
        what: eventText(recorded.type, locale),
        recordedAt: recorded.recordedAt,
        occurredAt: occurredAtOf(event, recorded.recordedAt),
        who: recorded.metadata.actor,
        why: {
          causationId: recorded.metadata.causationId,
          correlationId: recorded.metadata.correlationId,
          handler: recorded.metadata.handler ?? null,
        },
        data: await shown(event, vault, access),
      };
    }),
  );
