import { Injectable } from '@nestjs/common';
import { type EventOf, ReturnInspectedV1, topicOf } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { type BatchResult, OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { StockRepository } from '../repositories.js';
import { takeBack } from './decide-ledger.js';
import { Places } from './places.js';
import { type Stock, stockId } from './stock.js';

type Inspected = ReceivedEvent & EventOf<typeof ReturnInspectedV1>;

/** The consumer checked the data against the type's schema before. */
const isInspected = (event: ReceivedEvent): event is Inspected => event.type === ReturnInspectedV1.type;

/** Takes returned units that an inspection found as good as new back into stock, where they were inspected. */
@Injectable()
export class RestockReturns {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly places: Places,
    private readonly clock: Clock,
  ) {}

  // Shares the consumer that reads the order topic for the catalogue anyway.
  @OnEvents({ group: 'inventory.catalogue', topics: [topicOf.order], types: [ReturnInspectedV1.type] })
  async handle(events: readonly ReceivedEvent[]): Promise<BatchResult> {
    const now = this.clock.now();
    const work = events.filter(isInspected).flatMap((event) => {
      const { location, returnId } = event.data;
      const sums = new Map<string, number>();
      for (const { sku, quantity, disposition } of event.data.units) {
        if (disposition === 'RESTOCK') sums.set(sku, (sums.get(sku) ?? 0) + quantity);
      }
      return [...sums].map(([sku, quantity]) => ({ event, sku, quantity, location, reason: returnId }));
    });
    if (work.length === 0) return { failures: [] };
    await this.places.note(work.map(({ sku, location }) => ({ sku, location })));
    const settled = await this.ledgers.handleMany(
      work.map(({ event, sku, quantity, location, reason }) => ({
        id: stockId(location, sku),
        decide: (state: Stock) =>
          takeBack(
            {
              sku,
              location,
              quantity,
              // One inspection puts a sku back once, however often it is told of.
              returnId: deterministicId('return-restock', event.data.inspectionId, sku),
              orderId: event.data.orderId,
              reason,
            },
            state,
          ),
        context: {
          actor: 'inventory.returns',
          correlationId: event.correlationid,
          causationId: event.id,
          handler: 'inventory.returns',
          now,
        },
      })),
    );
    const failures: { event: ReceivedEvent; error: unknown }[] = [];
    settled.forEach((outcome, index) => {
      const event = work[index]?.event;
      if (!outcome.ok && event !== undefined && !failures.some((one) => one.event === event)) {
        failures.push({ event, error: outcome.error });
      }
    });
    return { failures };
  }
}
