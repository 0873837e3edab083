import { Refused } from '@orderloom/contracts';
import { cancel } from './decide-cancel.js';
import type { OrderEvent, ShipTo } from './events.js';
import { withFollowUps } from './follow-up.js';
import { decidedBefore, type Hold, isOpen } from './holds.js';
import { evolve, type Order } from './order.js';
import { DEFAULT_HOURS, escalation, hoursAfter } from './place-hold.js';
import { about, mustExist } from './refusals.js';

export const holdOf = (order: Order, holdId: string): Hold => {
  mustExist(order);
  const hold = order.holds.find((candidate) => candidate.holdId === holdId);
  if (hold === undefined) throw new Refused('HOLD_NOT_FOUND', { ...about(order), holdId });
  return hold;
};

/** @throws Refused HOLD_NOT_OPEN */
export const mustBeOpen = (order: Order, hold: Hold): void => {
  if (isOpen(hold)) return;
  throw new Refused('HOLD_NOT_OPEN', { ...about(order), holdId: hold.holdId, status: hold.status });
};

export interface AssignHold {
  holdId: string;
  ownerRole?: string;
  /** null: nobody in particular */
  owner: string | null;
  deadline?: string;
  reason: 'CLAIMED' | 'ASSIGNED' | 'DELEGATED' | 'RETURNED';
  now: string;
}

/**
 * Gives a hold to a role or person. Who claims it gets it only when nobody else has it.
 * @throws Refused HOLD_NOT_FOUND, HOLD_NOT_OPEN, HOLD_CLAIMED
 */
export const assignHold = (command: AssignHold, order: Order): OrderEvent[] => {
  const hold = holdOf(order, command.holdId);
  mustBeOpen(order, hold);
  const { owner, reason, now: occurredAt } = command;
  const ownerRole = command.ownerRole ?? hold.ownerRole;
  const deadline = command.deadline ?? hold.deadline;
  if (reason === 'CLAIMED' && hold.owner !== null && hold.owner !== owner) {
    throw new Refused('HOLD_CLAIMED', { ...about(order), holdId: hold.holdId, owner: hold.owner });
  }
  if (hold.owner === owner && hold.ownerRole === ownerRole && hold.deadline === deadline) return [];
  const { holdId, atDeadline } = hold;
  const person = owner === null ? {} : { owner };
  return [{ type: 'HoldAssigned', data: { holdId, ownerRole, ...person, deadline, atDeadline, reason, occurredAt } }];
};

/** What to do with the address when a hold is resolved. */
export interface Correction {
  shipTo: ShipTo;
}

export interface ApproveHold {
  holdId: string;
  /** who decides */
  by: string;
  /** role or person stood in for */
  onBehalfOf?: string;
  /** which level of the approval, from 1; the next one when left out */
  level?: number;
  resolution?: string;
  correction?: Correction;
  now: string;
}

/**
 * Approves a hold, or the next level of its approval. With the last one the order goes on.
 * @throws Refused HOLD_NOT_FOUND, HOLD_NOT_OPEN, HOLD_EARLIER_REVIEW, APPROVAL_LEVEL_NEXT, APPROVAL_SAME_PERSON,
 * ORDER_ALREADY_RELEASED when the address of goods on their way would change
 */
export const approveHold = (command: ApproveHold, order: Order): OrderEvent[] => {
  const hold = holdOf(order, command.holdId);
  if (hold.status === 'RESOLVED') return [];
  mustBeOpen(order, hold);
  const before = decidedBefore(order, hold)[0];
  if (before !== undefined) {
    throw new Refused('HOLD_EARLIER_REVIEW', { ...about(order), holdId: before.holdId, type: before.type });
  }
  const events = hold.levels.length === 0 ? [] : approvalOf(command, hold, order);
  if (events === null) return [];
  const approved = hold.approvals.length + events.length;
  if (approved < hold.levels.length) return events;
  const resolution = command.resolution ?? (command.correction === undefined ? 'APPROVED' : 'CORRECTED');
  return [...events, ...resolved(order, hold.holdId, resolution, command, events)];
};

/** The event that ends a hold well, and what the order does once it is gone. */
const resolved = (
  order: Order,
  holdId: string,
  resolution: string,
  { correction, now }: { correction?: Correction; now: string },
  events: readonly OrderEvent[] = [],
): OrderEvent[] => {
  if (correction !== undefined && order.fulfilments.length > 0) {
    throw new Refused('ORDER_ALREADY_RELEASED', about(order));
  }
  const end: OrderEvent = {
    type: 'HoldResolved',
    data: { holdId, resolution, ...(correction === undefined ? {} : { shipTo: correction.shipTo }), occurredAt: now },
  };
  return withFollowUps(events.reduce(evolve, order), [end], { now });
};

/** @returns the approval of the next level; null when it was given before by the same person */
const approvalOf = (command: ApproveHold, hold: Hold, order: Order): OrderEvent[] | null => {
  const { by, now } = command;
  const level = hold.approvals.length + 1;
  const last = hold.approvals.at(-1);
  if (command.level !== undefined && command.level < level) return null;
  // A repeat must not slip through as the approval of the next level.
  if (command.level === undefined && last?.by === by) return null;
  if (command.level !== undefined && command.level > level) {
    throw new Refused('APPROVAL_LEVEL_NEXT', { ...about(order), holdId: hold.holdId, level });
  }
  if (hold.fourEyes && hold.approvals.some((approval) => approval.by === by)) {
    throw new Refused('APPROVAL_SAME_PERSON', { ...about(order), holdId: hold.holdId, level });
  }
  const next = hold.levels[level];
  return [
    {
      type: 'HoldApproved',
      data: {
        holdId: hold.holdId,
        level,
        role: hold.ownerRole,
        by,
        ...(command.onBehalfOf === undefined ? {} : { onBehalfOf: command.onBehalfOf }),
        ...(next === undefined
          ? {}
          : {
              next: {
                role: next.role,
                deadline: hoursAfter(now, next.hours ?? DEFAULT_HOURS),
                atDeadline: next.escalateTo === undefined ? 'WAIT' : 'ESCALATE',
                ...escalation(next.escalateTo),
              },
            }),
        occurredAt: now,
      },
    },
  ];
};

export interface RejectHold {
  holdId: string;
  /** stable code of why */
  reason: string;
  note?: string;
  now: string;
}

/**
 * Rejects a hold: the order is not accepted and ends, as a cancellation does, with all that follows from one.
 * @throws Refused HOLD_NOT_FOUND, HOLD_NOT_OPEN, ORDER_COMPLETED, ORDER_ALREADY_RELEASED
 */
export const rejectHold = (command: RejectHold, order: Order): OrderEvent[] => {
  const hold = holdOf(order, command.holdId);
  if (hold.status === 'REJECTED') return [];
  mustBeOpen(order, hold);
  const { holdId, type } = hold;
  const rejected: OrderEvent = {
    type: 'HoldRejected',
    data: { holdId, reason: command.reason, occurredAt: command.now },
  };
  const { reason, note, now } = command;
  const cancelled = cancel({ reason, now, ...(note === undefined ? {} : { note }) }, evolve(order, rejected));
  return [
    rejected,
    ...cancelled.map((event) =>
      event.type === 'OrderCancelled' ? { ...event, data: { ...event.data, rejected: { holdId, type } } } : event,
    ),
  ];
};

export interface ExpireHold {
  holdId: string;
  now: string;
}

/**
 * Its deadline has passed: does what was said would happen then. Too early, or for a hold that has ended or was given
 * more time, nothing happens.
 */
export const expireHold = (command: ExpireHold, order: Order): OrderEvent[] => {
  const hold = holdOf(order, command.holdId);
  const { now } = command;
  if (!isOpen(hold) || hold.deadline > now) return [];
  const { holdId } = hold;
  const expired = (effect: 'RELEASED' | 'CANCELLED'): OrderEvent => ({
    type: 'HoldExpired',
    data: { holdId, effect, occurredAt: now },
  });
  switch (hold.atDeadline) {
    case 'WAIT':
      return [];
    case 'RELEASE':
      return withFollowUps(order, [expired('RELEASED')], { now });
    case 'ESCALATE':
      return [escalate(hold, now)];
    case 'CANCEL': {
      const event = expired('CANCELLED');
      try {
        return [event, ...cancel({ reason: 'HOLD_EXPIRED', now }, evolve(order, event))];
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        // Goods are on their way: a person has to look at it.
        return [escalate(hold, now)];
      }
    }
    default:
      return hold.atDeadline satisfies never;
  }
};

/** Passes a hold on to the next role. It waits there: it was escalated once, and now its deadline is what shows. */
const escalate = (hold: Hold, now: string): OrderEvent => {
  const hours = hold.levels[hold.approvals.length]?.hours ?? DEFAULT_HOURS;
  return {
    type: 'HoldAssigned',
    data: {
      holdId: hold.holdId,
      ownerRole: hold.escalateTo ?? hold.ownerRole,
      deadline: hoursAfter(now, hours),
      atDeadline: 'WAIT',
      reason: 'ESCALATED',
      occurredAt: now,
    },
  };
};

/** What a customer's answer or a person's decision ends a hold with, where no level of approval is in the way. */
export const resolveHold = (
  command: { holdId: string; resolution: string; correction?: Correction; now: string },
  order: Order,
): OrderEvent[] => {
  const hold = holdOf(order, command.holdId);
  if (!isOpen(hold)) return [];
  return resolved(order, hold.holdId, command.resolution, command);
};
