import { Injectable } from '@nestjs/common';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { Role } from '@orderloom/platform';
import { orderAggregate } from './order/aggregate.js';
import type { OrderEvent } from './order/events.js';
import type { Order } from './order/order.js';

/** Orders kept in memory: those under way are asked for again with every step they take, by whoever moves them on. */
const KEPT = { working: 10_000, answering: 1_000 };

/** Orders by id. */
@Injectable()
export class OrderRepository extends Repository<Order, OrderEvent> {
  constructor(store: EventStore, role: Role) {
    super(store, orderAggregate, { cacheSize: role.works ? KEPT.working : KEPT.answering });
  }
}
