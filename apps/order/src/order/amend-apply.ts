import { soldAs, soldDifference, soldNew, worthWanted } from './amend-price.js';
import { type Amendment, type AmendmentChanges, type AmendmentEffect, isOpen } from './amendments.js';
import type { OrderEvent, SoldLine } from './events.js';
import { wantedLines } from './lines.js';
import { due, outstanding, overpaid } from './money.js';
import { evolve, type Order, type OrderLine } from './order.js';
import { every, releasedUnits, wanted } from './quantities.js';
import { reviewOfChange } from './review-outcome.js';
import { takeUnitsOff } from './take-off.js';

/** What of a change is not possible (any more), and why: codes of the message catalogue. */
export interface Dropped {
  path: string;
  code: DropCode;
}
export type DropCode =
  | 'LINE_NOT_FOUND'
  | 'LINE_ALREADY_RELEASED'
  | 'ORDER_ALREADY_RELEASED'
  | 'AMENDMENT_LINE_CHANGED'
  | 'AMENDMENT_FIELD_CHANGED'
  | 'AMENDMENT_TERMS_FIXED'
  | 'AMENDMENT_LEAVES_NOTHING';

const FIELDS = ['shipTo', 'deliveryWish', 'requiredBy', 'paymentTerms'] as const;
type Field = (typeof FIELDS)[number];

type LineChange = NonNullable<AmendmentChanges['lines']>[number];

const lineProblem = (order: Order, wish: LineChange): DropCode | undefined => {
  const line = order.lines.find(({ lineId }) => lineId === wish.lineId);
  if (line === undefined) return 'LINE_NOT_FOUND';
  if (wanted(line) !== wish.from.quantity || line.unitPrice !== wish.from.unitPrice) return 'AMENDMENT_LINE_CHANGED';
  if (wish.quantity < line.released) return 'LINE_ALREADY_RELEASED';
  // What has been handed over was sold at its price.
  return wish.unitPrice !== line.unitPrice && line.released > 0 ? 'LINE_ALREADY_RELEASED' : undefined;
};

const fieldProblem = (order: Order, field: Field, touched: ReadonlySet<string>): DropCode | undefined => {
  if (touched.has(field)) return 'AMENDMENT_FIELD_CHANGED';
  if (field === 'paymentTerms') return releasedUnits(order) > 0 ? 'AMENDMENT_TERMS_FIXED' : undefined;
  return releasedUnits(order) > 0 && every(order, (line) => line.released === wanted(line))
    ? 'ORDER_ALREADY_RELEASED'
    : undefined;
};

/**
 * Tells what of a change is possible as the order is now, line by line and field by field.
 * @param touched fields that another change has set since
 */
export const possiblePart = (
  order: Order,
  changes: AmendmentChanges,
  touched: ReadonlySet<string> = new Set(),
): { changes: AmendmentChanges; dropped: Dropped[] } => {
  const dropped: Dropped[] = [];
  const kept: AmendmentChanges = {};
  const lines = (changes.lines ?? []).filter((wish) => {
    const code = lineProblem(order, wish);
    if (code !== undefined) dropped.push({ path: `lines.${wish.lineId}`, code });
    return code === undefined;
  });
  if (lines.length > 0) kept.lines = lines;
  if (changes.added !== undefined) kept.added = changes.added;
  // A new address or wish is for what is still to be released, which added lines are.
  const fields = FIELDS.filter((field) => {
    if (changes[field] === undefined) return false;
    const code = fieldProblem(order, field, touched);
    if (code === undefined || (code === 'ORDER_ALREADY_RELEASED' && kept.added !== undefined)) return true;
    dropped.push({ path: field, code });
    return false;
  });
  Object.assign(kept, Object.fromEntries(fields.map((field) => [field, changes[field]])));
  if (leavesNothing(order, kept)) {
    dropped.push(
      ...lines.map(({ lineId }) => ({ path: `lines.${lineId}`, code: 'AMENDMENT_LEAVES_NOTHING' as const })),
    );
    delete kept.lines;
  }
  return { changes: kept, dropped };
};

const leavesNothing = (order: Order, { lines = [], added = [] }: AmendmentChanges): boolean => {
  const targets = new Map(lines.map(({ lineId, quantity }) => [lineId, quantity]));
  const left = order.lines.reduce((sum, line) => sum + (targets.get(line.lineId) ?? wanted(line)), 0);
  return lines.length > 0 && added.length === 0 && left === 0;
};

export const isEmpty = (changes: AmendmentChanges): boolean =>
  Object.values(changes).every((value) => value === undefined || (Array.isArray(value) && value.length === 0));

/** Lines as they are sold once units were taken off: more units, another price, or new. */
const soldLines = (order: Order, { lines = [], added = [] }: AmendmentChanges): SoldLine[] => {
  const byId = new Map(order.lines.map((line) => [line.lineId, line]));
  const changed = lines.flatMap(({ lineId, quantity, unitPrice }) => {
    const line = byId.get(lineId);
    if (line === undefined) return [];
    const more = Math.max(0, quantity - wanted(line));
    if (more === 0 && unitPrice === line.unitPrice) return [];
    return [soldAs(line, line.ordered + more, unitPrice, order.taxesIncluded)];
  });
  const next = order.lines.reduce((last, { lineId }) => Math.max(last, Number(lineId.slice(1))), 0) + 1;
  return [...changed, ...added.map((one, index) => soldNew(order, `L${next + index}`, one))];
};

/** The events that make a change which is possible in all its parts; nothing follows from them here. */
export const applying = (
  order: Order,
  amendment: Pick<Amendment, 'amendmentId' | 'reason' | 'changes'>,
  now: string,
): OrderEvent[] => {
  const { amendmentId, reason, changes } = amendment;
  const less = (changes.lines ?? []).flatMap(({ lineId, quantity }) => {
    const line = order.lines.find((candidate) => candidate.lineId === lineId);
    const units = line === undefined ? 0 : wanted(line) - quantity;
    return units > 0 ? [{ lineId, quantity: units }] : [];
  });
  const taken = takeUnitsOff({ cancellationId: amendmentId, amendmentId, reason, lines: less, now }, order);
  const between = taken.reduce(evolve, order);
  const lines = soldLines(between, changes);
  const { shipTo, deliveryWish, requiredBy, paymentTerms } = changes;
  const applied = (wantedAfter: ReturnType<typeof wantedLines>): OrderEvent => ({
    type: 'AmendmentApplied',
    data: {
      amendmentId,
      lines,
      ...soldDifference(between, lines),
      currency: order.currency,
      ...(shipTo === undefined ? {} : { shipTo }),
      ...(deliveryWish === undefined ? {} : { deliveryWish }),
      ...(requiredBy === undefined ? {} : { requiredBy }),
      ...(paymentTerms === undefined ? {} : { paymentTerms }),
      wanted: wantedAfter,
      occurredAt: now,
    },
  });
  return [...taken, applied(wantedLines(evolve(between, applied([]))))];
};

/** What a change does to price and payment, had it been applied now. */
export const effectOf = (
  order: Order,
  changes: AmendmentChanges,
  now: string,
): { effect: AmendmentEffect; after: Order } => {
  const after = applying(order, { amendmentId: 'preview', reason: '', changes }, now).reduce(evolve, order);
  const before = new Map(order.lines.map((line) => [line.lineId, line]));
  const worth = (line: OrderLine | undefined) => (line === undefined ? 0 : worthWanted(line, order.taxesIncluded));
  const lines = after.lines.flatMap((line) => {
    const was = before.get(line.lineId);
    const amounts = { amountBefore: worth(was), amountAfter: worth(line) };
    const quantities = { quantityBefore: was === undefined ? 0 : wanted(was), quantityAfter: wanted(line) };
    const same = amounts.amountBefore === amounts.amountAfter && quantities.quantityBefore === quantities.quantityAfter;
    return same
      ? []
      : [{ ...(was === undefined ? {} : { lineId: line.lineId }), sku: line.sku, ...quantities, ...amounts }];
  });
  return {
    after,
    effect: {
      currency: order.currency,
      dueBefore: Math.max(0, due(order.ledger)),
      dueAfter: Math.max(0, due(after.ledger)),
      extraPayment: Math.max(0, outstanding(after.ledger) - outstanding(order.ledger)),
      refund: Math.max(0, overpaid(after.ledger) - overpaid(order.ledger)),
      lines,
    },
  };
};

const hasPaid = (order: Order, { paymentId }: Pick<Amendment, 'paymentId'>): boolean =>
  paymentId !== null && order.payments.some((one) => one.paymentId === paymentId && one.status === 'CAPTURED');

/** Whether nothing has to happen any more before it is applied. */
export const isReady = (order: Order, amendment: Amendment): boolean =>
  amendment.status === 'PRICED' || (amendment.status === 'AWAITING_PAYMENT' && hasPaid(order, amendment));

/** What the order has changed so that less of an amendment is possible; [] when all of it still is. */
const rebased = (order: Order, amendment: Amendment, now: string, touched?: ReadonlySet<string>): OrderEvent[] => {
  const { amendmentId } = amendment;
  const { changes, dropped } = possiblePart(order, amendment.changes, touched);
  if (dropped.length === 0) return [];
  if (isEmpty(changes)) {
    const data = { amendmentId, by: 'ORDER' as const, code: 'AMENDMENT_NOTHING_LEFT', occurredAt: now };
    return [{ type: 'AmendmentDeclined', data }];
  }
  const { effect } = effectOf(order, changes, now);
  // Less is asked for than before, so nobody else has to agree; only the sum may be another.
  const needs = amendment.needs.flatMap((one) => {
    if (one.need !== 'PAYMENT') return [one];
    return effect.extraPayment === 0 ? [] : [{ ...one, inputs: { amount: effect.extraPayment } }];
  });
  return [{ type: 'AmendmentRebased', data: { amendmentId, changes, dropped, effect, needs, occurredAt: now } }];
};

/**
 * Applies an amendment that waits for nothing, as far as it is still possible, and brings the others up to date.
 * Returns [] when it waits for something.
 */
export const applyIfReady = (order: Order, amendmentId: string, now: string): OrderEvent[] => {
  const found = order.amendments.find((one) => one.amendmentId === amendmentId);
  if (found === undefined || !isOpen(found) || !isReady(order, found)) return [];
  const events = rebased(order, found, now);
  let state = events.reduce(evolve, order);
  const amendment = state.amendments.find((one) => one.amendmentId === amendmentId) ?? found;
  if (!isOpen(amendment) || !isReady(state, amendment)) return events;
  const applied = applying(state, amendment, now);
  const changed = applied.reduce(evolve, state);
  // Before anything follows: what is held now must not be released in the same breath.
  const looked = order.reviewOfChange === undefined ? [] : reviewOfChange(order.reviewOfChange, now, changed);
  state = looked.reduce(evolve, changed);
  events.push(...applied, ...looked);
  const touched = new Set(FIELDS.filter((field) => amendment.changes[field] !== undefined));
  for (const other of state.amendments.filter((one) => isOpen(one) && one.amendmentId !== amendmentId)) {
    const less = rebased(state, other, now, touched);
    state = less.reduce(evolve, state);
    events.push(...less);
  }
  return events;
};

/** What payments that have come or failed mean for the amendments that waited for them. */
export const settleAmendments = (order: Order, now: string): OrderEvent[] => {
  const events: OrderEvent[] = [];
  let state = order;
  for (const { amendmentId, paymentId } of order.amendments.filter((one) => one.status === 'AWAITING_PAYMENT')) {
    const payment = state.payments.find((one) => one.paymentId === paymentId);
    const next: OrderEvent[] =
      payment?.status === 'CAPTURED'
        ? applyIfReady(state, amendmentId, now)
        : (payment?.status === 'FAILED' || payment?.status === 'EXPIRED') && payment.failure?.final === true
          ? [
              {
                type: 'AmendmentDeclined',
                data: { amendmentId, by: 'PAYMENT', code: payment.failure.code, occurredAt: now },
              },
            ]
          : [];
    state = next.reduce(evolve, state);
    events.push(...next);
  }
  return events;
};
