import type { StockRepository } from '../repositories.js';
import { reservationStatus, stockId } from '../stock/stock.js';
import { reservationsIn, type Sourcing } from './sourcing.js';

/** What an order's reservations have become; each ledger is asked once. */
export const reservationsOf = async (state: Sourcing, ledgers: Pick<StockRepository, 'load'>): Promise<object[]> => {
  const parts = (allocation: Sourcing['allocations'][number]) => reservationsIn(allocation);
  const ids = [...new Set(state.allocations.flatMap(parts).map(({ location, sku }) => stockId(location, sku)))];
  const loaded = new Map(await Promise.all(ids.map(async (id) => [id, (await ledgers.load(id)).state] as const)));
  // A ledger forgets endings that are long past; what an order that went on held was shipped.
  const longPast = state.status === 'CANCELLED' ? 'RELEASED' : 'CONSUMED';
  return state.allocations.map((allocation) => {
    // The components of a bundle are reserved, shipped and given back together: one tells for all.
    const [part] = parts(allocation);
    const ledger = part && loaded.get(stockId(part.location, part.sku));
    const status = part && ledger && reservationStatus(ledger, part.reservationId);
    return { ...allocation, status: status ?? longPast };
  });
};
