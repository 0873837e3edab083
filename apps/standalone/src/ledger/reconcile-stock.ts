import type { StockEvent } from '@orderloom/contracts';
import type { EventStore, RecordedEvent } from '@orderloom/event-sourcing';
import { changeOf } from '@orderloom/inventory/stock/ledger-view';
import type { Difference } from './difference.js';
import { type Get, readList } from './read-platform.js';
import { NotAtRest } from './reconcile.js';
import { compareStockList, StockReplay } from './stock.js';

/** What entries of one type add up to at a place. */
export interface TypeSum {
  readonly type: string;
  entries: number;
  onHand: number;
  reserved: number;
}

/** Where the counters of a place and its ledger disagree, and what the ledger's figures are made of. */
export interface StockDrift {
  /** `{location}:{sku}`. */
  readonly place: string;
  readonly differences: readonly Difference[];
  /** The ledger, summed by the type of entry; empty when there is none. */
  readonly sums: readonly TypeSum[];
  /** Its newest entry; undefined when there is none. */
  readonly last?: { readonly revision: string; readonly type: string; readonly at: string };
}

export interface StockReconciliation {
  readonly events: number;
  readonly places: number;
  readonly drifts: readonly StockDrift[];
}

/** Adds up a ledger while it is replayed, so that a figure can be explained. */
class Explained {
  readonly sums = new Map<string, Map<string, TypeSum>>();
  readonly last = new Map<string, NonNullable<StockDrift['last']>>();

  add(recorded: RecordedEvent): void {
    const place = recorded.streamId.slice('stock-'.length);
    const event = recorded as unknown as StockEvent;
    const byType = this.sums.get(place) ?? new Map<string, TypeSum>();
    const sum = byType.get(event.type) ?? { type: event.type, entries: 0, onHand: 0, reserved: 0 };
    const { onHand, reserved } = changeOf(event);
    sum.entries += 1;
    sum.onHand += onHand;
    sum.reserved += reserved;
    this.sums.set(place, byType.set(event.type, sum));
    this.last.set(place, {
      revision: recorded.revision.toString(),
      type: event.type,
      at: recorded.recordedAt,
    });
  }
}

/**
 * Replays every stock ledger and compares it with the counters that the stock list shows.
 * @throws NotAtRest when the stock list does not catch up within `settleMs` (default 60,000)
 */
export async function reconcileStock(
  { get, store }: { readonly get: Get; readonly store: Pick<EventStore, 'readAll'> },
  settleMs = 60_000,
): Promise<StockReconciliation> {
  await stockShown(get, settleMs);
  const replay = new StockReplay();
  const explained = new Explained();
  let events = 0;
  for await (const batch of store.readAll({ prefixes: ['stock-'] })) {
    for (const event of batch.events) {
      events += 1;
      replay.add(event);
      explained.add(event);
    }
  }
  const rows = await readList(get, '/api/stock', 500);
  const byPlace = new Map<string, Difference[]>();
  for (const difference of [...replay.differences, ...compareStockList(replay.places, rows)]) {
    byPlace.set(difference.id, [...(byPlace.get(difference.id) ?? []), difference]);
  }
  const drifts = [...byPlace].map(([place, differences]): StockDrift => {
    const last = explained.last.get(place);
    return {
      place,
      differences,
      sums: [...(explained.sums.get(place)?.values() ?? [])],
      ...(last === undefined ? {} : { last }),
    };
  });
  return { events, places: replay.places.size, drifts };
}

async function stockShown(get: Get, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const { projections } = (await get('/api/operations/inventory')) as {
      projections: { name: string; lag: number }[];
    };
    if (projections.every(({ name, lag }) => name !== 'stock' || lag === 0)) return;
    if (Date.now() > deadline) throw new NotAtRest(`After ${deadlineMs} ms the stock list still lags behind.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A drift as lines for a person. @param explain with what the ledger's figures are made of */
export function describeDrift({ place, differences, sums, last }: StockDrift, explain: boolean): string[] {
  const lines = differences.map(({ check, detail }) => `${place}  ${check}: ${detail}`);
  if (!explain) return lines;
  const signed = (units: number): string => (units > 0 ? `+${units}` : String(units));
  const total = (figure: 'onHand' | 'reserved') => sums.reduce((sum, one) => sum + one[figure], 0);
  return [
    ...lines,
    ...sums.map(
      ({ type, entries, onHand, reserved }) =>
        `    ${type.padEnd(20)} ${String(entries).padStart(7)} entries   on hand ${signed(onHand)}   reserved ${signed(reserved)}`,
    ),
    sums.length === 0
      ? '    the ledger has no entries'
      : `    ${'the ledger'.padEnd(20)} ${''.padStart(7)}           on hand ${total('onHand')}   reserved ${total('reserved')}`,
    ...(last ? [`    newest entry: ${last.type}, revision ${last.revision}, ${last.at}`] : []),
  ];
}
