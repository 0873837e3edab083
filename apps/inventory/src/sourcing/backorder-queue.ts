import { Injectable } from '@nestjs/common';
import type { ShortageEventData } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { afterCursor, type CursorKey, InjectConnection, type SortField } from '@orderloom/platform';
import type { AnyBulkWriteOperation, Collection, Filter } from 'mongodb';
import type { Connection } from 'mongoose';
import { skuOf } from './attempts.js';
import type { Decision, DemandChange, OpenLine } from './sourcing.js';

/** An order that waits for goods. */
export interface Backorder {
  /** Order id. */
  readonly _id: string;
  /** Place in the queue: log position of the first decision that left something open, 20 digits. */
  readonly since: string;
  /** When that was, ISO 8601 UTC. */
  readonly at: string;
  /** Revision of the last decision folded in. */
  readonly sequence: number;
  readonly lines: readonly OpenLine[];
  /** What is looked for: the lines' skus, or what goes instead. */
  readonly skus: readonly string[];
  /** Higher gets goods first, where the product is released by priority. */
  readonly priority: number;
  /** Day from which lines are served that were sold before they are there; absent: now. */
  readonly notBefore?: string;
}

/** Whom arriving goods go to first: who came first, or who has the highest priority. */
export type QueueOrder = 'arrival' | 'priority';

const isDecision = (event: RecordedEvent): event is RecordedEvent & { data: Decision } =>
  event.type === 'SourcingDecided';

const isDemandChange = (event: RecordedEvent): event is RecordedEvent & { data: DemandChange } =>
  event.type === 'SourcingDemandChanged';

type Answered = ShortageEventData['ShortageAnswered'];

const isAnswer = (event: RecordedEvent): event is RecordedEvent & { data: Answered } =>
  event.type === 'ShortageAnswered';

const isPriority = (
  event: RecordedEvent,
): event is RecordedEvent & { data: ShortageEventData['SourcingPrioritised'] } => event.type === 'SourcingPrioritised';

/** True when an event of a `sourcing-` stream can change the queue; most orders never come near it. */
export const concernsQueue = (event: RecordedEvent): boolean =>
  event.type === 'SourcingCancelled' ||
  isDemandChange(event) ||
  isAnswer(event) ||
  isPriority(event) ||
  (isDecision(event) && (event.revision > 0n || event.data.lines.some((line) => line.backordered > 0)));

/** Folds one event of a `sourcing-` stream; null: the order waits for nothing. */
export const foldBackorder = (queued: Backorder | null, event: RecordedEvent): Backorder | null => {
  const sequence = Number(event.revision);
  if (queued && queued.sequence >= sequence) return queued;
  const instead = new Map(
    (queued?.lines ?? []).flatMap(({ lineId, use }) => (use === undefined ? [] : [[lineId, use]])),
  );
  const withUse = (line: OpenLine): OpenLine => {
    const use = instead.get(line.lineId);
    return use === undefined ? line : { ...line, use };
  };
  if (isDemandChange(event)) return queuedWith(queued, event, event.data.orderId, event.data.open.map(withUse));
  if (isPriority(event)) return queued && { ...queued, sequence, priority: event.data.priority };
  if (isAnswer(event)) {
    for (const { lineId, substitute } of event.data.answers) if (substitute) instead.set(lineId, substitute);
    return queued && queuedWith(queued, event, event.data.orderId, queued.lines.map(withUse));
  }
  if (event.type === 'ShortageRaised') return queued;
  if (!isDecision(event)) return null;
  const decided = new Set(event.data.lines.map((line) => line.lineId));
  const lines = [
    ...(queued?.lines ?? []).filter((line) => !decided.has(line.lineId)),
    ...event.data.lines
      .filter((line) => line.backordered > 0)
      .map(({ lineId, sku, backordered }) => withUse({ lineId, sku, quantity: backordered })),
  ];
  const days = event.data.lines.flatMap((line) => (line.backordered > 0 ? (line.awaitedUntil ?? []) : [])).sort();
  return queuedWith(queued, event, event.data.orderId, lines, days[0], event.data.order?.priority);
};

/** The place of an order in the queue with what it waits for now; it keeps the place it has. */
const queuedWith = (
  queued: Backorder | null,
  event: RecordedEvent,
  orderId: string,
  lines: readonly OpenLine[],
  day?: string,
  priority?: number,
): Backorder | null => {
  if (lines.length === 0) return null;
  const notBefore = day ?? queued?.notBefore;
  return {
    _id: orderId,
    since: queued?.since ?? event.position.commit.toString().padStart(20, '0'),
    at: queued?.at ?? event.recordedAt,
    sequence: Number(event.revision),
    lines,
    skus: [...new Set(lines.map(skuOf))],
    priority: queued?.priority ?? priority ?? 0,
    ...(notBefore === undefined ? {} : { notBefore }),
  };
};

const ARRIVAL: readonly SortField[] = [
  { field: 'since', direction: 1 },
  { field: '_id', direction: 1 },
];
const SORTS: Readonly<Record<QueueOrder, { sort: Record<string, 1 | -1>; fields: readonly SortField[] }>> = {
  arrival: { sort: { since: 1, _id: 1 }, fields: ARRIVAL },
  priority: { sort: { priority: -1, since: 1, _id: 1 }, fields: [{ field: 'priority', direction: -1 }, ...ARRIVAL] },
};

/**
 * Collection `backorders`: who waits for what, first come first. Derived from the decisions and only a list of
 * whom to ask: what an order really waits for is in its own stream.
 */
@Injectable()
export class BackorderQueue {
  constructor(@InjectConnection() private readonly mongo: Connection) {}

  private get collection(): Collection<Backorder> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<Backorder>('backorders') as unknown as Collection<Backorder>;
  }

  async prepare(): Promise<void> {
    await this.collection.createIndexes([
      { key: { skus: 1, since: 1 } },
      { key: { since: 1, _id: 1 } },
      { key: { skus: 1, priority: -1, since: 1, _id: 1 } },
      { key: { notBefore: 1 }, partialFilterExpression: { notBefore: { $type: 'string' } } },
    ]);
  }

  /** Folds a batch of `sourcing-` events; a repeat changes nothing. */
  async fold(events: readonly RecordedEvent[]): Promise<void> {
    const relevant = events.filter(concernsQueue);
    if (relevant.length === 0) return;
    const idOf = (event: RecordedEvent) => event.streamId.slice('sourcing-'.length);
    const ids = [...new Set(relevant.map(idOf))];
    const stored = await this.collection.find({ _id: { $in: ids } }).toArray();
    const before = new Map(stored.map((one) => [one._id, one]));
    const after = new Map<string, Backorder | null>(before);
    for (const event of relevant) after.set(idOf(event), foldBackorder(after.get(idOf(event)) ?? null, event));
    const changes = [...after].flatMap(([id, queued]): AnyBulkWriteOperation<Backorder>[] => {
      if (queued === (before.get(id) ?? null)) return [];
      if (queued === null) return [{ deleteOne: { filter: { _id: id } } }];
      return [{ replaceOne: { filter: { _id: id }, replacement: queued, upsert: true } }];
    });
    if (changes.length > 0) await this.collection.bulkWrite(changes, { ordered: false });
  }

  /** Who waits for one of the skus, in the order in which they are served. */
  waitingFor(
    skus: readonly string[],
    limit: number,
    after?: Backorder,
    order: QueueOrder = 'arrival',
  ): Promise<Backorder[]> {
    return this.list({ skus: { $in: [...skus] } }, limit, after, order);
  }

  /** The queue from its head, or after an entry. */
  list(
    filter: Filter<Backorder>,
    limit: number,
    after?: Pick<Backorder, 'since' | '_id'> & Partial<Backorder>,
    order: QueueOrder = 'arrival',
  ): Promise<Backorder[]> {
    const { sort, fields } = SORTS[order];
    const key = after === undefined ? undefined : fields.map(({ field }) => after[field as keyof Backorder] ?? 0);
    const from = key === undefined ? {} : (afterCursor(fields, key as CursorKey) as Filter<Backorder>);
    return this.collection
      .find({ $and: [filter, from] })
      .sort(sort)
      .limit(limit)
      .toArray();
  }

  /** Orders with lines whose day has come. */
  due(today: string, limit: number): Promise<Backorder[]> {
    return this.collection
      .find({ notBefore: { $lte: today } })
      .sort({ notBefore: 1 })
      .limit(limit)
      .toArray();
  }

  /** Their day has been seen to. */
  async seenTo(orderIds: readonly string[]): Promise<void> {
    if (orderIds.length > 0) {
      await this.collection.updateMany({ _id: { $in: [...orderIds] } }, { $unset: { notBefore: '' } });
    }
  }

  /** Units by sku that are waited for. Skus nobody waits for are absent. */
  async claims(skus: readonly string[]): Promise<Map<string, number>> {
    const claims = new Map<string, number>();
    if (skus.length === 0) return claims;
    const wanted = new Set(skus);
    const waiting = await this.collection.find({ skus: { $in: [...skus] } }, { projection: { lines: 1 } }).toArray();
    for (const { sku, quantity } of waiting.flatMap((one) =>
      one.lines.map((line) => ({ sku: skuOf(line), quantity: line.quantity })),
    )) {
      if (wanted.has(sku)) claims.set(sku, (claims.get(sku) ?? 0) + quantity);
    }
    return claims;
  }

  /** Takes orders off that turned out to wait for nothing. */
  async remove(orderIds: readonly string[]): Promise<void> {
    if (orderIds.length > 0) await this.collection.deleteMany({ _id: { $in: [...orderIds] } });
  }
}
