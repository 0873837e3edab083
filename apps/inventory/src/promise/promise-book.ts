import { Injectable } from '@nestjs/common';
import { Clock } from '@orderloom/platform';
import { isAwaited, type ProductPolicy, safetyStockAt } from '../product/product-policy.js';
import { toCome } from '../purchase/purchase.js';
import { BackorderQueue } from '../sourcing/backorder-queue.js';
import type { StockDocument } from '../stock/stock.projection.js';
import { Views } from '../views.js';
import {
  availableToPromise,
  bundlePromise,
  daysAfter,
  type Promised,
  promiseDay,
  type UnitsOn,
} from './available-to-promise.js';

/** What a promise rests on. */
export type PromiseBasis = 'STOCK' | 'INBOUND' | 'LEAD_TIME' | 'NONE';

/** What can be promised of a sku. */
export interface SkuPromise {
  readonly sku: string;
  readonly promised: readonly Promised[];
  readonly policy: ProductPolicy | undefined;
}

/** Units of a document that can be sold to a channel today. */
const sellable = (
  doc: StockDocument,
  policy: ProductPolicy | undefined,
  channel: string | undefined,
  today: string,
) => {
  const expired = doc.lots.reduce(
    (sum, lot) => sum + (lot.expiresOn !== null && lot.expiresOn < today ? lot.onHand - lot.reserved : 0),
    0,
  );
  const there = Math.max(0, doc.available - expired - safetyStockAt(policy, doc.location));
  const own = doc.allotments.find((one) => one.channel === channel);
  if (own?.exclusive) return Math.min(there, own.left);
  const allotted = doc.allotments.reduce((sum, one) => sum + one.left, 0);
  return Math.min(there, (own?.left ?? 0) + Math.max(0, there - allotted));
};

/** Computes what can be promised by date from stock, goods on their way and orders that wait. */
@Injectable()
export class PromiseBook {
  constructor(
    private readonly views: Views,
    private readonly queue: BackorderQueue,
    private readonly clock: Clock,
  ) {}

  get today(): string {
    return this.clock.now().slice(0, 10);
  }

  /** Promises of several skus; a bundle's rests on its components. */
  async of(skus: readonly string[], channel?: string): Promise<Map<string, SkuPromise>> {
    const policies = await this.views.policies(skus);
    const parts = [...policies.values()].flatMap((policy) => (policy.components ?? []).map(({ sku }) => sku));
    const missing = parts.filter((sku) => !policies.has(sku));
    for (const [sku, policy] of await this.views.policies([...new Set(missing)])) policies.set(sku, policy);
    const stocked = [...new Set([...skus, ...parts])].filter((sku) => !policies.get(sku)?.components);
    const simple = await this.#simple(stocked, policies, channel);
    return new Map(
      skus.map((sku) => {
        const policy = policies.get(sku);
        const promised = policy?.components
          ? bundlePromise(
              policy.components.map((part) => ({ promised: simple.get(part.sku) ?? [], quantity: part.quantity })),
            )
          : (simple.get(sku) ?? []);
        return [sku, { sku, promised, policy }];
      }),
    );
  }

  /** First day for a quantity, and what that rests on. */
  dayFor({ promised, policy }: SkuPromise, quantity: number): { day: string | null; basis: PromiseBasis } {
    const { today } = this;
    const found = promiseDay(promised, quantity);
    const day = found !== undefined && isAwaited(policy, found) ? policy?.availableFrom : found;
    if (day !== undefined) return { day, basis: day === today ? 'STOCK' : 'INBOUND' };
    if (policy?.leadTimeDays === undefined || policy.backorder === 'refuse') return { day: null, basis: 'NONE' };
    const arrives = daysAfter(today, policy.leadTimeDays);
    return { day: isAwaited(policy, arrives) ? (policy.availableFrom ?? arrives) : arrives, basis: 'LEAD_TIME' };
  }

  async #simple(
    skus: readonly string[],
    policies: ReadonlyMap<string, ProductPolicy>,
    channel: string | undefined,
  ): Promise<Map<string, Promised[]>> {
    const { today } = this;
    const [stocks, inbound, claims] = await Promise.all([
      this.views.stock
        .collection()
        .find({ sku: { $in: [...skus] } })
        .toArray(),
      this.inbound(skus, true),
      this.queue.claims(skus),
    ]);
    return new Map(
      skus.map((sku) => {
        const available = stocks
          .filter((doc) => doc.sku === sku)
          .reduce((sum, doc) => sum + sellable(doc, policies.get(sku), channel, today), 0);
        const waiting = claims.get(sku) ?? 0;
        const demands = waiting > 0 ? [{ day: today, quantity: waiting }] : [];
        return [sku, availableToPromise({ today, available, inbound: inbound.get(sku) ?? [], demands })];
      }),
    );
  }

  /** Goods on their way by sku. @param confirmed only what the supplier has said */
  async inbound(skus: readonly string[], confirmed: boolean): Promise<Map<string, UnitsOn[]>> {
    const wanted = new Set(skus);
    const found = await this.views.purchases
      .collection()
      .find({ inbound: { $in: [...skus] } })
      .toArray();
    const bySku = new Map<string, UnitsOn[]>();
    for (const { purchase } of found) {
      if (confirmed && !purchase.confirmed) continue;
      for (const line of purchase.lines) {
        const quantity = toCome(line);
        if (quantity === 0 || !wanted.has(line.sku)) continue;
        bySku.set(line.sku, [...(bySku.get(line.sku) ?? []), { day: line.expectedOn, quantity }]);
      }
    }
    return bySku;
  }
}
