import { Injectable } from '@nestjs/common';
import { type EventOf, isRefused, Refused, type ShipmentDispatchedV1 } from '@orderloom/contracts';
import type { BatchResult, ReceivedEvent } from '@orderloom/messaging';
import { SourcingRepository, StockRepository } from '../repositories.js';
import { consume } from './decide.js';
import { type Stock, stockId } from './stock.js';

type Dispatched = ReceivedEvent & EventOf<typeof ShipmentDispatchedV1>;

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
    const settled = await this.ledgers.handleMany(
      known.map(({ event, line: { sku, reservationId, quantity }, location }) => ({
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
    settled.forEach((outcome, index) => {
      const event = known[index]?.event;
      // An outage says more than a refusal: it lets the whole shipment be tried again.
      if (!outcome.ok && event && (!failures.has(event) || !isRefused(outcome.error)))
        failures.set(event, outcome.error);
    });
    return [...failures].map(([event, error]) => ({ event, error }));
  }

  /** Where each reservation is: the location that the shipment left, or what sourcing decided. */
  async #locations({ data }: Dispatched): Promise<Map<string, string>> {
    const { location } = data;
    if (location !== undefined) return new Map(data.lines.map(({ reservationId }) => [reservationId, location]));
    const { state } = await this.sourcing.load(data.orderId);
    return new Map(state.allocations.map((allocation) => [allocation.reservationId, allocation.location]));
  }
}
