import { CustomerErasedV1, type EventOf } from '@orderloom/contracts';
import type { ReceivedEvent } from '@orderloom/messaging';
import type { Collection } from 'mongodb';
import type { CatalogueFeed } from '../catalogue/catalogue-feed.js';
import { PERSONAL } from './list/find-keys.js';
import type { OrderDocument } from './order-document.js';

const isErased = (event: ReceivedEvent): event is ReceivedEvent & EventOf<typeof CustomerErasedV1> =>
  event.type === CustomerErasedV1.type;

/**
 * Customers whose personal data is gone. Nobody can open their sealed contacts any more; this keeps not even the
 * sealed text in the order list. Amounts and quantities stay.
 */
export class ErasedCustomers {
  readonly #ids = new Set<string>();
  #orders: (() => Collection<OrderDocument>) | undefined;

  constructor(
    private readonly feed: CatalogueFeed,
    private readonly exports: { removePersonal(): Promise<void> },
  ) {
    feed.onOpen(() => this.#load());
    feed.onChange((events) => this.#scrub(events));
  }

  has(customerId: string): boolean {
    return this.#ids.has(customerId);
  }

  /** Names the list to scrub. */
  scrubs(orders: () => Collection<OrderDocument>): void {
    this.#orders = orders;
  }

  /** Remembers whom other runs of this service saw erased. */
  async #load(): Promise<void> {
    const erased = this.feed.customers.collection().find({ erased: true }, { projection: { _id: 1 } });
    for await (const doc of erased) this.#ids.add(String(doc._id));
  }

  async #scrub(events: readonly ReceivedEvent[]): Promise<void> {
    const customerIds = events.filter(isErased).map((event) => event.data.customerId);
    if (customerIds.length === 0) return;
    // First remembered, then scrubbed: what the projection writes from now on has no contact either.
    for (const id of customerIds) this.#ids.add(id);
    await this.#orders?.().updateMany(
      { customerId: { $in: customerIds } },
      // The words by which people found them are personal too.
      { $set: { customer: null }, $pull: { find: { $regex: `${PERSONAL}$` } } as never },
    );
    await this.exports.removePersonal();
  }
}
