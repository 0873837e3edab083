import type { Disposition, DomainEventOf, orderReturnEvents, Resolution } from '@orderloom/contracts';

/** What an order keeps of its returns. */
export type OrderReturnEvent = DomainEventOf<(typeof orderReturnEvents)[number]>;

/** Units of a line on their way back, by what became of them: `disposed ≤ returned ≤ requested`. */
export interface ReturnedLine {
  readonly lineId: string;
  readonly requested: number;
  readonly returned: number;
  readonly disposed: Readonly<Record<Disposition, number>>;
}

/** A return as its order knows it. */
export interface ReturnOfOrder {
  readonly returnId: string;
  readonly lines: readonly ReturnedLine[];
  /** what has been taken in: said twice, done once */
  readonly receipts: readonly string[];
  readonly inspections: readonly string[];
  /** absent until something is sent back */
  readonly sendings?: readonly string[];
  readonly settled: {
    readonly resolution: Resolution;
    readonly amount: number;
    readonly exchangeOrderId: string | null;
  } | null;
}

const NOTHING: Readonly<Record<Disposition, number>> = { RESTOCK: 0, REFURBISH: 0, SCRAP: 0, SEND_BACK: 0 };

/** What is counted of a line here. */
interface Counted {
  readonly lineId: string;
  readonly returnRequested: number;
  readonly returned: number;
  readonly restocked: number;
  readonly scrapped: number;
}

interface WithReturns {
  readonly lines: readonly Counted[];
  readonly desk: { readonly returns: readonly ReturnOfOrder[] };
}

const none = (returnId: string): ReturnOfOrder => ({
  returnId,
  lines: [],
  receipts: [],
  inspections: [],
  settled: null,
});

/** The return as the order knows it; an empty one when it does not. */
export const returnOf = (order: WithReturns, returnId: string): ReturnOfOrder =>
  order.desk.returns.find((one) => one.returnId === returnId) ?? none(returnId);

const put = <T extends WithReturns>(order: T, changed: ReturnOfOrder): T => {
  const { returns } = order.desk;
  const known = returns.some((one) => one.returnId === changed.returnId);
  return {
    ...order,
    desk: {
      ...order.desk,
      returns: known
        ? returns.map((one) => (one.returnId === changed.returnId ? changed : one))
        : [...returns, changed],
    },
  };
};

const changeReturnLines = (
  lines: readonly ReturnedLine[],
  changes: readonly { lineId: string; quantity: number }[],
  change: (line: ReturnedLine, quantity: number) => ReturnedLine,
): readonly ReturnedLine[] => {
  let next = lines;
  for (const { lineId, quantity } of changes) {
    if (!next.some((line) => line.lineId === lineId)) {
      next = [...next, { lineId, requested: 0, returned: 0, disposed: NOTHING }];
    }
    next = next.map((line) => (line.lineId === lineId ? change(line, quantity) : line));
  }
  return next;
};

const changeOrderLines = <T extends WithReturns>(
  order: T,
  changes: readonly { lineId: string; quantity: number }[],
  change: (line: Counted, quantity: number) => Counted,
): T => ({
  ...order,
  lines: order.lines.map((line) =>
    changes
      .filter(({ lineId }) => lineId === line.lineId)
      .reduce<Counted>((changed, { quantity }) => change(changed, quantity), line),
  ),
});

/** Folds what happened to returned units into the order. */
export const evolveReturned = <T extends WithReturns>(order: T, event: OrderReturnEvent): T => {
  const known = returnOf(order, event.data.returnId);
  switch (event.type) {
    case 'LinesReturnRequested': {
      const { lines } = event.data;
      const requested = changeReturnLines(known.lines, lines, (line, quantity) => ({
        ...line,
        requested: line.requested + quantity,
      }));
      return changeOrderLines(put(order, { ...known, lines: requested }), lines, (line, quantity) => ({
        ...line,
        returnRequested: line.returnRequested + quantity,
      }));
    }
    case 'LinesReturnEnded': {
      const { lines } = event.data;
      const ended = changeReturnLines(known.lines, lines, (line, quantity) => ({
        ...line,
        requested: line.requested - quantity,
      }));
      return changeOrderLines(put(order, { ...known, lines: ended }), lines, (line, quantity) => ({
        ...line,
        returnRequested: line.returnRequested - quantity,
      }));
    }
    case 'LinesReturned': {
      const { lines, receiptId } = event.data;
      const returned = changeReturnLines(known.lines, lines, (line, quantity) => ({
        ...line,
        returned: line.returned + quantity,
      }));
      const changed = { ...known, lines: returned, receipts: [...known.receipts, receiptId] };
      return changeOrderLines(put(order, changed), lines, (line, quantity) => ({
        ...line,
        returned: line.returned + quantity,
      }));
    }
    case 'LinesDisposed': {
      const { units, inspectionId } = event.data;
      let { lines } = known;
      for (const { disposition, ...unit } of units) {
        lines = changeReturnLines(lines, [unit], (line, quantity) => ({
          ...line,
          disposed: { ...line.disposed, [disposition]: line.disposed[disposition] + quantity },
        }));
      }
      const changed = { ...known, lines, inspections: [...known.inspections, inspectionId] };
      const of = (disposition: Disposition) => units.filter((unit) => unit.disposition === disposition);
      const restocked = changeOrderLines(put(order, changed), of('RESTOCK'), (line, quantity) => ({
        ...line,
        restocked: line.restocked + quantity,
      }));
      return changeOrderLines(restocked, of('SCRAP'), (line, quantity) => ({
        ...line,
        scrapped: line.scrapped + quantity,
      }));
    }
    case 'LinesSentBack': {
      const { lines, sendingId } = event.data;
      // They can be given back once more, as if they had never come.
      const sent = changeReturnLines(known.lines, lines, (line, quantity) => {
        const back = Math.min(quantity, line.disposed.SEND_BACK);
        const { SEND_BACK, REFURBISH } = line.disposed;
        return {
          ...line,
          requested: line.requested - quantity,
          returned: line.returned - quantity,
          disposed: { ...line.disposed, SEND_BACK: SEND_BACK - back, REFURBISH: REFURBISH - (quantity - back) },
        };
      });
      const changed = { ...known, lines: sent, sendings: [...(known.sendings ?? []), sendingId] };
      return changeOrderLines(put(order, changed), lines, (line, quantity) => ({
        ...line,
        returnRequested: line.returnRequested - quantity,
        returned: line.returned - quantity,
      }));
    }
    case 'ReturnSettled': {
      const { resolution, amount, exchangeOrderId } = event.data;
      return put(order, { ...known, settled: { resolution, amount, exchangeOrderId: exchangeOrderId ?? null } });
    }
    default:
      event satisfies never;
      return order;
  }
};
