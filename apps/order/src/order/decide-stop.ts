import { Refused } from '@orderloom/contracts';
import { mustNotHaveEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { evolve, type Fulfilment, type Order } from './order.js';
import { about, mustExist } from './refusals.js';
import { type Cancel, takeUnitsOff } from './take-off.js';

export interface RequestStop extends Cancel {
  stopId: string;
  /** which releases; all that have not left when absent */
  fulfilmentIds?: string[];
}

/** Whether a fulfilment order works on a release: it has its id, or that of a part of it. */
const isOf = (id: string | null, releaseId: string): boolean =>
  id !== null && (id === releaseId || id.startsWith(`${releaseId}-`));

const shippedFrom = (order: Order, fulfilmentId: string): number =>
  order.shipments
    .filter((shipment) => isOf(shipment.fulfilmentId, fulfilmentId))
    .flatMap(({ lines }) => lines)
    .reduce((sum, { quantity }) => sum + quantity, 0);

const unitsOf = (one: Fulfilment): number => one.lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** Whether there are units that, as far as the order knows, are still in the house. */
const mayBeStopped = (order: Order, one: Fulfilment): boolean => unitsOf(one) > shippedFrom(order, one.fulfilmentId);

/** Releases that were asked to stop and have not all answered. */
export const awaitedStops = (order: Order): { stopId: string; fulfilmentId: string }[] =>
  order.stops.flatMap(({ stopId, fulfilmentIds, answers }) =>
    fulfilmentIds
      .filter((id) => !answers.some((answer) => answer.fulfilmentId === id))
      .map((fulfilmentId) => ({ stopId, fulfilmentId })),
  );

/**
 * Asks warehouses not to send what was released to them. Whether they can is theirs to say; until then the order goes
 * on as it is. A release that was asked already is not asked twice while its answer is awaited.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED …, ORDER_COMPLETED, ORDER_ALREADY_SHIPPED, NOTHING_RELEASED,
 * FULFILMENT_NOT_FOUND
 */
export const requestStop = (command: RequestStop, order: Order): OrderEvent[] => {
  mustExist(order);
  if (order.stops.some(({ stopId }) => stopId === command.stopId)) return [];
  mustNotHaveEnded(order);
  if (order.status === 'COMPLETED') throw new Refused('ORDER_COMPLETED', about(order));
  if (order.fulfilments.length === 0) throw new Refused('NOTHING_RELEASED', about(order));
  for (const fulfilmentId of command.fulfilmentIds ?? []) {
    if (!order.fulfilments.some((one) => one.fulfilmentId === fulfilmentId)) {
      throw new Refused('FULFILMENT_NOT_FOUND', { ...about(order), fulfilmentId });
    }
  }
  const asked = new Set(awaitedStops(order).map(({ fulfilmentId }) => fulfilmentId));
  const named = order.fulfilments.filter(({ fulfilmentId }) => command.fulfilmentIds?.includes(fulfilmentId) ?? true);
  const there = named.filter((one) => mayBeStopped(order, one));
  if (there.length === 0) throw new Refused('ORDER_ALREADY_SHIPPED', about(order));
  const fulfilmentIds = there.map(({ fulfilmentId }) => fulfilmentId).filter((id) => !asked.has(id));
  if (fulfilmentIds.length === 0) return [];
  const { stopId, reason, note, now } = command;
  const data = { stopId, fulfilmentIds, reason, ...(note === undefined ? {} : { note }), occurredAt: now };
  return [{ type: 'StopRequested', data }];
};

export interface AnswerStop {
  stopId: string;
  fulfilmentId: string;
  partId: string;
  outcome: 'STOPPED' | 'REFUSED';
  code?: string;
  lines: { lineId: string; quantity: number; reservationId: string }[];
  occurredAt: string;
  now: string;
}

/**
 * Takes in what a warehouse says to a stop. Units that stay in the house are no longer released; they are cancelled,
 * their stock and their money go back, and when nothing is left the order is cancelled.
 * @throws Refused ORDER_NOT_FOUND
 */
export const answerStop = (command: AnswerStop, order: Order): OrderEvent[] => {
  mustExist(order);
  const stop = order.stops.find(({ stopId }) => stopId === command.stopId);
  // An answer to a question nobody asked changes nothing.
  if (stop === undefined || stop.answers.some(({ partId }) => partId === command.partId)) return [];
  const { now, ...answer } = command;
  const answered: OrderEvent = { type: 'StopAnswered', data: answer };
  if (command.outcome === 'REFUSED') return [answered];
  const after = evolve(order, answered);
  const cancelled = takeUnitsOff(
    {
      cancellationId: `${command.stopId}:${command.partId}`,
      stopId: command.stopId,
      reason: stop.reason,
      lines: command.lines,
      now,
    },
    after,
  );
  return withFollowUps(order, [answered, ...cancelled], { now, occurredAt: command.occurredAt });
};
