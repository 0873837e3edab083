import { Refused, type Resolution } from '@orderloom/contracts';
import { about, common, isPaying, sumByLine } from './decide-return.js';
import { evolve, type InspectedUnits, type Return, type ReturnEvent, type ReturnEventData } from './return.js';

const countOf = (state: Return, lineId: string, counts: (units: InspectedUnits) => boolean): number =>
  state.inspections
    .filter((units) => units.lineId === lineId && counts(units))
    .reduce((sum, { quantity }) => sum + quantity, 0);

/**
 * Units that go back to the customer: those an inspection says so of, and those that were repaired. What was accepted
 * waits until it is settled what the customer gets for it.
 */
const goesBack = (state: Return, lineId: string): number =>
  countOf(state, lineId, ({ disposition, accepted }) => {
    const resolution = state.resolution?.resolution;
    if (disposition === 'SEND_BACK') return resolution !== undefined || !accepted;
    return disposition === 'REFURBISH' && accepted && resolution === 'REPAIR';
  });

/** Of these, the units the customer got nothing else for. */
const unpaidOf = (state: Return, lineId: string): number =>
  state.resolution !== null && isPaying(state.resolution.resolution)
    ? countOf(state, lineId, ({ disposition, accepted }) => disposition === 'SEND_BACK' && !accepted)
    : goesBack(state, lineId);

/** Units that have still to be sent back to the customer. */
export const leftToSendBack = (state: Return): { lineId: string; quantity: number }[] =>
  state.lines
    .map(({ lineId, sentBack }) => ({ lineId, quantity: goesBack(state, lineId) - sentBack }))
    .filter(({ quantity }) => quantity > 0);

export interface SendBack {
  sendingId: string;
  /** all that has to be sent back when left out */
  lines?: readonly { lineId: string; quantity: number }[];
  carrier?: string;
  trackingNumber?: string;
  note?: string;
  now: string;
}

/**
 * Sends goods back to the customer: repaired, or not accepted. With the last of them a resolved return closes.
 * @throws Refused RETURN_NOT_FOUND, RETURN_DECLINED, RETURN_NOT_INSPECTED, RETURN_SENDING_EXCEEDS
 */
export const sendBack = (command: SendBack, state: Return): ReturnEvent[] => {
  const { sendingId, carrier, trackingNumber, note, now } = command;
  if (state.status === 'NONE') throw new Refused('RETURN_NOT_FOUND', {});
  if (state.sendings.includes(sendingId)) return [];
  if (state.status === 'DECLINED') throw new Refused('RETURN_DECLINED', about(state));
  if (state.inspections.length === 0) throw new Refused('RETURN_NOT_INSPECTED', about(state));
  const left = leftToSendBack(state);
  const wanted = sumByLine(command.lines ?? left);
  if (wanted.length === 0) {
    throw new Refused('RETURN_SENDING_EXCEEDS', {
      ...about(state),
      lineId: state.lines[0]?.lineId ?? '',
      available: 0,
    });
  }
  const lines: ReturnEventData['ReturnSentBack']['lines'] = wanted.map(({ lineId, quantity }) => {
    const available = left.find((one) => one.lineId === lineId)?.quantity ?? 0;
    const line = state.lines.find((one) => one.lineId === lineId);
    if (line === undefined || quantity > available) {
      throw new Refused('RETURN_SENDING_EXCEEDS', { ...about(state), lineId, available });
    }
    const unpaid = unpaidOf(state, lineId);
    const before = Math.min(line.sentBack, unpaid);
    const after = Math.min(line.sentBack + quantity, unpaid);
    return { lineId, sku: line.sku, name: line.name, quantity, unpaid: after - before };
  });
  const sent: ReturnEvent = {
    type: 'ReturnSentBack',
    data: {
      ...common(state),
      sendingId,
      lines,
      ...(carrier === undefined ? {} : { carrier }),
      ...(trackingNumber === undefined ? {} : { trackingNumber }),
      ...(note === undefined ? {} : { note }),
      occurredAt: now,
    },
  };
  return state.status === 'RESOLVED' ? [sent, ...close({ now }, evolve(state, sent))] : [sent];
};

const OUTCOMES: Readonly<Record<Resolution, string>> = {
  REFUND: 'REFUNDED',
  EXCHANGE: 'EXCHANGED',
  STORE_CREDIT: 'CREDITED',
  REPAIR: 'REPAIRED',
  NONE: 'NOTHING',
};

/** Closes a return once what was promised is under way and nothing has to be sent back any more. @throws Refused RETURN_NOT_RESOLVED, RETURN_NOT_FOUND */
export const close = (command: { now: string }, state: Return): ReturnEvent[] => {
  if (state.status === 'CLOSED') return [];
  if (state.status === 'NONE') throw new Refused('RETURN_NOT_FOUND', {});
  if (state.resolution === null) throw new Refused('RETURN_NOT_RESOLVED', about(state));
  if (leftToSendBack(state).length > 0) return [];
  const outcome = OUTCOMES[state.resolution.resolution];
  return [{ type: 'ReturnClosed', data: { ...common(state), outcome, occurredAt: command.now } }];
};
