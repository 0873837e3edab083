import { Injectable } from '@nestjs/common';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { orderAggregate } from './order/aggregate.js';
import type { OrderEvent } from './order/events.js';
import type { Order } from './order/order.js';

/** Orders by id. Many are kept: each is asked for again with every step it takes. */
@Injectable()
export class OrderRepository extends Repository<Order, OrderEvent> {
  constructor(store: EventStore) {
    super(store, orderAggregate, { cacheSize: 20_000 });
  }
}
