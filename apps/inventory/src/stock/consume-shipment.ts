import { Injectable } from '@nestjs/common';
import { type EventOf, isRefused, Refused, type ShipmentDispatchedV1, type StockEvent } from '@orderloom/contracts';
import type { Settled } from '@orderloom/event-sourcing';
import type { BatchResult, ReceivedEvent } from '@orderloom/messaging';
import { SourcingRepository, StockRepository } from '../repositories.js';
import { reservationsOfUnits } from '../sourcing/sourcing.js';
import { consume } from './decide.js';
import { type Stock, stockId } from './stock.js';

type Dispatched = ReceivedEvent & EventOf<typeof ShipmentDispatchedV1>;

/** Units of a reservation that left with a shipment. */
interface Shipped {
  readonly event: Dispatched;
  readonly line: {
    readonly lineId: string;
    readonly sku: string;
    readonly reservationId: string;
    readonly quantity: number;
  };
  readonly location: string;
}

const isUnknown = (outcome: Settled<Stock, StockEvent> | undefined): boolean =>
  outcome?.ok === false && isRefused(outcome.error) && outcome.error.code === 'RESERVATION_NOT_FOUND';

/** Takes what a shipment holds out of the stock of the location it left. */
@Injectable()
export class ShipmentConsumption {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly sourcing: SourcingRepository,
  ) {}

  /** All lines of a batch: one append per stock stream. A shipment with a line that is refused has failed. */
  async consume(events: readonly Dispatched[], now: string): Promise<BatchResult['failures'][number][]> {
    const failures = new Map<Dispatched, unknown>();
    const lines = (
      await Promise.all(
        events.map(async (event) => {
          const locations = await this.#locations(event);
          return event.data.lines.map((line) => ({ event, line, location: locations.get(line.reservationId) }));
        }),
      )
    ).flat();
    const known = lines.flatMap(({ event, line, location }) => {
      if (location !== undefined) return [{ event, line, location }];
      failures.set(event, new Refused('RESERVATION_NOT_FOUND', { reservationId: line.reservationId }));
      return [];
    });
    const settled = await this.#take(known, now);
    const refused = known.filter((_, index) => isUnknown(settled[index]));
    const parts = await this.#components(refused);
    const tries = [
      ...known.flatMap((one, index) => {
        const outcome = settled[index];
        return parts.has(one) || !outcome ? [] : [{ event: one.event, outcome }];
      }),
      ...(await this.#takeComponents([...parts.values()].flat(), now)),
    ];
    for (const { event, outcome } of tries) {
      // An outage says more than a refusal: it lets the whole shipment be tried again.
      if (!outcome.ok && (!failures.has(event) || !isRefused(outcome.error))) failures.set(event, outcome.error);
    }
    return [...failures].map(([event, error]) => ({ event, error }));
  }

  /** Takes units out of the ledgers: one append per ledger. */
  #take(units: readonly Shipped[], now: string): Promise<Settled<Stock, StockEvent>[]> {
    return this.ledgers.handleMany(
      units.map(({ event, line: { sku, reservationId, quantity }, location }) => ({
        id: stockId(location, sku),
        decide: (state: Stock) =>
          consume({ sku, location, reservationId, quantity, shipmentId: event.data.shipmentId }, state),
        context: {
          actor: 'inventory.sourcing',
          correlationId: event.correlationid,
          causationId: event.id,
          handler: `inventory.consume.${reservationId}`,
          now,
          ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
        },
      })),
    );
  }

  /** What is no reservation in a ledger may be that of a bundle: then its components are taken. */
  async #components(units: readonly Shipped[]): Promise<Map<Shipped, Shipped[]>> {
    const parts = new Map<Shipped, Shipped[]>();
    for (const one of units) {
      const { bundles } = (await this.sourcing.load(one.event.data.orderId)).state;
      const bundle = bundles[one.line.reservationId];
      if (!bundle) continue;
      parts.set(
        one,
        reservationsOfUnits(bundle, one.line.quantity).map((part) => ({
          event: one.event,
          line: { lineId: one.line.lineId, ...part },
          location: part.location,
        })),
      );
    }
    return parts;
  }

  async #takeComponents(units: readonly Shipped[], now: string) {
    const settled = await this.#take(units, now);
    return units.flatMap(({ event }, index) => {
      const outcome = settled[index];
      return outcome ? [{ event, outcome }] : [];
    });
  }

  /** Where each reservation is: the location that the shipment left, or what sourcing decided. */
  async #locations({ data }: Dispatched): Promise<Map<string, string>> {
    const { location } = data;
    if (location !== undefined) return new Map(data.lines.map(({ reservationId }) => [reservationId, location]));
    const { state } = await this.sourcing.load(data.orderId);
    return new Map(state.allocations.map((allocation) => [allocation.reservationId, allocation.location]));
  }
}
