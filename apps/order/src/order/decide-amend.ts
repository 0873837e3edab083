import { Refused } from '@orderloom/contracts';
import { applyIfReady, effectOf, isEmpty, possiblePart } from './amend-apply.js';
import { type AmendmentPolicy, needsOf } from './amend-policy.js';
import { type Amendment, type AmendmentChanges, isOpen } from './amendments.js';
import { mustNotHaveEnded } from './ending.js';
import type { OrderEvent } from './events.js';
import { withFollowUps } from './follow-up.js';
import { paymentRequest } from './money-follow-up.js';
import { evolve, type Order } from './order.js';
import { DEFAULT_PROVIDER } from './payment-plan.js';
import { wanted } from './quantities.js';
import { about, mustExist } from './refusals.js';

/** What somebody would like to have different; lines name only what changes. */
export interface RequestedChanges extends Omit<AmendmentChanges, 'lines'> {
  lines?: { lineId: string; quantity?: number; unitPrice?: number }[];
}

export interface ProposeAmendment {
  amendmentId: string;
  requestedBy: 'CUSTOMER' | 'STAFF';
  reason: string;
  note?: string;
  changes: RequestedChanges;
  now: string;
}

const hoursAfter = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * 3_600_000).toISOString();

/** The change with what whoever asks has seen of each line. @throws Refused LINE_NOT_FOUND, AMENDMENT_PRICE_OUT_OF_LIMIT */
const seen = (order: Order, { lines, ...rest }: RequestedChanges, policy: AmendmentPolicy): AmendmentChanges => {
  if (lines === undefined || lines.length === 0) return rest;
  const changed = lines.flatMap(({ lineId, quantity, unitPrice }) => {
    const line = order.lines.find((candidate) => candidate.lineId === lineId);
    if (line === undefined) throw new Refused('LINE_NOT_FOUND', { ...about(order), lineId });
    const from = { quantity: wanted(line), unitPrice: line.unitPrice };
    const to = { quantity: quantity ?? from.quantity, unitPrice: unitPrice ?? from.unitPrice };
    const percent = policy.priceLimitPercent;
    if (Math.abs(to.unitPrice - from.unitPrice) * 100 > from.unitPrice * percent) {
      throw new Refused('AMENDMENT_PRICE_OUT_OF_LIMIT', { ...about(order), lineId, sku: line.sku, percent });
    }
    const same = to.quantity === from.quantity && to.unitPrice === from.unitPrice;
    return same ? [] : [{ lineId, sku: line.sku, from, ...to }];
  });
  return changed.length === 0 ? rest : { ...rest, lines: changed };
};

/**
 * Asks for a change. It is priced at once; where nobody has to agree and nothing has to be paid first it is applied in
 * the same append, else it waits beside the order, which goes on as it is.
 * @throws Refused ORDER_NOT_FOUND, ORDER_CANCELLED …, ORDER_COMPLETED, ORDER_IS_HISTORY, AMENDMENT_EMPTY,
 * AMENDMENT_TOO_MANY, LINE_NOT_FOUND, AMENDMENT_PRICE_OUT_OF_LIMIT, and what `possiblePart` drops
 */
export const proposeAmendment = (command: ProposeAmendment, policy: AmendmentPolicy, order: Order): OrderEvent[] => {
  mustExist(order);
  const { amendmentId, requestedBy, reason, note, now } = command;
  if (order.amendments.some((one) => one.amendmentId === amendmentId)) return [];
  mustNotHaveEnded(order);
  if (order.status === 'COMPLETED') throw new Refused('ORDER_COMPLETED', about(order));
  if (order.mode === 'history') throw new Refused('ORDER_IS_HISTORY', about(order));
  if (order.amendments.filter(isOpen).length >= policy.mostOpen) {
    throw new Refused('AMENDMENT_TOO_MANY', { ...about(order), max: policy.mostOpen });
  }
  const changes = seen(order, command.changes, policy);
  if (isEmpty(changes)) throw new Refused('AMENDMENT_EMPTY', about(order));
  const [problem, ...others] = possiblePart(order, changes).dropped;
  if (problem !== undefined) {
    const lineId = problem.path.startsWith('lines.') ? problem.path.slice('lines.'.length) : undefined;
    const line = order.lines.find((candidate) => candidate.lineId === lineId);
    const details = line === undefined ? {} : { lineId, available: wanted(line) - line.released };
    throw new Refused(problem.code, { ...about(order), ...details, dropped: [problem, ...others] });
  }
  const { effect, after } = effectOf(order, changes, now);
  const needs = needsOf(policy, { order, after, changes, effect, requestedBy });
  const events: OrderEvent[] = [
    {
      type: 'AmendmentProposed',
      data: {
        amendmentId,
        number: order.amendments.length + 1,
        requestedBy,
        reason,
        ...(note === undefined ? {} : { note }),
        changes,
        expiresAt: hoursAfter(now, policy.expiresAfterHours),
        occurredAt: now,
      },
    },
    { type: 'AmendmentPriced', data: { amendmentId, effect, needs, occurredAt: now } },
  ];
  return goOn(order, events, amendmentId, now);
};

/** Goes as far with an amendment as it can: applies it, or asks for the money it waits for. */
const goOn = (order: Order, events: readonly OrderEvent[], amendmentId: string, now: string): OrderEvent[] => {
  const after = events.reduce(evolve, order);
  const applied = applyIfReady(after, amendmentId, now);
  if (applied.length > 0) {
    const done = applied.reduce(evolve, after);
    const next = askForMoney(done, amendmentId, now);
    return withFollowUps(order, [...events, ...applied, ...next], { now });
  }
  return [...events, ...askForMoney(after, amendmentId, now)];
};

const askForMoney = (order: Order, amendmentId: string, now: string): OrderEvent[] => {
  const amendment = order.amendments.find((one) => one.amendmentId === amendmentId);
  if (amendment?.status !== 'AWAITING_PAYMENT' || amendment.paymentId !== null) return [];
  const amount = amendment.effect?.extraPayment ?? 0;
  const last = order.payments.at(-1);
  const way = { method: last?.method ?? 'card', provider: last?.provider ?? DEFAULT_PROVIDER };
  const request = paymentRequest(order, { ...way, amount }, now);
  const { paymentId, currency } = request.data;
  return [{ type: 'AmendmentPaymentAwaited', data: { amendmentId, paymentId, amount, currency } }, request];
};

const openAmendment = (order: Order, amendmentId: string): Amendment => {
  mustExist(order);
  const amendment = order.amendments.find((one) => one.amendmentId === amendmentId);
  if (amendment === undefined) throw new Refused('AMENDMENT_NOT_FOUND', { ...about(order), amendmentId });
  return amendment;
};

const mustBeOpen = (order: Order, { amendmentId, status, ...one }: Amendment): void => {
  if (!isOpen({ ...one, status })) throw new Refused('AMENDMENT_CLOSED', { ...about(order), amendmentId, status });
};

export interface DecideOnAmendment {
  amendmentId: string;
  note?: string;
  now: string;
}

/** Somebody who may approves it. @throws Refused AMENDMENT_NOT_FOUND, AMENDMENT_CLOSED, AMENDMENT_STEP_INVALID */
export const approveAmendment = (command: DecideOnAmendment, order: Order): OrderEvent[] => {
  const { amendmentId, note, now } = command;
  const amendment = openAmendment(order, amendmentId);
  if (amendment.approved) return [];
  mustBeOpen(order, amendment);
  if (amendment.status !== 'AWAITING_APPROVAL') {
    throw new Refused('AMENDMENT_STEP_INVALID', { ...about(order), amendmentId, status: amendment.status });
  }
  const needs = amendment.needs.filter(({ need }) => need !== 'APPROVAL');
  const data = { amendmentId, ...(note === undefined ? {} : { note }), needs, occurredAt: now };
  return goOn(order, [{ type: 'AmendmentApproved', data }], amendmentId, now);
};

/** The customer agrees to it. @throws Refused AMENDMENT_NOT_FOUND, AMENDMENT_CLOSED, AMENDMENT_STEP_INVALID */
export const acceptAmendment = (command: DecideOnAmendment, order: Order): OrderEvent[] => {
  const { amendmentId, note, now } = command;
  const amendment = openAmendment(order, amendmentId);
  if (amendment.accepted) return [];
  mustBeOpen(order, amendment);
  if (amendment.status !== 'AWAITING_CUSTOMER') {
    throw new Refused('AMENDMENT_STEP_INVALID', { ...about(order), amendmentId, status: amendment.status });
  }
  const data = { amendmentId, ...(note === undefined ? {} : { note }), occurredAt: now };
  return goOn(order, [{ type: 'AmendmentAccepted', data }], amendmentId, now);
};

/** The approver or the customer does not want it. @throws Refused AMENDMENT_NOT_FOUND, AMENDMENT_CLOSED */
export const declineAmendment = (
  command: DecideOnAmendment & { by: 'APPROVER' | 'CUSTOMER' },
  order: Order,
): OrderEvent[] => {
  const { amendmentId, by, note, now } = command;
  const amendment = openAmendment(order, amendmentId);
  if (amendment.status === 'DECLINED') return [];
  mustBeOpen(order, amendment);
  const data = {
    amendmentId,
    by,
    code: 'AMENDMENT_DECLINED',
    ...(note === undefined ? {} : { reason: note }),
    occurredAt: now,
  };
  return [{ type: 'AmendmentDeclined', data }];
};

/** Whoever asked no longer wants it. @throws Refused AMENDMENT_NOT_FOUND, AMENDMENT_CLOSED */
export const withdrawAmendment = (command: DecideOnAmendment, order: Order): OrderEvent[] => {
  const { amendmentId, note, now } = command;
  const amendment = openAmendment(order, amendmentId);
  if (amendment.status === 'WITHDRAWN') return [];
  mustBeOpen(order, amendment);
  return [
    {
      type: 'AmendmentWithdrawn',
      data: { amendmentId, ...(note === undefined ? {} : { reason: note }), occurredAt: now },
    },
  ];
};

/** Ends the amendments that nobody has decided on in time. */
export const expireAmendments = (command: { now: string }, order: Order): OrderEvent[] => {
  mustExist(order);
  return order.amendments
    .filter((one) => isOpen(one) && one.expiresAt <= command.now)
    .map(({ amendmentId }) => ({ type: 'AmendmentExpired', data: { amendmentId, occurredAt: command.now } }));
};
