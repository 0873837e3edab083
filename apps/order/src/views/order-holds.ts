import type { IndexSpec } from '@orderloom/projections';
import { decidedBefore, type Hold, openHolds, openQuestion } from '../order/holds.js';
import type { Order } from '../order/order.js';

/** An open hold as queues show it. */
export interface OpenHold {
  holdId: string;
  type: string;
  lineId: string | null;
  reason: string;
  blocks: string[];
  ownerRole: string;
  owner: string | null;
  placedAt: string;
  deadline: string;
  atDeadline: string;
  /** level of the approval that comes next, from 1; null where one decision is enough */
  level: number | null;
  levels: number;
  related: string[];
  /** holds that are to be decided first */
  waitsFor: string[];
  /** when the customer was asked and has not answered yet */
  askedAt: string | null;
  rule: string | null;
}

/** What an order waits for people for. Null in the list where nothing is held. */
export interface OrderHolds {
  holds: OpenHold[];
  /** the earliest deadline */
  deadline: string;
  /** the earliest deadline at which something happens by itself; null: nothing will */
  timer: string | null;
}

const shown = (order: Order, hold: Hold): OpenHold => ({
  holdId: hold.holdId,
  type: hold.type,
  lineId: hold.lineId,
  reason: hold.reason,
  blocks: [...hold.blocks],
  ownerRole: hold.ownerRole,
  owner: hold.owner,
  placedAt: hold.placedAt,
  deadline: hold.deadline,
  atDeadline: hold.atDeadline,
  level: hold.levels.length === 0 ? null : hold.approvals.length + 1,
  levels: hold.levels.length,
  related: [...hold.related],
  waitsFor: decidedBefore(order, hold).map((other) => other.holdId),
  askedAt: openQuestion(order, hold.holdId)?.askedAt ?? null,
  rule: hold.rule?.ruleId ?? null,
});

const earliest = (times: readonly string[]): string | null =>
  times.reduce<string | null>((first, time) => (first === null || time < first ? time : first), null);

/** The open holds of an order; null when there are none. */
export const orderHolds = (order: Order): OrderHolds | null => {
  const open = openHolds(order);
  if (open.length === 0) return null;
  return {
    holds: open.map((hold) => shown(order, hold)),
    deadline: earliest(open.map((hold) => hold.deadline)) ?? '',
    timer: earliest(open.filter((hold) => hold.atDeadline !== 'WAIT').map((hold) => hold.deadline)),
  };
};

/** Held orders are few among all: the indexes hold only them. */
export const REVIEW_INDEXES: readonly IndexSpec[] = [
  {
    key: { 'review.deadline': 1, _id: 1 },
    partialFilterExpression: { 'review.deadline': { $exists: true } },
  },
  { key: { 'review.timer': 1 }, partialFilterExpression: { 'review.timer': { $type: 'string' } } },
];
