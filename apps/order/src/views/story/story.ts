import type { Locale, ServiceName } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { type Access, openAll, type Vault } from '@orderloom/platform';
import type { OrderEvent } from '../../order/events.js';
import { evolve, initial, type Order } from '../../order/order.js';
import { type HistoryEntry, orderHistory } from '../order-history.js';
import { orderView } from '../order-view.js';
import { serviceOf } from './elsewhere.js';
import { difference, type PatchOperation } from './json-patch.js';
import { elsewhereText } from './story-texts.js';

/** One event of an order's story, in whichever service it was recorded. */
export interface StoryEntry extends HistoryEntry {
  service: ServiceName;
  stream: string;
  /** why it happened, where the event says */
  reason: string | null;
  /** the entry it follows from; null when that is not part of the story, e.g. a person's request */
  causedBy: number | null;
  /** what it changes of the state (RFC 6902) */
  patch: PatchOperation[];
}

export interface Story {
  id: string;
  number: string;
  /** the state before the first entry; every entry's patch makes the next one */
  first: object;
  entries: StoryEntry[];
}

/** For whom a story is told. */
export interface Reader {
  readonly vault: Vault;
  readonly locale: Locale;
  readonly access?: Access | undefined;
}

/** Where another service's part of the order stands: the last thing recorded there. */
type Elsewhere = Readonly<Record<string, { service: ServiceName; last: string; at: string }>>;

/** The state that a story moves through: the order as it is shown, and what others are at. */
const stateOf = async (order: Order, revision: bigint, elsewhere: Elsewhere, reader: Reader): Promise<object> => {
  if (order.status === 'NONE') return { elsewhere };
  const { actions: _actions, ...view } = await orderView(order, revision, { ...reader, now: order.submittedAt });
  // As readers get it: what JSON leaves out would be a difference that nobody can see.
  return JSON.parse(JSON.stringify({ ...view, elsewhere })) as object;
};

const compare = (a: RecordedEvent, b: RecordedEvent): number => {
  const order = a.position.commit - b.position.commit || a.position.prepare - b.position.prepare;
  return order < 0n ? -1 : order > 0n ? 1 : 0;
};

const reasonOf = (data: unknown): string | null => {
  const { reason, note } = (data ?? {}) as { reason?: unknown; note?: unknown };
  const texts = [reason, note].filter((text): text is string => typeof text === 'string' && text !== '');
  return texts.length === 0 ? null : texts.join(': ');
};

/** The entry of an event that another service recorded. */
const foreignEntry = async (event: RecordedEvent, service: ServiceName, reader: Reader): Promise<HistoryEntry> => {
  const { occurredAt } = (event.data ?? {}) as { occurredAt?: unknown };
  return {
    revision: event.revision.toString(),
    eventId: event.id,
    type: event.type,
    what: elsewhereText(service, event.type, reader.locale),
    recordedAt: event.recordedAt,
    occurredAt: typeof occurredAt === 'string' ? occurredAt : event.recordedAt,
    who: event.metadata.actor,
    why: {
      causationId: event.metadata.causationId,
      correlationId: event.metadata.correlationId,
      handler: event.metadata.handler ?? null,
    },
    data: await openAll(reader.vault, event.data, reader.access),
  };
};

/**
 * Everything that happened to an order, in the order of the log, whoever recorded it: a first state and one change per
 * event, so that a reader can move through time without asking again.
 */
export const tellStory = async (
  own: readonly RecordedEvent<OrderEvent>[],
  foreign: readonly RecordedEvent[],
  reader: Reader,
): Promise<Story> => {
  const histories = new Map(
    (await orderHistory(own, reader.vault, reader.locale, reader.access)).map((entry) => [entry.eventId, entry]),
  );
  const events: RecordedEvent[] = [...own, ...foreign].sort(compare);
  const places = new Map(events.map((event, place) => [event.id, place]));
  let order = initial();
  let revision = -1n;
  let elsewhere: Elsewhere = {};
  let state: object = await stateOf(order, revision, elsewhere, reader);
  const first = state;
  const entries: StoryEntry[] = [];
  for (const event of events) {
    const service = serviceOf(event.streamId);
    const known = histories.get(event.id);
    if (known === undefined) {
      elsewhere = { ...elsewhere, [event.streamId]: { service, last: event.type, at: event.recordedAt } };
    } else {
      order = evolve(order, { type: event.type, data: event.data } as OrderEvent);
      revision = event.revision;
    }
    const next = await stateOf(order, revision, elsewhere, reader);
    const entry = known ?? (await foreignEntry(event, service, reader));
    entries.push({
      ...entry,
      service,
      stream: event.streamId,
      reason: reasonOf(entry.data),
      causedBy: places.get(event.metadata.causationId) ?? null,
      patch: difference(state, next),
    });
    state = next;
  }
  return { id: order.orderId, number: order.number, first, entries };
};

/** An order between two moments. */
export interface Difference {
  id: string;
  from: { revision: string | null; at: string | null };
  to: { revision: string | null; at: string | null };
  /** from the first to the second state (RFC 6902) */
  patch: PatchOperation[];
  /** what happened in between */
  events: HistoryEntry[];
}

/** What happened to an order between two numbers of events. */
export const tellDifference = async (
  events: readonly RecordedEvent<OrderEvent>[],
  from: number,
  to: number,
  reader: Reader,
): Promise<Difference> => {
  const fold = (count: number): Order =>
    events
      .slice(0, count)
      .reduce<Order>((order, { type, data }) => evolve(order, { type, data } as OrderEvent), initial());
  const side = (count: number): Difference['from'] => {
    const last = events[count - 1];
    return last === undefined
      ? { revision: null, at: null }
      : { revision: last.revision.toString(), at: last.recordedAt };
  };
  const state = (count: number) => stateOf(fold(count), BigInt(count - 1), {}, reader);
  return {
    id: fold(events.length).orderId,
    from: side(from),
    to: side(to),
    patch: difference(await state(from), await state(to)),
    events: await orderHistory(
      events.slice(Math.min(from, to), Math.max(from, to)),
      reader.vault,
      reader.locale,
      reader.access,
    ),
  };
};
