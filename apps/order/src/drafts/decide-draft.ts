import { Refused } from '@orderloom/contracts';
import type { Draft, DraftEvent } from './draft.js';

const about = (draft: Draft): { draftId: string } => ({ draftId: draft.draftId });

/** @throws Refused DRAFT_NOT_FOUND, DRAFT_SUBMITTED, DRAFT_DISCARDED, DRAFT_EXPIRED */
export const mustBeOpen = (draft: Draft): void => {
  switch (draft.status) {
    case 'NONE':
      throw new Refused('DRAFT_NOT_FOUND', about(draft));
    case 'SUBMITTED':
      throw new Refused('DRAFT_SUBMITTED', about(draft));
    case 'DISCARDED':
      throw new Refused('DRAFT_DISCARDED', about(draft));
    case 'EXPIRED':
      throw new Refused('DRAFT_EXPIRED', about(draft));
    default:
  }
};

type DataOf<T extends DraftEvent['type']> = Extract<DraftEvent, { type: T }>['data'];

/** Begins a draft, once per id. */
export const begin = (command: DataOf<'DraftSaved'>, draft: Draft): DraftEvent[] =>
  draft.status === 'NONE' ? [{ type: 'DraftSaved', data: command }] : [];

/** Replaces what a draft holds; an offer made of it no longer holds. */
export const change = (command: DataOf<'DraftSaved'>, draft: Draft): DraftEvent[] => {
  mustBeOpen(draft);
  return [{ type: 'DraftSaved', data: command }];
};

/** Offers the draft with its prices. @throws Refused DRAFT_INCOMPLETE while something is missing */
export const issueQuote = (command: DataOf<'QuoteIssued'>, draft: Draft): DraftEvent[] => {
  mustBeOpen(draft);
  if (draft.quote?.quoteId === command.quoteId) return [];
  return [{ type: 'QuoteIssued', data: command }];
};

/** The customer takes the offer. @throws Refused QUOTE_CHANGED when it is another one by now */
export const acceptQuote = (command: DataOf<'QuoteAccepted'>, draft: Draft): DraftEvent[] => {
  if (draft.quote?.quoteId === command.quoteId && draft.quote.acceptedAt !== null) return [];
  mustBeOpen(draft);
  if (draft.quote?.quoteId !== command.quoteId) throw new Refused('QUOTE_CHANGED', about(draft));
  if (draft.expiresAt !== null && draft.expiresAt <= command.occurredAt)
    throw new Refused('DRAFT_EXPIRED', about(draft));
  return [{ type: 'QuoteAccepted', data: command }];
};

/** The order is there: whatever the draft was, this is what became of it. */
export const submitted = (command: DataOf<'DraftSubmitted'>, draft: Draft): DraftEvent[] => {
  if (draft.status === 'NONE') throw new Refused('DRAFT_NOT_FOUND', about(draft));
  return draft.status === 'SUBMITTED' ? [] : [{ type: 'DraftSubmitted', data: command }];
};

/** @throws Refused DRAFT_NOT_FOUND, DRAFT_SUBMITTED, DRAFT_EXPIRED */
export const discard = (command: DataOf<'DraftDiscarded'>, draft: Draft): DraftEvent[] => {
  if (draft.status === 'DISCARDED') return [];
  mustBeOpen(draft);
  return [{ type: 'DraftDiscarded', data: command }];
};

/** Ends a draft whose time has come; before that nothing happens. */
export const expire = (command: { now: string }, draft: Draft): DraftEvent[] => {
  const { expiresAt } = draft;
  if (draft.status !== 'DRAFT' && draft.status !== 'QUOTED') return [];
  if (expiresAt === null || expiresAt > command.now) return [];
  return [{ type: 'DraftExpired', data: { expiresAt, occurredAt: command.now } }];
};
