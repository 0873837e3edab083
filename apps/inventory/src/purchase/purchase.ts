import type { PurchaseEvent, PurchaseEventData } from '@orderloom/contracts';

/** Where a purchase order stands. CLOSED and CANCELLED are ends. */
export type PurchaseStatus = 'NONE' | 'DRAFT' | 'SENT' | 'CONFIRMED' | 'PART_RECEIVED' | 'CLOSED' | 'CANCELLED';

/** A line with what became of it. */
export interface PurchaseLineState {
  readonly lineId: string;
  readonly sku: string;
  readonly ordered: number;
  /** What the supplier says it delivers; what was ordered until then. */
  readonly expected: number;
  readonly expectedOn: string;
  readonly received: number;
  /** Minor units; null where no price is known. */
  readonly unitPrice: number | null;
  /** Price when it was ordered. */
  readonly orderedPrice: number | null;
}

/** State of a `purchase-` stream. */
export interface Purchase {
  readonly status: PurchaseStatus;
  readonly purchaseId: string;
  readonly number: string;
  readonly supplierId: string;
  readonly location: string;
  readonly currency: string | null;
  readonly suggested: boolean;
  readonly note: string | null;
  readonly lines: readonly PurchaseLineState[];
  /** True once the supplier has said what and when. */
  readonly confirmed: boolean;
  readonly answerBy: string | null;
  /** The day agreed first: what "on time" is measured by. */
  readonly agreedOn: string | null;
  readonly receipts: readonly string[];
  readonly firstReceivedAt: string | null;
  readonly lastReceivedAt: string | null;
  readonly sentAt: string | null;
  readonly endedAt: string | null;
  readonly outcome: 'COMPLETE' | 'SHORT' | null;
  /** Deadlines that passed and were told, as `what:dueAt`. */
  readonly overdue: readonly string[];
}

const NOTHING: Purchase = {
  status: 'NONE',
  purchaseId: '',
  number: '',
  supplierId: '',
  location: '',
  currency: null,
  suggested: false,
  note: null,
  lines: [],
  confirmed: false,
  answerBy: null,
  agreedOn: null,
  receipts: [],
  firstReceivedAt: null,
  lastReceivedAt: null,
  sentAt: null,
  endedAt: null,
  outcome: null,
  overdue: [],
};

const lastDay = (lines: readonly PurchaseLineState[]): string | null =>
  lines.reduce<string | null>((last, { expectedOn }) => (last === null || expectedOn > last ? expectedOn : last), null);

const created = (data: PurchaseEventData['PurchaseOrderCreated']): Purchase => ({
  ...NOTHING,
  status: 'DRAFT',
  purchaseId: data.purchaseId,
  number: data.number,
  supplierId: data.supplierId,
  location: data.location,
  currency: data.currency ?? null,
  suggested: data.suggested ?? false,
  note: data.note ?? null,
  lines: data.lines.map(({ lineId, sku, quantity, unitPrice, expectedOn }) => ({
    lineId,
    sku,
    ordered: quantity,
    expected: quantity,
    expectedOn,
    received: 0,
    unitPrice: unitPrice ?? null,
    orderedPrice: unitPrice ?? null,
  })),
});

const confirmed = (state: Purchase, data: PurchaseEventData['PurchaseOrderConfirmed']): Purchase => {
  const said = new Map(data.lines.map((line) => [line.lineId, line]));
  const lines = state.lines.map((line) => {
    const one = said.get(line.lineId);
    if (!one) return line;
    const { quantity, expectedOn, unitPrice } = one;
    return { ...line, expected: quantity, expectedOn, unitPrice: unitPrice ?? line.unitPrice };
  });
  const status = state.status === 'PART_RECEIVED' ? state.status : 'CONFIRMED';
  return { ...state, status, lines, confirmed: true, agreedOn: state.agreedOn ?? lastDay(lines) };
};

const received = (state: Purchase, data: PurchaseEventData['PurchaseReceived']): Purchase => {
  const arrived = new Map<string, number>();
  for (const { lineId, quantity } of data.lines) arrived.set(lineId, (arrived.get(lineId) ?? 0) + quantity);
  return {
    ...state,
    status: 'PART_RECEIVED',
    lines: state.lines.map((line) => ({ ...line, received: line.received + (arrived.get(line.lineId) ?? 0) })),
    receipts: [...state.receipts, data.receiptId],
    firstReceivedAt: state.firstReceivedAt ?? data.occurredAt,
    lastReceivedAt: data.occurredAt,
    agreedOn: state.agreedOn ?? lastDay(state.lines),
  };
};

/** The aggregate of one purchase order. */
export const purchase = {
  prefix: 'purchase',
  initial: (): Purchase => NOTHING,
  evolve(state: Purchase, event: PurchaseEvent): Purchase {
    switch (event.type) {
      case 'PurchaseOrderCreated':
        return created(event.data);
      case 'PurchaseOrderSent':
        return { ...state, status: 'SENT', answerBy: event.data.answerBy, sentAt: event.data.occurredAt };
      case 'PurchaseOrderConfirmed':
        return confirmed(state, event.data);
      case 'PurchaseReceived':
        return received(state, event.data);
      case 'PurchaseOrderOverdue':
        return { ...state, overdue: [...state.overdue, `${event.data.what}:${event.data.dueAt}`] };
      case 'PurchaseOrderClosed':
        return { ...state, status: 'CLOSED', outcome: event.data.outcome, endedAt: event.data.occurredAt };
      case 'PurchaseOrderCancelled':
        return { ...state, status: 'CANCELLED', endedAt: event.data.occurredAt };
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;

/** Units of a line that are still to come. */
export const toCome = ({ expected, received: here }: PurchaseLineState): number => Math.max(0, expected - here);

/** True while goods of it are on their way. */
export const isOpen = ({ status }: Pick<Purchase, 'status'>): boolean =>
  status === 'SENT' || status === 'CONFIRMED' || status === 'PART_RECEIVED';

/** What is awaited of it next, and until when; undefined: nothing. */
export const deadlineOf = (state: Purchase): { what: 'ANSWER' | 'DELIVERY'; dueAt: string } | undefined => {
  if (state.status === 'SENT' && state.answerBy !== null) return { what: 'ANSWER', dueAt: state.answerBy };
  if (state.status !== 'CONFIRMED' && state.status !== 'PART_RECEIVED') return undefined;
  const days = state.lines.filter((line) => toCome(line) > 0).map((line) => line.expectedOn);
  const first = days.sort()[0];
  return first === undefined ? undefined : { what: 'DELIVERY', dueAt: `${first}T23:59:59.999Z` };
};
