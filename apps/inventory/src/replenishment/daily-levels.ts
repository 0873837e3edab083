import { Injectable } from '@nestjs/common';
import type { ProductEvent } from '@orderloom/contracts';
import type { CommandContext } from '@orderloom/event-sourcing';
import { InjectConnection } from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { type SaveProduct, saveProduct } from '../product/decide.js';
import { ProductRepository } from '../repositories.js';
import { type ProductLevels, Replenisher } from './replenisher.js';

interface DayDone {
  _id: string;
  day: string;
}

/** Writes computed levels into the products once a day, so that low stock and suggestions go by them. */
@Injectable()
export class DailyLevels {
  #day = '';

  constructor(
    private readonly replenisher: Replenisher,
    private readonly products: ProductRepository,
    @InjectConnection() private readonly mongo: Connection,
  ) {}

  private get collection(): Collection<DayDone> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<DayDone>('daily_work') as unknown as Collection<DayDone>;
  }

  /** What `apply` would record. */
  async preview(): Promise<{ levels: ProductLevels[]; changes: { sku: string; events: readonly ProductEvent[] }[] }> {
    const levels = await this.replenisher.levels();
    const previews = await Promise.all(
      levels.map(async (level) => ({
        sku: level.sku,
        events: (await this.products.preview(level.sku, (state) => saveProduct(productOf(level), state))).events,
      })),
    );
    return { levels, changes: previews.filter(({ events }) => events.length > 0) };
  }

  /** Writes them where they are not as computed. @returns what was computed, and the skus that changed */
  async apply(context: CommandContext): Promise<{ levels: ProductLevels[]; changed: string[] }> {
    const levels = await this.replenisher.levels();
    const settled = await this.products.handleMany(
      levels.map((level) => ({
        id: level.sku,
        decide: (state) => saveProduct(productOf(level), state),
        context,
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
    const changed = levels.filter((_, index) => settled[index]?.ok && settled[index].value.changed);
    return { levels, changed: changed.map(({ sku }) => sku) };
  }

  /** Once a day. @returns 0: there is never a second page of it */
  async applyWhenDue(now: string): Promise<number> {
    const day = now.slice(0, 10);
    if (this.#day === day) return 0;
    const done = await this.collection.findOne({ _id: 'levels' });
    if (done?.day !== day) {
      const context = { actor: 'inventory.replenishment', correlationId: `levels-${day}`, now };
      await this.apply({ ...context, causationId: `levels-${day}`, handler: 'inventory.replenishment' });
      await this.collection.updateOne({ _id: 'levels' }, { $set: { day } }, { upsert: true });
    }
    this.#day = day;
    return 0;
  }
}

const productOf = ({ sku, reorderPoint, upTo }: ProductLevels): SaveProduct => ({
  sku,
  reorderLevel: reorderPoint,
  upToLevel: upTo,
});
