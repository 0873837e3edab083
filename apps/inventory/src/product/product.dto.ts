import { Field } from '@orderloom/platform';
import { PageQuery } from '@orderloom/service';
import { LOCATION } from '../stock/stock.dto.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A price in integer minor units. */
export class PriceBody {
  @Field.integer({ min: 0, description: 'Minor units (cents, 分).', example: 1800 })
  amount!: number;

  @Field.currency()
  currency!: string;
}

/** What makes a variant what it is. */
export class OptionBody {
  @Field.string({ max: 100, example: 'size' }) name!: string;
  @Field.string({ max: 200, example: 'L' }) value!: string;
}

/** A part of a bundle. */
export class ComponentBody {
  @Field.string({ max: 100 }) sku!: string;
  @Field.integer({ min: 1, max: 10_000, description: 'Units in one bundle.' }) quantity!: number;
}

/** A larger unit that holds several, e.g. a case of 12. */
export class PackBody {
  @Field.string({ max: 50, example: 'case' }) unit!: string;
  @Field.integer({ min: 1, max: 1_000_000 }) quantity!: number;
  @Field.string({ optional: true, max: 100 }) barcode?: string;
}

/** Outer measures in millimetres. */
export class SizeBody {
  @Field.integer({ min: 0, max: 100_000 }) length!: number;
  @Field.integer({ min: 0, max: 100_000 }) width!: number;
  @Field.integer({ min: 0, max: 100_000 }) height!: number;
}

/** Levels of a product at one location. */
export class PlaceLevelsBody {
  @Field.string({ max: 50, pattern: LOCATION }) location!: string;
  @Field.integer({ optional: true, min: 0 }) reorderLevel?: number;
  @Field.integer({ optional: true, min: 0 }) safetyStock?: number;
  @Field.integer({ optional: true, min: 0 }) upToLevel?: number;
}

/** A product; what is left out stays as it is. */
export class ProductBody {
  @Field.string({ optional: true, max: 300, example: 'Chai' })
  name?: string;

  @Field.string({ optional: true, max: 200, example: 'Beverages' })
  category?: string;

  @Field.string({ optional: true, max: 100 })
  supplierId?: string;

  @Field.string({ optional: true, max: 200, description: 'How it is sold.', example: '10 boxes x 20 bags' })
  unit?: string;

  @Field.object(() => PriceBody, { optional: true })
  unitPrice?: PriceBody;

  @Field.integer({ optional: true, min: 0, description: 'Low stock is raised when available falls to this.' })
  reorderLevel?: number;

  @Field.boolean({ optional: true })
  discontinued?: boolean;

  @Field.string({ optional: true, max: 100, description: 'Sku of the product this is a variant of.' })
  variantOf?: string;

  @Field.list(() => OptionBody, { optional: true, max: 20 })
  options?: OptionBody[];

  @Field.list(() => ComponentBody, { optional: true, max: 50, description: 'Makes it a bundle; [] makes it none.' })
  components?: ComponentBody[];

  @Field.list(() => PackBody, { optional: true, max: 20 })
  packs?: PackBody[];

  @Field.strings({ optional: true, max: 20, maxLength: 100 })
  barcodes?: string[];

  @Field.integer({ optional: true, min: 0, max: 100_000_000 })
  weightGrams?: number;

  @Field.object(() => SizeBody, { optional: true })
  sizeMm?: SizeBody;

  @Field.string({ optional: true, pattern: DAY, description: 'First day it is sold on.', example: '2026-03-01' })
  sellableFrom?: string;

  @Field.string({ optional: true, pattern: DAY, description: 'Last day it is sold on.', example: '2026-12-31' })
  sellableUntil?: string;

  @Field.strings({ optional: true, max: 20, maxLength: 100, description: 'Skus that may go instead, best first.' })
  substitutes?: string[];

  @Field.oneOf(['lot', 'serial'], { optional: true, description: 'Receipts then name a lot, or a number per unit.' })
  tracking?: 'lot' | 'serial';

  @Field.integer({ optional: true, min: 0, max: 36_500, description: 'Expiry of a lot that names none.' })
  shelfLifeDays?: number;

  @Field.oneOf(['allow', 'refuse', 'preorder'], { optional: true, description: 'What happens when there are none.' })
  backorder?: 'allow' | 'refuse' | 'preorder';

  @Field.string({ optional: true, pattern: DAY, description: 'Pre-orders are served from this day on.' })
  availableFrom?: string;

  @Field.oneOf(['arrival', 'priority'], { optional: true, description: 'Who gets arriving goods first.' })
  release?: 'arrival' | 'priority';

  @Field.integer({ optional: true, min: 0, description: 'Units per location that are never sold.' })
  safetyStock?: number;

  @Field.integer({ optional: true, min: 0, description: 'Replenishment orders up to this.' })
  upToLevel?: number;

  @Field.list(() => PlaceLevelsBody, { optional: true, max: 500 })
  places?: PlaceLevelsBody[];

  @Field.oneOf(['hand', 'computed'], { optional: true, description: 'Levels set by hand, or computed from demand.' })
  replenishBy?: 'hand' | 'computed';

  @Field.integer({ optional: true, min: 50, max: 99, description: 'Share of cycles without a shortage.' })
  serviceLevelPercent?: number;

  @Field.integer({ optional: true, min: 0, max: 730, description: 'From the purchase order to the shelf.' })
  leadTimeDays?: number;

  @Field.object(() => PriceBody, { optional: true, description: 'Price of a unit from the supplier.' })
  purchasePrice?: PriceBody;

  @Field.integer({ optional: true, min: 1, description: 'Least units of a purchase.' })
  purchaseMinimum?: number;

  @Field.integer({ optional: true, min: 1, description: 'Purchases are multiples of this.' })
  purchaseMultiple?: number;
}

/** A product to register. */
export class NewProductBody extends ProductBody {
  @Field.string({ max: 100, pattern: /^\S(.*\S)?$/, example: 'NW-001' })
  sku!: string;
}

/** Which products to list. */
export class ProductQuery extends PageQuery {
  @Field.string({ optional: true, description: 'Only this category.' })
  category?: string;

  @Field.string({ optional: true, description: 'Only of this supplier.' })
  supplierId?: string;

  @Field.string({ optional: true, description: 'Only variants of this product.' })
  variantOf?: string;

  @Field.string({ optional: true, description: 'The product, or the pack of it, with this barcode.' })
  barcode?: string;

  @Field.boolean({ optional: true })
  discontinued?: boolean;

  @Field.string({ optional: true, description: 'Words that the sku or the name contain.' })
  q?: string;

  @Field.integer({ min: 1, max: 500, default: 50 })
  declare limit: number;
}
