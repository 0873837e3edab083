import type { StockEvent } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { componentReservationId } from '@orderloom/inventory/sourcing/attempts';
import { available, type Stock, stock } from '@orderloom/inventory/stock/stock';
import { type StockDocument, stockProjection } from '@orderloom/inventory/stock/stock.projection';
import { isOver } from '@orderloom/order/order/decide-cancel';
import { fromRecorded } from '@orderloom/projections';
import { compareFields, compareIds, type Difference } from './difference.js';
import type { ReplayedOrder } from './orders.js';

/** What became of the units of one reservation, summed from its events. */
export interface ReservationFact {
  readonly orderId: string;
  readonly lineId: string;
  readonly place: string;
  reserved: number;
  released: number;
  /** of those, given back while the order went on */
  returned: number;
  consumed: number;
}

/** Replays the stock streams of a log and checks every prefix of each. */
export class StockReplay {
  readonly places = new Map<string, { readonly state: Stock; readonly document: StockDocument }>();
  readonly reservations = new Map<string, ReservationFact>();
  readonly differences: Difference[] = [];
  readonly #holds = new Set<string>();

  /** The next event of a `stock-` stream. */
  add(recorded: RecordedEvent): void {
    const id = recorded.streamId.slice('stock-'.length);
    const before = this.places.get(id);
    // The stream holds what this service's deciders made.
    const event = recorded as unknown as StockEvent;
    const state = stock.evolve(before?.state ?? stock.initial(), event);
    const document = stockProjection.evolve(before?.document ?? null, fromRecorded(recorded));
    if (document) this.places.set(id, { state, document });
    for (const detail of stockProblems(state, event)) {
      this.differences.push({ check: 'stock', id, detail: `after event ${recorded.revision}: ${detail}` });
    }
    this.#reservation(id, event);
  }

  #reservation(place: string, event: StockEvent): void {
    if (
      event.type !== 'StockReserved' &&
      event.type !== 'ReservationReleased' &&
      event.type !== 'ReservationConsumed'
    ) {
      return;
    }
    const { reservationId, orderId, lineId, quantity } = event.data;
    // Units held by hand or for a cart belong to no order.
    if (event.type === 'StockReserved' && event.data.hold) this.#holds.add(reservationId);
    if (this.#holds.has(reservationId)) return;
    const known = this.reservations.get(reservationId);
    const fact = known ?? { orderId, lineId, place, reserved: 0, released: 0, returned: 0, consumed: 0 };
    if (fact.place !== place) {
      this.differences.push({ check: 'reservation', id: reservationId, detail: `is at ${fact.place} and at ${place}` });
    }
    if (event.type === 'StockReserved') fact.reserved += quantity;
    else if (event.type === 'ReservationReleased') {
      fact.released += quantity;
      if (event.data.releaseId !== undefined) fact.returned += quantity;
    } else fact.consumed += quantity;
    this.reservations.set(reservationId, fact);
  }
}

/** What must hold of a stock after every one of its events. */
export function stockProblems(state: Stock, event?: StockEvent): string[] {
  const { onHand, reserved, received, adjusted, returned, moved, consumed, scrapped } = state;
  const problems: string[] = [];
  if (onHand < 0 || reserved < 0 || available(state) < 0) {
    problems.push(`on hand ${onHand}, reserved ${reserved}, available ${available(state)}`);
  }
  if (received + adjusted + returned + moved !== available(state) + reserved + consumed + scrapped) {
    problems.push(
      `received ${received} + adjusted ${adjusted} + returned ${returned} + moved ${moved} is not available ${available(state)} + reserved ${reserved} + consumed ${consumed} + scrapped ${scrapped}`,
    );
  }
  const after = event && 'after' in event.data ? event.data.after : undefined;
  if (after && (after.onHand !== onHand || after.reserved !== reserved)) {
    problems.push(`the event says ${JSON.stringify(after)}, folded are on hand ${onHand}, reserved ${reserved}`);
  }
  return problems;
}

/** Every unit set aside for an order that has ended was given back or taken out, and none was taken twice. */
export function compareReservations(
  reservations: ReadonlyMap<string, ReservationFact>,
  orders: ReadonlyMap<string, ReplayedOrder>,
): Difference[] {
  const differences: Difference[] = [];
  const say = (id: string, detail: string) => differences.push({ check: 'reservation', id, detail });
  const taken = new Map<string, number>();
  for (const [id, { orderId, lineId, reserved, released, consumed }] of reservations) {
    if (released + consumed > reserved) say(id, `${released} released and ${consumed} consumed of ${reserved}`);
    const order = orders.get(orderId)?.order;
    if (!order) {
      say(id, `is for the order ${orderId}, which does not exist`);
      continue;
    }
    const held = reserved - released - consumed;
    if (isOver(order) && held !== 0) {
      say(id, `holds ${held} for the order ${orderId}, which is ${order.status}`);
    }
    const line = `${orderId}/${lineId}`;
    taken.set(line, (taken.get(line) ?? 0) + consumed);
  }
  for (const [orderId, { order }] of orders) {
    if (order.mode === 'history') continue;
    const bundled = new Set(order.allocations.flatMap((one) => (one.components ? [one.lineId] : [])));
    for (const { lineId, shipped } of order.lines) {
      // Its components are taken, each its own number of units.
      if (bundled.has(lineId)) continue;
      const consumed = taken.get(`${orderId}/${lineId}`) ?? 0;
      if (consumed !== shipped) say(`${orderId}/${lineId}`, `${shipped} shipped and ${consumed} taken from stock`);
    }
    for (const { reservationId, quantity, location, sku } of order.allocations.flatMap(inLedgers)) {
      const fact = reservations.get(reservationId);
      if (!fact) say(reservationId, `was given to the order ${orderId} and never made`);
      else if (fact.reserved - fact.returned !== quantity || fact.place !== `${location}:${sku}`) {
        say(
          reservationId,
          `${quantity} at ${location}:${sku} to the order, ${fact.reserved - fact.returned} at ${fact.place} in stock`,
        );
      }
    }
  }
  return differences;
}

/** What an order's allocation is in the ledgers: itself, or the reservations of a bundle's components. */
const inLedgers = (allocation: ReplayedOrder['order']['allocations'][number]) =>
  allocation.components?.map(({ sku, quantity }) => ({
    reservationId: componentReservationId(allocation.reservationId, sku),
    location: allocation.location,
    sku,
    quantity: Math.round(quantity),
  })) ?? [allocation];

/** Compares the stock list with the replay. */
export function compareStockList(
  places: StockReplay['places'],
  rows: readonly (Readonly<Record<string, unknown>> & { id: string })[],
): Difference[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const differences = compareIds('stock-list', places.keys(), byId.keys(), {
    missing: 'is not listed',
    unexpected: 'is listed and has no stream',
  });
  for (const [id, { document }] of places) {
    const row = byId.get(id);
    const { _id, revision, ...columns } = document;
    if (row) differences.push(...compareFields('stock-list', id, { ...columns, revision: String(revision) }, row));
  }
  return differences;
}
