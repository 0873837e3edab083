import type { RequestContext } from '@orderloom/platform';
import { type PossibleAction, possibleAction } from '@orderloom/service';
import { cancel } from '../../order/decide-cancel.js';
import { approveHold, assignHold, rejectHold } from '../../order/decide-holds.js';
import type { Order } from '../../order/order.js';

/** What may be done about a hold now, asked of the deciders. */
export const holdActions = (
  order: Order | undefined,
  holdId: string,
  { locale, actor: by, now }: Pick<RequestContext, 'locale' | 'actor' | 'now'>,
): PossibleAction[] => {
  if (order === undefined) return [];
  return [
    possibleAction('claim', locale, () => assignHold({ holdId, owner: by, reason: 'CLAIMED', now }, order)),
    possibleAction('approve', locale, () => approveHold({ holdId, by, now }, order)),
    possibleAction('reject', locale, () => rejectHold({ holdId, reason: 'ORDER_REJECTED', now }, order)),
    possibleAction('cancel', locale, () => cancel({ reason: 'CUSTOMER_REQUEST', now }, order)),
  ];
};
