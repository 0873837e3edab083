import type { StockRepository } from '../repositories.js';
import { reservationStatus, stockId } from '../stock/stock.js';
import type { Sourcing } from './sourcing.js';

/** What an order's reservations have become; each ledger is asked once. */
export const reservationsOf = async (state: Sourcing, ledgers: Pick<StockRepository, 'load'>): Promise<object[]> => {
  const ids = [...new Set(state.allocations.map(({ location, sku }) => stockId(location, sku)))];
  const loaded = new Map(await Promise.all(ids.map(async (id) => [id, (await ledgers.load(id)).state] as const)));
  // A ledger forgets endings that are long past; what an order that went on held was shipped.
  const longPast = state.status === 'CANCELLED' ? 'RELEASED' : 'CONSUMED';
  return state.allocations.map((allocation) => {
    const ledger = loaded.get(stockId(allocation.location, allocation.sku));
    const status = ledger && reservationStatus(ledger, allocation.reservationId);
    return { ...allocation, status: status ?? longPast };
  });
};
