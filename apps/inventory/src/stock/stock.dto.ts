import { Field } from '@orderloom/platform';

// A stock id is `{location}:{sku}`, so a location has no colon.
const LOCATION = /^[^\s:]+$/;

/** Goods that arrived. */
export class ReceiptBody {
  @Field.string({ max: 100, example: 'NW-001' })
  sku!: string;

  @Field.string({ max: 50, pattern: LOCATION, default: 'main', example: 'main' })
  location!: string;

  @Field.integer({ min: 1, max: 1_000_000_000 })
  quantity!: number;

  @Field.string({ optional: true, description: 'Number of the delivery note or purchase.' })
  reference?: string;

  @Field.string({ optional: true, max: 2000 })
  note?: string;
}

/** A correction of what is on hand. */
export class AdjustmentBody {
  @Field.string({ max: 100, example: 'NW-001' })
  sku!: string;

  @Field.string({ max: 50, pattern: LOCATION, default: 'main', example: 'main' })
  location!: string;

  @Field.integer({ min: -1_000_000_000, max: 1_000_000_000, description: 'Units added; negative: written off.' })
  delta!: number;

  @Field.string({ description: 'Why: count, breakage, loss …' })
  reason!: string;
}

/** Which stock to list. */
export class StockQuery {
  @Field.string({ optional: true })
  sku?: string;

  @Field.string({ optional: true })
  location?: string;

  @Field.boolean({ optional: true, description: 'Only what is at or below its reorder level.' })
  low?: boolean;

  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' })
  cursor?: string;

  @Field.integer({ min: 1, max: 500, default: 50 })
  limit!: number;
}
