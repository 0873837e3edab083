import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type OrderEventData, OrderSubmittedV1, orderEvents } from '@orderloom/contracts';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { InjectConnection, Vault } from '@orderloom/platform';
import { TopicProjection } from '@orderloom/projections';
import type { Connection } from 'mongoose';
import { keyOf } from '../customer/repository.js';
import { keyOfOrder } from '../erasure/key-of-order.js';

/** An order in a customer's history. Amounts in minor units. */
export interface CustomerOrder {
  _id: string;
  customerId?: string;
  number: string;
  channel: string;
  placedAt: string;
  currency: string;
  total: number;
  net: number;
  cancelled: number;
  credited: number;
  refunded: number;
  status: 'submitted' | 'confirmed' | 'shipped' | 'delivered' | 'completed' | 'cancelled';
  lines: { sku: string; name: string; quantity: number; net: number }[];
}

const source = { group: 'customer.history', topics: ['orders.v1'], types: orderEvents.map(({ type }) => type) };

/** Every order of every customer, kept from the order topic. */
@Injectable()
export class OrderHistory implements OnModuleInit {
  readonly orders: TopicProjection<CustomerOrder>;

  constructor(
    @InjectConnection() connection: Connection,
    private readonly vault: Vault,
  ) {
    this.orders = new TopicProjection<CustomerOrder>({
      connection,
      group: source.group,
      topics: source.topics,
      handles: source.types,
      definition: {
        name: 'customer_orders',
        version: 1,
        indexes: [{ key: { customerId: 1, placedAt: -1, _id: -1 } }],
        keyOf: ({ streamId }) => streamId.slice('order-'.length),
        evolve: (doc, { type, data }) => evolveOrder(doc, type, data),
      },
    });
  }

  async onModuleInit(): Promise<void> {
    await this.orders.start();
  }

  @OnEvents({ group: source.group, topics: source.topics, types: source.types, maxBatch: 1000 })
  async record(events: readonly ReceivedEvent[]): Promise<void> {
    await this.orders.handleBatch(events);
    await this.eraseLate(events);
  }

  /** Ids of a customer's orders, as far as they are known here. */
  async idsOf(customerIds: readonly string[]): Promise<string[]> {
    const of = { customerId: { $in: [...customerIds] } };
    const found = await this.orders
      .collection()
      .find(of, { projection: { _id: 1 } })
      .toArray();
    return found.map(({ _id }) => _id);
  }

  /**
   * Orders that come to be known after their customer was erased. Looked for after they are written, while an erasure
   * looks for orders after the customer's key is gone: whichever comes first, one of the two finds the other.
   */
  private async eraseLate(events: readonly ReceivedEvent[]): Promise<void> {
    const orders = events.flatMap(({ type, data }) => {
      if (type !== OrderSubmittedV1.type) return [];
      const { orderId, customerId } = data as OrderEventData['OrderSubmitted'];
      return customerId === undefined ? [] : [{ orderId, keyId: keyOf(customerId) }];
    });
    if (orders.length === 0) return;
    const gone = await this.vault.destroyed([...new Set(orders.map(({ keyId }) => keyId))]);
    const late = orders.filter(({ keyId }) => gone.has(keyId));
    await this.vault.destroyKeys(late.map(({ orderId }) => keyOfOrder(orderId)));
  }
}

/** Folds one event of an order into its place in the history. */
export function evolveOrder(doc: CustomerOrder | null, type: string, data: unknown): CustomerOrder | null {
  if (type === 'OrderSubmitted') {
    const { orderId, customerId, number, channel, occurredAt, currency, totals, lines } =
      data as OrderEventData['OrderSubmitted'];
    return {
      _id: orderId,
      ...(customerId === undefined ? {} : { customerId }),
      number,
      channel,
      placedAt: occurredAt,
      currency,
      total: totals.total,
      net: totals.net,
      cancelled: 0,
      credited: 0,
      refunded: 0,
      status: 'submitted',
      lines: lines.map(({ sku, name, quantity, net }) => ({ sku, name, quantity, net })),
    };
  }
  if (!doc) return null;
  switch (type) {
    case 'OrderConfirmed':
      return { ...doc, status: 'confirmed' };
    case 'OrderCredited':
      return { ...doc, credited: doc.credited + (data as OrderEventData['OrderCredited']).amount };
    case 'LinesShipped':
      return { ...doc, status: 'shipped' };
    case 'LinesDelivered':
      return { ...doc, status: 'delivered' };
    case 'OrderCompleted':
      return { ...doc, status: 'completed' };
    case 'AmendmentApplied': {
      const { totals, lines } = data as OrderEventData['AmendmentApplied'];
      const byNumber = [...doc.lines];
      for (const { lineId, sku, name, quantity, net } of lines) {
        byNumber[Number(lineId.slice(1)) - 1] = { sku, name, quantity, net };
      }
      return { ...doc, total: totals.total, net: totals.net, lines: byNumber };
    }
    case 'LinesCancelled':
      return { ...doc, cancelled: doc.cancelled + (data as OrderEventData['LinesCancelled']).amount };
    case 'OrderReopened': {
      const { lines } = data as OrderEventData['OrderReopened'];
      const amount = lines.reduce((sum, line) => sum + line.amount, 0);
      return { ...doc, status: 'confirmed', cancelled: doc.cancelled - amount };
    }
    case 'OrderExpired':
    case 'OrderCancelled': {
      const { lines } = data as OrderEventData['OrderCancelled'];
      const amount = lines.reduce((sum, line) => sum + line.amount, 0);
      return { ...doc, status: 'cancelled', cancelled: doc.cancelled + amount };
    }
    case 'RefundSucceeded':
      return { ...doc, refunded: doc.refunded + (data as OrderEventData['RefundSucceeded']).amount };
    default:
      return doc;
  }
}
