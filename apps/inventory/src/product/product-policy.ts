import type { ProductFacts } from './product.js';

/** What deciding about a product's stock needs to know of it. */
export interface ProductPolicy
  extends Pick<
    ProductFacts,
    'name' | 'reorderLevel' | 'safetyStock' | 'places' | 'components' | 'backorder' | 'availableFrom' | 'release'
  > {
  readonly substitutes?: readonly string[] | undefined;
  readonly category?: string | null | undefined;
  readonly weightGrams?: number | undefined;
  readonly tracking?: 'lot' | 'serial' | undefined;
  readonly shelfLifeDays?: number | undefined;
  readonly leadTimeDays?: number | undefined;
  readonly unitPrice?: ProductFacts['unitPrice'] | null | undefined;
}

/** The fields of a product document that make its policy. */
export const POLICY_FIELDS: Readonly<Record<keyof ProductPolicy, 1>> = {
  name: 1,
  reorderLevel: 1,
  safetyStock: 1,
  places: 1,
  components: 1,
  backorder: 1,
  availableFrom: 1,
  release: 1,
  substitutes: 1,
  category: 1,
  weightGrams: 1,
  tracking: 1,
  shelfLifeDays: 1,
  leadTimeDays: 1,
  unitPrice: 1,
};

/** Level at which low stock is raised at a location; undefined where no product is registered. */
export const reorderLevelAt = (policy: ProductPolicy | undefined, location: string): number | undefined =>
  policy?.places?.find((place) => place.location === location)?.reorderLevel ?? policy?.reorderLevel;

/** Units that are never sold at a location. */
export const safetyStockAt = (policy: ProductPolicy | undefined, location: string): number =>
  policy?.places?.find((place) => place.location === location)?.safetyStock ?? policy?.safetyStock ?? 0;

/** True when a product is sold before it is there and its day has not come. */
export const isAwaited = (policy: ProductPolicy | undefined, today: string): boolean =>
  policy?.backorder === 'preorder' && policy.availableFrom !== undefined && today < policy.availableFrom;
