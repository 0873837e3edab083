import { Injectable } from '@nestjs/common';
import { afterCursor, decodeCursor, type SortField } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections } from '@orderloom/service';
import { type ProductDocument, productsProjection } from './product/products.projection.js';
import { ProductRepository } from './repositories.js';
import { type StockDocument, stockProjection } from './stock/stock.projection.js';
import { type SupplierDocument, suppliersProjection } from './supplier/suppliers.projection.js';

/** The read models of this service. */
@Injectable()
export class Views {
  readonly products: ProjectionRunner<ProductDocument>;
  readonly stock: ProjectionRunner<StockDocument>;
  readonly suppliers: ProjectionRunner<SupplierDocument>;

  constructor(
    projections: Projections,
    private readonly catalogue: ProductRepository,
  ) {
    this.products = projections.add(productsProjection);
    this.stock = projections.add(stockProjection);
    this.suppliers = projections.add(suppliersProjection);
  }

  /**
   * Reorder levels of registered products. One that was registered a moment ago is looked up in the log; a level that
   * was changed a moment ago may still be the one before.
   */
  async reorderLevels(skus: readonly string[]): Promise<Map<string, number>> {
    if (skus.length === 0) return new Map();
    const found = await this.products
      .collection()
      .find({ _id: { $in: [...skus] } }, { projection: { reorderLevel: 1 }, batchSize: skus.length + 1 })
      .toArray();
    const levels = new Map(found.map(({ _id, reorderLevel }) => [_id, reorderLevel]));
    const missing = skus.filter((sku) => !levels.has(sku));
    await Promise.all(
      missing.map(async (sku) => {
        const { facts } = (await this.catalogue.load(sku)).state;
        if (facts) levels.set(sku, facts.reorderLevel);
      }),
    );
    return levels;
  }
}

/** Name of the sort that lists by id use, for their cursors. */
export const BY_ID = 'id';

const byId: readonly SortField[] = [{ field: '_id', direction: 1 }];

/** Filter for the rows after a cursor of a list sorted by id. */
export const afterId = (cursor: string | undefined): Record<string, unknown> =>
  cursor === undefined ? {} : afterCursor(byId, decodeCursor(BY_ID, 1, cursor));

/** A document without what only the projection needs, its key under the name readers know. */
export const shown = <D extends { _id: string; revision: number }, N extends string>(
  doc: D,
  idName: N,
): Record<string, unknown> => {
  const { _id, revision, ...rest } = doc;
  const fields = Object.entries(rest).filter(([name]) => !name.startsWith('_'));
  return { [idName]: _id, ...Object.fromEntries(fields), revision: String(revision) };
};

/** Longest a query waits for a revision it asks to be shown, ms. */
export const FRESH_MS = 2_000;

/** Escapes text for use in a regular expression. */
export const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
