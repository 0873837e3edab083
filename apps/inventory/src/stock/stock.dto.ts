import { Field } from '@orderloom/platform';
import { PageQuery } from '@orderloom/service';

// A stock id is `{location}:{sku}`, so a location has no colon.
export const LOCATION = /^[^\s:]+$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOST = 1_000_000_000;

/** A sku at a location. */
class PlaceBody {
  @Field.string({ max: 100, example: 'NW-001' })
  sku!: string;

  @Field.string({ max: 50, pattern: LOCATION, default: 'main', example: 'main' })
  location!: string;
}

/** Goods that arrived. */
export class ReceiptBody extends PlaceBody {
  @Field.integer({ min: 1, max: MOST })
  quantity!: number;

  @Field.string({ optional: true, description: 'Number of the delivery note or purchase.' })
  reference?: string;

  @Field.string({ optional: true, max: 2000 })
  note?: string;

  @Field.string({ optional: true, max: 100, description: 'Lot of the units, where the product is kept by lot.' })
  lot?: string;

  @Field.string({
    optional: true,
    pattern: DAY,
    description: 'Last day the lot may be sold on.',
    example: '2026-12-31',
  })
  expiresOn?: string;

  @Field.strings({ optional: true, max: 10_000, description: 'One serial number per unit, where it is kept by these.' })
  serials?: string[];
}

/** A correction of what is on hand. */
export class AdjustmentBody extends PlaceBody {
  @Field.integer({ min: -MOST, max: MOST, description: 'Units added; negative: written off.' })
  delta!: number;

  @Field.string({ description: 'Why: breakage, loss …' })
  reason!: string;

  @Field.string({ optional: true, max: 100 })
  lot?: string;

  @Field.string({
    optional: true,
    pattern: DAY,
    description: 'Last day the lot may be sold on, where units are added.',
  })
  expiresOn?: string;

  @Field.strings({ optional: true, max: 10_000 })
  serials?: string[];
}

/** What was counted. */
export class CountBody extends PlaceBody {
  @Field.integer({ min: 0, max: MOST, description: 'Units that are there, reserved ones included.' })
  counted!: number;

  @Field.string({ optional: true, max: 100, description: 'Only this lot was counted.' })
  lot?: string;

  @Field.string({ optional: true, pattern: DAY, description: 'Last day a lot that turned up may be sold on.' })
  expiresOn?: string;

  @Field.strings({ optional: true, max: 10_000, description: 'The serial numbers that are there, one per unit.' })
  serials?: string[];

  @Field.string({ optional: true })
  reason?: string;
}

/** Units to move to another location. */
export class MoveBody extends PlaceBody {
  @Field.string({ max: 50, pattern: LOCATION, example: 'east' })
  to!: string;

  @Field.integer({ min: 1, max: MOST })
  quantity!: number;

  @Field.string({ optional: true, max: 100, description: 'Default: the lots that expire first.' })
  lot?: string;

  @Field.strings({ optional: true, max: 10_000 })
  serials?: string[];

  @Field.string({ optional: true })
  reason?: string;
}

/** Units that came back. */
export class ReturnBody extends PlaceBody {
  @Field.integer({ min: 1, max: MOST })
  quantity!: number;

  @Field.string({ optional: true, max: 200 })
  orderId?: string;

  @Field.string({ optional: true, max: 200 })
  lineId?: string;

  @Field.string({ optional: true, max: 100 })
  lot?: string;

  @Field.string({ optional: true, pattern: DAY })
  expiresOn?: string;

  @Field.strings({ optional: true, max: 10_000 })
  serials?: string[];

  @Field.string({ optional: true })
  reason?: string;
}

/** Units to write off for good. */
export class ScrapBody extends PlaceBody {
  @Field.integer({ min: 1, max: MOST })
  quantity!: number;

  @Field.string({ description: 'Why: breakage, expiry …' })
  reason!: string;

  @Field.string({ optional: true, max: 100, description: 'Default: the lots that expire first.' })
  lot?: string;

  @Field.strings({ optional: true, max: 10_000 })
  serials?: string[];
}

/** Units to keep for a sales channel. */
export class AllotmentBody extends PlaceBody {
  @Field.string({ max: 100, example: 'marketplace' })
  channel!: string;

  @Field.integer({ min: 0, max: MOST, description: 'Units kept; 0 ends the allotment.' })
  quantity!: number;

  @Field.boolean({ default: false, description: 'True: the channel sells these units only.' })
  exclusive!: boolean;
}

/** Which stock to list. */
export class StockQuery extends PageQuery {
  @Field.string({ optional: true })
  sku?: string;

  @Field.string({ optional: true })
  location?: string;

  @Field.boolean({ optional: true, description: 'Only what is at or below its reorder level.' })
  low?: boolean;

  @Field.string({ optional: true, pattern: DAY, description: 'Only what has lots that expire before this day.' })
  expiresBefore?: string;

  @Field.integer({ min: 1, max: 500, default: 50 })
  declare limit: number;
}

/** Which entries of a ledger to list. */
export class LedgerQuery extends PageQuery {
  @Field.string({ max: 50, pattern: LOCATION, default: 'main' })
  location!: string;
}
