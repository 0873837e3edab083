import type { Disposition, Resolution, ReturnEvent, ReturnEventData, ReturnKind, Sealed } from '@orderloom/contracts';
import type { Aggregate } from '@orderloom/event-sourcing';

export type { ReturnEvent, ReturnEventData } from '@orderloom/contracts';

/**
 * NONE nothing recorded · REQUESTED somebody decides · APPROVED the goods may come, or stay with the customer ·
 * IN_TRANSIT they are on their way · RECEIVED some or all are here · INSPECTED every unit is looked at · RESOLVED it is
 * settled what the customer gets · CLOSED, DECLINED over.
 */
export const RETURN_STATUSES = [
  'REQUESTED',
  'APPROVED',
  'IN_TRANSIT',
  'RECEIVED',
  'INSPECTED',
  'RESOLVED',
  'CLOSED',
  'DECLINED',
] as const;
export type ReturnStatus = 'NONE' | (typeof RETURN_STATUSES)[number];

/** Units of one line that come back: `accepted, sentBack ≤ inspected ≤ received ≤ quantity`. */
export interface ReturnLine {
  readonly lineId: string;
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly reason: string;
  readonly photos: readonly string[];
  /** what these units were sold for, minor units */
  readonly amount: number;
  readonly received: number;
  readonly inspected: number;
  readonly accepted: number;
  /** with the customer again */
  readonly sentBack: number;
}

export interface InspectedUnits {
  readonly inspectionId: string;
  readonly lineId: string;
  readonly quantity: number;
  readonly disposition: Disposition;
  readonly condition: string | null;
  readonly accepted: boolean;
  readonly note: string | null;
  readonly at: string;
}

export interface ExchangeLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice?: number;
}

/** A return as folded from its stream. */
export interface Return {
  readonly status: ReturnStatus;
  readonly returnId: string;
  readonly orderId: string;
  readonly number: string;
  readonly orderNumber: string;
  readonly channel: string;
  readonly customerId: string | null;
  readonly kind: ReturnKind;
  readonly currency: string;
  /** false: the customer keeps the goods */
  readonly goodsBack: boolean;
  readonly wish: Resolution;
  readonly exchange: readonly ExchangeLine[];
  /** the replacement leaves before the goods are back */
  readonly advance: boolean;
  readonly comment: Sealed<string> | null;
  readonly policy: ReturnEventData['ReturnRequested']['policy'] | null;
  readonly complaintId: string | null;
  readonly lines: readonly ReturnLine[];
  readonly label: NonNullable<ReturnEventData['ReturnApproved']['label']> | null;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly receipts: readonly string[];
  /** nothing more is waited for */
  readonly complete: boolean;
  readonly inspections: readonly InspectedUnits[];
  /** what has been sent back to the customer: said twice, done once */
  readonly sendings: readonly string[];
  readonly resolution: Omit<ReturnEventData['ReturnResolved'], 'returnId' | 'orderId'> | null;
  readonly declined: { readonly reason: string; readonly note: string | null } | null;
  readonly outcome: string | null;
  readonly requestedAt: string;
  /** by when the next step should be done; null when it is over */
  readonly dueAt: string | null;
  readonly closedAt: string | null;
}

const NOTHING: Return = {
  status: 'NONE',
  returnId: '',
  orderId: '',
  number: '',
  orderNumber: '',
  channel: '',
  customerId: null,
  kind: 'RETURN',
  currency: '',
  goodsBack: true,
  wish: 'REFUND',
  exchange: [],
  advance: false,
  comment: null,
  policy: null,
  complaintId: null,
  lines: [],
  label: null,
  carrier: null,
  trackingNumber: null,
  receipts: [],
  complete: false,
  inspections: [],
  sendings: [],
  resolution: null,
  declined: null,
  outcome: null,
  requestedAt: '',
  dueAt: null,
  closedAt: null,
};

const changeLines = (
  lines: readonly ReturnLine[],
  changes: readonly { lineId: string; quantity: number }[],
  change: (line: ReturnLine, quantity: number) => ReturnLine,
): readonly ReturnLine[] =>
  lines.map((line) =>
    changes
      .filter(({ lineId }) => lineId === line.lineId)
      .reduce<ReturnLine>((changed, { quantity }) => change(changed, quantity), line),
  );

const requested = (d: ReturnEventData['ReturnRequested']): Return => ({
  ...NOTHING,
  status: 'REQUESTED',
  returnId: d.returnId,
  orderId: d.orderId,
  number: d.number,
  orderNumber: d.orderNumber,
  channel: d.channel,
  customerId: d.customerId ?? null,
  kind: d.kind,
  currency: d.currency,
  goodsBack: d.goodsBack,
  wish: d.wish,
  exchange: d.exchange ?? [],
  advance: d.advance,
  comment: d.comment ?? null,
  policy: d.policy,
  complaintId: d.complaintId ?? null,
  lines: d.lines.map(({ photos, ...line }) => ({
    ...line,
    photos: photos ?? [],
    received: 0,
    inspected: 0,
    accepted: 0,
    sentBack: 0,
  })),
  requestedAt: d.occurredAt,
  dueAt: d.dueAt,
});

/** Folds one recorded event into the return. Never refuses: what is recorded has happened. */
export const evolve = (state: Return, event: ReturnEvent): Return => {
  switch (event.type) {
    case 'ReturnRequested':
      return requested(event.data);
    case 'ReturnApproved': {
      const { label, exchange, advance, dueAt } = event.data;
      return {
        ...state,
        status: 'APPROVED',
        label: label ?? null,
        exchange: exchange ?? state.exchange,
        advance: advance ?? state.advance,
        dueAt,
      };
    }
    case 'ReturnDeclined': {
      const { reason, note, occurredAt } = event.data;
      return {
        ...state,
        status: 'DECLINED',
        declined: { reason, note: note ?? null },
        dueAt: null,
        closedAt: occurredAt,
      };
    }
    case 'ReturnDispatched': {
      const { carrier, trackingNumber, dueAt } = event.data;
      return {
        ...state,
        status: 'IN_TRANSIT',
        carrier: carrier ?? null,
        trackingNumber: trackingNumber ?? null,
        dueAt,
      };
    }
    case 'ReturnReceived': {
      const { receiptId, lines, complete, dueAt } = event.data;
      return {
        ...state,
        status: 'RECEIVED',
        receipts: [...state.receipts, receiptId],
        complete,
        dueAt,
        lines: changeLines(state.lines, lines, (line, quantity) => ({ ...line, received: line.received + quantity })),
      };
    }
    case 'ReturnInspected': {
      const { units, inspectionId, complete, occurredAt, dueAt } = event.data;
      const lines = changeLines(state.lines, units, (line, quantity) => ({
        ...line,
        inspected: line.inspected + quantity,
      }));
      const accepted = units.filter((unit) => unit.accepted);
      return {
        ...state,
        status: complete ? 'INSPECTED' : 'RECEIVED',
        dueAt,
        lines: changeLines(lines, accepted, (line, quantity) => ({ ...line, accepted: line.accepted + quantity })),
        inspections: [
          ...state.inspections,
          ...units.map(({ sku: _sku, condition, note, ...unit }) => ({
            ...unit,
            inspectionId,
            condition: condition ?? null,
            note: note ?? null,
            at: occurredAt,
          })),
        ],
      };
    }
    case 'ReturnResolved': {
      const { returnId: _return, orderId: _order, ...resolution } = event.data;
      return { ...state, status: 'RESOLVED', resolution, dueAt: resolution.dueAt };
    }
    case 'ReturnSentBack': {
      const { sendingId, lines } = event.data;
      return {
        ...state,
        sendings: [...state.sendings, sendingId],
        lines: changeLines(state.lines, lines, (line, quantity) => ({ ...line, sentBack: line.sentBack + quantity })),
      };
    }
    case 'ReturnClosed':
      return {
        ...state,
        status: 'CLOSED',
        outcome: event.data.outcome,
        dueAt: null,
        closedAt: event.data.occurredAt,
      };
    default:
      event satisfies never;
      return state;
  }
};

export const initial = (): Return => NOTHING;

/** How a return is kept: stream `return-{returnId}`. */
export const returnAggregate: Aggregate<Return, ReturnEvent> = { prefix: 'return', initial, evolve };

/** Said after every fold in the tests: what must hold of a line's quantities at any time. */
export const lineHolds = (line: ReturnLine): boolean =>
  0 <= line.accepted &&
  line.sentBack <= line.inspected &&
  line.accepted <= line.inspected &&
  line.inspected <= line.received &&
  line.received <= line.quantity;

/** Units that are not here yet. */
export const missingLines = (state: Return): { lineId: string; quantity: number }[] =>
  state.lines
    .map((line) => ({ lineId: line.lineId, quantity: line.quantity - line.received }))
    .filter(({ quantity }) => quantity > 0);
