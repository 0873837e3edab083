import { Refused } from '@orderloom/contracts';
import { recordReview } from './decide-review.js';
import type { Check, Credit, DataOf, OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { evolve, type Order } from './order.js';
import type { OrderReview } from './review.js';
import { asksForSomebody } from './review-outcome.js';

/** What both a new order and one from the past are recorded with. Prices, ids and time are settled by the caller. */
export type Draft = Omit<DataOf<'OrderSubmitted'>, 'mode'>;

export interface SubmitOrder {
  draft: Draft;
  checks: Check[];
  /** what the rules say about it; nothing where none applies */
  review?: OrderReview;
  /** when it is recorded, where that is not when it was placed */
  now?: string;
}

/**
 * An order can be placed once. The same request again changes nothing; another one under the same id is refused.
 * @returns true when this very order is there already
 * @throws Refused DUPLICATE_EXTERNAL_NUMBER, IDEMPOTENCY_KEY_REUSED
 */
const isRepeat = (draft: Draft, order: Order): boolean => {
  if (order.status === 'NONE') return false;
  if (order.requestHash === draft.requestHash) return true;
  const first = { orderId: order.orderId, number: order.number };
  if (draft.externalNumber === undefined && draft.idempotencyKey !== undefined) {
    throw new Refused('IDEMPOTENCY_KEY_REUSED', first);
  }
  throw new Refused('DUPLICATE_EXTERNAL_NUMBER', {
    ...first,
    channel: order.channel,
    externalNumber: order.externalNumber ?? order.number,
  });
};

/** Places a checked and priced order: submitted and confirmed in one append, or held until somebody has decided. */
export const submit = (command: SubmitOrder, order: Order): OrderEvent[] => {
  const { draft, checks, review } = command;
  if (isRepeat(draft, order)) return [];
  const submitted: OrderEvent = { type: 'OrderSubmitted', data: { ...draft, mode: 'live' } };
  if (review !== undefined && asksForSomebody(review)) {
    const events = recordReview(review, command.now ?? draft.occurredAt, evolve(order, submitted));
    if (events.length > 0) return [submitted, ...events];
  }
  const events: OrderEvent[] = [submitted, { type: 'OrderConfirmed', data: { checks, occurredAt: draft.occurredAt } }];
  return draft.payment?.ask === 'ordered' ? withFollowUps(order, events, { now: draft.occurredAt }) : events;
};

export interface RecordHistory {
  draft: Draft;
  checks: Check[];
  credits: Credit[];
  creditReason: string;
  /** when it left the house, if it did */
  shippedAt?: string;
  carrier?: string;
}

/**
 * Records an order of the past as it went, with its own dates, in one append. What has left the house counts as
 * delivered; an order that consists of credits only has nothing left to happen.
 */
export const recordHistory = (command: RecordHistory, order: Order): OrderEvent[] => {
  const { draft, checks, credits, shippedAt } = command;
  if (isRepeat(draft, order)) return [];
  const { occurredAt, currency } = draft;
  const events: OrderEvent[] = [{ type: 'OrderSubmitted', data: { ...draft, mode: 'history' } }];
  if (credits.length > 0) {
    const amount = credits.reduce((sum, credit) => sum + credit.amount, 0);
    events.push({
      type: 'OrderCredited',
      data: { credits, amount, currency, reason: command.creditReason, occurredAt },
    });
  }
  events.push({ type: 'OrderConfirmed', data: { checks, occurredAt } });
  const lines = draft.lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
  if (lines.length > 0 && shippedAt !== undefined) {
    const carrier = command.carrier === undefined ? {} : { carrier: command.carrier };
    events.push({ type: 'LinesShipped', data: { ...carrier, lines, occurredAt: shippedAt } });
    events.push({ type: 'LinesDelivered', data: { lines, occurredAt: shippedAt } });
  }
  if (lines.length === 0 || shippedAt !== undefined) {
    events.push({ type: 'OrderCompleted', data: { occurredAt: shippedAt ?? occurredAt } });
  }
  return events;
};
