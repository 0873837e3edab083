import { Refused } from '@orderloom/contracts';
import { type RequestContext, roleNames } from '@orderloom/platform';
import type { Hold } from '../../order/holds.js';
import type { Order } from '../../order/order.js';
import { about } from '../../order/refusals.js';

/** Who asks; kept with jobs, which go on without a request. */
export interface Decider {
  readonly actor: string;
  readonly roles: readonly string[];
}

/** Work that no person asked for may do everything. */
export const deciderOf = ({ actor, access }: Pick<RequestContext, 'actor' | 'access'>): Decider => ({
  actor,
  roles: access?.identity.roles ?? ['admin'],
});

/** What is said once more is found done, whoever it waits for by now. */
const isRepeat = (hold: Hold, actor: string, level: number | undefined): boolean =>
  level === undefined ? hold.approvals.at(-1)?.by === actor : level <= hold.approvals.length;

/**
 * A hold is decided on, taken on and passed on by the role it waits for, by whom it was given to, and by administrators.
 * A role that is none of the product's is the company's own word: then whoever may review does.
 * @param level of an approval, where one is meant
 * @throws Refused HOLD_OF_ANOTHER_ROLE
 */
export const mustBeTheirs = (order: Order, holdId: string, { actor, roles }: Decider, level?: number): void => {
  const hold = order.holds.find((one) => one.holdId === holdId);
  // What is not there, or over, the command itself answers.
  if (hold === undefined || hold.status !== 'OPEN') return;
  const { ownerRole, owner } = hold;
  const known: readonly string[] = roleNames;
  if (roles.includes('admin') || roles.includes(ownerRole) || owner === actor || !known.includes(ownerRole)) return;
  if (isRepeat(hold, actor, level)) return;
  throw new Refused('HOLD_OF_ANOTHER_ROLE', { ...about(order), holdId, role: ownerRole });
};
