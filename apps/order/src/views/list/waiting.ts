import { type DeadlinePolicy, dueAt } from '../../deadlines/policy.js';
import type { Order } from '../../order/order.js';
import { type Priority, priorityOf, type WaitState, waitsOf } from '../../order/waits.js';

/** Something a row waits for. */
export interface Waiting {
  state: WaitState;
  /** when it began, as recorded */
  since: string;
  dueAt: string;
  /** the deadline passed and somebody was told */
  missed: boolean;
}

/** The columns of a row that say what it waits for. */
export interface WaitColumns {
  waits: Waiting[];
  /** the next deadline that has not been missed */
  dueAt: string | null;
  overdue: boolean;
}

const NOTHING: WaitColumns = { waits: [], dueAt: null, overdue: false };

export const columnsOf = (waits: Waiting[]): WaitColumns => {
  if (waits.length === 0) return NOTHING;
  const open = waits.filter((wait) => !wait.missed).map((wait) => wait.dueAt);
  return {
    waits,
    dueAt: open.reduce<string | null>((least, due) => (least === null || due < least ? due : least), null),
    overdue: waits.some((wait) => wait.missed),
  };
};

/** Deadlines by a policy; what is missed stays missed. */
export const withDeadlines = (waits: readonly Waiting[], policy: DeadlinePolicy, priority: Priority): WaitColumns =>
  columnsOf(waits.map((wait) => ({ ...wait, dueAt: dueAt(policy, wait.state, priority, wait.since) })));

/** What a row waits for once an event has happened: what it waited for before goes on. */
export const waiting = (
  order: Order,
  before: readonly Waiting[],
  event: { type: string; time: string; data: unknown },
  policy: DeadlinePolicy,
): WaitColumns => {
  const states = waitsOf(order);
  if (states.length === 0) return NOTHING;
  const missed = event.type === 'OrderDeadlineMissed' ? (event.data as { wait: string; since: string }) : undefined;
  const waits = states.map((state): Waiting => {
    const known = before.find((wait) => wait.state === state);
    const since = known?.since ?? event.time;
    const isMissed = missed?.wait === state && missed.since === since;
    return { state, since, dueAt: '', missed: known?.missed === true || isMissed };
  });
  return withDeadlines(waits, policy, priorityOf(order));
};
