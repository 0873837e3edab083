import type { Locale } from '@orderloom/contracts';
import { type PossibleAction, possibleAction } from '@orderloom/service';
import { approve, claim, decline, dispatch, inspect, receive, resolve } from './decide-return.js';
import { leftToSendBack, sendBack } from './decide-send-back.js';
import { missingLines, type Return } from './return.js';

/** Who has to act next. */
export const ownerOf = (state: Return): 'after-sales' | 'warehouse' | 'customer' | null => {
  switch (state.status) {
    case 'REQUESTED':
    case 'INSPECTED':
      return 'after-sales';
    case 'RESOLVED':
      return leftToSendBack(state).length > 0 ? 'warehouse' : 'after-sales';
    case 'APPROVED':
      return state.goodsBack ? 'customer' : 'after-sales';
    case 'IN_TRANSIT':
    case 'RECEIVED':
      return 'warehouse';
    default:
      return null;
  }
};

/** A return as the API shows it, without the customer's words, which are sealed. */
export const returnView = (state: Return): object => {
  const { comment: _comment, ...shown } = state;
  return {
    ...shown,
    owner: ownerOf(state),
    claim: claim(state),
    missing: state.complete ? [] : missingLines(state),
    toSendBack: leftToSendBack(state),
  };
};

/** What may be done with a return now, asked of the very deciders. */
export const returnActions = (state: Return, now: string, locale: Locale): PossibleAction[] => {
  const at = { now, dueAt: now };
  const line = state.lines.find((one) => one.received > one.inspected) ?? state.lines[0];
  const missing = missingLines(state)[0];
  return [
    possibleAction('approve', locale, () => approve(at, state)),
    possibleAction('decline', locale, () => decline({ reason: 'OTHER', now }, state)),
    possibleAction('dispatch', locale, () => dispatch({ ...at, trackingNumber: '-' }, state)),
    possibleAction('receive', locale, () =>
      receive({ ...at, receiptId: '-', location: '-', lines: missing === undefined ? [] : [missing] }, state),
    ),
    possibleAction('inspect', locale, () =>
      inspect(
        {
          ...at,
          inspectionId: '-',
          location: '-',
          units:
            line === undefined ? [] : [{ lineId: line.lineId, quantity: 1, disposition: 'RESTOCK', accepted: true }],
        },
        state,
      ),
    ),
    possibleAction('send-back', locale, () => sendBack({ sendingId: '-', now }, state)),
    possibleAction('resolve', locale, () =>
      resolve({ ...at, resolution: state.advance ? 'EXCHANGE' : 'REFUND', exchangeOrderId: '-' }, state),
    ),
  ];
};
