import { Injectable } from '@nestjs/common';
import type { OrderFacts } from '@orderloom/contracts';
import { Clock, InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { OpenLine } from './sourcing.js';

/** What is kept of an order from its submission until it is confirmed. */
export interface SubmittedOrder {
  readonly orderId: string;
  /** History moves no stock. */
  readonly mode: 'live' | 'history';
  readonly lines: readonly OpenLine[];
  /** What sourcing goes by; absent in what was kept before it was asked for. */
  readonly facts?: OrderFacts;
  /** Holds with this reference belong to the order. */
  readonly reference?: string;
}

interface OrderDocument extends Omit<SubmittedOrder, 'orderId'> {
  readonly _id: string;
  readonly at: Date;
}

/** Orders are forgotten this long after their submission; a confirmation that comes later asks for nothing here. */
const KEPT_SECONDS = 400 * 24 * 3600;

/**
 * Collection `submitted_orders`: lines of orders whose confirmation has not come yet. Submission and confirmation
 * are usually in one batch, so that nothing is written here.
 */
@Injectable()
export class SubmittedOrders {
  constructor(
    @InjectConnection() private readonly mongo: Connection,
    private readonly clock: Clock,
  ) {}

  private get collection(): Collection<OrderDocument> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<OrderDocument>('submitted_orders') as unknown as Collection<OrderDocument>;
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS });
  }

  /** Keeps orders; a repeat changes nothing. */
  async keep(orders: readonly SubmittedOrder[]): Promise<void> {
    if (orders.length === 0) return;
    const at = new Date(this.clock.millis());
    await this.collection.bulkWrite(
      orders.map(({ orderId, ...order }) => ({
        updateOne: { filter: { _id: orderId }, update: { $setOnInsert: { ...order, at } }, upsert: true },
      })),
      { ordered: false },
    );
  }

  /** Sets what kept orders want by now; those that are not kept any more are left alone. */
  async change(orders: readonly Pick<SubmittedOrder, 'orderId' | 'lines'>[]): Promise<void> {
    if (orders.length === 0) return;
    await this.collection.bulkWrite(
      orders.map(({ orderId, lines }) => ({ updateOne: { filter: { _id: orderId }, update: { $set: { lines } } } })),
      { ordered: false },
    );
  }

  /** Those of the orders that were kept. */
  async find(orderIds: readonly string[]): Promise<Map<string, SubmittedOrder>> {
    if (orderIds.length === 0) return new Map();
    const found = await this.collection.find({ _id: { $in: [...orderIds] } }).toArray();
    return new Map(found.map(({ _id, at: _, ...order }) => [_id, { orderId: _id, ...order }]));
  }
}
