import { type InventoryEventData, type ProductEvent, Refused } from '@orderloom/contracts';
import type { Product, ProductFacts } from './product.js';

/** What a caller may say about a product; what is left out stays as it is. */
export interface SaveProduct {
  readonly sku: string;
  readonly name?: string | undefined;
  readonly category?: string | null | undefined;
  readonly supplierId?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly unitPrice?: ProductFacts['unitPrice'] | null | undefined;
  readonly reorderLevel?: number | undefined;
  readonly discontinued?: boolean | undefined;
}

type Origin = InventoryEventData['ProductRegistered']['origin'];

const keep = <T>(given: T | null | undefined, had: T | undefined): T | undefined =>
  given === undefined ? had : (given ?? undefined);

/** Field by field, so that neither key order nor an absent beside an undefined field counts as a change. */
const same = (a: ProductFacts, b: ProductFacts): boolean =>
  a.name === b.name &&
  a.category === b.category &&
  a.supplierId === b.supplierId &&
  a.unit === b.unit &&
  a.unitPrice?.amount === b.unitPrice?.amount &&
  a.unitPrice?.currency === b.unitPrice?.currency &&
  a.reorderLevel === b.reorderLevel &&
  a.discontinued === b.discontinued;

const factsOf = (command: SaveProduct, had: ProductFacts | undefined): ProductFacts => {
  const category = keep(command.category, had?.category);
  const supplierId = keep(command.supplierId, had?.supplierId);
  const unit = keep(command.unit, had?.unit);
  const unitPrice = keep(command.unitPrice, had?.unitPrice);
  return {
    sku: command.sku,
    name: command.name ?? had?.name ?? command.sku,
    ...(category === undefined ? {} : { category }),
    ...(supplierId === undefined ? {} : { supplierId }),
    ...(unit === undefined ? {} : { unit }),
    ...(unitPrice === undefined ? {} : { unitPrice }),
    reorderLevel: command.reorderLevel ?? had?.reorderLevel ?? 0,
    discontinued: command.discontinued ?? had?.discontinued ?? false,
  };
};

/** Registers a product or changes it; the same data again is no event. */
export const saveProduct = (command: SaveProduct, state: Product, origin?: Origin): ProductEvent[] => {
  const facts = factsOf(command, state.facts);
  if (state.facts && same(state.facts, facts)) return [];
  const data = origin === undefined ? facts : { ...facts, origin };
  return [{ type: state.facts ? 'ProductChanged' : 'ProductRegistered', data }];
};

/**
 * Registers a product that must not exist yet; the same data again is no event.
 * @throws Refused PRODUCT_EXISTS when it exists with other data
 */
export const registerProduct = (command: SaveProduct, state: Product): ProductEvent[] => {
  if (state.facts && !same(state.facts, factsOf(command, undefined))) {
    throw new Refused('PRODUCT_EXISTS', { sku: command.sku });
  }
  return saveProduct(command, state);
};

/** Registers a product that an order names and nobody knows yet; an existing one is left alone. */
export const registerMissing = (command: SaveProduct, state: Product, origin: Origin): ProductEvent[] =>
  state.facts ? [] : saveProduct(command, state, origin);

/** @throws Refused PRODUCT_NOT_FOUND */
export const discontinueProduct = (sku: string, state: Product): ProductEvent[] => {
  if (!state.facts) throw new Refused('PRODUCT_NOT_FOUND', { sku });
  return saveProduct({ sku, discontinued: true }, state);
};
