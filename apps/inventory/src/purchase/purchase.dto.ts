import { Field } from '@orderloom/platform';
import { PageQuery } from '@orderloom/service';
import { LOCATION } from '../stock/stock.dto.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOST = 1_000_000_000;

/** A line to buy. */
export class PurchaseLineBody {
  @Field.string({ max: 100, example: 'NW-001' }) sku!: string;
  @Field.integer({ min: 1, max: MOST }) quantity!: number;
  @Field.integer({ optional: true, min: 0, description: 'Minor units; default: the purchase price of the product.' })
  unitPrice?: number;
  @Field.string({ optional: true, pattern: DAY, description: 'Default: the lead time of the product from today.' })
  expectedOn?: string;
}

/** A purchase order to draft. */
export class PurchaseBody {
  @Field.string({ max: 100 }) supplierId!: string;
  @Field.string({ max: 50, pattern: LOCATION, default: 'main', description: 'Where the goods go.' }) location!: string;
  @Field.currency({ optional: true }) currency?: string;
  @Field.list(() => PurchaseLineBody, { min: 1, max: 500 }) lines!: PurchaseLineBody[];
  @Field.string({ optional: true, max: 2000 }) note?: string;
}

/** How a draft is sent. */
export class SendBody {
  @Field.integer({ min: 1, max: 90, default: 3, description: 'Days the supplier has to answer.' }) answerDays!: number;
}

/** What the supplier says about a line. */
export class ConfirmedLineBody {
  @Field.string({ max: 20, example: 'L1' }) lineId!: string;
  @Field.integer({ min: 0, max: MOST, description: 'Units that will come; 0: none.' }) quantity!: number;
  @Field.string({ pattern: DAY, example: '2026-04-01' }) expectedOn!: string;
  @Field.integer({ optional: true, min: 0, description: 'Minor units.' }) unitPrice?: number;
}

/** What the supplier says. */
export class ConfirmBody {
  @Field.list(() => ConfirmedLineBody, { min: 1, max: 500 }) lines!: ConfirmedLineBody[];
  @Field.string({ optional: true, max: 2000 }) note?: string;
}

/** Goods of a line that arrived. */
export class ReceivedLineBody {
  @Field.string({ max: 20, example: 'L1' }) lineId!: string;
  @Field.integer({ min: 1, max: MOST }) quantity!: number;
  @Field.string({ optional: true, max: 100 }) lot?: string;
  @Field.string({ optional: true, pattern: DAY }) expiresOn?: string;
  @Field.strings({ optional: true, max: 10_000 }) serials?: string[];
}

/** A delivery. */
export class DeliveryBody {
  @Field.list(() => ReceivedLineBody, { min: 1, max: 500 }) lines!: ReceivedLineBody[];
  @Field.string({ optional: true, description: 'Number of the delivery note.' }) reference?: string;
  @Field.string({ optional: true, max: 50, pattern: LOCATION, description: 'Default: that of the purchase order.' })
  location?: string;
}

/** Why nothing more is expected. */
export class EndBody {
  @Field.string({ max: 500 }) reason!: string;
}

/** How long a link lasts. */
export class LinkBody {
  @Field.integer({ min: 1, max: 90, default: 14, description: 'Days until it ends.' }) days!: number;
}

/** Which purchase orders to list. */
export class PurchaseQuery extends PageQuery {
  @Field.string({ optional: true }) supplierId?: string;
  @Field.oneOf(['DRAFT', 'SENT', 'CONFIRMED', 'PART_RECEIVED', 'CLOSED', 'CANCELLED'], { optional: true })
  status?: string;
  @Field.string({ optional: true, description: 'Only those with units of this sku to come.' }) sku?: string;
}
