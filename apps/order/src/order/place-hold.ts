import { type HoldStep, Refused } from '@orderloom/contracts';
import { mustNotHaveEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { type Hold, isOpen } from './holds.js';
import { outstanding } from './money.js';
import type { Order } from './order.js';
import { every, wanted } from './quantities.js';
import { about, mustExist } from './refusals.js';
import type { PlaceHold } from './review.js';

/** How long the next level of an approval has when the rule does not say. */
export const DEFAULT_HOURS = 24;

export const hoursAfter = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * 3_600_000).toISOString();

/** Whether the order has taken a step already, so that nothing can keep it from that any more. */
const isPast = (order: Order, step: HoldStep): boolean => {
  switch (step) {
    case 'CONFIRM':
    case 'RESERVE':
      return order.status !== 'SUBMITTED';
    case 'RELEASE':
      return every(order, (line) => line.released >= wanted(line));
    case 'SHIP':
      return every(order, (line) => line.shipped >= wanted(line));
    case 'CAPTURE':
      return outstanding(order.ledger) === 0;
    case 'REFUND':
      return false;
    default:
      return step satisfies never;
  }
};

/**
 * Keeps the order, or a line, from the named steps until somebody has decided. One open hold of a kind and reason is
 * enough: placing it again changes nothing. Steps the order has taken already are left out.
 * @throws Refused ORDER_NOT_FOUND, ORDER_IS_HISTORY, ORDER_CANCELLED, ORDER_EXPIRED, LINE_NOT_FOUND,
 * HOLD_TOO_LATE
 */
export const placeHold = (command: PlaceHold, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.mode === 'history') throw new Refused('ORDER_IS_HISTORY', about(order));
  mustNotHaveEnded(order);
  const lineId = command.lineId ?? null;
  if (lineId !== null && !order.lines.some((line) => line.lineId === lineId)) {
    throw new Refused('LINE_NOT_FOUND', { ...about(order), lineId });
  }
  const { type, reason, now } = command;
  const same = (hold: Hold): boolean => hold.type === type && hold.reason === reason && hold.lineId === lineId;
  if (order.holds.some((hold) => isOpen(hold) && same(hold))) return [];
  const blocks = command.blocks.filter((step) => !isPast(order, step));
  const isOver = order.status === 'COMPLETED' && !blocks.includes('REFUND');
  if (isOver || (blocks.length === 0 && command.blocks.length > 0)) {
    throw new Refused('HOLD_TOO_LATE', { ...about(order), steps: command.blocks });
  }
  const first = command.levels?.[0];
  return [
    {
      type: 'HoldPlaced',
      data: {
        holdId: `${order.orderId}-H${order.holds.length + 1}`,
        type,
        ...(lineId === null ? {} : { lineId }),
        blocks,
        reason,
        ownerRole: first?.role ?? command.ownerRole,
        ...(command.owner === undefined ? {} : { owner: command.owner }),
        deadline: first === undefined ? command.deadline : hoursAfter(now, first.hours ?? DEFAULT_HOURS),
        atDeadline: first === undefined ? command.atDeadline : first.escalateTo === undefined ? 'WAIT' : 'ESCALATE',
        ...escalation(first === undefined ? command.escalateTo : first.escalateTo),
        ...(command.levels === undefined ? {} : { levels: [...command.levels] }),
        ...(command.fourEyes === true ? { fourEyes: true } : {}),
        ...(command.related === undefined ? {} : { related: [...command.related] }),
        inputs: command.inputs,
        ...(command.rule === undefined ? {} : { rule: command.rule }),
        occurredAt: now,
      },
    },
  ];
};

export const escalation = (escalateTo: string | undefined) => (escalateTo === undefined ? {} : { escalateTo });
