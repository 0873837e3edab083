import { isRefused } from '@orderloom/contracts';
import fc from 'fast-check';
import { acceptQuote, begin, change, discard, expire, issueQuote, submitted } from './decide-draft.js';
import { type Draft, type DraftEvent, evolve, initial } from './draft.js';

const NOW = '2026-03-01T09:00:00.000Z';
const UNTIL = '2026-03-31T09:00:00.000Z';
const saved = {
  draftId: 'd1',
  channel: 'phone',
  lines: [],
  problems: [],
  content: 'sealed:v1:order:d1:x',
  expiresAt: UNTIL,
  occurredAt: NOW,
};
const offer = (quoteId: string) => ({
  quoteId,
  total: 100,
  currency: 'EUR',
  content: 'sealed:v1:order:d1:y',
  secretHash: quoteId,
  expiresAt: UNTIL,
  occurredAt: NOW,
});
const fold = (events: readonly DraftEvent[], from: Draft = initial()): Draft => events.reduce(evolve, from);
const draft = () => fold(begin(saved, initial()));
const quoted = () => fold(issueQuote(offer('q1'), draft()), draft());
const accept = { quoteId: 'q1', occurredAt: NOW };

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isRefused(error)) return error.code;
    throw error;
  }
  return 'NOTHING';
};

describe('a draft', () => {
  it('begins once', () => {
    expect(begin(saved, draft())).toEqual([]);
    expect(code(() => change(saved, initial()))).toBe('DRAFT_NOT_FOUND');
  });

  it('takes its offer back when it is edited, and is accepted only as it was offered', () => {
    expect(quoted()).toMatchObject({ status: 'QUOTED', quote: { quoteId: 'q1' } });
    const edited = fold(change(saved, quoted()), quoted());
    expect(edited).toMatchObject({ status: 'DRAFT', quote: null });
    expect(code(() => acceptQuote(accept, edited))).toBe('QUOTE_CHANGED');
    const accepted = fold(acceptQuote(accept, quoted()), quoted());
    expect(acceptQuote(accept, accepted)).toEqual([]);
    expect(code(() => acceptQuote({ ...accept, occurredAt: UNTIL }, quoted()))).toBe('DRAFT_EXPIRED');
  });

  it('ends in time, and not before', () => {
    expect(expire({ now: NOW }, draft())).toEqual([]);
    const expired = fold(expire({ now: UNTIL }, draft()), draft());
    expect(expired).toMatchObject({ status: 'EXPIRED', expiresAt: null });
    expect(code(() => change(saved, expired))).toBe('DRAFT_EXPIRED');
    expect(code(() => discard({ reason: 'x', occurredAt: NOW }, expired))).toBe('DRAFT_EXPIRED');
  });

  it('is what its order is: submitted, whatever it was before', () => {
    const done = { orderId: 'd1', number: 'A', occurredAt: NOW };
    const expired = fold(expire({ now: UNTIL }, draft()), draft());
    for (const before of [draft(), quoted(), expired]) {
      const after = fold(submitted(done, before), before);
      expect(after).toMatchObject({ status: 'SUBMITTED', orderNumber: 'A' });
      expect(submitted(done, after)).toEqual([]);
      expect(code(() => change(saved, after))).toBe('DRAFT_SUBMITTED');
    }
  });

  it('waits with a deadline or is over, through any commands', () => {
    const step = fc.constantFrom<(state: Draft) => DraftEvent[]>(
      (state) => change(saved, state),
      (state) => issueQuote(offer('q1'), state),
      (state) => issueQuote(offer('q2'), state),
      (state) => acceptQuote(accept, state),
      (state) => discard({ reason: 'x', occurredAt: NOW }, state),
      (state) => expire({ now: UNTIL }, state),
      (state) => submitted({ orderId: 'd1', number: 'A', occurredAt: NOW }, state),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        let state = draft();
        for (const decide of steps) {
          try {
            state = fold(decide(state), state);
          } catch (error) {
            if (!isRefused(error)) throw error;
          }
          expect(state.expiresAt !== null).toBe(state.status === 'DRAFT' || state.status === 'QUOTED');
        }
      }),
    );
  });
});
