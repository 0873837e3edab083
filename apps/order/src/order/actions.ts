import { type RefusalCode, Refused } from '@orderloom/contracts';
import { DEFAULT_AMENDMENT_POLICY } from './amend-policy.js';
import { type ProposeAmendment, proposeAmendment } from './decide-amend.js';
import { cancel, cancelLines } from './decide-cancel.js';
import { reject, reopen } from './decide-end.js';
import { erasePersonalData } from './decide-erase.js';
import { requestStop } from './decide-stop.js';
import { deskDeciders } from './desk-actions.js';
import type { OrderEvent } from './events.js';
import { moneyDeciders } from './money-actions.js';
import type { Order } from './order.js';
import { wanted } from './quantities.js';
import { cancellable } from './take-off.js';

export interface PossibleAction {
  action: string;
  possible: boolean;
  /** why not, when it is not possible: a code of the message catalogue */
  code?: RefusalCode;
  details?: Record<string, unknown>;
}

/** What a person may do with the order now, asked of the very functions that would do it. */
export const possibleActions = (order: Order, now: string): PossibleAction[] => [
  attempt('cancel', () => cancel({ reason: 'CUSTOMER_REQUEST', now }, order)),
  attempt('cancelLines', () => cancelLines(anyUnits(order, now), order)),
  attempt('amend', () => proposeAmendment(oneMore(order, now), DEFAULT_AMENDMENT_POLICY, order)),
  attempt('stop', () => requestStop({ reason: 'CUSTOMER_REQUEST', stopId: 'possible', now }, order)),
  attempt('reject', () => reject({ reason: 'REJECTED', now }, order)),
  attempt('reopen', () => reopen({ reason: 'CUSTOMER_REQUEST', now }, order)),
  attempt('erasePersonalData', () => erasePersonalData({ keyIds: [], requestedBy: '?', now }, order)),
  ...Object.entries(moneyDeciders(order, now)).map(([action, decide]) => attempt(action, decide)),
  ...Object.entries(deskDeciders(order, now)).map(([action, decide]) => attempt(action, decide)),
];

/** One unit of the first line that has one to give. */
const anyUnits = (order: Order, now: string) => {
  const line = order.lines.find((candidate) => cancellable(candidate) > 0) ?? order.lines[0];
  const lines = line === undefined ? [] : [{ lineId: line.lineId, quantity: 1 }];
  return { reason: 'CUSTOMER_REQUEST', cancellationId: 'possible', lines, now };
};

/** One unit more of the first line: nearly the least that can be asked for. */
const oneMore = (order: Order, now: string): ProposeAmendment => {
  const line = order.lines[0];
  const lines = line === undefined ? [] : [{ lineId: line.lineId, quantity: wanted(line) + 1 }];
  return { amendmentId: 'possible', requestedBy: 'CUSTOMER', reason: 'CUSTOMER_REQUEST', changes: { lines }, now };
};

const attempt = (action: PossibleAction['action'], decide: () => OrderEvent[]): PossibleAction => {
  try {
    return decide().length > 0 ? { action, possible: true } : { action, possible: false, code: 'NOTHING_TO_DO' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { action, possible: false, code: error.code, details: error.details };
  }
};
