import type { StockEvent } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';

/** Change of on hand and reserved that an event of a stock stream makes. */
export const changeOf = (event: StockEvent): { readonly onHand: number; readonly reserved: number } => {
  switch (event.type) {
    case 'GoodsReceived':
    case 'StockMovedIn':
    case 'StockReturned':
      return { onHand: event.data.quantity, reserved: 0 };
    case 'StockMovedOut':
    case 'StockScrapped':
      return { onHand: -event.data.quantity, reserved: 0 };
    case 'StockAdjusted':
      return { onHand: event.data.delta, reserved: 0 };
    case 'StockCounted':
      return { onHand: event.data.difference, reserved: 0 };
    case 'StockReserved':
      return { onHand: 0, reserved: event.data.quantity };
    case 'ReservationReleased':
      return { onHand: 0, reserved: -event.data.quantity };
    case 'ReservationConsumed':
      return { onHand: -event.data.quantity, reserved: -event.data.quantity };
    case 'ReservationExtended':
    case 'AllotmentSet':
    case 'StockLow':
      return { onHand: 0, reserved: 0 };
    default:
      event satisfies never;
      return { onHand: 0, reserved: 0 };
  }
};

/** An entry of a stock ledger: what happened, when, who did it, what it changed and what was there then. */
export const ledgerEntry = (recorded: RecordedEvent): Record<string, unknown> => {
  const event = recorded as unknown as StockEvent;
  const { sku: _s, location: _l, ...details } = event.data as Record<string, unknown>;
  const { after, ...rest } = details;
  return {
    revision: recorded.revision.toString(),
    at: recorded.recordedAt,
    actor: recorded.metadata.actor,
    correlationId: recorded.metadata.correlationId,
    type: event.type,
    change: changeOf(event),
    after: after ?? null,
    details: rest,
  };
};
