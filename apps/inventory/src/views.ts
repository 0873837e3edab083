import { Injectable } from '@nestjs/common';
import { afterCursor, decodeCursor, type SortField } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';
import { Projections } from '@orderloom/service';
import { POLICY_FIELDS, type ProductPolicy } from './product/product-policy.js';
import { type ProductDocument, productsProjection } from './product/products.projection.js';
import {
  type LocationDocument,
  locationsProjection,
  type ProfileDocument,
  profilesProjection,
} from './profile/rules.projection.js';
import { type PurchaseDocument, purchasesProjection } from './purchase/purchases.projection.js';
import { ProductRepository } from './repositories.js';
import { type StockDocument, stockProjection } from './stock/stock.projection.js';
import { type SupplierDocument, suppliersProjection } from './supplier/suppliers.projection.js';

/** The read models of this service. */
@Injectable()
export class Views {
  readonly products: ProjectionRunner<ProductDocument>;
  readonly stock: ProjectionRunner<StockDocument>;
  readonly suppliers: ProjectionRunner<SupplierDocument>;
  readonly purchases: ProjectionRunner<PurchaseDocument>;
  readonly locations: ProjectionRunner<LocationDocument>;
  readonly profiles: ProjectionRunner<ProfileDocument>;

  constructor(
    projections: Projections,
    private readonly catalogue: ProductRepository,
  ) {
    this.products = projections.add(productsProjection);
    this.stock = projections.add(stockProjection);
    this.suppliers = projections.add(suppliersProjection);
    this.purchases = projections.add(purchasesProjection);
    this.locations = projections.add(locationsProjection);
    this.profiles = projections.add(profilesProjection);
  }

  /**
   * What deciding about stock needs to know of registered products. One that was registered a moment ago is looked up
   * in the log; one that was changed a moment ago may still be as it was before.
   */
  async policies(skus: readonly string[]): Promise<Map<string, ProductPolicy>> {
    if (skus.length === 0) return new Map();
    const found = await this.products
      .collection()
      .find({ _id: { $in: [...skus] } }, { projection: POLICY_FIELDS, batchSize: skus.length + 1 })
      .toArray();
    const policies = new Map<string, ProductPolicy>(found.map(({ _id, ...policy }) => [_id, policy]));
    const missing = skus.filter((sku) => !policies.has(sku));
    await Promise.all(
      missing.map(async (sku) => {
        const { facts } = (await this.catalogue.load(sku)).state;
        if (facts) policies.set(sku, facts);
      }),
    );
    return policies;
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
