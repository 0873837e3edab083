import type { AnswerEffect } from '@orderloom/contracts';
import type { QuestionKind } from './holds.api.js';

interface Answer {
  answer: string;
  effect: AnswerEffect;
}

const TELL: Answer = { answer: 'REPLY', effect: 'TELL' };

/** What customers can answer. What each answer says to them is worded where it is shown. */
export const ANSWERS: Readonly<Record<QuestionKind, readonly Answer[]>> = {
  DUPLICATE: [{ answer: 'KEEP_BOTH', effect: 'RESOLVE' }, { answer: 'CANCEL_SECOND', effect: 'CANCEL' }, TELL],
  ADDRESS: [
    { answer: 'CONFIRM', effect: 'RESOLVE' },
    { answer: 'CORRECT_ADDRESS', effect: 'CORRECT_ADDRESS' },
    { answer: 'CANCEL', effect: 'CANCEL' },
    TELL,
  ],
  CONFIRM_ORDER: [{ answer: 'CONFIRM', effect: 'RESOLVE' }, { answer: 'CANCEL', effect: 'CANCEL' }, TELL],
};
