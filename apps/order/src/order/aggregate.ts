import type { Aggregate } from '@orderloom/event-sourcing';
import type { OrderEvent } from './events.js';
import { evolve, initial, type Order } from './order.js';

/** How an order is kept: stream `order-{orderId}`. */
export const orderAggregate: Aggregate<Order, OrderEvent> = { prefix: 'order', initial, evolve };
