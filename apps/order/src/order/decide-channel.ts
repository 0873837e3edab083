import { isRefused } from '@orderloom/contracts';
import { cancel } from './decide-cancel.js';
import { ship } from './decide-ship.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { outstanding } from './money.js';
import { paymentIdOf } from './money-follow-up.js';
import { evolve, type Order } from './order.js';
import { expected } from './payments.js';
import { wanted } from './quantities.js';
import { isRefused as isRefusedRefund } from './refunds.js';
import { mustExist } from './refusals.js';

/** What the channel that an order came from says about it now. */
export interface FollowChannel {
  states: ReadonlySet<string>;
  channel: string;
  /** the channel's own reference of the payment */
  paymentReference?: string;
  shippedAt?: string;
  carrier?: string;
  trackingNumber?: string;
  /** fingerprint of the content, when it differs from what the order was placed with */
  otherContent?: string;
  now: string;
}

/**
 * Follows the channel as far as the order can go: cancelled there is cancelled here, paid there is paid here, sent from
 * there is shipped. What cannot be followed is set aside once, for a person, instead of being lost. The order of what
 * the channel says does not matter, nor how often it says so.
 */
export const followChannel = (command: FollowChannel, order: Order): OrderEvent[] => {
  mustExist(order);
  const events: OrderEvent[] = [];
  let state = order;
  const attempt = (name: string, decide: (order: Order) => OrderEvent[]): void => {
    try {
      const decided = decide(state);
      events.push(...decided);
      state = decided.reduce(evolve, state);
    } catch (error) {
      if (!isRefused(error)) throw error;
      const aside = setAside(command, state, name, error.code, error.details);
      events.push(...aside);
      state = aside.reduce(evolve, state);
    }
  };
  const { states } = command;
  if (states.has('CANCELLED')) attempt('CANCELLED', (now) => cancelWithChannel(command, now));
  else {
    if (states.has('PAID')) attempt('PAID', (now) => payAtChannel(command, now));
    if (states.has('SHIPPED') || states.has('DELIVERED')) attempt('SHIPPED', (now) => shipFromChannel(command, now));
  }
  if (command.otherContent !== undefined) {
    events.push(
      ...setAside(command, state, null, 'CHANNEL_CONTENT_CHANGED', {
        number: order.number,
        content: command.otherContent,
      }),
    );
  }
  return events;
};

/** Each thing is set aside once, however often the channel repeats it. */
const setAside = (
  command: FollowChannel,
  order: Order,
  state: string | null,
  code: string,
  details: Record<string, unknown>,
): OrderEvent[] => {
  const content = state === null ? `:${String(details['content'])}` : '';
  const newsId = `${state ?? 'CONTENT'}:${code}${content}`;
  if (order.desk.channelNews.some((news) => news.newsId === newsId)) return [];
  const data = { newsId, ...(state === null ? {} : { state }), code, details, occurredAt: command.now };
  return [{ type: 'ChannelNewsSetAside', data }];
};

/** Money that a marketplace collected: only it can give it back, nobody here can be asked for it. */
const isChannelPayment = (provider: string | undefined): boolean => provider?.startsWith('channel:') === true;

/** What the channel collected it gives back itself when it cancels. */
const cancelWithChannel = (command: FollowChannel, order: Order): OrderEvent[] => {
  const events = cancel({ reason: 'CHANNEL', now: command.now }, order);
  const after = events.reduce(evolve, order);
  for (const refund of after.refunds) {
    const payment = after.payments.find((one) => one.paymentId === refund.paymentId);
    if (refund.status === 'SUCCEEDED' || isRefusedRefund(refund) || !isChannelPayment(payment?.provider)) continue;
    events.push({
      type: 'RefundSucceeded',
      data: {
        refundId: refund.refundId,
        amount: refund.amount,
        currency: order.currency,
        providerReference: payment?.providerReference ?? order.number,
        occurredAt: command.now,
      },
    });
  }
  return events;
};

/** The channel has collected what is still owed. Orders on account or to be paid at the door stay what they are. */
const payAtChannel = (command: FollowChannel, order: Order): OrderEvent[] => {
  const amount = outstanding(order.ledger);
  if (order.paymentTerms !== 'prepaid' || order.status === 'CANCELLED' || amount === 0) return [];
  // A payment that is under way here would be collected twice.
  if (order.payments.some((payment) => expected(payment) > 0)) return [];
  const captured: OrderEvent = {
    type: 'PaymentCaptured',
    data: {
      paymentId: paymentIdOf(order),
      amount,
      currency: order.currency,
      providerReference: command.paymentReference ?? order.externalNumber ?? order.number,
      provider: `channel:${command.channel}`,
      method: 'channel',
      occurredAt: command.now,
    },
  };
  return withFollowUps(order, [captured], command);
};

/**
 * The channel says it is on its way. Mostly that is what we told it ourselves; where nothing has left here, what a
 * warehouse has been told about went out from elsewhere, or the order was only recorded here all along.
 */
const shipFromChannel = (command: FollowChannel, order: Order): OrderEvent[] => {
  if (order.status === 'CANCELLED') return ship(shipment(command, order, []), order);
  if (order.lines.every((line) => line.shipped >= wanted(line)) || order.lines.some((line) => line.shipped > 0)) {
    return order.mode === 'history' ? arrive(command, order) : [];
  }
  if (order.mode === 'history') {
    const lines = order.lines.map((line) => ({ lineId: line.lineId, quantity: wanted(line) }));
    const { shipmentId: _id, now: _now, fulfilmentId: _fulfilment, ...data } = shipment(command, order, lines);
    const shipped: OrderEvent = { type: 'LinesShipped', data };
    return [shipped, ...arrive(command, evolve(order, shipped))];
  }
  const lines = order.lines
    .filter((line) => wanted(line) > 0)
    // One that nobody released is named all the same, so that it is refused instead of forgotten.
    .map((line) => ({ lineId: line.lineId, quantity: Math.max(1, line.released - line.shipped) }));
  return ship(shipment(command, order, lines), order);
};

const shipment = (command: FollowChannel, order: Order, lines: { lineId: string; quantity: number }[]) => ({
  shipmentId: `${order.orderId}-channel`,
  fulfilmentId: order.fulfilments[0]?.fulfilmentId ?? `${order.orderId}-channel`,
  ...(command.carrier === undefined ? {} : { carrier: command.carrier }),
  ...(command.trackingNumber === undefined ? {} : { trackingNumber: command.trackingNumber }),
  lines,
  occurredAt: command.shippedAt ?? command.now,
  now: command.now,
});

/** An order that is only recorded is over when the channel says it arrived. */
const arrive = (command: FollowChannel, order: Order): OrderEvent[] => {
  if (!command.states.has('DELIVERED') || order.status === 'COMPLETED') return [];
  const lines = order.lines
    .map((line) => ({ lineId: line.lineId, quantity: line.shipped - line.delivered }))
    .filter(({ quantity }) => quantity > 0);
  const occurredAt = command.now;
  return [
    ...(lines.length === 0 ? [] : [{ type: 'LinesDelivered', data: { lines, occurredAt } } as const]),
    { type: 'OrderCompleted', data: { occurredAt } },
  ];
};
