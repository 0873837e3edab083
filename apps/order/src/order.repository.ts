import { Injectable } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { InstanceRole, Vault } from '@orderloom/platform';
import { SealingRepository, type Words } from '@orderloom/service';
import { keyOfWords } from './intake/seal-order.js';
import { orderAggregate } from './order/aggregate.js';
import type { OrderEvent } from './order/events.js';
import type { Order } from './order/order.js';

/** Orders kept in memory: those under way are asked for again with every step they take, by whoever moves them on. */
const KEPT = { working: 10_000, answering: 1_000 };

/** Where people write in their own words about an order, or its customer does. */
const WORDS: Words<Order, OrderEvent> = {
  events: {
    OrderSubmitted: [],
    OrderCancelled: [],
    LinesCancelled: [],
    OrderReopened: [],
    StopRequested: [],
    FulfilmentReleased: [],
    AmendmentProposed: [],
    AmendmentApproved: [],
    AmendmentAccepted: [],
    AmendmentApplied: [],
    AmendmentDeclined: ['reason'],
    AmendmentWithdrawn: ['reason'],
    RefundRequested: [],
    RefundApproved: [],
  },
  keyIdOf(orderId, order, events) {
    const [first] = events;
    const begins = order.status === 'NONE' && first?.type === 'OrderSubmitted';
    return keyOfWords(begins ? first.data : { ...order, orderId, customerId: order.customerId ?? undefined });
  },
};

/** Orders by id. */
@Injectable()
export class OrderRepository extends SealingRepository<Order, OrderEvent> {
  constructor(store: EventStore, role: InstanceRole, vault: Vault) {
    super(store, orderAggregate, vault, WORDS, { cacheSize: role.works ? KEPT.working : KEPT.answering });
  }
}
