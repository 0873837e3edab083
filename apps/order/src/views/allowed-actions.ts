import { type Locale, text } from '@orderloom/contracts';
import { type Access, type Permission, permissions, rolesWith } from '@orderloom/platform';
import { type PossibleAction, possibleActions } from '../order/actions.js';
import type { Order } from '../order/order.js';

/** What an action needs: what its endpoint needs. */
export const ACTION_NEEDS: Readonly<Record<string, Permission>> = {
  amend: 'orders:edit',
  cancel: 'orders:cancel',
  cancelLines: 'orders:cancel',
  stop: 'orders:cancel',
  reject: 'orders:review',
  reopen: 'orders:cancel',
  erasePersonalData: 'personal:erase',
  retryPayment: 'payments:manage',
  addPayment: 'payments:manage',
  recordPayment: 'payments:manage',
  capturePayment: 'payments:manage',
  voidPayment: 'payments:manage',
  withdrawPayment: 'payments:manage',
  retryRefund: 'payments:refund',
  requestRefund: 'payments:refund',
  approveRefund: 'payments:refund',
  rejectRefund: 'payments:refund',
  settleRefund: 'payments:refund',
  abandonRefund: 'payments:refund',
  placeHold: 'orders:review',
  assignHold: 'orders:review',
  approveHold: 'orders:review',
  rejectHold: 'orders:review',
  askCustomer: 'orders:review',
  approveAmendment: 'orders:review',
  acceptAmendment: 'orders:edit',
  declineAmendment: 'orders:edit',
  withdrawAmendment: 'orders:edit',
  requestReturn: 'returns:work',
  note: 'orders:handle',
  tag: 'orders:handle',
  changeFacts: 'orders:handle',
  addAttachment: 'orders:handle',
  raiseComplaint: 'orders:handle',
  resolveComplaint: 'orders:handle',
  settleNews: 'orders:handle',
};

const needOf = (action: string): Permission => {
  const need = ACTION_NEEDS[action];
  if (need === undefined) throw new Error(`nobody says what ${action} needs`);
  return need;
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
    const permission = needOf(action.action);
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
