import { exceptionActions, exceptionKinds } from '@orderloom/contracts';
import { Field } from '@orderloom/platform';
import { PageQuery } from '@orderloom/service';
import { shipmentStatuses } from './shipment.js';
import { trackStatuses } from './track.js';

/** Which shipments to list. */
export class ShipmentQuery extends PageQuery {
  @Field.strings({ optional: true, values: shipmentStatuses, description: 'Any of these.' }) status?: string[];
  @Field.string({ optional: true }) orderId?: string;
  @Field.string({ optional: true }) carrier?: string;
  @Field.string({ optional: true }) trackingNumber?: string;
  @Field.oneOf(['true', 'false'] as const, { optional: true, description: 'Only those that are late.' }) overdue?:
    | 'true'
    | 'false';
}

/** Which open problems to list, the most urgent first. */
export class ExceptionQuery {
  @Field.oneOf(['true', 'false'] as const, { optional: true, description: 'Only those past their deadline.' })
  overdue?: 'true' | 'false';
  @Field.strings({ optional: true, values: exceptionKinds, description: 'Any of these.' }) kind?: string[];
  @Field.integer({ min: 1, max: 500, default: 100 }) limit!: number;
}

/** The same for many shipments. */
export class ManyShipmentsBody {
  @Field.strings({ min: 1, max: 1000, description: 'Ids of shipments.' }) ids!: string[];
}

/** A scan that a person types in. */
export class ScanBody {
  @Field.oneOf(trackStatuses) status!: (typeof trackStatuses)[number];
  @Field.time({ optional: true, description: 'When it happened; now when absent.' }) occurredAt?: string;
  @Field.string({ optional: true, max: 60, description: "The carrier's code." }) code?: string;
  @Field.string({ optional: true, max: 200 }) place?: string;
  @Field.time({ optional: true, description: 'When the carrier says it will be there.' }) promisedAt?: string;
}

/** Something that went wrong. */
export class ExceptionBody {
  @Field.oneOf(exceptionKinds) kind!: (typeof exceptionKinds)[number];
  @Field.string({ optional: true, max: 500, description: 'No names, no addresses: events are kept for ever.' })
  note?: string;
}

/** Units of a line. */
export class UnitsBody {
  @Field.string({ max: 100, example: 'L1' }) lineId!: string;
  @Field.integer({ min: 1 }) quantity!: number;
}

/** A step of a playbook to carry out. */
export class ActionBody {
  @Field.oneOf(exceptionActions) action!: (typeof exceptionActions)[number];
  @Field.list(() => UnitsBody, {
    optional: true,
    min: 1,
    description: 'For RESEND and REQUEST_REFUND; all when absent.',
  })
  lines?: UnitsBody[];
  @Field.time({ optional: true, description: 'For REDELIVER.' }) date?: string;
  @Field.string({ optional: true, max: 500, description: 'No names, no addresses: events are kept for ever.' })
  note?: string;
}

/** Money asked of a carrier. */
export class ClaimBody {
  @Field.integer({ min: 1, description: 'Minor units.' }) amount!: number;
  @Field.currency() currency!: string;
  @Field.string({ optional: true, max: 200 }) exceptionId?: string;
  @Field.string({ optional: true, max: 500 }) note?: string;
}

/** How a claim ended. */
export class SettleBody {
  @Field.oneOf(['PAID', 'REFUSED', 'WITHDRAWN'] as const) outcome!: 'PAID' | 'REFUSED' | 'WITHDRAWN';
  @Field.integer({ optional: true, min: 0, description: 'Paid, minor units; all of it when absent.' }) amount?: number;
}
