import { type FulfilmentEvent, Refused } from '@orderloom/contracts';
import type { Fulfilment, FulfilmentFacts } from '../fulfilment/fulfilment.js';
import type { ReservedLine } from './group.js';

/** Units of each line for one parcel. */
export type Part = readonly { readonly lineId: string; readonly quantity: number }[];

/** The facts of a fulfilment order nobody has begun to work on. @throws Refused FULFILMENT_NOT_FOUND, FULFILMENT_STARTED */
export const untouched = (id: string, state: Fulfilment): FulfilmentFacts => {
  if (!state.facts) throw new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId: id });
  if (state.status !== 'CREATED') throw new Refused('FULFILMENT_STARTED', { fulfilmentId: id, status: state.status });
  return state.facts;
};

/** Takes units of a line out of its reservations, in their order. */
const take = (open: Map<string, ReservedLine>, lineId: string, quantity: number): ReservedLine[] => {
  const taken: ReservedLine[] = [];
  let left = quantity;
  for (const line of open.values()) {
    if (line.lineId !== lineId || left === 0) continue;
    const units = Math.min(left, line.quantity);
    left -= units;
    taken.push({ ...line, quantity: units });
    if (units === line.quantity) open.delete(line.reservationId);
    else open.set(line.reservationId, { ...line, quantity: line.quantity - units });
  }
  if (left > 0) throw new Refused('SPLIT_INCOMPLETE', { lineId });
  return taken;
};

export interface Split {
  readonly splitId: string;
  /** One parcel each; together exactly what is to be sent. */
  readonly parts: readonly Part[];
  readonly at: string;
}

/**
 * Sends the units in several parcels instead of one. Each part becomes a fulfilment order of its own; until work on a
 * part has begun it can be taken back.
 * @throws Refused FULFILMENT_NOT_FOUND, FULFILMENT_STARTED, FULFILMENT_REGROUPED, SPLIT_INCOMPLETE
 */
export const split = (id: string, command: Split, state: Fulfilment): FulfilmentEvent[] => {
  const { splitId, parts, at } = command;
  if (state.group.splits.includes(splitId)) return [];
  const facts = untouched(id, state);
  if (facts.releaseId !== undefined || state.group.members.length > 0) {
    throw new Refused('FULFILMENT_REGROUPED', { fulfilmentId: id });
  }
  const open = new Map(state.lines.map((line) => [line.reservationId, line]));
  const round = state.group.splits.length + 1;
  const taken = parts.map((part, index) => ({
    fulfilmentId: `${id}-S${round}.${index + 1}`,
    lines: part.flatMap(({ lineId, quantity }) => take(open, lineId, quantity)),
  }));
  if (taken.length < 2 || open.size > 0 || taken.some(({ lines }) => lines.length === 0)) {
    throw new Refused('SPLIT_INCOMPLETE', { fulfilmentId: id });
  }
  const data = { fulfilmentId: id, orderId: facts.orderId, splitId, parts: taken, occurredAt: at };
  return [{ type: 'FulfilmentSplit', data }];
};

/** One parcel per line. */
export const byLine = ({ lines }: Fulfilment): Part[] => {
  const units = new Map<string, number>();
  for (const { lineId, quantity } of lines) units.set(lineId, (units.get(lineId) ?? 0) + quantity);
  return [...units].map(([lineId, quantity]) => [{ lineId, quantity }]);
};

/** What a part is to send: all that its release was, but its own lines. */
export const partFacts = (
  release: FulfilmentFacts,
  part: { fulfilmentId: string; lines: ReservedLine[] },
): FulfilmentFacts => ({
  ...release,
  fulfilmentId: part.fulfilmentId,
  releaseId: release.fulfilmentId,
  lines: part.lines,
});

/** A part is given up to be sent with its release again. @throws Refused FULFILMENT_STARTED, FULFILMENT_NOT_FOUND */
export const giveUpPart = (id: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  if (state.rejoined) return [];
  const { fulfilmentId, orderId, releaseId } = untouched(id, state);
  if (releaseId === undefined || state.group.members.length > 0) {
    throw new Refused('FULFILMENT_REGROUPED', { fulfilmentId: id });
  }
  const units = state.lines.map(({ lineId, quantity, reservationId }) => ({ lineId, quantity, reservationId }));
  const data = { fulfilmentId, orderId, reason: 'REJOINED', releaseId, lines: units, occurredAt: at };
  return [{ type: 'FulfilmentCancelled', data }];
};

/** The release takes the units of a part back that was given up. */
export const rejoin = (partId: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  const part = state.group.parts.find(({ fulfilmentId }) => fulfilmentId === partId);
  if (part === undefined || !state.facts) return [];
  const { fulfilmentId, orderId } = state.facts;
  return [
    { type: 'FulfilmentRejoined', data: { fulfilmentId, orderId, partId, lines: [...part.lines], occurredAt: at } },
  ];
};
