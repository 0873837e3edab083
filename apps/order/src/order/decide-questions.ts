import { type AnswerEffect, Refused, type Sealed } from '@orderloom/contracts';
import { cancel } from './decide-cancel.js';
import { holdOf, mustBeOpen, resolveHold } from './decide-holds.js';
import type { Address, OrderEvent, ShipTo } from './events.js';
import { openQuestion, type Question } from './holds.js';
import { evolve, type Order } from './order.js';
import { about, mustExist } from './refusals.js';

export interface AskCustomer {
  holdId: string;
  /** stable code of what is asked */
  question: string;
  answers: readonly { answer: string; effect: AnswerEffect }[];
  content: Question['content'];
  expiresAt: string;
  now: string;
}

/** The id the next question about an order has: the signed link is made of it before it is asked. */
export const nextQuestionId = (order: Order): string => `${order.orderId}-Q${order.questions.length + 1}`;

/**
 * Asks the customer because of a hold. While the same question waits for its answer nothing happens.
 * @throws Refused HOLD_NOT_FOUND, HOLD_NOT_OPEN, QUESTION_OPEN
 */
export const askCustomer = (command: AskCustomer, order: Order): OrderEvent[] => {
  const hold = holdOf(order, command.holdId);
  mustBeOpen(order, hold);
  const { holdId, question, answers, content, expiresAt, now } = command;
  const waiting = openQuestion(order, holdId);
  if (waiting !== undefined && waiting.expiresAt > now) {
    if (waiting.question === question) return [];
    throw new Refused('QUESTION_OPEN', { ...about(order), questionId: waiting.questionId });
  }
  return [
    {
      type: 'CustomerAsked',
      data: {
        questionId: nextQuestionId(order),
        holdId,
        ordinal: order.questions.length + 1,
        question,
        answers: [...answers],
        content,
        expiresAt,
        occurredAt: now,
      },
    },
  ];
};

export interface AnswerQuestion {
  questionId: string;
  answer: string;
  message?: Sealed<string>;
  /** the address as the customer gives it, for an answer that corrects it */
  address?: Sealed<Address>;
  shipTo?: ShipTo;
  now: string;
}

/**
 * Records the customer's answer and does what it says. The same answer again changes nothing.
 * @throws Refused ORDER_NOT_FOUND, QUESTION_NOT_FOUND, QUESTION_ANSWERED, QUESTION_EXPIRED, HOLD_NOT_OPEN,
 * ANSWER_UNKNOWN, ADDRESS_INCOMPLETE; what cancelling refuses
 */
export const answerQuestion = (command: AnswerQuestion, order: Order): OrderEvent[] => {
  mustExist(order);
  const { questionId, answer, message, address, shipTo, now } = command;
  const question = order.questions.find((candidate) => candidate.questionId === questionId);
  if (question === undefined) throw new Refused('QUESTION_NOT_FOUND', about(order));
  if (question.answer === answer) return [];
  if (question.answer !== null) throw new Refused('QUESTION_ANSWERED', { ...about(order), answer: question.answer });
  if (question.expiresAt <= now) throw new Refused('QUESTION_EXPIRED', { ...about(order), at: question.expiresAt });
  const chosen = question.answers.find((candidate) => candidate.answer === answer);
  if (chosen === undefined) {
    throw new Refused('ANSWER_UNKNOWN', { allowed: question.answers.map((candidate) => candidate.answer) });
  }
  const hold = holdOf(order, question.holdId);
  mustBeOpen(order, hold);
  if (chosen.effect === 'CORRECT_ADDRESS' && shipTo === undefined) {
    throw new Refused('ADDRESS_INCOMPLETE', { missing: ['address'] });
  }
  const answered: OrderEvent = {
    type: 'CustomerAnswered',
    data: {
      questionId,
      answer,
      ...(message === undefined ? {} : { message }),
      ...(address === undefined ? {} : { address }),
      occurredAt: now,
    },
  };
  const after = evolve(order, answered);
  return [answered, ...consequences(chosen.effect, { holdId: hold.holdId, answer, now, shipTo }, after)];
};

const consequences = (
  effect: AnswerEffect,
  { holdId, answer, now, shipTo }: { holdId: string; answer: string; now: string; shipTo: ShipTo | undefined },
  order: Order,
): OrderEvent[] => {
  const needsApproval = order.holds.some((hold) => hold.holdId === holdId && hold.levels.length > 0);
  switch (effect) {
    case 'TELL':
      return [];
    case 'CANCEL':
      return cancel({ reason: 'CUSTOMER_REQUEST', now }, order);
    case 'RESOLVE':
      // What somebody has to approve is not decided by the customer.
      return needsApproval ? [] : resolveHold({ holdId, resolution: answer, now }, order);
    case 'CORRECT_ADDRESS':
      return shipTo === undefined
        ? []
        : resolveHold({ holdId, resolution: answer, correction: { shipTo }, now }, order);
    default:
      return effect satisfies never;
  }
};

export interface NoteOrder {
  noteId: string;
  holdId?: string;
  text: Sealed<string>;
  now: string;
}

/** Keeps a note of the order desk, once per id. @throws Refused ORDER_NOT_FOUND, HOLD_NOT_FOUND */
export const noteOrder = (command: NoteOrder, order: Order): OrderEvent[] => {
  mustExist(order);
  const { noteId, holdId, text, now } = command;
  if (order.notes.some((note) => note.noteId === noteId)) return [];
  if (holdId !== undefined) holdOf(order, holdId);
  const hold = holdId === undefined ? {} : { holdId };
  return [{ type: 'OrderNoted', data: { noteId, ...hold, text, occurredAt: now } }];
};

export interface TagOrder {
  add: readonly string[];
  remove: readonly string[];
  now: string;
}

/** Labels an order, or takes labels off; what is so already is left out. @throws Refused ORDER_NOT_FOUND */
export const tagOrder = (command: TagOrder, order: Order): OrderEvent[] => {
  mustExist(order);
  const add = [...new Set(command.add)].filter((tag) => !order.tags.includes(tag));
  const remove = [...new Set(command.remove)].filter((tag) => order.tags.includes(tag) && !command.add.includes(tag));
  return add.length === 0 && remove.length === 0
    ? []
    : [{ type: 'OrderTagged', data: { add, remove, occurredAt: command.now } }];
};
