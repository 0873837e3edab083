import { Refused, type ShortageEvent, type ShortageEventData } from '@orderloom/contracts';
import type { Sourcing } from '../sourcing/sourcing.js';

type Raised = ShortageEventData['ShortageRaised'];
type Answers = ShortageEventData['ShortageAnswered']['answers'];
export type Answer = Answers[number]['answer'];

/** Gives an order another place among those that wait; the same again is no event. @throws Refused SOURCING_NOT_FOUND */
export const prioritise = (
  { orderId, priority, reason }: ShortageEventData['SourcingPrioritised'],
  state: Sourcing,
): ShortageEvent[] => {
  if (state.status === 'NONE') throw new Refused('SOURCING_NOT_FOUND', { orderId });
  if (state.status === 'CANCELLED') throw new Refused('SOURCING_CANCELLED', { orderId });
  return state.priority === priority ? [] : [{ type: 'SourcingPrioritised', data: { orderId, priority, reason } }];
};

/** True while somebody may choose what happens to units that are not there. */
export const isShort = (state: Sourcing): boolean =>
  state.status === 'DECIDED' && state.shortage !== undefined && state.open.length > 0;

/**
 * Asks what shall happen to the units that are not there: once for each line, as long as they are not there. An order
 * that has an open question, or needs no stock, is not asked.
 */
export const raiseShortage = (question: Raised, state: Sourcing): ShortageEvent[] => {
  if (state.status !== 'DECIDED' || state.shortage !== undefined) return [];
  const open = new Map(state.open.map((line) => [line.lineId, line.quantity]));
  const lines = question.lines.flatMap((line) => {
    const quantity = open.get(line.lineId);
    return quantity === undefined || state.answers[line.lineId] !== undefined ? [] : [{ ...line, quantity }];
  });
  return lines.length === 0 ? [] : [{ type: 'ShortageRaised', data: { ...question, lines } }];
};

export interface AnswerShortage {
  readonly orderId: string;
  /** What happens to each line that was asked about; lines left out wait. */
  readonly answers: readonly {
    readonly lineId: string;
    readonly answer: Answer;
    readonly substitute?: string | undefined;
  }[];
  readonly by: 'customer' | 'desk' | 'deadline';
  readonly note?: string | undefined;
  readonly now: string;
}

/**
 * Records what happens to the units that are not there.
 * @throws Refused SHORTAGE_NOT_OPEN; SHORTAGE_OPTION_NOT_OFFERED when a line is not asked about, or not offered that
 */
export const answerShortage = (command: AnswerShortage, state: Sourcing): ShortageEvent[] => {
  const { orderId, by, note, now } = command;
  const { shortage } = state;
  if (!shortage || !isShort(state)) throw new Refused('SHORTAGE_NOT_OPEN', { orderId });
  const open = new Map(state.open.map((line) => [line.lineId, line]));
  const given = new Map(command.answers.map((one) => [one.lineId, one]));
  for (const { lineId, answer, substitute } of command.answers) {
    const line = shortage.lines.find((one) => one.lineId === lineId);
    const offered =
      line !== undefined &&
      shortage.options.includes(answer) &&
      (answer !== 'SUBSTITUTE' || line.substitutes.some(({ sku }) => sku === substitute));
    if (!offered) throw new Refused('SHORTAGE_OPTION_NOT_OFFERED', { lineId, answer });
  }
  const fallback: Answer = shortage.options.includes('WAIT') ? 'WAIT' : 'CANCEL';
  const answers = shortage.lines.flatMap(({ lineId, sku, waitUntil }): Answers => {
    const line = open.get(lineId);
    // Goods that have come meanwhile need no answer.
    if (!line) return [];
    const { answer = fallback, substitute } = given.get(lineId) ?? {};
    return [
      {
        lineId,
        sku,
        quantity: line.quantity,
        answer,
        ...(answer === 'SUBSTITUTE' && substitute !== undefined ? { substitute } : {}),
        ...(waitUntil === undefined || answer === 'CANCEL' ? {} : { waitUntil }),
      },
    ];
  });
  if (answers.length === 0) throw new Refused('SHORTAGE_NOT_OPEN', { orderId });
  return [
    {
      type: 'ShortageAnswered',
      data: {
        orderId,
        shortageId: shortage.shortageId,
        answers,
        by,
        ...(note === undefined ? {} : { note }),
        occurredAt: now,
      },
    },
  ];
};
