import type { InventoryEventData, ProductEvent } from '@orderloom/contracts';

/** A product as other parts of the service see it. */
export type ProductFacts = Omit<InventoryEventData['ProductRegistered'], 'origin'>;

/** State of a `product-` stream; `facts` is absent until it is registered. */
export interface Product {
  readonly facts?: ProductFacts;
}

/** The aggregate of one sku's description. Stock is another aggregate: a renamed product must not block a receipt. */
export const product = {
  prefix: 'product',
  initial: (): Product => ({}),
  evolve(state: Product, event: ProductEvent): Product {
    switch (event.type) {
      case 'ProductRegistered':
      case 'ProductChanged': {
        const { origin: _, ...facts } = event.data;
        return { facts };
      }
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
