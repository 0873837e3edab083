import type { Locale } from '@orderloom/contracts';
import { type PossibleAction, possibleAction } from '@orderloom/service';
import { cancelPurchase, closePurchase, sendPurchase } from './decide.js';
import { deadlineOf, isOpen, type Purchase, toCome } from './purchase.js';

/** A purchase order as readers see it. */
export const purchaseView = (state: Purchase): Record<string, unknown> => {
  const { purchaseId, receipts, overdue, confirmed: _, answerBy: _a, ...rest } = state;
  const known = state.lines.filter((line) => line.unitPrice !== null);
  return {
    id: purchaseId,
    ...rest,
    lines: state.lines.map((line) => ({ ...line, toCome: isOpen(state) ? toCome(line) : 0 })),
    total: known.reduce((sum, line) => sum + line.expected * (line.unitPrice ?? 0), 0),
    receipts: receipts.length,
    waitingFor: deadlineOf(state) ?? null,
    overdue: overdue.length > 0,
  };
};

/** What may be done with it, and why not. */
export const purchaseActions = (state: Purchase, now: string, locale: Locale): PossibleAction[] => {
  const { purchaseId } = state;
  return [
    possibleAction('send', locale, () => sendPurchase({ purchaseId, answerBy: now, occurredAt: now }, state)),
    possibleAction('close', locale, () => closePurchase({ purchaseId, now }, state)),
    possibleAction('cancel', locale, () => cancelPurchase({ purchaseId, reason: '', now }, state)),
  ];
};
