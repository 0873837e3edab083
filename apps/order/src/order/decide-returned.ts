import { type Disposition, Refused, type Resolution } from '@orderloom/contracts';
import { requestRefund } from './decide-refund.js';
import type { Credit, LineQuantity, OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import type { RefundPolicy } from './money-follow-up.js';
import type { Order, OrderLine } from './order.js';
import { refundableOf } from './refunds.js';
import { about, mustExist } from './refusals.js';
import { returnOf } from './returned.js';

/** Units of a line that can still be given back. */
export const returnable = (line: OrderLine): number => line.delivered - line.returnRequested;

/**
 * Sets delivered units aside for a return, once per return.
 * @throws Refused ORDER_NOT_FOUND, LINE_NOT_FOUND, RETURN_EXCEEDS_DELIVERED
 */
export const requestReturnOf = (
  command: { returnId: string; lines: readonly LineQuantity[]; now: string },
  order: Order,
): OrderEvent[] => {
  mustExist(order);
  const { returnId, now } = command;
  if (order.desk.returns.some((one) => one.returnId === returnId)) return [];
  const lines = command.lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
  for (const { lineId, quantity } of lines) {
    const line = order.lines.find((one) => one.lineId === lineId);
    if (line === undefined) throw new Refused('LINE_NOT_FOUND', { ...about(order), lineId });
    const available = returnable(line);
    if (quantity > available) throw new Refused('RETURN_EXCEEDS_DELIVERED', { ...about(order), lineId, available });
  }
  return [{ type: 'LinesReturnRequested', data: { returnId, lines, occurredAt: now } }];
};

/** Units that will not come back after all: no more than the return still waits for. */
export const endReturnOf = (
  command: { returnId: string; lines: readonly LineQuantity[]; reason: string; now: string },
  order: Order,
): OrderEvent[] => {
  mustExist(order);
  const { returnId, reason, now } = command;
  const known = returnOf(order, returnId);
  const lines = command.lines.flatMap(({ lineId, quantity }) => {
    const line = known.lines.find((one) => one.lineId === lineId);
    const open = line === undefined ? 0 : Math.min(quantity, line.requested - line.returned);
    return open > 0 ? [{ lineId, quantity: open }] : [];
  });
  return lines.length === 0 ? [] : [{ type: 'LinesReturnEnded', data: { returnId, lines, reason, occurredAt: now } }];
};

/** Units that came back, once per receipt. @throws Refused RETURN_NOT_FOUND, RETURN_RECEIPT_EXCEEDS */
export const takeBack = (
  command: { returnId: string; receiptId: string; lines: readonly LineQuantity[]; now: string },
  order: Order,
): OrderEvent[] => {
  mustExist(order);
  const { returnId, receiptId, now } = command;
  const known = mustKnow(order, returnId);
  if (known.receipts.includes(receiptId) || command.lines.length === 0) return [];
  for (const { lineId, quantity } of command.lines) {
    const line = known.lines.find((one) => one.lineId === lineId);
    const available = line === undefined ? 0 : line.requested - line.returned;
    if (quantity > available) throw new Refused('RETURN_RECEIPT_EXCEEDS', { ...about(order), lineId, available });
  }
  return [{ type: 'LinesReturned', data: { returnId, receiptId, lines: [...command.lines], occurredAt: now } }];
};

/** What became of units that came back, once per inspection. @throws Refused RETURN_NOT_FOUND, RETURN_INSPECTION_EXCEEDS */
export const disposeOf = (
  command: {
    returnId: string;
    inspectionId: string;
    units: readonly { lineId: string; quantity: number; disposition: Disposition }[];
    now: string;
  },
  order: Order,
): OrderEvent[] => {
  mustExist(order);
  const { returnId, inspectionId, now } = command;
  const known = mustKnow(order, returnId);
  if (known.inspections.includes(inspectionId) || command.units.length === 0) return [];
  const units = command.units.map(({ lineId, quantity, disposition }) => ({ lineId, quantity, disposition }));
  for (const lineId of new Set(units.map((unit) => unit.lineId))) {
    const line = known.lines.find((one) => one.lineId === lineId);
    const done = Object.values(line?.disposed ?? {}).reduce((sum, quantity) => sum + quantity, 0);
    const more = units.filter((unit) => unit.lineId === lineId).reduce((sum, { quantity }) => sum + quantity, 0);
    const available = (line?.returned ?? 0) - done;
    if (more > available) throw new Refused('RETURN_INSPECTION_EXCEEDS', { ...about(order), lineId, available });
  }
  return [{ type: 'LinesDisposed', data: { returnId, inspectionId, units, occurredAt: now } }];
};

/** Units that came back and are the customer's again, once per sending. @throws Refused RETURN_NOT_FOUND, RETURN_SENDING_EXCEEDS */
export const sendBackOf = (
  command: { returnId: string; sendingId: string; lines: readonly LineQuantity[]; now: string },
  order: Order,
): OrderEvent[] => {
  mustExist(order);
  const { returnId, sendingId, now } = command;
  const known = mustKnow(order, returnId);
  const lines = command.lines.filter(({ quantity }) => quantity > 0);
  if (known.sendings?.includes(sendingId) === true || lines.length === 0) return [];
  for (const { lineId, quantity } of lines) {
    const disposed = known.lines.find((one) => one.lineId === lineId)?.disposed;
    const available = disposed === undefined ? 0 : disposed.SEND_BACK + disposed.REFURBISH;
    if (quantity > available) throw new Refused('RETURN_SENDING_EXCEEDS', { ...about(order), lineId, available });
  }
  return [{ type: 'LinesSentBack', data: { returnId, sendingId, lines, occurredAt: now } }];
};

export interface SettleReturn {
  returnId: string;
  resolution: Resolution;
  /** all the customer gets, minor units */
  amount: number;
  /** the part of it that is owed back in money; the rest went into a replacement or an account */
  credit: number;
  lines: readonly { lineId: string; sku: string; name: string; quantity: number; amount: number }[];
  exchangeOrderId?: string;
  /** the customer's account, where the amount goes there instead of back the way it came */
  account?: string;
  refunds?: RefundPolicy;
  now: string;
}

/** What was paid and goes to the customer's account; what was never paid is only no longer owed. */
const toAccount = (command: SettleReturn, account: string, order: Order): OrderEvent[] => {
  const { returnId, now, refunds } = command;
  const paid = order.payments.reduce((sum, payment) => sum + refundableOf(order, payment), 0);
  const amount = Math.min(command.amount, paid);
  if (amount === 0) return [];
  const route = { method: 'store_credit', provider: 'balance', account } as const;
  const policy = refunds === undefined ? {} : { refunds };
  return requestRefund({ amount, reason: 'RETURN', route, key: `return:${returnId}`, ...policy, now }, order);
};

/**
 * Takes in what a return came to, once. What is owed back in money is credited; a refund follows by itself where it was
 * paid, and less is owed where it was not.
 */
export const settleReturn = (command: SettleReturn, order: Order): OrderEvent[] => {
  mustExist(order);
  const { returnId, resolution, amount, exchangeOrderId, now } = command;
  if (returnOf(order, returnId).settled !== null) return [];
  const events: OrderEvent[] = command.account === undefined ? [] : toAccount(command, command.account, order);
  const toAccounts = events.reduce((sum, event) => sum + (event.type === 'RefundRequested' ? event.data.amount : 0), 0);
  const credit = command.account === undefined ? command.credit : command.amount - toAccounts;
  if (credit > 0) {
    const credits = creditsOf({ ...command, credit });
    events.push({
      type: 'OrderCredited',
      data: {
        credits,
        amount: credit,
        currency: order.currency,
        reason: `RETURN ${returnId}`,
        occurredAt: now,
      },
    });
  }
  events.push({
    type: 'ReturnSettled',
    data: {
      returnId,
      resolution,
      amount,
      currency: order.currency,
      ...(exchangeOrderId === undefined ? {} : { exchangeOrderId }),
      occurredAt: now,
    },
  });
  const { refunds } = command;
  return withFollowUps(order, events, { now, ...(refunds === undefined ? {} : { refunds }) });
};

/** One credit per line, and one for what belongs to none (delivery, or what is left of an exchange). */
const creditsOf = ({ returnId, lines, credit }: SettleReturn): Credit[] => {
  const credits: Credit[] = [];
  let left = credit;
  for (const line of lines) {
    const amount = Math.min(left, line.amount);
    if (amount <= 0) continue;
    left -= amount;
    credits.push({
      creditId: `${returnId}-${line.lineId}`,
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      unitPrice: Math.floor(amount / line.quantity),
      amount,
    });
  }
  if (left > 0) {
    credits.push({
      creditId: `${returnId}-shipping`,
      sku: 'SHIPPING',
      name: 'Shipping',
      quantity: 1,
      unitPrice: left,
      amount: left,
    });
  }
  return credits;
};

const mustKnow = (order: Order, returnId: string) => {
  const known = order.desk.returns.find((one) => one.returnId === returnId);
  if (known === undefined) throw new Refused('RETURN_NOT_FOUND', { ...about(order), returnId });
  return known;
};
