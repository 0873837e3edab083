import type { ShortageEventData, SourcingEvent } from '@orderloom/contracts';
import { givenFor } from '@orderloom/testing';
import { type Sourcing, sourcing } from '../sourcing/sourcing.js';
import { type AnswerShortage, answerShortage, prioritise, raiseShortage } from './decide-shortage.js';

const given = givenFor(sourcing);
const orderId = 'o1';
const decided = (backordered: number): SourcingEvent => ({
  type: 'SourcingDecided',
  data: {
    orderId,
    decisionId: `d${backordered}`,
    lines: [
      {
        lineId: 'L1',
        sku: 'A',
        requested: 3,
        allocations: [],
        backordered,
        reason: 'NOTHING_AVAILABLE',
        candidates: [],
      },
    ],
  },
});
const question: ShortageEventData['ShortageRaised'] = {
  orderId,
  shortageId: 's1',
  lines: [
    {
      lineId: 'L1',
      sku: 'A',
      quantity: 3,
      waitUntil: '2026-03-09',
      substitutes: [{ sku: 'B', name: 'B', available: 9 }],
    },
  ],
  options: ['WAIT', 'SUBSTITUTE', 'CANCEL'],
  answerBy: '2026-03-03T00:00:00.000Z',
};
const raised: SourcingEvent = { type: 'ShortageRaised', data: question };
const raise = (state: Sourcing) => raiseShortage(question, state);
const answer =
  (answers: AnswerShortage['answers'], by: AnswerShortage['by'] = 'desk') =>
  (state: Sourcing) =>
    answerShortage({ orderId, answers, by, now: '2026-03-01T09:00:00.000Z' }, state);
const instead = { lineId: 'L1', answer: 'SUBSTITUTE', substitute: 'B' } as const;

describe('units that are not there', () => {
  it('are asked about once, as long as they are not there', () => {
    given(decided(3)).when(raise).thenTypes('ShortageRaised');
    given(decided(3), raised).when(raise).thenNothing();
    given(decided(3), decided(0)).when(raise).thenNothing();
    given(decided(3), { type: 'SourcingCancelled', data: { orderId, reason: 'x' } })
      .when(raise)
      .thenNothing();
  });

  it('wait when nothing else is chosen, with the day that was named', () => {
    given(decided(3), raised)
      .when(answer([], 'deadline'))
      .thenState((state) => expect(state.answers['L1']).toMatchObject({ answer: 'WAIT', waitUntil: '2026-03-09' }));
    const refused: SourcingEvent = { type: 'ShortageRaised', data: { ...question, options: ['CANCEL'] } };
    given(decided(3), refused)
      .when(answer([], 'deadline'))
      .thenState((state) => expect(state.answers['L1']).toMatchObject({ answer: 'CANCEL', quantity: 3 }));
  });

  it('are looked for as what goes instead, once that is chosen', () => {
    given(decided(3), raised)
      .when(answer([instead]))
      .thenState((state) => {
        expect(state.open).toEqual([{ lineId: 'L1', sku: 'A', quantity: 3, use: 'B' }]);
        // Decisions under way about the old sku are out of date.
        expect(state.decisionIds).toHaveLength(2);
        expect(raise(state)).toEqual([]);
      });
  });

  it('refuse what is not offered, and an answer after the question', () => {
    given(decided(3), raised)
      .when(answer([{ ...instead, substitute: 'C' }]))
      .thenRefused('SHORTAGE_OPTION_NOT_OFFERED');
    given(decided(3), raised)
      .when(answer([{ lineId: 'L1', answer: 'PART_DELIVERY' }]))
      .thenRefused('SHORTAGE_OPTION_NOT_OFFERED');
    given(decided(3))
      .when(answer([instead]))
      .thenRefused('SHORTAGE_NOT_OPEN');
    given(decided(3), raised, decided(0))
      .when(answer([instead]))
      .thenRefused('SHORTAGE_NOT_OPEN');
  });

  it('can be put before others', () => {
    const first = (state: Sourcing) => prioritise({ orderId, priority: 9, reason: 'VIP' }, state);
    given(decided(3)).when(first).thenTypes('SourcingPrioritised');
    given(decided(3), { type: 'SourcingPrioritised', data: { orderId, priority: 9, reason: 'VIP' } })
      .when(first)
      .thenNothing();
    given().when(first).thenRefused('SOURCING_NOT_FOUND');
  });
});
