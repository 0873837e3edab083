import { type InventoryEventData, type ProductEvent, Refused } from '@orderloom/contracts';
import type { Product, ProductFacts } from './product.js';

/** What a caller may say about a product; what is left out stays as it is, null takes it away. */
export type SaveProduct = { readonly sku: string } & {
  readonly [F in Exclude<keyof ProductFacts, 'sku'>]?: ProductFacts[F] | null | undefined;
};

type Origin = InventoryEventData['ProductRegistered']['origin'];

/** The fields in the order they are recorded in; those that always have a value first. */
const OPTIONAL = [
  'category',
  'supplierId',
  'unit',
  'unitPrice',
  'variantOf',
  'options',
  'components',
  'packs',
  'barcodes',
  'weightGrams',
  'sizeMm',
  'sellableFrom',
  'sellableUntil',
  'substitutes',
  'tracking',
  'shelfLifeDays',
  'backorder',
  'availableFrom',
  'release',
  'safetyStock',
  'upToLevel',
  'places',
  'replenishBy',
  'serviceLevelPercent',
  'leadTimeDays',
  'purchasePrice',
  'purchaseMinimum',
  'purchaseMultiple',
] as const satisfies readonly (keyof ProductFacts)[];

/** Text that is the same for values that say the same, whatever the order of their keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(
          Object.entries(one)
            .filter(([, field]) => field !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : one,
  );

const same = (a: ProductFacts, b: ProductFacts): boolean => canonical(a) === canonical(b);

const factsOf = (command: SaveProduct, had: ProductFacts | undefined): ProductFacts => {
  const rest = OPTIONAL.flatMap((field) => {
    const given = command[field];
    const value = given === undefined ? had?.[field] : given;
    const empty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
    return empty ? [] : [[field, value] as const];
  });
  return {
    sku: command.sku,
    name: command.name ?? had?.name ?? command.sku,
    ...(Object.fromEntries(rest) as Partial<ProductFacts>),
    reorderLevel: command.reorderLevel ?? had?.reorderLevel ?? 0,
    discontinued: command.discontinued ?? had?.discontinued ?? false,
  };
};

/**
 * What one product alone can tell is wrong.
 * @throws Refused PRODUCT_OF_ITSELF, SELLABLE_DATES_REVERSED, PREORDER_NEEDS_A_DAY, BUNDLE_TRACKED
 */
const check = (facts: ProductFacts): void => {
  const { sku, components, variantOf, substitutes, sellableFrom, sellableUntil, backorder, availableFrom } = facts;
  const named = [...(components ?? []).map((one) => one.sku), ...(substitutes ?? []), variantOf];
  if (named.includes(sku)) throw new Refused('PRODUCT_OF_ITSELF', { sku });
  if (sellableFrom !== undefined && sellableUntil !== undefined && sellableUntil < sellableFrom) {
    throw new Refused('SELLABLE_DATES_REVERSED', { sku, from: sellableFrom, until: sellableUntil });
  }
  if (backorder === 'preorder' && availableFrom === undefined) throw new Refused('PREORDER_NEEDS_A_DAY', { sku });
  if (components !== undefined && facts.tracking !== undefined) throw new Refused('BUNDLE_TRACKED', { sku });
};

/** Registers a product or changes it; the same data again is no event. @throws Refused as `check` */
export const saveProduct = (command: SaveProduct, state: Product, origin?: Origin): ProductEvent[] => {
  const facts = factsOf(command, state.facts);
  if (state.facts && same(state.facts, facts)) return [];
  check(facts);
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
