import { type Locale, text } from '@orderloom/contracts';
import { type Access, type Permission, permissions, rolesWith } from '@orderloom/platform';
import { type PossibleAction, possibleActions } from '../order/actions.js';
import type { Order } from '../order/order.js';

/** What an action needs; one that is not named here changes the order. */
const NEEDS: Readonly<Record<string, Permission>> = {
  cancel: 'orders:cancel',
  cancelLines: 'orders:cancel',
  stop: 'orders:cancel',
  reject: 'orders:review',
  reopen: 'orders:cancel',
  retryPayment: 'payments:manage',
  retryRefund: 'payments:refund',
  refund: 'payments:refund',
  addPayment: 'payments:manage',
  capturePayment: 'payments:manage',
  voidPayment: 'payments:manage',
};

export type AllowedAction = PossibleAction & { permission: Permission; detail?: string };

/**
 * What this reader can do with the order now, and why not: the order's own reason first, the missing permission when it
 * is the only thing in the way.
 */
export const allowedActions = (
  order: Order,
  now: string,
  locale: Locale,
  access: Access | undefined,
): AllowedAction[] =>
  possibleActions(order, now).map((action) => {
    const permission = NEEDS[action.action] ?? 'orders:edit';
    if (action.possible && access !== undefined && !access.may(permission)) {
      const details = {
        permission,
        what: permissions[permission],
        roles: [...access.identity.roles],
        rolesWith: rolesWith(permission),
      };
      return {
        ...action,
        permission,
        possible: false,
        code: 'PERMISSION_MISSING',
        details,
        detail: text('PERMISSION_MISSING', locale, details),
      };
    }
    return {
      ...action,
      permission,
      ...(action.code === undefined ? {} : { detail: text(action.code, locale, action.details ?? {}) }),
    };
  });
