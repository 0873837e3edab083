import { Injectable, type OnModuleInit } from '@nestjs/common';
import { orderEvents } from '@orderloom/contracts';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { type CounterKind, type Counts, counterChanges, counterParts } from './contribution.js';
import { foldOrder, type OrderFact, type OrderPublicEvent } from './order-fact.js';

/** One daily counter. */
export interface CounterDoc {
  _id: string;
  day: string;
  currency: string;
  kind: CounterKind;
  key: string;
  counts: Counts;
}

/**
 * Folds order events into one fact per order and raises the daily counters by what changed. Facts and counters of a
 * batch are written in one transaction: whatever happens in between, the counters are the sum of the facts, and a
 * batch delivered again finds its sequences and changes nothing.
 */
@Injectable()
export class FactRecorder implements OnModuleInit {
  constructor(@InjectConnection() private readonly mongo: Connection) {}

  get facts(): Collection<OrderFact> {
    return this.mongo.getClient().db(this.mongo.name).collection<OrderFact>('order_facts');
  }

  get counters(): Collection<CounterDoc> {
    return this.mongo.getClient().db(this.mongo.name).collection<CounterDoc>('daily_counters');
  }

  /** Makes the collections and their indexes, which a transaction cannot. */
  async onModuleInit(): Promise<void> {
    await this.facts.createIndexes([{ key: { day: 1 } }, { key: { customerId: 1 }, sparse: true }]);
    await this.counters.createIndexes([{ key: { kind: 1, currency: 1, day: 1 } }]);
  }

  @OnEvents({
    group: 'analytics.facts',
    topics: ['orders.v1'],
    types: orderEvents.map(({ type }) => type),
    maxBatch: 1000,
  })
  async record(events: readonly ReceivedEvent[]): Promise<void> {
    const ids = [...new Set(events.map(({ subject }) => subject.slice('order-'.length)))];
    await this.mongo.getClient().withSession((session) =>
      session.withTransaction(async () => {
        const before = new Map<string, OrderFact>();
        // All in one answer: a driver asks for the rest of a hundred and more a second time.
        const options = { session, batchSize: ids.length + 1 };
        for await (const fact of this.facts.find({ _id: { $in: ids } }, options)) before.set(fact._id, fact);
        const after = new Map<string, OrderFact>();
        for (const event of events) {
          const id = event.subject.slice('order-'.length);
          const fact = foldOrder(after.get(id) ?? before.get(id), event as OrderPublicEvent);
          if (fact) after.set(id, fact);
        }
        const changed = [...after.values()]
          .map((fact) => ({ before: before.get(fact._id), after: fact }))
          .filter((change) => change.before !== change.after);
        if (changed.length === 0) return;
        await this.facts.bulkWrite(
          changed.map(({ before: old, after: fact }) =>
            old
              ? { replaceOne: { filter: { _id: fact._id, _sequence: old._sequence }, replacement: fact } }
              : { insertOne: { document: fact } },
          ),
          { session, ordered: false },
        );
        const counts = [...counterChanges(changed)];
        if (counts.length === 0) return;
        await this.counters.bulkWrite(
          counts.map(([_id, change]) => ({
            updateOne: {
              filter: { _id },
              update: { $inc: inPlace(change), $setOnInsert: counterParts(_id) },
              upsert: true,
            },
          })),
          { session, ordered: false },
        );
      }),
    );
  }
}

/** `{ orders: 1 }` as `{ 'counts.orders': 1 }`. */
const inPlace = (change: Counts): Counts =>
  Object.fromEntries(Object.entries(change).map(([field, count]) => [`counts.${field}`, count]));
