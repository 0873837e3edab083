import { Refused } from '@orderloom/contracts';
import { mustBeEndable } from './decide-cancel.js';
import { hasEnded, mustNotHaveEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { wantedLines } from './lines.js';
import { outstanding } from './money.js';
import { evolve, type Order } from './order.js';
import { releasedUnits } from './quantities.js';
import { isRefused } from './refunds.js';
import { about, mustExist } from './refusals.js';
import { type Cancel, everything } from './take-off.js';

/**
 * The seller does not take the order: possible until a warehouse was told about it. Money collected goes back.
 * @throws Refused ORDER_NOT_FOUND, ORDER_IS_HISTORY, ORDER_CANCELLED, ORDER_EXPIRED, ORDER_COMPLETED,
 * ORDER_ALREADY_RELEASED
 */
export const reject = (command: Cancel, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.rejected !== null) return [];
  mustNotHaveEnded(order);
  if (order.mode === 'history') throw new Refused('ORDER_IS_HISTORY', about(order));
  mustBeEndable(order);
  const rejected: OrderEvent = {
    type: 'OrderCancelled',
    data: { ...everything(command, order), rejected: { type: 'DESK' } },
  };
  return withFollowUps(order, [rejected], command);
};

/** Until when an order that waits for its customer's money should have it; null when it waits for none. */
export const payableUntil = (order: Order): string | null => {
  if (order.mode !== 'live' || order.paymentTerms !== 'prepaid' || order.status !== 'CONFIRMED') return null;
  if (outstanding(order.ledger) === 0 || releasedUnits(order) > 0 || order.ledger.authorized > 0) return null;
  return order.payments.slice(order.paymentsFrom).at(-1)?.dueAt ?? null;
};

/**
 * Ends an order that was not paid in time. The state decides whether it acts: one that was paid or ended is left alone.
 * @param command.overdueAt orders whose payment was due before this time (ISO 8601) have waited long enough
 */
export const expire = (command: { overdueAt: string; now: string }, order: Order): OrderEvent[] => {
  mustExist(order);
  const dueAt = payableUntil(order);
  if (dueAt === null || dueAt >= command.overdueAt) return [];
  // Money that has come in part shall not be given back by a clock: a person decides.
  if (order.ledger.captured > order.ledger.refunded) return [];
  const ended = everything({ reason: 'PAYMENT_EXPIRED', now: command.now }, order);
  return withFollowUps(order, [{ type: 'OrderExpired', data: { ...ended, dueAt } }], command);
};

/**
 * Takes an order up again that ended unfulfilled. Its lines are wanted as they were when it ended, at the same prices;
 * stock is looked for anew, and money that was given back is asked for again.
 * @throws Refused ORDER_NOT_FOUND, ORDER_NOT_OVER, ORDER_IS_HISTORY, PERSONAL_DATA_ERASED, REFUND_UNDER_WAY
 */
export const reopen = (command: Cancel, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.mode === 'history') throw new Refused('ORDER_IS_HISTORY', about(order));
  // Nobody knows any more where it should go.
  if (order.erasedAt !== undefined) throw new Refused('PERSONAL_DATA_ERASED', about(order));
  if (!hasEnded(order)) {
    if (order.epoch > 0 && order.status === 'CONFIRMED') return [];
    throw new Refused('ORDER_NOT_OVER', { ...about(order), status: order.status });
  }
  // Money on its way back could be neither counted on nor asked for.
  if (order.refunds.some((refund) => refund.status !== 'SUCCEEDED' && !isRefused(refund)))
    throw new Refused('REFUND_UNDER_WAY', about(order));
  const { lines, amount } = order.endedWith;
  const reopened = (wanted: ReturnType<typeof wantedLines>): OrderEvent => ({
    type: 'OrderReopened',
    data: {
      reason: command.reason,
      ...(command.note === undefined ? {} : { note: command.note }),
      lines: [...lines],
      amount,
      currency: order.currency,
      epoch: order.epoch + 1,
      wanted,
      occurredAt: command.now,
    },
  });
  const after = evolve(order, reopened([]));
  return withFollowUps(order, [reopened(wantedLines(after))], command);
};
