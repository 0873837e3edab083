import type { ShipmentEvent } from '@orderloom/contracts';
import { factsOf, isOver } from './decide.js';
import type { Shipment } from './shipment.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Part of the way that a reminder comes early and an alert late, so that both fit a way of an hour and one of a month. */
const SHARE = 0.05;

const way = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));
const plus = (time: string, ms: number): string => new Date(Date.parse(time) + Math.round(ms)).toISOString();

/** When it should be on its last leg: a twentieth of the way before the promise, six hours at most. */
export const remindAt = (dispatchedAt: string, promisedAt: string): string =>
  plus(promisedAt, -Math.min(6 * HOUR, way(dispatchedAt, promisedAt) * SHARE));

/** When it is late: a twentieth of the way after the promise, between half a minute and two hours. */
export const overdueAt = (dispatchedAt: string, promisedAt: string): string =>
  plus(promisedAt, Math.min(2 * HOUR, Math.max(MINUTE / 2, way(dispatchedAt, promisedAt) * SHARE)));

/** When to look at a shipment next; null: never. */
export const watchAt = (
  state: Pick<Shipment, 'status' | 'promisedAt' | 'reminded' | 'overdue'> & {
    readonly dispatchedAt: string;
    readonly over: boolean;
  },
): string | null => {
  const { status, promisedAt, reminded, overdue, dispatchedAt, over } = state;
  if (over || promisedAt === undefined || overdue || status === 'RETURNING' || status === 'LOST') return null;
  return reminded || status === 'OUT_FOR_DELIVERY'
    ? overdueAt(dispatchedAt, promisedAt)
    : remindAt(dispatchedAt, promisedAt);
};

/** Says once that the deadline is near and once that it is over. */
export const watch = (id: string, at: string, state: Shipment): ShipmentEvent[] => {
  const facts = factsOf(id, state);
  const { promisedAt } = state;
  const next = watchAt({ ...state, promisedAt, dispatchedAt: facts.occurredAt, over: isOver(state) });
  if (promisedAt === undefined || next === null || next > at) return [];
  const data = { shipmentId: id, orderId: facts.orderId, promisedAt, occurredAt: at };
  if (overdueAt(facts.occurredAt, promisedAt) <= at) return [{ type: 'ShipmentOverdue', data }];
  return state.reminded ? [] : [{ type: 'ShipmentDeadlineNear', data }];
};
