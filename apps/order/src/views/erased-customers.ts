import { CustomerErasedV1, type EventOf } from '@orderloom/contracts';
import type { ReceivedEvent } from '@orderloom/messaging';
import type { Vault } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { CatalogueFeed } from '../catalogue/catalogue-feed.js';
import { isPersonal, PERSONAL, personKey } from './list/find-keys.js';
import type { OrderDocument } from './order-document.js';

const isErased = (event: ReceivedEvent): event is ReceivedEvent & EventOf<typeof CustomerErasedV1> =>
  event.type === CustomerErasedV1.type;

/** Customers who are being erased, as whoever keeps anything of theirs has to know them. */
export interface Erasure {
  readonly customerIds: readonly string[];
  readonly orderIds: readonly string[];
  /** words by which these people were found, and nobody else is */
  readonly words: ReadonlySet<string>;
}

/** Forgets what it keeps of people; said again, it finds nothing more. */
export type Forget = (erasure: Erasure) => Promise<unknown>;

/**
 * Customers whose personal data is gone. Nobody can open their sealed contacts any more; this keeps not even the
 * sealed text in the order list, and tells everybody in this service who keeps something of theirs. Amounts and
 * quantities stay.
 */
export class ErasedCustomers {
  readonly #ids = new Set<string>();
  readonly #forgetting: Forget[] = [];
  #orders: (() => Collection<OrderDocument>) | undefined;

  constructor(
    private readonly feed: CatalogueFeed,
    private readonly vault: Pick<Vault, 'destroyKeys'>,
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

  /** Names somebody else who keeps things of people. */
  also(forget: Forget): void {
    this.#forgetting.push(forget);
  }

  /**
   * Forgets a guest: the list itself does with what their order records. Said again, it finds nothing more.
   * @param found keys by which people found the order
   */
  async forgetOrder(orderId: string, found: readonly string[], keyIds: readonly string[]): Promise<void> {
    const orders = this.#orders?.();
    const others = { _id: { $ne: orderId } };
    const words = orders === undefined ? new Set<string>() : await this.#theirsAlone(orders, found, others);
    const erasure: Erasure = { customerIds: [], orderIds: [orderId], words };
    await this.#tell(erasure);
    await this.vault.destroyKeys(keyIds);
    // What was written out meanwhile could still be read.
    await this.#tell(erasure);
  }

  /** Remembers whom other runs of this service saw erased. */
  async #load(): Promise<void> {
    const erased = this.feed.customers.collection().find({ erased: true }, { projection: { _id: 1 } });
    for await (const doc of erased) this.#ids.add(String(doc._id));
  }

  async #scrub(events: readonly ReceivedEvent[]): Promise<void> {
    const erased = events.filter(isErased).map(({ data }) => data);
    const customerIds = erased.map(({ customerId }) => customerId);
    if (customerIds.length === 0) return;
    // First remembered, then scrubbed: what the projection writes from now on has no contact either.
    for (const id of customerIds) this.#ids.add(id);
    // Destroyed already; this process must not go on with what it remembers of the key.
    await this.vault.destroyKeys(erased.map(({ keyId }) => keyId));
    const orders = this.#orders?.();
    if (orders === undefined) return;
    const found = { customerId: { $in: customerIds } };
    const rows = await orders.find(found, { projection: { find: 1 } }).toArray();
    const orderIds = rows.map(({ _id }) => String(_id));
    const words = rows.flatMap(({ find }) => (Array.isArray(find) ? find.filter(isPersonal) : []));
    // What the desk, the warehouse and carriers wrote about an order lies under a key of the order.
    await this.vault.destroyKeys(orderIds.map((id) => `order:${id}`));
    // Before the list forgets the words: whoever dies in between has to find them again.
    const others = { customerId: { $nin: customerIds } };
    await this.#tell({ customerIds, orderIds, words: await this.#theirsAlone(orders, words, others) });
    await orders.updateMany(found, {
      // The words by which people found them are personal too, and so are the likenesses by which duplicates are found.
      $set: { customer: null, 'match.keys': [] } as never,
      $pull: { find: { $regex: `${PERSONAL}$` } } as never,
    });
  }

  async #tell(erasure: Erasure): Promise<void> {
    await Promise.all(this.#forgetting.map((forget) => forget(erasure)));
  }

  /** Words of keys under which nobody else is found. */
  async #theirsAlone(
    orders: Collection<OrderDocument>,
    keys: readonly string[],
    others: Record<string, unknown>,
  ): Promise<Set<string>> {
    const words = new Set<string>();
    for (const key of new Set(keys)) {
      const word = key.slice(2, -PERSONAL.length);
      if ((await orders.countDocuments({ ...others, find: personKey(word) } as never, { limit: 1 })) === 0)
        words.add(word);
    }
    return words;
  }
}
