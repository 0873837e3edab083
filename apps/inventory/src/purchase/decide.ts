import { type PurchaseEvent, type PurchaseEventData, Refused } from '@orderloom/contracts';
import { deadlineOf, isOpen, type Purchase, toCome } from './purchase.js';

type Data<T extends keyof PurchaseEventData> = PurchaseEventData[T];

const about = ({ purchaseId, status }: Purchase) => ({ purchaseId, status });

/** @throws Refused PURCHASE_NOT_FOUND */
const mustExist = (state: Purchase, purchaseId: string): void => {
  if (state.status === 'NONE') throw new Refused('PURCHASE_NOT_FOUND', { purchaseId });
};

/** Makes a draft; the same id again is no event. */
export const createPurchase = (data: Data<'PurchaseOrderCreated'>, state: Purchase): PurchaseEvent[] =>
  state.status === 'NONE' ? [{ type: 'PurchaseOrderCreated', data }] : [];

/** Sends a draft; sent before is no event. @throws Refused PURCHASE_NOT_FOUND, PURCHASE_ENDED */
export const sendPurchase = (data: Data<'PurchaseOrderSent'>, state: Purchase): PurchaseEvent[] => {
  mustExist(state, data.purchaseId);
  if (state.status === 'CLOSED' || state.status === 'CANCELLED') throw new Refused('PURCHASE_ENDED', about(state));
  return state.status === 'DRAFT' ? [{ type: 'PurchaseOrderSent', data }] : [];
};

/**
 * Records what the supplier delivers and when; the same again is no event.
 * @throws Refused PURCHASE_NOT_FOUND, PURCHASE_NOT_SENT, PURCHASE_ENDED, PURCHASE_LINE_NOT_FOUND,
 * PURCHASE_LINE_ARRIVED when less is confirmed than is here
 */
export const confirmPurchase = (data: Data<'PurchaseOrderConfirmed'>, state: Purchase): PurchaseEvent[] => {
  mustBeOpen(state, data.purchaseId);
  const lines = new Map(state.lines.map((line) => [line.lineId, line]));
  const changed = data.lines.filter(({ lineId, quantity, expectedOn, unitPrice }) => {
    const line = lines.get(lineId);
    if (!line) throw new Refused('PURCHASE_LINE_NOT_FOUND', { purchaseId: data.purchaseId, lineId });
    if (quantity < line.received) throw new Refused('PURCHASE_LINE_ARRIVED', { lineId, received: line.received });
    return (
      line.expected !== quantity ||
      line.expectedOn !== expectedOn ||
      (unitPrice !== undefined && unitPrice !== line.unitPrice)
    );
  });
  return state.confirmed && changed.length === 0 ? [] : [{ type: 'PurchaseOrderConfirmed', data }];
};

/** @throws Refused PURCHASE_NOT_FOUND, PURCHASE_NOT_SENT, PURCHASE_ENDED */
const mustBeOpen = (state: Purchase, purchaseId: string): void => {
  mustExist(state, purchaseId);
  if (state.status === 'DRAFT') throw new Refused('PURCHASE_NOT_SENT', about(state));
  if (!isOpen(state)) throw new Refused('PURCHASE_ENDED', about(state));
};

/**
 * Takes goods in; with the last of them the order is closed. The same receipt again is no event. More than was ordered
 * is taken in: it is there.
 * @throws Refused PURCHASE_NOT_FOUND, PURCHASE_NOT_SENT, PURCHASE_ENDED, PURCHASE_LINE_NOT_FOUND
 */
export const receivePurchase = (data: Data<'PurchaseReceived'>, state: Purchase): PurchaseEvent[] => {
  if (state.receipts.includes(data.receiptId)) return [];
  mustBeOpen(state, data.purchaseId);
  const arrived = new Map<string, number>();
  for (const { lineId, sku, quantity } of data.lines) {
    const line = state.lines.find((one) => one.lineId === lineId);
    if (line?.sku !== sku) throw new Refused('PURCHASE_LINE_NOT_FOUND', { purchaseId: data.purchaseId, lineId });
    arrived.set(lineId, (arrived.get(lineId) ?? 0) + quantity);
  }
  const complete = state.lines.every((line) => toCome(line) <= (arrived.get(line.lineId) ?? 0));
  const { purchaseId, occurredAt } = data;
  return [
    { type: 'PurchaseReceived', data },
    ...(complete
      ? [{ type: 'PurchaseOrderClosed' as const, data: { purchaseId, outcome: 'COMPLETE' as const, occurredAt } }]
      : []),
  ];
};

/** Expects nothing more; ended before is no event. @throws Refused PURCHASE_NOT_FOUND, PURCHASE_NOT_SENT */
export const closePurchase = (
  { purchaseId, reason, now }: { purchaseId: string; reason?: string | undefined; now: string },
  state: Purchase,
): PurchaseEvent[] => {
  mustExist(state, purchaseId);
  if (state.status === 'CLOSED' || state.status === 'CANCELLED') return [];
  if (state.status === 'DRAFT') throw new Refused('PURCHASE_NOT_SENT', about(state));
  const data = { purchaseId, outcome: 'SHORT' as const, occurredAt: now };
  return [{ type: 'PurchaseOrderClosed', data: reason === undefined ? data : { ...data, reason } }];
};

/** Calls it off; done before is no event. @throws Refused PURCHASE_NOT_FOUND, PURCHASE_ARRIVED, PURCHASE_ENDED */
export const cancelPurchase = (
  { purchaseId, reason, now }: { purchaseId: string; reason: string; now: string },
  state: Purchase,
): PurchaseEvent[] => {
  mustExist(state, purchaseId);
  if (state.status === 'CANCELLED') return [];
  if (state.status === 'CLOSED') throw new Refused('PURCHASE_ENDED', about(state));
  if (state.receipts.length > 0) throw new Refused('PURCHASE_ARRIVED', about(state));
  return [{ type: 'PurchaseOrderCancelled', data: { purchaseId, reason, occurredAt: now } }];
};

/** Tells once of each deadline that has passed. */
export const overduePurchase = (now: string, state: Purchase): PurchaseEvent[] => {
  const deadline = deadlineOf(state);
  if (!deadline || deadline.dueAt > now || state.overdue.includes(`${deadline.what}:${deadline.dueAt}`)) return [];
  const { purchaseId } = state;
  return [{ type: 'PurchaseOrderOverdue', data: { purchaseId, ...deadline, occurredAt: now } }];
};
