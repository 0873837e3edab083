import { type OrderPromise, promiseByTerms } from '@orderloom/contracts';
import { LRUCache } from 'lru-cache';
import type { FindProduct, ProductCopy } from '../intake/price-lines.js';
import type { CatalogueFeed } from './catalogue-feed.js';
import { TERMS_OF, type TermsDocument } from './delivery-terms.projection.js';
import { toProductCopy } from './products.projection.js';

/** Products kept in memory; the rest is one indexed read away. */
const KEPT_PRODUCTS = 50_000;
/** A worker's consumer may have seen the change; after this long its news is read from the copy. */
const FRESH_MS = 1_000;

/** What this service knows of other services' things: products with prices, and which customers exist. */
export class Catalogue {
  readonly #products = new LRUCache<string, ProductCopy>({ max: KEPT_PRODUCTS, ttl: FRESH_MS, ttlResolution: 100 });

  #terms: Promise<TermsDocument | null> = Promise.resolve(null);
  #termsReadAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly feed: CatalogueFeed) {
    feed.onChange((events) => {
      for (const event of events) this.#products.delete(event.subject.slice('product-'.length));
    });
  }

  /**
   * Looks products up, those not in memory with one read.
   * @returns a lookup for the skus asked for; undefined for unknown ones
   */
  async findProducts(skus: readonly string[]): Promise<FindProduct> {
    const missing = new Set<string>();
    const found = new Map<string, ProductCopy>();
    for (const sku of skus) {
      if (found.has(sku)) continue;
      const known = this.#products.get(sku);
      if (known !== undefined) found.set(sku, known);
      else missing.add(sku);
    }
    if (missing.size > 0) {
      const ids = [...missing];
      for (const doc of await this.feed.products
        .collection()
        .find({ _id: { $in: ids } })
        .toArray()) {
        const product = toProductCopy({ ...doc, _id: String(doc._id) });
        this.#products.set(product.sku, product);
        found.set(product.sku, product);
      }
    }
    return (sku) => found.get(sku);
  }

  /**
   * When an order placed now should be there, by the terms last heard of; undefined before any are known and where
   * nobody goes. Read from memory but for once a second: it costs a plain order nothing.
   */
  async promise(order: Parameters<typeof promiseByTerms>[1]): Promise<OrderPromise | undefined> {
    const now = Date.now();
    if (now - this.#termsReadAt > FRESH_MS) {
      this.#termsReadAt = now;
      const before = this.#terms;
      // An order can be placed without it: what cannot be read now is promised by what was read last.
      this.#terms = this.#readTerms().catch(() => before);
    }
    const known = await this.#terms;
    return known === null ? undefined : promiseByTerms(known.terms, order);
  }

  async #readTerms(): Promise<TermsDocument | null> {
    return this.feed.terms.collection().findOne({ _id: TERMS_OF });
  }

  /** Which of these customers are known and not erased. */
  async knownCustomers(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const docs = await this.feed.customers
      .collection()
      .find({ _id: { $in: [...new Set(ids)] }, erased: false })
      .toArray();
    return new Set(docs.map((doc) => String(doc._id)));
  }
}
