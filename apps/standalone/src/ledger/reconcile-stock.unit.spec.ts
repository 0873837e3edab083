import type { StockEvent } from '@orderloom/contracts';
import type { EventBatch, RecordedEvent } from '@orderloom/event-sourcing';
import { stockProjection } from '@orderloom/inventory/stock/stock.projection';
import { fromRecorded } from '@orderloom/projections';
import { describeDrift, reconcileStock } from './reconcile-stock.js';

const place = { sku: 'A', location: 'main' };
const after = (onHand: number, reserved: number) => ({ onHand, reserved, available: onHand - reserved });
const events: StockEvent[] = [
  { type: 'GoodsReceived', data: { ...place, quantity: 10, after: after(10, 0) } },
  {
    type: 'StockReserved',
    data: { ...place, reservationId: 'r', orderId: 'o', lineId: 'L1', quantity: 3, after: after(10, 3) },
  },
  {
    type: 'StockCounted',
    data: { ...place, countId: 'c', expected: 10, counted: 9, difference: -1, after: after(9, 3) },
  },
];
const log = events.map(
  (event, index): RecordedEvent => ({
    ...event,
    id: String(index),
    streamId: 'stock-main:A',
    revision: BigInt(index),
    position: { commit: BigInt(index), prepare: BigInt(index) },
    recordedAt: '2026-03-01T09:00:00.000Z',
    metadata: {
      schemaVersion: 1,
      correlationId: 'c',
      causationId: 'c',
      actor: 'test',
      at: '2026-03-01T09:00:00.000Z',
    },
  }),
);

const shownStock = () => {
  const document = log.map(fromRecorded).reduce(stockProjection.evolve, null);
  if (!document) throw new Error('the ledger makes a row');
  const { _id, revision, ...columns } = document;
  return { id: _id, ...columns, revision: String(revision) };
};

const reconcileWith = (rows: readonly object[]) =>
  reconcileStock({
    get: async (path) =>
      path.startsWith('/api/operations') ? { projections: [{ name: 'stock', lag: 0 }] } : { items: rows },
    store: {
      async *readAll(): AsyncGenerator<EventBatch, void, void> {
        yield { events: log, position: null, caughtUp: true };
      },
    },
  });

describe('reconciling the stock counters', () => {
  it('finds nothing where they agree', async () => {
    expect(await reconcileWith([shownStock()])).toMatchObject({ events: 3, places: 1, drifts: [] });
  });

  it('shows what differs, and what the figures of the ledger are made of', async () => {
    const { drifts } = await reconcileWith([{ ...shownStock(), onHand: 12, available: 9 }]);
    const lines = describeDrift(drifts[0]!, true).join('\n');
    expect(lines).toContain('onHand is 12, not 9; available is 9, not 6');
    expect(lines).toMatch(/StockCounted +1 entries +on hand -1 +reserved 0/);
    expect(lines).toMatch(/the ledger +on hand 9 +reserved 3/);
    expect(lines).toContain('newest entry: StockCounted, revision 2');
    expect(describeDrift(drifts[0]!, false)).toHaveLength(1);
  });

  it('names a place that is not listed, and a row without a ledger', async () => {
    const { drifts } = await reconcileWith([{ ...shownStock(), id: 'east:A' }]);
    expect(drifts.map(({ place: id }) => id).sort()).toEqual(['east:A', 'main:A']);
    expect(describeDrift(drifts.find(({ place: id }) => id === 'east:A')!, true)).toContain(
      '    the ledger has no entries',
    );
  });
});
