import type { StockEvent } from '@orderloom/contracts';
import { lowAfter, type Place } from './decide.js';
import { freeInLots, pickLots } from './lots.js';
import { available, figures, type Stock } from './stock.js';

/** Units that were looked for and are not there. */
export interface WriteOff extends Place {
  readonly quantity: number;
  readonly reason: string;
  readonly adjustmentId: string;
  /** YYYY-MM-DD: what had expired before was not looked for. */
  readonly today: string;
}

/**
 * Takes units that nobody found off the ledger, as many as are free: from the lots that would have been given out, and,
 * where nobody can say which serial numbers are gone, the lowest. A repeat is no event.
 */
export const writeOff = (command: WriteOff, state: Stock): StockEvent[] => {
  const { sku, location, reason, adjustmentId, today } = command;
  if (state.movements.has(adjustmentId)) return [];
  const quantity = Math.min(command.quantity, available(state));
  const lots = pickLots(state.lots, quantity, today);
  const open = quantity - lots.reduce((sum, one) => sum + one.quantity, 0);
  const lotless = Math.min(open, available(state) - freeInLots(state.lots));
  const parts = [...lots, ...(lotless > 0 ? [{ lot: undefined, quantity: lotless }] : [])];
  const gone = parts.reduce((sum, part) => sum + part.quantity, 0);
  const numbers = [...state.serials].sort().slice(0, Math.max(0, state.serials.size - (state.onHand - gone)));
  let onHand = state.onHand;
  const events = parts.map(({ lot, quantity: units }, at): StockEvent => {
    onHand -= units;
    const serials = numbers.splice(0, units);
    return {
      type: 'StockAdjusted',
      data: {
        sku,
        location,
        delta: -units,
        reason,
        adjustmentId: at === 0 ? adjustmentId : `${adjustmentId}:${at}`,
        ...(lot === undefined ? {} : { lot }),
        ...(serials.length > 0 ? { serials, serialsAssumed: true } : {}),
        after: figures(onHand, state.reserved),
      },
    };
  });
  return events.length === 0 ? [] : [...events, ...lowAfter(command, state, onHand - state.reserved)];
};
