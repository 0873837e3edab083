import type { Locale } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { type Access, personalFor, type Vault } from '@orderloom/platform';
import type { Address, Contact, OrderEvent } from '../order/events.js';
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

/** Data for the reader: personal parts opened, what only recognises retries left out. */
const shown = async (event: OrderEvent, vault: Vault, access: Access | undefined): Promise<unknown> => {
  if (event.type !== 'OrderSubmitted' && event.type !== 'FulfilmentReleased') return event.data;
  const { customer, shipTo } = event.data;
  const [contact, address]: [Contact | null, Address | null] = await Promise.all([
    customer === undefined ? null : vault.unseal(customer),
    shipTo.address === undefined ? null : vault.unseal(shipTo.address),
  ]);
  const data: Record<string, unknown> = {
    ...event.data,
    customer: personalFor(access, contact),
    shipTo: { country: shipTo.country, address: personalFor(access, address) },
  };
  delete data['requestHash'];
  delete data['idempotencyKey'];
  delete data['matchKeys'];
  return data;
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
