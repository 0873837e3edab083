import { Field } from '@orderloom/platform';

/** A price in integer minor units. */
export class PriceBody {
  @Field.integer({ min: 0, description: 'Minor units (cents, 分).', example: 1800 })
  amount!: number;

  @Field.currency()
  currency!: string;
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
}

/** A product to register. */
export class NewProductBody extends ProductBody {
  @Field.string({ max: 100, pattern: /^\S(.*\S)?$/, example: 'NW-001' })
  sku!: string;
}

/** Which products to list. */
export class ProductQuery {
  @Field.string({ optional: true, description: 'Only this category.' })
  category?: string;

  @Field.string({ optional: true, description: 'Only of this supplier.' })
  supplierId?: string;

  @Field.boolean({ optional: true })
  discontinued?: boolean;

  @Field.string({ optional: true, description: 'Words that the sku or the name contain.' })
  q?: string;

  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' })
  cursor?: string;

  @Field.integer({ min: 1, max: 500, default: 50 })
  limit!: number;
}
