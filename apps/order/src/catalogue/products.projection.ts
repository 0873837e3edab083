import { type Money, ProductChangedV1, ProductRegisteredV1, topicOf } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import type { ProductCopy } from '../intake/price-lines.js';

/** Local copy of a product: what taking in an order needs to know. */
export interface ProductDocument {
  _id: string;
  name: string;
  unitPrice: Money | null;
  discontinued: boolean;
  /** First and last day it is sold on, YYYY-MM-DD; absent: no such day. */
  sellableFrom?: string;
  sellableUntil?: string;
}

interface ProductData {
  sku: string;
  name: string;
  unitPrice?: Money;
  discontinued: boolean;
  sellableFrom?: string;
  sellableUntil?: string;
}

const isProduct = (event: ProjectedEvent): event is ProjectedEvent<string, ProductData> =>
  event.type === 'ProductRegistered' || event.type === 'ProductChanged';

const sellableDays = ({ sellableFrom, sellableUntil }: Pick<ProductData, 'sellableFrom' | 'sellableUntil'>) => ({
  ...(sellableFrom === undefined ? {} : { sellableFrom }),
  ...(sellableUntil === undefined ? {} : { sellableUntil }),
});

/** `products`: one small document per sku, fed from inventory's topic. */
export const productsProjection: Omit<ProjectionDefinition<ProductDocument>, 'prefixes'> = {
  name: 'products',
  version: 2,
  contiguous: false,
  indexes: [],
  keyOf: (event) => (isProduct(event) ? event.data.sku : null),
  evolve: (doc, event) => {
    if (!isProduct(event)) return doc;
    const { sku, name, unitPrice, discontinued } = event.data;
    return { _id: sku, name, unitPrice: unitPrice ?? null, discontinued, ...sellableDays(event.data) };
  },
};

export const productsSource = {
  topics: [topicOf.inventory],
  handles: [ProductRegisteredV1.type, ProductChangedV1.type],
};

export const toProductCopy = (doc: ProductDocument): ProductCopy => ({
  sku: doc._id,
  name: doc.name,
  discontinued: doc.discontinued,
  ...(doc.unitPrice === null ? {} : { unitPrice: doc.unitPrice }),
  ...sellableDays(doc),
});
