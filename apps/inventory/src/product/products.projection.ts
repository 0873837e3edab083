import type { InventoryEventData } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';

/** A product as listed. */
export interface ProductDocument {
  /** Sku. */
  _id: string;
  name: string;
  category: string | null;
  supplierId: string | null;
  unit: string | null;
  unitPrice: { amount: number; currency: string } | null;
  reorderLevel: number;
  discontinued: boolean;
  revision: number;
  updatedAt: string;
}

const isProduct = (event: ProjectedEvent): event is ProjectedEvent<string, InventoryEventData['ProductRegistered']> =>
  event.type === 'ProductRegistered' || event.type === 'ProductChanged';

/** Read model `products`. */
export const productsProjection: ProjectionDefinition<ProductDocument> = {
  name: 'products',
  version: 1,
  prefixes: ['product-'],
  indexes: [{ key: { name: 1, _id: 1 } }, { key: { category: 1, _id: 1 } }, { key: { supplierId: 1, _id: 1 } }],
  keyOf: (event) => (isProduct(event) ? event.data.sku : null),
  evolve(doc, event) {
    if (!isProduct(event)) return doc;
    const { sku, name, category, supplierId, unit, unitPrice, reorderLevel, discontinued } = event.data;
    return {
      _id: sku,
      name,
      category: category ?? null,
      supplierId: supplierId ?? null,
      unit: unit ?? null,
      unitPrice: unitPrice ?? null,
      reorderLevel,
      discontinued,
      revision: event.sequence,
      updatedAt: event.time,
    };
  },
};
