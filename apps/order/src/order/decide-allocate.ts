import { Refused } from '@orderloom/contracts';
import { hasEnded } from './ending.js';
import type { Allocation, OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import type { Order } from './order.js';
import { unallocated } from './quantities.js';
import { mustExist } from './refusals.js';

/** A sourcing decision of inventory: what it reserved for which line, and what it could not find. */
export interface Allocate {
  decisionId: string;
  allocations: Allocation[];
  backordered: { lineId: string; sku: string; quantity: number }[];
  reason: string;
  /** how often the order had been reopened when it was decided; 0 when absent */
  epoch?: number;
  now: string;
}

/**
 * Takes in a sourcing decision. Once every line has its stock the order asks for payment or is released.
 * More than is wanted is given back. A cancelled order takes nothing in: inventory gives the stock back when it hears
 * of the cancellation.
 * @throws Refused ORDER_NOT_FOUND, ORDER_NOT_CONFIRMED, ORDER_IS_HISTORY, LINE_NOT_FOUND
 */
export const allocate = (command: Allocate, order: Order): OrderEvent[] => {
  mustExist(order);
  if (hasEnded(order)) return [];
  // What was decided before the order ended was given back when it did.
  if ((command.epoch ?? 0) < order.epoch) return [];
  if (order.decisions.includes(command.decisionId)) return [];
  if (order.status === 'SUBMITTED') throw new Refused('ORDER_NOT_CONFIRMED', { orderId: order.orderId });
  if (order.mode === 'history') throw new Refused('ORDER_IS_HISTORY', { orderId: order.orderId });
  const open = new Map(order.lines.map((line) => [line.lineId, unallocated(line)]));
  const taken: Allocation[] = [];
  const excess: Allocation[] = [];
  for (const allocation of command.allocations) {
    const { lineId, quantity } = allocation;
    const left = open.get(lineId);
    if (left === undefined) throw new Refused('LINE_NOT_FOUND', { orderId: order.orderId, lineId });
    // Units may have been cancelled while stock was looked for.
    const units = Math.min(left, quantity);
    if (units > 0) taken.push({ ...allocation, quantity: units });
    if (units < quantity) excess.push({ ...allocation, quantity: quantity - units });
    open.set(lineId, left - units);
  }
  const { decisionId, reason } = command;
  const events: OrderEvent[] = [];
  if (taken.length > 0) events.push({ type: 'LinesAllocated', data: { decisionId, allocations: taken } });
  if (excess.length > 0) {
    events.push({ type: 'AllocationsReturned', data: { decisionId, reason: 'NOT_WANTED', lines: excess } });
  }
  // A decision that arrives after a later one may name as missing what has been found since.
  const lines = command.backordered
    .map((line) => ({ ...line, quantity: Math.min(line.quantity, open.get(line.lineId) ?? 0) }))
    .filter((line) => line.quantity > 0);
  if (lines.length > 0) events.push({ type: 'LinesBackordered', data: { decisionId, lines, reason } });
  return events.length === 0 ? [] : withFollowUps(order, events, { now: command.now });
};

/** The quantities inventory could not find: recorded so that people see what is waited for. */
export const backorder = (command: Omit<Allocate, 'allocations'>, order: Order): OrderEvent[] =>
  allocate({ ...command, allocations: [] }, order);
