import type { Preview } from '@orderloom/event-sourcing';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { axes, money } from '../order/status.js';

const side = (order: Order): object | null =>
  order.status === 'NONE' ? null : { ...axes(order), money: money(order), lines: order.lines };

/** What a command with `?dryRun=true` answers: the events it would append and the change they would make. */
export const previewView = ({ events, before, after, revision }: Preview<Order, OrderEvent>): object => ({
  dryRun: true,
  revision: revision.toString(),
  events: events.map((event) => {
    if (event.type !== 'OrderSubmitted') return { type: event.type, data: event.data };
    const { requestHash: _hash, idempotencyKey: _key, matchKeys: _match, ...data } = event.data;
    return { type: event.type, data };
  }),
  change: { before: side(before), after: side(after) },
});
