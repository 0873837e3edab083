import type { InventoryEventData, SourcingEvent } from '@orderloom/contracts';

/** A decision about some lines of an order, as recorded. */
export type Decision = InventoryEventData['SourcingDecided'];
export type DecidedLine = Decision['lines'][number];

/** What one reservation of an order was made for. */
export interface Allocation {
  readonly lineId: string;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  readonly reservationId: string;
}

/** A line with units that wait for goods. */
export interface OpenLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** A change of what an order needs, as recorded. */
export type DemandChange = InventoryEventData['SourcingDemandChanged'];

/** State of a `sourcing-{orderId}` stream. */
export interface Sourcing {
  readonly status: 'NONE' | 'DECIDED' | 'CANCELLED';
  /** Ids of the decisions, and marks of changed demand that void those under way; the next one's number is their count. */
  readonly decisionIds: readonly string[];
  readonly allocations: readonly Allocation[];
  /** Units per line that no location had so far; of a cancelled order, those it waited for until then. */
  readonly open: readonly OpenLine[];
  /** Units per line that the order wants, as far as it was told. */
  readonly wanted: Readonly<Record<string, number>>;
  /** Lines that need more than before and were not decided about since. */
  readonly pending: readonly string[];
  /** Sequence of the last event of the order that changed what it needs; -1: none did. */
  readonly heardUpTo: number;
  /** How often the order was reopened. */
  readonly epoch: number;
}

const allocationsOf = (line: DecidedLine): Allocation[] =>
  line.allocations.map((allocation) => ({ lineId: line.lineId, sku: line.sku, ...allocation }));

/** The aggregate of how an order's lines were matched with stock. */
export const sourcing = {
  prefix: 'sourcing',
  initial: (): Sourcing => ({
    status: 'NONE',
    decisionIds: [],
    allocations: [],
    open: [],
    wanted: {},
    pending: [],
    heardUpTo: -1,
    epoch: 0,
  }),
  evolve(state: Sourcing, event: SourcingEvent): Sourcing {
    switch (event.type) {
      case 'SourcingDecided': {
        const { decisionId, lines } = event.data;
        const decided = new Set(lines.map((line) => line.lineId));
        return {
          ...state,
          wanted: { ...Object.fromEntries(lines.map(({ lineId, requested }) => [lineId, requested])), ...state.wanted },
          pending: state.pending.filter((lineId) => !decided.has(lineId)),
          status: 'DECIDED',
          decisionIds: [...state.decisionIds, decisionId],
          allocations: [...state.allocations, ...lines.flatMap(allocationsOf)],
          open: [
            ...state.open.filter((line) => !decided.has(line.lineId)),
            ...lines
              .filter((line) => line.backordered > 0)
              .map(({ lineId, sku, backordered }) => ({ lineId, sku, quantity: backordered })),
          ],
        };
      }
      case 'SourcingCancelled':
        return { ...state, status: 'CANCELLED', pending: [] };
      case 'SourcingDemandChanged':
        return changeDemand(state, event.data);
      default:
        return unknown(event, state);
    }
  },
};

const changeDemand = (state: Sourcing, data: DemandChange): Sourcing => {
  const reopened = data.epoch !== undefined && data.epoch > state.epoch;
  const less = new Map<string, number>();
  for (const { reservationId, quantity } of data.returned ?? []) {
    less.set(reservationId, (less.get(reservationId) ?? 0) + quantity);
  }
  const before = new Map(reopened ? [] : state.open.map((line) => [line.lineId, line.quantity]));
  const more = data.open.filter(({ lineId, quantity }) => quantity > (before.get(lineId) ?? 0));
  const still = new Set(data.open.map(({ lineId }) => lineId));
  return {
    status: reopened ? 'DECIDED' : state.status,
    decisionIds: [...state.decisionIds, `demand:${data.orderSequence}`],
    allocations: reopened
      ? []
      : state.allocations
          .map((one) => ({ ...one, quantity: one.quantity - (less.get(one.reservationId) ?? 0) }))
          .filter(({ quantity }) => quantity > 0),
    open: data.open,
    wanted: data.wanted
      ? Object.fromEntries(data.wanted.map(({ lineId, quantity }) => [lineId, quantity]))
      : state.wanted,
    pending: [
      ...new Set([
        ...state.pending.filter((lineId) => !reopened && still.has(lineId)),
        ...more.map(({ lineId }) => lineId),
      ]),
    ],
    heardUpTo: data.orderSequence,
    epoch: data.epoch ?? state.epoch,
  };
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
