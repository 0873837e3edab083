import { type Disposition, Refused, type Resolution } from '@orderloom/contracts';
import {
  type ExchangeLine,
  evolve,
  missingLines,
  type Return,
  type ReturnEvent,
  type ReturnEventData,
} from './return.js';

/** A return as refusals name it. */
export const about = (state: Return): { returnId: string; number: string } => ({
  returnId: state.returnId,
  number: state.number,
});

/** What every event of a return says. */
export const common = (state: Return): { returnId: string; orderId: string } => ({
  returnId: state.returnId,
  orderId: state.orderId,
});

/** @throws Refused RETURN_NOT_FOUND, RETURN_DECLINED, RETURN_RESOLVED when it is over */
const mustBeOpen = (state: Return): void => {
  if (state.status === 'NONE') throw new Refused('RETURN_NOT_FOUND', {});
  if (state.status === 'DECLINED') throw new Refused('RETURN_DECLINED', about(state));
  if (state.status === 'RESOLVED' || state.status === 'CLOSED') throw new Refused('RETURN_RESOLVED', about(state));
};

export interface RequestReturn {
  request: ReturnEventData['ReturnRequested'];
  /** approved in the same append, where the policy says so */
  approve?: Omit<Approve, 'automatic'>;
}

/** Opens a return, and approves it at once where its policy does. A repeat with the same id changes nothing. */
export const requestReturn = (command: RequestReturn, state: Return): ReturnEvent[] => {
  if (state.status !== 'NONE') return [];
  const { request } = command;
  if (request.lines.length === 0) throw new Refused('RETURN_EMPTY', {});
  const opened: ReturnEvent = { type: 'ReturnRequested', data: request };
  if (command.approve === undefined) return [opened];
  return [opened, ...approve({ ...command.approve, automatic: true }, evolve(state, opened))];
};

export interface Approve {
  automatic?: boolean;
  note?: string;
  label?: ReturnEventData['ReturnApproved']['label'];
  /** the replacement leaves now; only for exchanges */
  advance?: boolean;
  exchange?: ExchangeLine[];
  dueAt: string;
  now: string;
}

/** @throws Refused RETURN_NOT_FOUND, RETURN_DECLINED, RETURN_RESOLVED, EXCHANGE_EMPTY */
export const approve = (command: Approve, state: Return): ReturnEvent[] => {
  mustBeOpen(state);
  if (state.status !== 'REQUESTED') return [];
  const { note, label, dueAt, now, exchange = [...state.exchange] } = command;
  const advance = command.advance ?? state.advance;
  if (advance && exchange.length === 0) throw new Refused('EXCHANGE_EMPTY', about(state));
  return [
    {
      type: 'ReturnApproved',
      data: {
        ...common(state),
        automatic: command.automatic ?? false,
        ...(note === undefined ? {} : { note }),
        ...(label === undefined || !state.goodsBack ? {} : { label }),
        ...(advance
          ? { advance, exchange, amount: worthOf(state.lines, 'quantity'), currency: state.currency }
          : exchange.length === 0
            ? {}
            : { exchange }),
        dueAt,
        occurredAt: now,
      },
    },
  ];
};

export interface Decline {
  reason: string;
  note?: string;
  now: string;
}

/**
 * Declines a return, or takes it back, while nothing has arrived and no replacement has left.
 * @throws Refused RETURN_NOT_FOUND, RETURN_ALREADY_RECEIVED, RETURN_RESOLVED
 */
export const decline = (command: Decline, state: Return): ReturnEvent[] => {
  if (state.status === 'DECLINED') return [];
  mustBeOpen(state);
  if (state.receipts.length > 0) throw new Refused('RETURN_ALREADY_RECEIVED', about(state));
  if (state.advance && state.status !== 'REQUESTED') throw new Refused('RETURN_RESOLVED', about(state));
  const { reason, note, now } = command;
  const lines = state.lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
  return [
    {
      type: 'ReturnDeclined',
      data: { ...common(state), reason, ...(note === undefined ? {} : { note }), lines, occurredAt: now },
    },
  ];
};

/** Goods nobody sent in time are not waited for any longer; a replacement that left keeps the return open. */
export const expire = (command: { now: string }, state: Return): ReturnEvent[] => {
  const waits = state.status === 'APPROVED' || state.status === 'IN_TRANSIT';
  if (!waits || !state.goodsBack || state.advance || state.dueAt === null || state.dueAt > command.now) return [];
  return decline({ reason: 'NOT_SENT_IN_TIME', now: command.now }, state);
};

export interface Dispatch {
  carrier?: string;
  trackingNumber?: string;
  dueAt: string;
  now: string;
}

/** @throws Refused RETURN_NOT_APPROVED, RETURN_WITHOUT_GOODS, … */
export const dispatch = (command: Dispatch, state: Return): ReturnEvent[] => {
  mustAwaitGoods(state);
  if (state.receipts.length > 0) return [];
  const { carrier, trackingNumber, dueAt, now } = command;
  if (state.status === 'IN_TRANSIT' && (trackingNumber === undefined || trackingNumber === state.trackingNumber)) {
    return [];
  }
  return [
    {
      type: 'ReturnDispatched',
      data: {
        ...common(state),
        ...(carrier === undefined ? {} : { carrier }),
        ...(trackingNumber === undefined ? {} : { trackingNumber }),
        dueAt,
        occurredAt: now,
      },
    },
  ];
};

const mustAwaitGoods = (state: Return): void => {
  mustBeOpen(state);
  if (state.status === 'REQUESTED') throw new Refused('RETURN_NOT_APPROVED', about(state));
  if (!state.goodsBack) throw new Refused('RETURN_WITHOUT_GOODS', about(state));
};

export interface Receive {
  receiptId: string;
  location: string;
  lines: readonly { lineId: string; quantity: number }[];
  /** nothing more will come */
  complete?: boolean;
  dueAt: string;
  now: string;
}

/**
 * Takes goods in, in as many parts as they come. When all are here, or somebody says that nothing more will come, it
 * is complete.
 * @throws Refused RETURN_NOT_APPROVED, RETURN_WITHOUT_GOODS, RETURN_ALREADY_RECEIVED, RETURN_RECEIPT_EXCEEDS, …
 */
export const receive = (command: Receive, state: Return): ReturnEvent[] => {
  if (state.receipts.includes(command.receiptId)) return [];
  mustAwaitGoods(state);
  if (state.complete) throw new Refused('RETURN_ALREADY_RECEIVED', about(state));
  const lines = sumByLine(command.lines);
  for (const { lineId, quantity } of lines) {
    const line = state.lines.find((one) => one.lineId === lineId);
    const available = line === undefined ? 0 : line.quantity - line.received;
    if (quantity > available) throw new Refused('RETURN_RECEIPT_EXCEEDS', { ...about(state), lineId, available });
  }
  const data: ReturnEventData['ReturnReceived'] = {
    ...common(state),
    receiptId: command.receiptId,
    location: command.location,
    lines,
    complete: false,
    missing: [],
    dueAt: command.dueAt,
    occurredAt: command.now,
  };
  const missing = missingLines(evolve(state, { type: 'ReturnReceived', data }));
  const complete = missing.length === 0 || command.complete === true;
  if (lines.length === 0 && !complete) return [];
  return [{ type: 'ReturnReceived', data: { ...data, complete, missing: complete ? missing : [] } }];
};

export const sumByLine = (
  lines: readonly { lineId: string; quantity: number }[],
): { lineId: string; quantity: number }[] => {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of lines) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return [...sums].map(([lineId, quantity]) => ({ lineId, quantity }));
};

export interface Inspect {
  inspectionId: string;
  location: string;
  units: readonly {
    lineId: string;
    quantity: number;
    disposition: Disposition;
    condition?: string;
    accepted: boolean;
    note?: string;
  }[];
  startedAt?: string;
  dueAt: string;
  now: string;
}

/**
 * Says for each unit that arrived what becomes of it, and whether the customer gets something for it.
 * @throws Refused RETURN_INSPECTION_EXCEEDS, RETURN_NOT_APPROVED, …
 */
export const inspect = (command: Inspect, state: Return): ReturnEvent[] => {
  const { inspectionId, location, startedAt, dueAt, now } = command;
  if (state.inspections.some((one) => one.inspectionId === inspectionId)) return [];
  mustAwaitGoods(state);
  for (const { lineId, quantity } of sumByLine(command.units)) {
    const line = state.lines.find((one) => one.lineId === lineId);
    const available = line === undefined ? 0 : line.received - line.inspected;
    if (quantity > available) throw new Refused('RETURN_INSPECTION_EXCEEDS', { ...about(state), lineId, available });
  }
  const skus = new Map(state.lines.map((line) => [line.lineId, line.sku]));
  const data: ReturnEventData['ReturnInspected'] = {
    ...common(state),
    inspectionId,
    location,
    units: command.units.map(({ lineId, quantity, disposition, condition, accepted, note }) => ({
      lineId,
      sku: skus.get(lineId) ?? '',
      quantity,
      disposition,
      ...(condition === undefined ? {} : { condition }),
      accepted,
      ...(note === undefined ? {} : { note }),
    })),
    complete: false,
    dueAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    occurredAt: now,
  };
  const after = evolve(state, { type: 'ReturnInspected', data });
  const complete = state.complete && after.lines.every((line) => line.inspected === line.received);
  if (data.units.length === 0 && !complete) return [];
  return [{ type: 'ReturnInspected', data: { ...data, complete } }];
};

/** What counted units of the lines are worth: parts of a line add up to the line, rounded down per line. */
const worthOf = (lines: Return['lines'], counted: 'quantity' | 'accepted'): number =>
  lines.reduce((sum, line) => sum + shareOf(line, line[counted]), 0);

const shareOf = (line: Return['lines'][number], units: number): number =>
  Number((BigInt(line.amount) * BigInt(units)) / BigInt(line.quantity));

/** Whether the customer gets the worth of the goods, in whatever form. */
export const isPaying = (resolution: Resolution): boolean =>
  resolution === 'REFUND' || resolution === 'STORE_CREDIT' || resolution === 'EXCHANGE';

export interface Resolve {
  resolution: Resolution;
  /** minor units taken off for wear or missing parts */
  deduction?: number;
  /** minor units of the charge for delivery that go back too */
  shipping?: number;
  exchange?: ExchangeLine[];
  /** the id the replacement will have */
  exchangeOrderId: string;
  note?: string;
  dueAt: string;
  now: string;
}

/** What a resolution would come to, before deductions: the worth of what was accepted, or of all that stays away. */
export const claim = (state: Return): number => worthOf(state.lines, state.goodsBack ? 'accepted' : 'quantity');

/**
 * Settles what the customer gets. Goods that are to come back have to be here and inspected first, unless a replacement
 * has left already.
 * @throws Refused RETURN_NOT_INSPECTED, RETURN_NOT_APPROVED, EXCHANGE_EMPTY, RESOLUTION_NEEDS_CUSTOMER,
 * RETURN_DEDUCTION_TOO_HIGH, …
 */
export const resolve = (command: Resolve, state: Return): ReturnEvent[] => {
  const { resolution, note, dueAt, now, deduction = 0, shipping = 0 } = command;
  if ((state.status === 'RESOLVED' || state.status === 'CLOSED') && state.resolution?.resolution === resolution)
    return [];
  mustBeOpen(state);
  if (state.status === 'REQUESTED') throw new Refused('RETURN_NOT_APPROVED', about(state));
  if (state.goodsBack && state.status !== 'INSPECTED') throw new Refused('RETURN_NOT_INSPECTED', about(state));
  if (state.advance && resolution !== 'EXCHANGE') throw new Refused('RETURN_RESOLVED', about(state));
  const exchange = command.exchange ?? [...state.exchange];
  if (resolution === 'EXCHANGE' && exchange.length === 0) throw new Refused('EXCHANGE_EMPTY', about(state));
  if (resolution === 'STORE_CREDIT' && state.customerId === null) {
    throw new Refused('RESOLUTION_NEEDS_CUSTOMER', about(state));
  }
  const pays = isPaying(resolution);
  const worth = pays ? claim(state) : 0;
  if (deduction > worth) throw new Refused('RETURN_DEDUCTION_TOO_HIGH', { ...about(state), available: worth });
  const counted = state.goodsBack ? 'accepted' : 'quantity';
  const given = state.lines.map((line) => ({ line, quantity: line[counted] })).filter(({ quantity }) => quantity > 0);
  let left = deduction;
  const lines = given.map(({ line, quantity }) => {
    const share = pays ? shareOf(line, quantity) : 0;
    const taken = Math.min(share, left);
    left -= taken;
    return { lineId: line.lineId, sku: line.sku, name: line.name, quantity, amount: share - taken };
  });
  return [
    {
      type: 'ReturnResolved',
      data: {
        ...common(state),
        resolution,
        lines,
        amount: pays ? worth - deduction + shipping : 0,
        deduction,
        shipping: pays ? shipping : 0,
        currency: state.currency,
        ...(state.customerId === null ? {} : { customerId: state.customerId }),
        ...(resolution === 'EXCHANGE' ? { exchange, exchangeOrderId: command.exchangeOrderId } : {}),
        ...(note === undefined ? {} : { note }),
        dueAt,
        occurredAt: now,
      },
    },
  ];
};
