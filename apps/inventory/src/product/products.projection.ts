import type { InventoryEventData } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import type { ProductFacts } from './product.js';

/** Fields that are null where a product has none. */
type Nullable = 'category' | 'supplierId' | 'unit' | 'unitPrice';

/** A product as listed: its facts; what it has none of is absent, or null in the four oldest fields. */
export type ProductDocument = Omit<ProductFacts, 'sku' | Nullable> & {
  readonly [F in Nullable]: NonNullable<ProductFacts[F]> | null;
} & {
  /** Sku. */
  readonly _id: string;
  /** Barcodes of the product and of its packs. */
  readonly codes: readonly string[];
  readonly revision: number;
  readonly updatedAt: string;
};

const isProduct = (event: ProjectedEvent): event is ProjectedEvent<string, InventoryEventData['ProductRegistered']> =>
  event.type === 'ProductRegistered' || event.type === 'ProductChanged';

/** Read model `products`. */
export const productsProjection: ProjectionDefinition<ProductDocument> = {
  name: 'products',
  version: 2,
  prefixes: ['product-'],
  indexes: [
    { key: { name: 1, _id: 1 } },
    { key: { category: 1, _id: 1 } },
    { key: { supplierId: 1, _id: 1 } },
    { key: { variantOf: 1, _id: 1 }, partialFilterExpression: { variantOf: { $type: 'string' } } },
    { key: { codes: 1 } },
    { key: { 'components.sku': 1 } },
  ],
  keyOf: (event) => (isProduct(event) ? event.data.sku : null),
  evolve(doc, event) {
    if (!isProduct(event)) return doc;
    const { sku, origin: _, category, supplierId, unit, unitPrice, ...facts } = event.data;
    return {
      _id: sku,
      ...facts,
      category: category ?? null,
      supplierId: supplierId ?? null,
      unit: unit ?? null,
      unitPrice: unitPrice ?? null,
      codes: [...(facts.barcodes ?? []), ...(facts.packs ?? []).flatMap((pack) => pack.barcode ?? [])],
      revision: event.sequence,
      updatedAt: event.time,
    };
  },
};
