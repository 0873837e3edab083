import { type FieldProblem, Refused } from '@orderloom/contracts';
import type { UserRole } from '@orderloom/platform';
import { roleNames } from '@orderloom/platform';
import { PRIORITIES, type Priority, WAIT_STATES, type WaitState } from '../order/waits.js';

/** How long an order may wait for something, and whose business it is then. */
export interface Deadline {
  readonly owner: UserRole;
  /** hours by priority */
  readonly hours: Readonly<Record<Priority, number>>;
}

export type DeadlinePolicy = Readonly<Record<WaitState, Deadline>>;

const deadline = (owner: UserRole, normal: number, urgent: number, vip: number): Deadline => ({
  owner,
  hours: { normal, urgent, vip },
});

/** Until somebody says otherwise. */
export const DEFAULT_POLICY: DeadlinePolicy = {
  REVIEW: deadline('reviewer', 24, 4, 8),
  SOURCING: deadline('logistics', 2, 1, 1),
  STOCK: deadline('warehouse', 168, 48, 72),
  PAYMENT: deadline('finance', 96, 48, 96),
  PAYMENT_FAILED: deadline('desk_clerk', 24, 8, 8),
  WAREHOUSE: deadline('warehouse', 48, 12, 24),
  DELIVERY: deadline('logistics', 240, 96, 120),
  COLLECTION: deadline('finance', 120, 72, 120),
  REFUND: deadline('finance', 72, 24, 24),
  REFUND_FAILED: deadline('finance', 24, 8, 8),
  COMPLAINT: deadline('after_sales', 48, 12, 24),
  CHANNEL_NEWS: deadline('desk_clerk', 24, 4, 8),
  RETURN: deadline('after_sales', 1080, 720, 720),
  PROGRESS: deadline('admin', 24, 4, 8),
};

const MOST_HOURS = 24 * 365;

/** When a wait is over its time. */
export const dueAt = (policy: DeadlinePolicy, state: WaitState, priority: Priority, since: string): string =>
  new Date(Date.parse(since) + policy[state].hours[priority] * 3_600_000).toISOString();

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The policy with what a request changes of it.
 * @throws Refused VALIDATION_FAILED with every problem
 */
export const changedPolicy = (policy: DeadlinePolicy, body: unknown): DeadlinePolicy => {
  if (!isObject(body)) throw new Refused('VALIDATION_FAILED', {}, [{ path: '', code: 'NOT_AN_OBJECT' }]);
  const problems: FieldProblem[] = [];
  const next: Record<string, Deadline> = { ...policy };
  for (const [state, change] of Object.entries(body)) {
    const known = WAIT_STATES.find((name) => name === state);
    if (known === undefined) problems.push({ path: state, code: 'UNKNOWN_FIELD' });
    else if (!isObject(change)) problems.push({ path: state, code: 'NOT_AN_OBJECT' });
    else next[known] = changed(policy[known], change, known, problems);
  }
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return next as DeadlinePolicy; // every state of the policy, some with other values
};

const changed = (before: Deadline, change: Loose, at: string, problems: FieldProblem[]): Deadline => {
  const problem = (path: string, code: FieldProblem['code'], details?: Record<string, unknown>): void => {
    problems.push({ path: `${at}.${path}`, code, ...(details === undefined ? {} : { details }) });
  };
  let { owner } = before;
  const hours: Record<Priority, number> = { ...before.hours };
  for (const [name, value] of Object.entries(change)) {
    if (name === 'owner') {
      const role = roleNames.find((known) => known === value);
      if (role === undefined) problem('owner', 'NOT_ONE_OF', { allowed: roleNames });
      else owner = role;
    } else if (name !== 'hours') problem(name, 'UNKNOWN_FIELD');
    else if (!isObject(value)) problem('hours', 'NOT_AN_OBJECT');
    else {
      for (const [priority, given] of Object.entries(value)) {
        const known = PRIORITIES.find((candidate) => candidate === priority);
        const path = `hours.${priority}`;
        if (known === undefined) problem(path, 'UNKNOWN_FIELD');
        else if (typeof given !== 'number' || !Number.isFinite(given)) problem(path, 'NOT_A_NUMBER');
        else if (given <= 0) problem(path, 'TOO_SMALL', { min: 0 });
        else if (given > MOST_HOURS) problem(path, 'TOO_BIG', { max: MOST_HOURS });
        else hours[known] = given;
      }
    }
  }
  return { owner, hours };
};
