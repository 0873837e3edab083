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

/** State of a `sourcing-{orderId}` stream. */
export interface Sourcing {
  readonly status: 'NONE' | 'DECIDED' | 'CANCELLED';
  /** Ids of the decisions, oldest first; the next one's number is their count. */
  readonly decisionIds: readonly string[];
  readonly allocations: readonly Allocation[];
  /** Units per line that no location had so far; of a cancelled order, those it waited for until then. */
  readonly open: readonly OpenLine[];
}

const allocationsOf = (line: DecidedLine): Allocation[] =>
  line.allocations.map((allocation) => ({ lineId: line.lineId, sku: line.sku, ...allocation }));

/** The aggregate of how an order's lines were matched with stock. */
export const sourcing = {
  prefix: 'sourcing',
  initial: (): Sourcing => ({ status: 'NONE', decisionIds: [], allocations: [], open: [] }),
  evolve(state: Sourcing, event: SourcingEvent): Sourcing {
    switch (event.type) {
      case 'SourcingDecided': {
        const { decisionId, lines } = event.data;
        const decided = new Set(lines.map((line) => line.lineId));
        return {
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
        return { ...state, status: 'CANCELLED' };
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
