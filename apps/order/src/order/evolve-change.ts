import { without } from './allocations.js';
import { closeAmendments } from './amendments.js';
import type { DataOf, LineQuantity, OrderChangeEvent } from './events.js';
import { endHolds } from './holds.js';
import { changeLines } from './lines.js';
import type { Order, OrderLine, Stop } from './order-state.js';

type Ending = Pick<DataOf<'OrderExpired'>, 'reason' | 'lines' | 'amount' | 'occurredAt'>;

/** Takes units off what is wanted. */
export const takeOff = (order: Order, lines: readonly LineQuantity[]) => {
  return changeLines(order, lines, (line, quantity) => {
    const cancelled = line.cancelled + quantity;
    const left = line.ordered - cancelled;
    const allocated = Math.min(line.allocated, left);
    return {
      ...line,
      cancelled,
      allocated,
      backordered: Math.min(line.backordered, left - allocated),
    };
  });
};

/** An order that ends unfulfilled, in whatever way. */
export const endOrder = (order: Order, status: 'CANCELLED' | 'EXPIRED', d: Ending): Order => ({
  ...endHolds(order, d.occurredAt),
  status,
  amendments: closeAmendments(order),
  cancelledAt: d.occurredAt,
  cancelReason: d.reason,
  ledger: { ...order.ledger, cancelled: order.ledger.cancelled + d.amount },
  lines: takeOff(order, d.lines),
  endedWith: { lines: d.lines, amount: d.amount },
});

const reopen = (order: Order, d: Extract<OrderChangeEvent, { type: 'OrderReopened' }>['data']): Order => {
  return {
    ...order,
    status: 'CONFIRMED',
    cancelledAt: null,
    cancelReason: null,
    rejected: null,
    epoch: d.epoch,
    paymentsFrom: order.payments.length,
    // Whatever was reserved has been given back with the end.
    allocations: [],
    ledger: { ...order.ledger, cancelled: order.ledger.cancelled - d.amount },
    lines: changeLines(order, d.lines, (line, quantity) => ({
      ...line,
      cancelled: line.cancelled - quantity,
    })),
  };
};

const answered = (order: Order, d: Extract<OrderChangeEvent, { type: 'StopAnswered' }>['data']): Order => {
  const { stopId, fulfilmentId, partId, outcome, code, lines } = d;
  const answer = { fulfilmentId, partId, outcome, code: code ?? null };
  return {
    ...order,
    stops: order.stops.map(
      (stop): Stop => (stop.stopId === stopId ? { ...stop, answers: [...stop.answers, answer] } : stop),
    ),
    fulfilments: order.fulfilments.map((one) =>
      one.fulfilmentId === fulfilmentId ? { ...one, lines: lessOf(one.lines, lines) } : one,
    ),
    lines: changeLines(order, lines, (line, quantity): OrderLine => ({ ...line, released: line.released - quantity })),
  };
};

const lessOf = <L extends { reservationId: string; quantity: number }>(
  lines: readonly L[],
  stopped: readonly { reservationId: string; quantity: number }[],
): readonly L[] => {
  const less = new Map<string, number>();
  for (const { reservationId, quantity } of stopped) {
    less.set(reservationId, (less.get(reservationId) ?? 0) + quantity);
  }
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (less.get(line.reservationId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
};

/** Folds what cuts an order short, stops it or takes it up again. */
export const evolveChange = (order: Order, event: OrderChangeEvent): Order => {
  switch (event.type) {
    case 'LinesCancelled':
      return {
        ...order,
        cancellations: [...order.cancellations, event.data.cancellationId],
        ledger: { ...order.ledger, cancelled: order.ledger.cancelled + event.data.amount },
        lines: takeOff(order, event.data.lines),
      };
    case 'AllocationsReturned': {
      const { decisionId, lines } = event.data;
      // What the order never took in only has to be remembered as answered.
      if (decisionId !== undefined) {
        const known = order.decisions.includes(decisionId);
        return known ? order : { ...order, decisions: [...order.decisions, decisionId] };
      }
      return {
        ...order,
        allocations: without(order.allocations, lines),
        lines: changeLines(order, lines, (line, quantity) => ({ ...line, allocated: line.allocated - quantity })),
      };
    }
    case 'OrderExpired':
      return endOrder(order, 'EXPIRED', event.data);
    case 'OrderReopened':
      return reopen(order, event.data);
    case 'StopRequested': {
      const { stopId, fulfilmentIds, reason, occurredAt } = event.data;
      return {
        ...order,
        stops: [...order.stops, { stopId, fulfilmentIds, reason, requestedAt: occurredAt, answers: [] }],
      };
    }
    case 'StopAnswered':
      return answered(order, event.data);
    default:
      event satisfies never;
      return order;
  }
};
