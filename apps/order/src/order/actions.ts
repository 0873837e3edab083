import { type RefusalCode, Refused } from '@orderloom/contracts';
import { cancel } from './decide-cancel.js';
import { retryPayment } from './decide-payment.js';
import { retryRefunds } from './decide-refund.js';
import type { OrderEvent } from './events.js';
import type { Order } from './order.js';

export interface PossibleAction {
  action: 'cancel' | 'retryPayment' | 'retryRefund';
  possible: boolean;
  /** why not, when it is not possible: a code of the message catalogue */
  code?: RefusalCode;
  details?: Record<string, unknown>;
}

/** What a person may do with the order now, asked of the very functions that would do it. */
export const possibleActions = (order: Order, now: string): PossibleAction[] => [
  attempt('cancel', () => cancel({ reason: 'CUSTOMER_REQUEST', now }, order)),
  attempt('retryPayment', () => retryPayment({ now }, order)),
  attempt('retryRefund', () => retryRefunds(order)),
];

const attempt = (action: PossibleAction['action'], decide: () => OrderEvent[]): PossibleAction => {
  try {
    return decide().length > 0 ? { action, possible: true } : { action, possible: false, code: 'NOTHING_TO_DO' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { action, possible: false, code: error.code, details: error.details };
  }
};
