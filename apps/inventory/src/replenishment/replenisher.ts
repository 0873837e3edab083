import { Injectable } from '@nestjs/common';
import { deterministicId } from '@orderloom/event-sourcing';
import { Clock } from '@orderloom/platform';
import { DemandBook } from '../forecast/demand-book.js';
import { Forecaster } from '../forecast/forecaster.js';
import type { ProductDocument } from '../product/products.projection.js';
import { PromiseBook } from '../promise/promise-book.js';
import { DEFAULT_LEAD_DAYS } from '../purchase/purchase-commands.js';
import { BackorderQueue } from '../sourcing/backorder-queue.js';
import { Views } from '../views.js';
import { computeLevels, type LevelInputs, type Levels, positionOf, quantityToBuy } from './levels.js';

/** Days between two looks at whether to order, where computed levels count. */
export const REVIEW_DAYS = 7;
const DEFAULT_SERVICE_LEVEL = 95;
/** Products looked at together. */
const PAGE = 500;

/** A line to buy, with everything it was derived from. */
export interface Suggestion {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: number | null;
  readonly currency: string | null;
  readonly available: number;
  readonly onOrder: number;
  readonly waiting: number;
  readonly position: number;
  readonly reorderPoint: number;
  readonly upTo: number;
  readonly leadTimeDays: number;
}

/** What to buy from a supplier. */
export interface SupplierSuggestion {
  /** Null: the products have none. */
  readonly supplierId: string | null;
  readonly company: string | null;
  readonly currency: string | null;
  readonly lines: readonly Suggestion[];
  /** Minor units of `currency`; lines without a price count nothing. */
  readonly total: number;
  readonly minimumOrder: { readonly amount: number; readonly currency: string } | null;
  /** False: the supplier takes no order this small. */
  readonly minimumReached: boolean;
}

/** Computed levels of a product, with what they come from. */
export interface ProductLevels extends Levels {
  readonly sku: string;
  readonly inputs: LevelInputs;
  readonly method: string;
}

/** Looks what to buy, and computes the levels of products that want them computed. */
@Injectable()
export class Replenisher {
  constructor(
    private readonly views: Views,
    private readonly queue: BackorderQueue,
    private readonly promises: PromiseBook,
    private readonly demand: DemandBook,
    private readonly forecaster: Forecaster,
    private readonly clock: Clock,
  ) {}

  /** What to buy now, by supplier. @param supplierId only of this one */
  async suggestions(supplierId?: string): Promise<SupplierSuggestion[]> {
    const bySupplier = new Map<string | null, Suggestion[]>();
    for await (const products of this.#products(supplierId)) {
      const skus = products.map(({ _id }) => _id);
      const [stocks, inbound, claims] = await Promise.all([
        this.views.stock
          .collection()
          .find({ sku: { $in: skus } }, { projection: { sku: 1, available: 1 } })
          .toArray(),
        this.promises.inbound(skus, false),
        this.queue.claims(skus),
      ]);
      const available = new Map<string, number>();
      for (const doc of stocks) available.set(doc.sku, (available.get(doc.sku) ?? 0) + doc.available);
      for (const product of products) {
        const sku = product._id;
        const onOrder = (inbound.get(sku) ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
        const figures = { available: available.get(sku) ?? 0, onOrder, waiting: claims.get(sku) ?? 0 };
        const suggestion = suggest(product, figures);
        if (suggestion) {
          bySupplier.set(product.supplierId, [...(bySupplier.get(product.supplierId) ?? []), suggestion]);
        }
      }
    }
    return this.#grouped(bySupplier);
  }

  /** The levels of every product that wants them computed. Nothing is changed. */
  async levels(): Promise<ProductLevels[]> {
    const computed: ProductLevels[] = [];
    for await (const products of this.#products(undefined, true)) {
      if (computed.length === 0) await this.demand.refresh();
      for (const product of products) {
        const leadTimeDays = product.leadTimeDays ?? DEFAULT_LEAD_DAYS;
        const horizon = leadTimeDays + REVIEW_DAYS;
        const { total, deviation, method } = await this.forecaster.fromRecord(product._id, { bucket: 'day', horizon });
        const inputs: LevelInputs = {
          daily: Math.round((total / horizon) * 1000) / 1000,
          deviation,
          leadTimeDays,
          reviewDays: REVIEW_DAYS,
          serviceLevelPercent: product.serviceLevelPercent ?? DEFAULT_SERVICE_LEVEL,
        };
        computed.push({ sku: product._id, ...computeLevels(inputs), inputs, method });
      }
    }
    return computed;
  }

  /** The id of the purchase order that suggestions of a day make: asking twice makes one. */
  purchaseId(supplierId: string, lines: readonly Pick<Suggestion, 'sku' | 'quantity'>[]): string {
    const what = lines.map(({ sku, quantity }) => `${sku}*${quantity}`).sort();
    return deterministicId('replenishment', supplierId, this.clock.now().slice(0, 10), ...what);
  }

  /** Products that are bought, page by page. Bundles are not: their components are. */
  async *#products(supplierId?: string, computed = false): AsyncGenerator<ProductDocument[], void, void> {
    const collection = this.views.products.collection();
    for (let after: string | undefined; ; ) {
      const page = await collection
        .find({
          discontinued: false,
          components: { $exists: false },
          ...(supplierId === undefined ? {} : { supplierId }),
          ...(computed ? { replenishBy: 'computed' as const } : {}),
          ...(after === undefined ? {} : { _id: { $gt: after } }),
        })
        .sort({ _id: 1 })
        .limit(PAGE)
        .toArray();
      if (page.length > 0) yield page;
      if (page.length < PAGE) return;
      after = page.at(-1)?._id;
    }
  }

  async #grouped(bySupplier: ReadonlyMap<string | null, readonly Suggestion[]>): Promise<SupplierSuggestion[]> {
    const ids = [...bySupplier.keys()].filter((id) => id !== null);
    const suppliers = await this.views.suppliers
      .collection()
      .find({ _id: { $in: ids } })
      .toArray();
    const byId = new Map(suppliers.map((supplier) => [supplier._id, supplier]));
    return [...bySupplier].map(([supplierId, lines]): SupplierSuggestion => {
      const supplier = supplierId === null ? undefined : byId.get(supplierId);
      const currency = lines.find((line) => line.currency !== null)?.currency ?? null;
      const total = lines
        .filter((line) => line.currency === currency)
        .reduce((sum, { quantity, unitPrice }) => sum + quantity * (unitPrice ?? 0), 0);
      const minimumOrder = supplier?.minimumOrder ?? null;
      const minimumReached =
        minimumOrder === null || minimumOrder.currency !== currency || total >= minimumOrder.amount;
      return { supplierId, company: supplier?.company ?? null, currency, lines, total, minimumOrder, minimumReached };
    });
  }
}

/** A line to buy of a product, or undefined where nothing is. */
const suggest = (
  product: ProductDocument,
  figures: { available: number; onOrder: number; waiting: number },
): Suggestion | undefined => {
  const { reorderLevel, purchaseMinimum: minimum, purchaseMultiple: multiple, purchasePrice } = product;
  const upTo = product.upToLevel ?? 0;
  const quantity = quantityToBuy(figures, reorderLevel, upTo, { minimum, multiple });
  if (quantity === 0) return undefined;
  return {
    sku: product._id,
    name: product.name,
    quantity,
    unitPrice: purchasePrice?.amount ?? null,
    currency: purchasePrice?.currency ?? null,
    ...figures,
    position: positionOf(figures),
    reorderPoint: reorderLevel,
    upTo,
    leadTimeDays: product.leadTimeDays ?? DEFAULT_LEAD_DAYS,
  };
};
