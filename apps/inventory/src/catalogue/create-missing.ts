import { Injectable } from '@nestjs/common';
import { type EventOf, OrderSubmittedV1, topicOf } from '@orderloom/contracts';
import { type BatchResult, OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { LRUCache } from 'lru-cache';
import { DemandBook } from '../forecast/demand-book.js';
import { registerMissing } from '../product/decide.js';
import { ProductRepository } from '../repositories.js';

type Submitted = ReceivedEvent & EventOf<typeof OrderSubmittedV1>;

/** The consumer checked the data against the type's schema before. */
const isSubmitted = (event: ReceivedEvent): event is Submitted => event.type === OrderSubmittedV1.type;

/**
 * Registers products that imported orders name, where the importer said that the order file is all there is, and keeps
 * what orders of the past asked for: forecasts begin with it.
 */
@Injectable()
export class CreateMissingProducts {
  /** Skus that surely exist: an order book names each of them thousands of times. */
  readonly #known = new LRUCache<string, true>({ max: 100_000 });

  constructor(
    private readonly products: ProductRepository,
    private readonly demand: DemandBook,
    private readonly clock: Clock,
  ) {}

  @OnEvents({ group: 'inventory.catalogue', topics: [topicOf.order], types: [OrderSubmittedV1.type] })
  async handle(events: readonly ReceivedEvent[]): Promise<BatchResult> {
    await this.demand.keepPast(
      events.filter(isSubmitted).flatMap(({ data: { orderId, mode, occurredAt, lines } }) =>
        mode === 'history'
          ? [
              {
                _id: orderId,
                day: occurredAt.slice(0, 10),
                lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
              },
            ]
          : [],
      ),
    );
    const missing = new Map<string, { event: Submitted; line: Submitted['data']['lines'][number] }>();
    for (const event of events.filter(isSubmitted)) {
      if (!event.data.createMissing?.includes('products')) continue;
      for (const line of event.data.lines) {
        if (!this.#known.has(line.sku) && !missing.has(line.sku)) missing.set(line.sku, { event, line });
      }
    }
    const work = [...missing.values()];
    const now = this.clock.now();
    const settled = await this.products.handleMany(
      work.map(({ event: { data, correlationid, id: causationId }, line: { sku, name, unitPrice } }) => ({
        id: sku,
        decide: (state) =>
          registerMissing({ sku, name, unitPrice: { amount: unitPrice, currency: data.currency } }, state, {
            orderId: data.orderId,
            ...(data.importId === undefined ? {} : { importId: data.importId }),
          }),
        context: {
          actor: 'inventory.catalogue',
          correlationId: correlationid,
          causationId,
          handler: 'inventory.catalogue',
          now,
        },
      })),
    );
    const failures: { event: ReceivedEvent; error: unknown }[] = [];
    settled.forEach((outcome, index) => {
      const { event, line } = work[index]!;
      if (outcome.ok) this.#known.set(line.sku, true);
      else failures.push({ event, error: outcome.error });
    });
    return { failures };
  }
}
