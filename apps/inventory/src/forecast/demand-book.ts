import { Injectable } from '@nestjs/common';
import type { StockEvent } from '@orderloom/contracts';
import { EventStore, type LogPosition, type RecordedEvent } from '@orderloom/event-sourcing';
import { InjectConnection } from '@orderloom/platform';
import { MongoLease } from '@orderloom/projections';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { daysAfter } from '../promise/available-to-promise.js';
import { placeOf } from '../stock/stock.js';

/** Units ordered of a sku at a location in a year, by day (`03-01`). */
interface DemandYear {
  _id: string;
  sku: string;
  location: string;
  year: string;
  days: Record<string, number>;
  /** Revision of the last ledger entry that is counted. */
  sequence: number;
}

/** What an order of the past asked for: it moved no stock here. */
interface PastOrder {
  _id: string;
  day: string;
  lines: { sku: string; quantity: number }[];
}

interface Progress {
  _id: string;
  commit: string;
  prepare: string;
}

const PROGRESS = 'demand';

/** Units that an entry of a ledger adds to demand: what orders take, less what they give back. */
export const demandOf = (event: StockEvent): number => {
  if (event.type === 'StockReserved') return event.data.hold ? 0 : event.data.quantity;
  // Holds are no demand, neither made nor ended.
  if (event.type === 'ReservationReleased') return event.data.lineId === 'hold' ? 0 : -event.data.quantity;
  return 0;
};

/**
 * Demand per sku, location and day. Read from the ledgers when somebody asks, from where it got to the last time:
 * nothing is written for it while orders come in. Counted once: each document knows the revision it holds.
 */
@Injectable()
export class DemandBook {
  constructor(
    @InjectConnection() private readonly mongo: Connection,
    private readonly store: EventStore,
    private readonly lease: MongoLease,
  ) {}

  #collection<D extends { _id: string }>(name: string): Collection<D> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<D>(name) as unknown as Collection<D>;
  }

  async prepare(): Promise<void> {
    await Promise.all([
      this.#collection('demand').createIndex({ sku: 1, location: 1 }),
      this.#collection('demand_past').createIndex({ 'lines.sku': 1 }),
    ]);
  }

  /** Keeps what orders of the past asked for; a repeat changes nothing. */
  async keepPast(orders: readonly PastOrder[]): Promise<void> {
    if (orders.length === 0) return;
    await this.#collection<PastOrder>('demand_past').bulkWrite(
      orders.map(({ _id, ...order }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: order }, upsert: true },
      })),
      { ordered: false },
    );
  }

  /** Counts what the ledgers have recorded since the last time; one process at a time. */
  async refresh(): Promise<void> {
    const held = await this.lease.acquire('inventory.demand');
    try {
      for await (const batch of this.store.readAll({ prefixes: ['stock-'], from: await this.#position() })) {
        await this.#count(batch.events);
        if (batch.position) await this.#reached(batch.position);
      }
    } finally {
      await held.release();
    }
  }

  /**
   * Units per day, oldest first, from the first day with demand (at most `most` days) to the day before `today`.
   * @param location only there; everywhere, orders of the past included, when absent
   */
  async history(sku: string, today: string, location?: string, most = 730): Promise<{ day: string; units: number }[]> {
    const from = daysAfter(today, -most);
    const filter = location === undefined ? { sku } : { sku, location };
    const [years, past] = await Promise.all([
      this.#collection<DemandYear>('demand').find(filter).toArray(),
      location === undefined ? this.#past(sku, from) : [],
    ]);
    const byDay = new Map<string, number>();
    const add = (day: string, units: number) => byDay.set(day, (byDay.get(day) ?? 0) + units);
    for (const { year, days } of years) for (const [day, units] of Object.entries(days)) add(`${year}-${day}`, units);
    for (const { day, units } of past) add(day, units);
    const first = [...byDay.keys()].filter((day) => day >= from && day < today).sort()[0];
    if (first === undefined) return [];
    const history: { day: string; units: number }[] = [];
    for (let day = first; day < today; day = daysAfter(day, 1)) {
      history.push({ day, units: Math.max(0, byDay.get(day) ?? 0) });
    }
    return history;
  }

  async #past(sku: string, from: string): Promise<{ day: string; units: number }[]> {
    const orders = await this.#collection<PastOrder>('demand_past')
      .find({ 'lines.sku': sku, day: { $gte: from } })
      .toArray();
    return orders.flatMap(({ day, lines }) =>
      lines.filter((line) => line.sku === sku).map(({ quantity }) => ({ day, units: quantity })),
    );
  }

  async #position(): Promise<LogPosition | null> {
    const found = await this.#collection<Progress>('demand_progress').findOne({ _id: PROGRESS });
    return found ? { commit: BigInt(found.commit), prepare: BigInt(found.prepare) } : null;
  }

  async #reached({ commit, prepare }: LogPosition): Promise<void> {
    await this.#collection<Progress>('demand_progress').updateOne(
      { _id: PROGRESS },
      { $set: { commit: commit.toString(), prepare: prepare.toString() } },
      { upsert: true },
    );
  }

  async #count(events: readonly RecordedEvent[]): Promise<void> {
    const counted = events.flatMap((recorded) => {
      const units = demandOf(recorded as unknown as StockEvent);
      if (units === 0) return [];
      const { location, sku } = placeOf(recorded.streamId);
      const year = recorded.recordedAt.slice(0, 4);
      const day = recorded.recordedAt.slice(5, 10);
      return [
        { id: `${location}:${sku}@${year}`, sku, location, year, day, units, sequence: Number(recorded.revision) },
      ];
    });
    if (counted.length === 0) return;
    const collection = this.#collection<DemandYear>('demand');
    const ids = [...new Set(counted.map(({ id }) => id))];
    const stored = await collection.find({ _id: { $in: ids } }, { projection: { sequence: 1 } }).toArray();
    const known = new Map(stored.map(({ _id, sequence }) => [_id, sequence]));
    const writes = new Map<
      string,
      { base: Omit<DemandYear, '_id' | 'days' | 'sequence'>; inc: Map<string, number>; last: number }
    >();
    for (const { id, sku, location, year, day, units, sequence } of counted) {
      if (sequence <= (known.get(id) ?? -1)) continue;
      const write = writes.get(id) ?? { base: { sku, location, year }, inc: new Map<string, number>(), last: sequence };
      write.inc.set(day, (write.inc.get(day) ?? 0) + units);
      write.last = sequence;
      writes.set(id, write);
    }
    const operations = [...writes].map(
      ([_id, { base, inc, last }]): AnyBulkWriteOperation<DemandYear> => ({
        updateOne: {
          filter: { _id },
          update: {
            $setOnInsert: base,
            $set: { sequence: last },
            $inc: Object.fromEntries([...inc].map(([day, units]) => [`days.${day}`, units])),
          } as never,
          upsert: true,
        },
      }),
    );
    if (operations.length > 0) await collection.bulkWrite(operations, { ordered: false });
  }
}
